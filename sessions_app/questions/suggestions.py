"""Whom else to ask: people with free times who could help with the same. A room above says who; see `suggesters`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from mentors.models import MentorProfile, Offer
from sessions_app.availability.slots import Slot


@dataclass(frozen=True, slots=True)
class FreeMentor:
    """A mentor with the offer that suits, and its next starts."""

    profile: MentorProfile
    offer: Offer
    slots: Sequence[Slot]


Suggest = Callable[..., Sequence[FreeMentor]]

Help = Callable[..., list[FreeMentor]]

# Each is asked with words, zone, now, mentee, without and count, in turn until one knows somebody.
suggesters: list[Suggest] = []


def people_for(
    words: str, *, zone: str, now: datetime, mentee: User | None, without: MentorProfile, count: int
) -> Sequence[FreeMentor]:
    """At most `count` people other than `without`, soonest first, whom `mentee` can book. `zone` is the reader's."""
    asked = {"zone": zone, "now": now, "mentee": mentee, "without": without, "count": count}
    return next((people for suggest in suggesters if (people := suggest(words, **asked))), [])


# Each is asked with words, filters and now, in turn until one knows somebody.
helpers: list[Help] = []


def help_with(words: str, filters: str, *, now: datetime) -> list[FreeMentor]:
    """Who can help with these very words within days, as the filters of a search's address have it; soonest first.

    The same for everybody who waits with these words: what stands against one of them is for the caller to know.
    """
    return next((people for helper in helpers if (people := helper(words, filters, now=now))), [])
