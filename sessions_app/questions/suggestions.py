"""Whom else to ask: mentors with free times who could help with the same.

Search, an app above, registers the finders.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from accounts.models import User
from mentors.models import MentorProfile, Offer
from sessions_app.availability.slots import Slot
from sessions_app.models import Booking

from .limits import why_not_book, why_not_book_anyone


@dataclass(frozen=True, slots=True)
class FreeMentor:
    """A mentor with the offer that suits, and its next slots."""

    profile: MentorProfile
    offer: Offer
    slots: Sequence[Slot]


Suggest = Callable[..., Sequence[FreeMentor]]

Help = Callable[..., list[FreeMentor]]

# Each is asked with words, zone, now, mentee, without and count, in turn until one knows someone.
suggesters: list[Suggest] = []


def people_for(
    words: str, *, zone: str, now: datetime, mentee: User | None, without: MentorProfile, count: int
) -> Sequence[FreeMentor]:
    """At most `count` people other than `without`, soonest first, whom `mentee` can book. `zone` is the reader's.

    Nobody for a mentee at a limit, and none with whom they have a session ahead, or whose programme allows them no
    further session.
    """
    if why_not_book_anyone(mentee, now=now):
        return []
    together = set(Booking.objects.mentors_ahead(mentee, now)) if mentee else set()
    member = mentee if mentee and mentee.is_in_programmes else None
    most = count + len(together) + (count if member else 0)
    asked = {"zone": zone, "now": now, "mentee": mentee, "without": without, "count": most}
    found = next((people for suggest in suggesters if (people := suggest(words, **asked))), [])
    others = (other for other in found if other.profile.person_id not in together)
    if member:
        others = (other for other in others if why_not_book(member, other.profile, now=now) is None)
    return list(islice(others, count))


# Each is asked with words, filters, now and member, in turn until one knows someone.
helpers: list[Help] = []


def help_with(words: str, filters: str, *, now: datetime, member: User | None = None) -> list[FreeMentor]:
    """Mentors who match all of these words and are free within days, the soonest first. `filters` as in a search's
    address.

    The answer is for everyone in no programme who waits with these words, or for one `member` of a programme;
    conflicts of one person are for the caller to check.
    """
    return next((people for helper in helpers if (people := helper(words, filters, now=now, member=member))), [])


# Each is asked with words, filters, mentee, without (ids of people), for_writing and now, in turn until one knows
# someone.
knowers: list[Callable[..., list[Offer]]] = []


def who_could_be_asked(
    words: str, filters: str, *, mentee: User, without: frozenset[int], now: datetime, for_writing: bool = False
) -> list[Offer]:
    """Mentors who match these words, whether or not they have free time: the usual offer of each, the best match first.

    Left out are those who are away, who rest, or who are asked enough already.
    """
    asked = {"mentee": mentee, "without": without, "now": now, "for_writing": for_writing}
    return next((offers for know in knowers if (offers := know(words, filters, **asked))), [])


# Each is asked with a question for the kind of help that its words ask for; empty where they show none.
kind_readers: list[Callable[[str], str]] = []


def suggest_kind(question: str) -> str:
    """The kind of help (a value of `IssueType`) that a question seems to ask for, or an empty string."""
    return next((kind for read in kind_readers if (kind := read(question))), "")
