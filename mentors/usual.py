"""Which of a mentor's offers a page opens with. Pure."""

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


O = TypeVar("O", bound=Offered)  # noqa: E741


def usual_offer(offers: Iterable[O]) -> O:
    """The one nearest to the usual length. Raises ValueError where there is none."""
    return min(offers, key=lambda offer: (abs(offer.length - USUAL_LENGTH), offer.position, offer.pk))
