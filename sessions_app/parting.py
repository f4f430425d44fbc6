"""What ends between two people who part: sessions, requests, times held for them, conversations, and unsent news."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from common.times import when_text
from notifications.services import silence_subjects
from sessions_app.asking.acts import end_routes_between
from sessions_app.booking.ending import end_booking, end_question
from sessions_app.booking.holds import give_up_hold
from sessions_app.booking.series_plan import ANSWERS_SUBJECT, SERIES_SUBJECT
from sessions_app.models import (
    THREAD_SUBJECT,
    WRITTEN_SUBJECT,
    Booking,
    Engagement,
    HeldTime,
    ReadMarker,
    WrittenQuestion,
    WrittenState,
)
from sessions_app.models.bookings import BOOKING_SUBJECT, BookingQuerySet
from sessions_app.models.states import OPEN
from sessions_app.models.waiting import HeldTimeAnswer, HeldTimeQuerySet
from sessions_app.models.written import WrittenQuerySet
from sessions_app.waiting.acts import record_answer
from trust.separations import Parting

APART = "apart"


def end_between(parting: Parting) -> None:
    """Both are locked. News that neither has read yet isn't sent any more, but that a session can't take place is."""
    one, other, now = parting.one, parting.other, parting.now
    end_routes_between(one, other, now=now)
    if not parting.ends_everything:
        return
    _silence_news(one, other, now=now)
    for booking in _ahead(one, other, now).with_people().select_related("offer__profile__person"):
        end_booking(booking, now=now)
    for written in _asked(one, other).with_people():
        end_question(written, now=now)
    for held in _held(one, other):
        record_answer(held, HeldTimeAnswer.LAPSED, by=None, now=now)
        give_up_hold(held.booking, now=now)
    Engagement.objects.live().filter(_both(one, other)).update(closed_at=now)


def list_endings(one: User, other: User, now: datetime) -> list[str]:
    sentences = []
    for booking in _ahead(one, other, now).order_by("during"):
        when = when_text(booking.start, zone=one.zone_name, now=now, hour12=one.hour12)
        words = _("Your session on %(when)s") if booking.confirmed_at else _("The request for %(when)s")
        sentences.append(words % {"when": when})
    if _asked(one, other).exists():
        sentences.append(_("The question in writing between you"))
    return sentences


def _both(one: User, other: User) -> Q:
    return Q(mentor=one, mentee=other) | Q(mentor=other, mentee=one)


def _ahead(one: User, other: User, now: datetime) -> BookingQuerySet:
    return Booking.objects.filter(_both(one, other), state__in=OPEN, during__endswith__gt=now)


def _asked(one: User, other: User) -> WrittenQuerySet:
    return WrittenQuestion.objects.filter(_both(one, other), state=WrittenState.ASKED)


def _held(one: User, other: User) -> HeldTimeQuerySet:
    pair = Q(person=one, booking__mentor=other) | Q(person=other, booking__mentor=one)
    return HeldTime.objects.open().filter(pair).select_related("booking__engagement", "waiting")


def _silence_news(one: User, other: User, *, now: datetime) -> None:
    bookings = list(Booking.objects.filter(_both(one, other)).values_list("pk", flat=True))
    written = list(WrittenQuestion.objects.filter(_both(one, other)).values_list("pk", flat=True))
    threads = ReadMarker.objects.filter(engagement__in=Engagement.objects.filter(_both(one, other)))
    for subject, rows in (
        (BOOKING_SUBJECT, bookings),
        (SERIES_SUBJECT, bookings),
        (ANSWERS_SUBJECT, bookings),
        (WRITTEN_SUBJECT, written),
        (THREAD_SUBJECT, list(threads.values_list("pk", flat=True))),
    ):
        silence_subjects(subject_type=subject, subjects=rows, people=(one.pk, other.pk), reason=APART, now=now)
