"""Ends what a person has ahead who leaves."""

from datetime import datetime

from django.db.models import Q

from accounts.models import User
from sessions_app.asking.acts import decline_all_routes
from sessions_app.booking.ending import end_booking, end_question
from sessions_app.locks import atomic_act, lock_booking, lock_written
from sessions_app.models import Booking, WaitlistEntry, WrittenQuestion, WrittenState
from sessions_app.models.states import OPEN
from sessions_app.waiting.acts import leave_waitlist


def end_what_is_ahead(person: User, now: datetime) -> None:
    """Sessions and requests end without blame: the other is told that it can't take place. Waiting ends too."""
    for entry in WaitlistEntry.objects.filter(person=person, ended_at=None):
        leave_waitlist(waiting=entry, by=person, now=now)
    decline_all_routes(mentor=person, now=now)
    theirs = Q(mentor=person) | Q(mentee=person)
    for booking in Booking.objects.filter(theirs, state__in=OPEN, during__endswith__gt=now).order_by("pk"):
        _end_session(booking, now=now)
    for written in WrittenQuestion.objects.filter(theirs, state=WrittenState.ASKED).order_by("pk"):
        _end_written(written, now=now)


@atomic_act
def _end_session(booking: Booking, *, now: datetime) -> bool:
    return end_booking(lock_booking(booking), now=now)


@atomic_act
def _end_written(written: WrittenQuestion, *, now: datetime) -> bool:
    return end_question(lock_written(written), now=now)
