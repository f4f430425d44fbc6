"""Taking a person's time for something else than a booking, and giving it back: under the same constraint."""

from collections.abc import Collection
from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from sessions_app.availability.openings import announce_opened
from sessions_app.errors import taken_error
from sessions_app.models import Occupancy

from .book import expire_for


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
