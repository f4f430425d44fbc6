"""Time that something else than a booking takes from a person, such as an event.

Apps above this one enter in `commitment_kinds` how such time is named on pages.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.models import User
from common.known import known
from sessions_app.models import Occupancy


@dataclass(frozen=True, slots=True)
class Commitment:
    """One thing that takes a person's time, in words, with the page about it."""

    title: str
    url: str
    # What calendars know it by, and in which version (RFC 5545, 3.8.4.7, 3.8.7.4): as in the file that was mailed.
    uid: str
    version: int
    # Where people go; empty for what takes place on its page.
    place: str
    timezone: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class NamedTime:
    """What a page is to be told of one row: its id in the table of its kind."""

    title: str
    url: str
    uid: str
    version: int
    place: str
    timezone: str


# By `Occupancy.subject`: from the ids of rows to what they are called.
commitment_kinds: dict[str, Callable[[Collection[int]], Mapping[int, NamedTime]]] = {}


def is_promised(person: User | int, during: DateTimeTZRange, *, now: datetime) -> bool:
    """Whether a person has a session or something else at this time."""
    return Occupancy.objects.in_force(now).filter(person=person, during__overlap=during).exists()


def promised_among(times: Mapping[int, DateTimeTZRange], *, now: datetime) -> set[int]:
    """Who of these people has a session or something else at a time of their own; asked in one statement."""
    if not times:
        return set()
    hull = DateTimeTZRange(min(one.lower for one in times.values()), max(one.upper for one in times.values()), "[)")
    rows = Occupancy.objects.in_force(now).filter(person__in=list(times), during__overlap=hull)
    return {
        person
        for person, during in rows.values_list("person", "during")
        if during.lower < times[person].upper and times[person].lower < during.upper
    }


def commitments_of(person: User, *, since: datetime, until: datetime) -> list[Commitment]:
    """What else takes this person's time between two moments, in order, as far as its app is still there."""
    during = DateTimeTZRange(since, until, "[)")
    rows = list(Occupancy.objects.filter(person=person, booking=None, during__overlap=during).order_by("during"))
    named = {
        subject: name_them([known(row.subject_id) for row in rows if row.subject == subject])
        for subject, name_them in commitment_kinds.items()
    }
    return [
        Commitment(**asdict(name), start=row.during.lower, end=row.during.upper)
        for row in rows
        if (name := named.get(row.subject, {}).get(known(row.subject_id)))
    ]
