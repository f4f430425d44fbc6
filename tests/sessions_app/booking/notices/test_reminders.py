from datetime import timedelta

import pytest

from notifications.models import InboxItem, Notification, State
from notifications.outbox import claim_notification, hold_until
from notifications.preferences import QUIET_HOURS, save_preference
from notifications.registry import Message, kind_named
from sessions_app.booking.changes import move_booking
from sessions_app.booking.notices.reminders import REMINDER_KINDS, REMINDERS
from tests.conftest import NOW, at
from tests.sessions_app.conftest import THURSDAY, book

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def choose(person, *leads: int, now=NOW) -> None:
    save_preference(person=person, off=(), leads=leads, quiet_from=None, quiet_until=None, now=now)


def reminders(person) -> list[tuple]:
    rows = Notification.objects.filter(recipient=person, kind__in=REMINDER_KINDS, state=State.PENDING)
    return list(rows.order_by("due_at").values_list("kind", "due_at"))


def states(person) -> set[tuple]:
    return set(Notification.objects.filter(recipient=person, kind__in=REMINDER_KINDS).values_list("kind", "state"))


def lines(person) -> list:
    return list(
        InboxItem.objects.filter(recipient=person, kind__in=REMINDER_KINDS).order_by("at").values_list("at", flat=True)
    )


def test_each_lead_is_a_kind_that_ends_before_the_start():
    assert len(set(REMINDER_KINDS)) == len(REMINDERS) == 8
    assert all(timedelta(0) < reminder.useless < reminder.lead for reminder in REMINDERS)


def test_everybody_is_reminded_as_they_chose(offer, alice, bob):
    choose(bob, 30, 720, 15)

    book(offer, bob)

    assert reminders(bob) == [
        ("reminder_twelve_hours", THURSDAY - 12 * HOUR),
        ("reminder_half_hour", THURSDAY - 30 * MINUTE),
        ("reminder_quarter_hour", THURSDAY - 15 * MINUTE),
    ]
    assert reminders(alice) == [("reminder_day", THURSDAY - 24 * HOUR), ("reminder_hour", THURSDAY - HOUR)]


def test_another_choice_holds_for_what_is_booked_already(booking, alice, bob):
    choose(bob, 60, 120)

    assert reminders(bob) == [("reminder_two_hours", THURSDAY - 2 * HOUR), ("reminder_hour", THURSDAY - HOUR)]
    assert lines(bob) == [THURSDAY - 2 * HOUR, THURSDAY - HOUR]
    assert len(reminders(alice)) == len(lines(alice)) == 2


def test_a_reminder_that_waits_for_the_morning_survives_any_other_choice(booking, bob):
    due, morning = THURSDAY - 24 * HOUR, THURSDAY - 15 * HOUR
    Notification.objects.exclude(kind="reminder_day", recipient=bob).update(next_try_at=THURSDAY)
    hold_until(claim_notification(due), morning, QUIET_HOURS)

    choose(bob, 60, 1440, 15, now=due + HOUR)
    assert ("reminder_day", State.PENDING) in states(bob)

    hold_until(claim_notification(due + HOUR), morning, QUIET_HOURS)
    choose(bob, 60, now=due + HOUR)
    assert ("reminder_day", State.OBSOLETE) in states(bob)

    choose(bob, 60, 1440, now=due + 2 * HOUR)
    assert ("reminder_day", State.PENDING) in states(bob)


def test_no_lead_is_no_reminder(booking, bob):
    choose(bob)

    assert (reminders(bob), lines(bob)) == ([], [])


def test_changing_ones_mind_brings_the_reminder_back(booking, bob):
    before = (reminders(bob), lines(bob))
    choose(bob)

    choose(bob, 60, 1440)

    assert (reminders(bob), lines(bob)) == before


def test_what_has_been_told_or_is_past_is_left_alone(booking, bob):
    now = THURSDAY - 2 * HOUR
    Notification.objects.filter(recipient=bob, kind="reminder_day").update(state=State.SENT, sent_at=now)

    choose(bob, 2880, 1440, 30, now=now)

    assert reminders(bob) == [("reminder_half_hour", THURSDAY - 30 * MINUTE)]
    assert lines(bob) == [THURSDAY - 24 * HOUR, THURSDAY - 30 * MINUTE]
    assert Notification.objects.get(recipient=bob, kind="reminder_day").state == State.SENT


def test_reminder_silenced_before_a_move_does_not_come_back_for_the_old_time(booking, bob):
    choose(bob)
    friday = at("2026-11-27 13:00")
    move_booking(booking=booking, start=friday, by=bob, now=NOW)

    choose(bob, 60)

    assert reminders(bob) == [("reminder_hour", friday - HOUR)]


@pytest.mark.parametrize("reminder", REMINDERS, ids=lambda reminder: reminder.kind)
def test_every_reminder_says_something(booking, bob, reminder):
    choose(bob, reminder.lead // MINUTE)
    row = Notification.objects.filter(recipient=bob, kind=reminder.kind).first()
    if row is None:  # two days before is over
        assert booking.start - reminder.lead < NOW
        return

    said = kind_named(reminder.kind).render(row, row.due_at)

    assert isinstance(said, Message)
    is_tomorrow = reminder.kind == "reminder_day"
    expected = "At 20:00 (Kolkata): Alice. The link is inside"
    if reminder.is_early:
        expected = f"{'Tomorrow’s' if is_tomorrow else 'Your'} session: Alice, Thu 26 Nov, 20:00 (Kolkata)"
    assert said.subject == expected
