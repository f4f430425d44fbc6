"""Time that something else than a booking takes from a person, such as an event: under the same constraint.

Apps above this one enter in `commitment_kinds` how such time is named on pages.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.models import User
from common.known import known
from sessions_app.availability.openings import announce_opened
from sessions_app.errors import taken_error
from sessions_app.models import Occupancy

from .book import expire_for


@dataclass(frozen=True, slots=True)
class Commitment:
    """One thing that takes a person's time, in words, with the page about it."""

    title: str
    url: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class NamedTime:
    """What a page is to be told of one row: its id in the table of its kind."""

    title: str
    url: str


# By `Occupancy.subject`: from the ids of rows to what they are called.
commitment_kinds: dict[str, Callable[[Collection[int]], Mapping[int, NamedTime]]] = {}


def take_time(person: int, *, subject: str, subject_id: int, during: DateTimeTZRange, now: datetime) -> None:
    """Take this time of a person whose row is locked. If the subject has taken other time before, that is given back.

    Raises SessionError `taken` if they are promised elsewhere; the transaction must not be committed then.
    """
    expire_for(person, now=now)
    Occupancy.objects.filter(subject=subject, subject_id=subject_id).delete()
    row = Occupancy(person_id=person, subject=subject, subject_id=subject_id, during=during)
    Occupancy.objects.bulk_create([row], ignore_conflicts=True)
    if not Occupancy.objects.filter(subject=subject, subject_id=subject_id).exists():
        raise taken_error()


def give_back_time(subject: str, subject_ids: Collection[int]) -> None:
    """What these took is free again, and those who wait for it are asked."""
    rows = Occupancy.objects.filter(subject=subject, subject_id__in=subject_ids)
    people = list(rows.values_list("person_id", flat=True))
    rows.delete()
    announce_opened(*people)


def is_promised(person: User | int, during: DateTimeTZRange, *, now: datetime) -> bool:
    """Whether a person has a session or something else at this time."""
    return Occupancy.objects.in_force(now).filter(person=person, during__overlap=during).exists()


def commitments_of(person: User, *, since: datetime, until: datetime) -> list[Commitment]:
    """What else takes this person's time between two moments, in order, as far as its app is still there."""
    during = DateTimeTZRange(since, until, "[)")
    rows = list(Occupancy.objects.filter(person=person, booking=None, during__overlap=during).order_by("during"))
    named = {
        subject: name_them([known(row.subject_id) for row in rows if row.subject == subject])
        for subject, name_them in commitment_kinds.items()
    }
    return [
        Commitment(name.title, name.url, row.during.lower, row.during.upper)
        for row in rows
        if (name := named.get(row.subject, {}).get(known(row.subject_id)))
    ]
