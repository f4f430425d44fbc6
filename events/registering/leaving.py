"""What happens elsewhere when a person gets a place, or doesn't come after all. Packages above enter functions."""

from collections.abc import Callable
from datetime import datetime

from events.models import Registration

# Each is called in the transaction, with the event locked and the registration ended, or with a place.
after_leaving: list[Callable[[Registration, datetime], object]] = []
after_coming: list[Callable[[Registration, datetime], object]] = []


def announce_left(registration: Registration, now: datetime) -> None:
    for act in after_leaving:
        act(registration, now)


def announce_came(registration: Registration, now: datetime) -> None:
    for act in after_coming:
        act(registration, now)
