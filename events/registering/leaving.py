"""What happens elsewhere when a person who had a place doesn't come after all. Packages above enter functions."""

from collections.abc import Callable
from datetime import datetime

from events.models import Registration

# Each is called in the transaction, with the event locked and the registration ended.
after_leaving: list[Callable[[Registration, datetime], object]] = []


def announce_left(registration: Registration, now: datetime) -> None:
    for act in after_leaving:
        act(registration, now)
