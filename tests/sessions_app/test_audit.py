from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache

from notifications.models import Notification, State
from notifications.registry import Nothing, kind_named
from sessions_app import audit
from sessions_app.attendance.acts import answer_absent, join_call, say_absent, settle_silent
from sessions_app.attendance.disputes import contest_missed, decide_attendance
from sessions_app.audit import audit_notices
from sessions_app.booking.changes import cancel_booking, edit_brief, move_booking
from sessions_app.booking.clock import complete_ended, expire_overdue
from sessions_app.booking.counters import choose_time, counter_request
from sessions_app.booking.holds import claim_hold, hold_slot
from sessions_app.booking.requests import accept_booking, decline_booking, extend_request, withdraw_booking
from sessions_app.models import AttendanceKind, Booking, BookingEvent
from sessions_app.questions.brief_input import BriefInput
from tests.conftest import NOW, at, make_person
from tests.sessions_app.conftest import QUESTION, THURSDAY, book
from tests.sessions_app.helpers.followups import DAY, END, planned, write

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
LATER = NOW + HOUR
FRIDAY = at("2026-11-27 10:00")


@pytest.fixture(autouse=True)
def from_the_start(db) -> None:
    cache.delete(audit.GOES_ON_AFTER)


def rows(booking: Booking) -> dict[str, tuple]:
    kept = Notification.objects.about("booking", booking.pk).filter(subject_version=booking.version)
    return {row.dedupe_key: (row.due_at, row.send_before, row.state) for row in kept}


def cancelled(booking, bob):
    return cancel_booking(booking=booking, by=bob, reason="Ill", now=LATER)


def countered(booking, alice):
    return counter_request(booking=booking, starts=[FRIDAY, FRIDAY + HOUR], by=alice, now=LATER)


ACTS: dict[str, tuple[bool, Callable]] = {
    "booked": (True, lambda booking, alice, bob: booking),
    "requested": (False, lambda booking, alice, bob: booking),
    "accepted": (False, lambda booking, alice, bob: accept_booking(booking=booking, by=alice, now=LATER)),
    "declined": (False, lambda booking, alice, bob: decline_booking(booking=booking, by=alice, reason="", now=LATER)),
    "withdrawn": (False, lambda booking, alice, bob: withdraw_booking(booking=booking, by=bob, now=LATER)),
    "countered": (False, lambda booking, alice, bob: countered(booking, alice)),
    "chosen": (
        False,
        lambda booking, alice, bob: choose_time(booking=countered(booking, alice), start=FRIDAY, by=bob, now=LATER),
    ),
    "moved": (
        True,
        lambda booking, alice, bob: move_booking(booking=booking, start=at("2026-11-27 10:00"), by=bob, now=LATER),
    ),
    "cancelled": (True, lambda booking, alice, bob: cancelled(booking, bob)),
    "moved and cancelled": (
        True,
        lambda booking, alice, bob: cancelled(
            move_booking(booking=booking, start=at("2026-11-27 10:00"), by=alice, now=NOW), bob
        ),
    ),
}


def missed(booking, alice, bob, *, admitted=False):
    join_call(booking=booking, by=alice, now=THURSDAY)
    say_absent(booking=booking, by=alice, now=THURSDAY + 5 * MINUTE)
    if admitted:
        return answer_absent(booking=booking, by=bob, came=False, now=THURSDAY + 15 * MINUTE)
    settle_silent(now=THURSDAY + 15 * MINUTE)
    booking.refresh_from_db()
    return booking


def decided(booking, alice, bob, decision):
    contest_missed(booking=missed(booking, alice, bob), by=bob, words="I was there", now=END)
    maria = make_person("maria@example.org", "Maria Marsh", is_staff=True)
    kind = AttendanceKind(decision)
    return decide_attendance(booking=booking, decision=kind, by=maria, reason="", now=END + HOUR)


# When the session has begun
AFTERWARDS: dict[str, Callable] = {
    "missed": missed,
    "admitted": lambda booking, alice, bob: missed(booking, alice, bob, admitted=True),
    "upheld": lambda booking, alice, bob: decided(booking, alice, bob, "mentee_missed"),
    "turned": lambda booking, alice, bob: decided(booking, alice, bob, "mentor_missed"),
    "cleared": lambda booking, alice, bob: decided(booking, alice, bob, "held"),
}


@pytest.mark.parametrize("act", AFTERWARDS)
def test_audit_knows_what_is_told_about_who_came(act, offer, alice, bob):
    booking = AFTERWARDS[act](book(offer, bob), alice, bob)
    [newest] = BookingEvent.objects.filter(booking=booking).order_by("-at", "-pk")[:1]
    before = rows(booking)
    assert audit.last_announced_event(list(booking.events.all()), until_version=booking.version) == newest
    assert audit_notices(now=newest.at + MINUTE) == 0
    Notification.objects.all().delete()

    assert audit_notices(now=newest.at + MINUTE) == len(before) > 0
    assert rows(booking) == before


def test_audit_asks_again_who_is_said_to_be_missing_until_it_is_answered(waiting, bob):
    before = rows(waiting)
    assert "not_here:booking" in " ".join(before)
    Notification.objects.filter(kind="not_here").delete()

    assert audit_notices(now=THURSDAY + 6 * MINUTE) == 1
    assert rows(waiting) == before
    Notification.objects.filter(kind="not_here").delete()
    answer_absent(booking=waiting, by=bob, came=True, now=THURSDAY + 7 * MINUTE)
    assert audit_notices(now=THURSDAY + 8 * MINUTE) == 0


@pytest.fixture(params=ACTS)
def told(request, offer, alice, bob) -> Booking:
    offer.instant, act = ACTS[request.param]
    offer.save()
    return act(book(offer, bob), alice, bob)


def test_audit_writes_exactly_what_the_act_had_written(told):
    before = rows(told)
    Notification.objects.all().delete()

    written = audit_notices(now=LATER + MINUTE)

    assert written == len(before)
    assert rows(told) == before


def test_audit_writes_nothing_where_nothing_is_missing(told):
    before = Notification.objects.count()

    assert audit_notices(now=LATER) == 0
    assert Notification.objects.count() == before


@pytest.mark.parametrize("state", [State.OBSOLETE, State.EXPIRED, State.DEAD, State.UNCERTAIN])
def test_audit_wakes_nothing_that_has_come_to_an_end(told, state):
    Notification.objects.update(state=state)

    assert audit_notices(now=LATER) == 0
    assert set(Notification.objects.values_list("state", flat=True)) == {state}


def test_audit_leaves_alone_what_would_come_too_late(offer, bob):
    booking = book(offer, bob)
    Notification.objects.all().delete()

    audit_notices(now=THURSDAY - 2 * HOUR)

    kinds = Notification.objects.about("booking", booking.pk).values_list("kind", flat=True)
    assert "booked" not in kinds
    assert "reminder_day" not in kinds
    assert "reminder_hour" in kinds


def test_audit_does_not_remind_of_a_moment_that_is_long_past(offer, bob):
    """Somebody who now chooses a day as their lead is not reminded at once of the session in five hours."""
    book(offer, bob)
    Notification.objects.all().delete()

    audit_notices(now=THURSDAY - 5 * HOUR)

    assert not Notification.objects.filter(kind="reminder_day").exists()


def test_audit_finds_a_reminder_that_was_lost_just_before_its_moment(offer, bob):
    book(offer, bob)
    Notification.objects.all().delete()

    audit_notices(now=THURSDAY - HOUR + 10 * MINUTE)

    assert Notification.objects.filter(kind="reminder_hour").count() == 2


def test_audit_does_not_tell_of_holds(offer):
    hold_slot(offer=offer, start=THURSDAY, brief=BriefInput(question=QUESTION), now=NOW, held_for="x")
    assert audit_notices(now=NOW) == 0

    expire_overdue(now=LATER)

    assert audit_notices(now=LATER) == 0


@pytest.mark.parametrize("instant", [True, False])
def test_audit_knows_what_a_late_claim_told(offer, bob, instant):
    """A hold that ran out and was claimed all the same, its time being free still."""
    offer.instant = instant
    offer.save()
    hold = hold_slot(offer=offer, start=THURSDAY, brief=BriefInput(question=QUESTION), now=NOW, held_for="x")
    late = NOW + 12 * MINUTE
    expire_overdue(now=late)
    booking = claim_hold(booking=hold, mentee=bob, now=late)
    before = rows(booking)
    Notification.objects.all().delete()

    written = audit_notices(now=late)

    assert written == len(before) > 0
    assert rows(booking) == before


def test_audit_tells_of_a_request_that_the_clock_ended(request_for, bob):
    expire_overdue(now=NOW + 25 * HOUR)
    Notification.objects.all().delete()

    assert audit_notices(now=NOW + 26 * HOUR) == 1
    assert Notification.objects.values_list("kind", "recipient").get() == ("request_expired", bob.pk)


def test_audit_tells_once_of_a_request_whose_answer_takes_more_time(request_for, alice):
    extend_request(booking=request_for, by=alice, now=LATER)

    assert audit_notices(now=LATER) == 0


def test_audit_looks_past_changes_that_nobody_was_told_of(booking, bob):
    edit_brief(booking=booking, brief=BriefInput("Better?"), by=bob, now=LATER)
    complete_ended(now=THURSDAY + HOUR)
    Notification.objects.all().delete()

    audit_notices(now=THURSDAY + HOUR)

    asked = Notification.objects.filter(kind="feedback_request")
    assert {row.due_at for row in asked} == {THURSDAY + 25 * MINUTE + 2 * HOUR}
    assert asked.count() == 2


def test_audit_silences_an_older_version_that_somebody_forgot(booking, bob, monkeypatch):
    monkeypatch.setattr("sessions_app.booking.transitions.schedule_notices", lambda *dues, now: None)
    cancelled(booking, bob)

    audit_notices(now=LATER)

    left = Notification.objects.filter(state=State.PENDING)
    assert set(left.values_list("kind", flat=True)) == {"cancelled"}


def test_audit_of_a_session_without_a_log_writes_nothing(booking):
    unlogged = Booking.objects.get(pk=booking.pk)

    assert audit.expected_notices(unlogged, []) == []


def test_audit_tells_nothing_twice_of_a_booking_that_changes_while_it_is_read(booking, bob, monkeypatch):
    find_dues = audit._of_bookings

    def cancel_meanwhile(bookings, guard):
        cancelled(booking, bob)
        return find_dues(bookings, guard)

    monkeypatch.setattr(audit, "_of_bookings", cancel_meanwhile)

    assert audit_notices(now=LATER) == 0
    booking.refresh_from_db()
    told = Notification.objects.filter(kind="cancelled")
    assert set(told.values_list("subject_version", flat=True)) == {booking.version}


def test_audit_goes_on_where_the_time_was_up(offer, bob, charlie, monkeypatch):
    monkeypatch.setattr(audit, "AT_ONCE", 1)
    first, second = book(offer, bob), book(offer, charlie, at("2026-11-26 11:00"))
    Notification.objects.all().delete()

    audit_notices(now=LATER, seconds=0)
    assert Notification.objects.count() == 0

    ticks = iter([0.0, 0.0, 9.0])
    monkeypatch.setattr(audit.time, "monotonic", lambda: next(ticks))
    audit_notices(now=LATER, seconds=1)
    assert set(Notification.objects.values_list("subject_id", flat=True)) == {first.pk}

    monkeypatch.undo()
    audit_notices(now=LATER)
    assert set(Notification.objects.values_list("subject_id", flat=True)) == {first.pk, second.pk}


def test_events_that_the_audit_reads_are_the_ones_that_services_write(told):
    """A new kind of change has to be known to the audit, or it would tell the change before it again."""
    [newest] = BookingEvent.objects.filter(booking=told).order_by("-at", "-pk")[:1]

    assert audit.last_announced_event(list(told.events.all()), until_version=told.version) == newest


def test_what_the_audit_writes_renders_or_is_silent(told):
    """What was told of earlier versions has left: nobody is told of the end of what they never heard of."""
    earlier = Notification.objects.filter(subject_type="booking", subject_version__lt=told.version)
    earlier.update(state=State.SENT, sent_at=NOW)
    Notification.objects.exclude(state=State.SENT).delete()
    audit_notices(now=LATER)

    for row in Notification.objects.exclude(state=State.SENT).select_related("recipient").order_by("due_at"):
        complete_ended(now=row.due_at)
        said = kind_named(row.kind).render(row, row.due_at)
        assert not isinstance(said, Nothing)


def test_audit_finds_the_reminder_of_a_step(booking, bob):
    complete_ended(now=END)
    booking.refresh_from_db()
    step = write(booking, bob)
    before = planned("action_due")
    Notification.objects.filter(kind="action_due").delete()

    audit_notices(now=END + DAY)

    assert len(before) == 1
    assert planned("action_due") == before
    assert Notification.objects.get(kind="action_due").subject_id == step.pk


def test_audit_does_not_remind_of_a_step_that_is_done(booking, bob):
    complete_ended(now=END)
    booking.refresh_from_db()
    step = write(booking, bob)
    Notification.objects.all().delete()
    step.done_at = END + DAY
    step.save()

    audit_notices(now=END + DAY)

    assert not Notification.objects.filter(kind="action_due").exists()


def test_audit_lets_rest_what_nobody_missed_for_a_day(booking):
    complete_ended(now=END)
    Notification.objects.all().delete()

    audit_notices(now=END + 2 * HOUR + DAY + MINUTE)

    assert not Notification.objects.filter(kind="feedback_request").exists()
    assert Notification.objects.filter(kind="feedback_nudge").count() == 2
