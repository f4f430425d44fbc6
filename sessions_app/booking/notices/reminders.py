"""Reminders of sessions: one kind for each lead time, so that each is told once. Everyone chooses their own leads."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import User
from notifications.models import InboxItem, Notification, State
from notifications.preferences import reminder_leads_of
from notifications.services import Due, schedule_notices
from sessions_app.models import Booking
from sessions_app.models.bookings import BOOKING_SUBJECT

# Why a reminder was silenced. Choosing its lead again brings it back.
NOT_CHOSEN = "lead time not chosen"


@dataclass(frozen=True, slots=True)
class Reminder:
    """Sent `lead` before the start, and not any more from `useless` before it."""

    kind: str
    lead: timedelta
    useless: timedelta

    @property
    def is_early(self) -> bool:
        """Early enough to prepare, or to cancel so that the time can go to another person."""
        return self.lead >= timedelta(hours=4)


def _make_reminder(kind: str, lead: int, useless: int) -> Reminder:
    return Reminder(kind, timedelta(minutes=lead), timedelta(minutes=useless))


REMINDERS = (
    _make_reminder("reminder_two_days", 48 * 60, 24 * 60),
    _make_reminder("reminder_day", 24 * 60, 3 * 60),
    _make_reminder("reminder_twelve_hours", 12 * 60, 3 * 60),
    _make_reminder("reminder_four_hours", 4 * 60, 60),
    _make_reminder("reminder_two_hours", 2 * 60, 30),
    _make_reminder("reminder_hour", 60, 5),
    _make_reminder("reminder_half_hour", 30, 5),
    _make_reminder("reminder_quarter_hour", 15, 5),
)
REMINDER_KINDS = [reminder.kind for reminder in REMINDERS]


def reminder_dues(
    booking: Booking, people: Sequence[int], *, now: datetime, leads: Mapping[int, tuple[timedelta, ...]] | None = None
) -> list[Due]:
    """What reminds these people of a confirmed booking, as far as its moment has not passed.

    `leads`: how long before, if that was read already.
    """
    leads = reminder_leads_of(people) if leads is None else leads
    return [
        _reminder_due(booking, reminder, person)
        for person in people
        for reminder in REMINDERS
        if reminder.lead in leads[person] and booking.start - reminder.lead >= now
    ]


def _reminder_due(booking: Booking, reminder: Reminder, person: int) -> Due:
    at, until = booking.start - reminder.lead, booking.start - reminder.useless
    return Due(reminder.kind, person, BOOKING_SUBJECT, booking.pk, booking.version, at, until)


def follow_preference(person: User, now: datetime) -> None:
    """Bring the reminders that are still to come in line with the leads that this person has just chosen."""
    ahead = list(Booking.objects.visible_to(person).upcoming(now))
    leads = reminder_leads_of([person.pk])
    dues = [due for booking in ahead for due in reminder_dues(booking, [person.pk], now=now, leads=leads)]
    chosen = [one for one in REMINDERS if one.lead in leads[person.pk]]
    # Also those whose moment has passed: they may be waiting for the end of quiet hours.
    keys = [_reminder_due(booking, reminder, person.pk).key for booking in ahead for reminder in chosen]
    replace_reminders(person, REMINDER_KINDS, wanted=keys, dues=dues, now=now)


def replace_reminders(
    person: User, kinds: Collection[str], *, wanted: Collection[str], dues: Sequence[Due], now: datetime
) -> None:
    """Of these kinds only reminders with `wanted` keys are still to come; `dues` are those that may not be written yet.

    One that was chosen, left out and chosen again is written once.
    """
    _silence_unwanted(person, kinds, wanted, now)
    _wake_wanted(wanted, now)
    schedule_notices(*dues, now=now)


def _silence_unwanted(person: User, kinds: Collection[str], wanted: Collection[str], now: datetime) -> None:
    mails = Notification.objects.pending().filter(recipient=person, kind__in=kinds, due_at__gt=now)
    mails.exclude(dedupe_key__in=wanted).update(state=State.OBSOLETE, reason=NOT_CHOSEN)
    lines = InboxItem.objects.filter(recipient=person, kind__in=kinds, at__gt=now)
    lines.exclude(dedupe_key__in=wanted).delete()


def _wake_wanted(wanted: Collection[str], now: datetime) -> None:
    asleep = Notification.objects.filter(state=State.OBSOLETE, reason=NOT_CHOSEN, due_at__gte=now)
    asleep.filter(dedupe_key__in=wanted).update(state=State.PENDING, reason="")
