"""Chooses the offer that a page shows first. Pure."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

USUAL_LENGTH = 25


class Offered(Protocol):
    @property
    def pk(self) -> int: ...
    @property
    def length(self) -> int: ...
    @property
    def position(self) -> int: ...


OfferT = TypeVar("OfferT", bound=Offered)


def usual_offer(offers: Iterable[OfferT]) -> OfferT:
    """The offer whose length is nearest to USUAL_LENGTH (minutes). Raises ValueError without offers."""
    return min(offers, key=lambda offer: (abs(offer.length - USUAL_LENGTH), offer.position, offer.pk))
