from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from common.clock import ClocksDifferError
from mentoring.celery import app
from mentors.models import Offer
from notifications.models import InboxItem, Notification
from sessions_app import stuck_rows, tasks
from sessions_app.afterwards.feedback import give_feedback
from sessions_app.attendance.acts import join_call, say_absent, settle_silent
from sessions_app.audit import audit_notices
from sessions_app.booking.clock import close_engagements, complete_ended, expire_overdue
from sessions_app.booking.holds import hold_slot
from sessions_app.errors import SessionError
from sessions_app.models import Booking, Engagement, Feedback, HeldTime, Occupancy, StuckRow, WrittenQuestion
from sessions_app.questions.brief_input import BriefInput
from sessions_app.waiting.acts import wait_for_mentor
from sessions_app.waiting.handing_out import hand_out_freed_time
from sessions_app.written.acts import expire_written
from tests.conftest import NOW, at, make_mentor, make_person
from tests.markup import elements_of, markup_of
from tests.sessions_app.conftest import QUESTION, THURSDAY, book
from tests.sessions_app.helpers.written import ask, writes

pytestmark = pytest.mark.django_db
END = THURSDAY + timedelta(minutes=25)


def test_expire_overdue_ends_a_request_and_tells_the_mentee(request_for, bob):
    assert expire_overdue(now=request_for.expires_at - timedelta(seconds=1)) == 0
    assert expire_overdue(now=request_for.expires_at) == 1

    request_for.refresh_from_db()
    assert (request_for.state, request_for.engagement.closed_at) == ("expired", request_for.expires_at)
    assert Occupancy.objects.count() == 0
    assert Notification.objects.filter(kind="request_expired").values_list("recipient", flat=True).get() == bob.pk


def test_expire_overdue_ends_a_hold_silently(offer):
    held = hold_slot(offer=offer, start=THURSDAY, brief=BriefInput(question=QUESTION), held_for="v", now=NOW)

    assert expire_overdue(now=NOW + timedelta(minutes=10)) == 1

    held.refresh_from_db()
    assert (held.state, Occupancy.objects.count(), Notification.objects.count()) == ("expired", 0, 0)


def test_complete_ended_finishes_a_session_whose_time_is_over(booking):
    assert complete_ended(now=END - timedelta(seconds=1)) == 0
    assert complete_ended(now=END) == 1
    assert complete_ended(now=END) == 0

    booking.refresh_from_db()
    assert (booking.state, booking.occupancies.count()) == ("completed", 0)


def test_complete_ended_takes_the_reminders_out_of_the_inbox(booking, bob):
    before = InboxItem.objects.shown_to(bob, END).values_list("kind", flat=True)
    assert set(before) == {"booked", "reminder_day", "reminder_hour"}

    # Late, when they are asked already how it was
    complete_ended(now=END + timedelta(hours=1))

    after = InboxItem.objects.shown_to(bob, END + timedelta(hours=1)).values_list("kind", flat=True)
    assert set(after) == {"booked", "feedback_request"}


def test_complete_ended_leaves_the_question_whether_it_helped_standing(booking):
    complete_ended(now=END)

    booking.refresh_from_db()
    asked = Notification.objects.filter(kind="feedback_request")
    assert {(row.subject_version, row.due_at) for row in asked} == {(booking.version, END + timedelta(hours=2))}


def test_close_engagements_fourteen_days_after_the_last_contact(booking):
    complete_ended(now=END)

    assert close_engagements(now=END + timedelta(days=14) - timedelta(seconds=1)) == 0
    assert close_engagements(now=END + timedelta(days=14)) == 1


def test_close_engagements_waits_for_a_session_ahead(booking):
    assert close_engagements(now=NOW + timedelta(days=300)) == 0


def test_give_feedback_keeps_one_answer_per_person(booking, alice, bob):
    after = END + timedelta(hours=1)
    give_feedback(booking=booking, by=bob, now=after, answers={"resolution": "partly", "advice": "Slower"})
    give_feedback(booking=booking, by=bob, now=after, answers={"resolution": "yes"})
    give_feedback(booking=booking, by=alice, now=after, answers={"resolution": "yes", "prepared": 4})

    answers = set(Feedback.objects.values_list("author", "role", "resolution"))
    assert answers == {(bob.pk, "mentee", "yes"), (alice.pk, "mentor", "yes")}
    assert Feedback.objects.get(author=bob).advice == "Slower"


@pytest.mark.parametrize(
    ("now", "code"),
    [
        pytest.param(END - timedelta(minutes=1), "not_over", id="before-the-end"),
        pytest.param(END + timedelta(days=7), "too_late", id="a-week-later"),
    ],
)
def test_give_feedback_has_its_time(booking, bob, now, code):
    with pytest.raises(SessionError) as refused:
        give_feedback(booking=booking, by=bob, now=now, answers={"resolution": "yes"})

    assert refused.value.code == code
    assert Feedback.objects.count() == 0


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FAR = NOW + timedelta(days=40)


@pytest.fixture
def dora(db):
    return make_person("dora@example.org", "Dora Dane")


@pytest.fixture
def dans(db) -> Offer:
    """Of a second mentor."""
    return make_mentor(make_person("dan@example.org", "Dan Dorr")).offers.get()


def two_requests(offer, other, bob, charlie) -> list:
    Offer.objects.update(instant=False)
    offer.refresh_from_db()
    other.refresh_from_db()
    book(offer, bob)
    book(other, charlie)
    return [expire_overdue, Booking, "expired"]


def two_sessions(offer, other, bob, charlie) -> list:
    book(offer, bob)
    book(other, charlie)
    return [complete_ended, Booking, "completed"]


def two_written(offer, other, bob, charlie) -> list:
    ask(writes(offer.profile), bob)
    ask(writes(other.profile), charlie)
    return [expire_written, WrittenQuestion, "expired"]


def two_engagements(offer, other, bob, charlie) -> list:
    two_sessions(offer, other, bob, charlie)
    complete_ended(now=END)
    return [close_engagements, Engagement, None]


@pytest.mark.parametrize("made", [two_requests, two_sessions, two_written, two_engagements])
def test_a_row_that_fails_is_left_out_shown_and_tried_again_later(made, offer, dans, bob, charlie, break_row):
    act, model, state = made(offer, dans, bob, charlie)
    broken, sound = model.objects.order_by("pk")
    break_row(broken)

    assert [act(now=FAR), act(now=FAR), act(now=FAR + timedelta(seconds=61))] == [1, 0, 0]

    broken.refresh_from_db()
    sound.refresh_from_db()
    done = [row.closed_at is not None if state is None else row.state == state for row in (broken, sound)]
    assert done == [False, True]
    stuck = StuckRow.objects.get()
    assert (stuck.row, stuck.failures, stuck.first_at) == (broken.pk, 2, FAR)
    assert "this row is broken" in stuck.error


def test_a_missed_session_that_cannot_be_recorded_does_not_stop_the_next(waiting, dans, charlie, break_row):
    dan = dans.profile.person
    second = book(dans, charlie)
    join_call(booking=second, by=dan, now=THURSDAY - timedelta(minutes=1))
    say_absent(booking=second, by=dan, now=THURSDAY + timedelta(minutes=5))
    break_row(waiting)

    assert settle_silent(now=THURSDAY + timedelta(minutes=15)) == 1

    second.refresh_from_db()
    assert (second.state, StuckRow.objects.get().act) == ("mentee_no_show", "settle_silent")


def test_a_row_that_is_mended_is_done_and_not_shown_any_more(booking, break_row):
    break_row(booking)
    assert complete_ended(now=END) == 0
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER broken_{booking.pk} ON sessions_app_booking")

    assert [complete_ended(now=END + timedelta(seconds=30)), complete_ended(now=END + HOUR)] == [0, 1]
    assert StuckRow.objects.count() == 0


def test_a_row_with_which_nothing_is_left_to_do_is_not_shown_any_more(booking, break_row):
    break_row(booking)
    complete_ended(now=END)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER broken_{booking.pk} ON sessions_app_booking")
    Booking.objects.update(state="cancelled")

    assert complete_ended(now=END + HOUR) == 0
    assert StuckRow.objects.count() == 0


def test_more_broken_rows_than_a_batch_holds_do_not_keep_the_clock_from_the_rest(
    offer, bob, charlie, dora, break_row, monkeypatch
):
    monkeypatch.setattr(stuck_rows, "AT_ONCE", 2)
    for person, day in ((bob, 26), (charlie, 27), (dora, 30)):
        booked = book(offer, person, at(f"2026-11-{day} 10:00"))
        if person != dora:
            break_row(booked)

    assert [complete_ended(now=FAR), complete_ended(now=FAR)] == [0, 1]


def test_whoever_waits_behind_a_place_that_fails_is_asked(offer, bob, charlie, break_row):
    waiting = [
        wait_for_mentor(profile=offer.profile, words=QUESTION, known=[], person=person, now=NOW)
        for person in (bob, charlie)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse_held() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'data_exception'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER no_held BEFORE INSERT ON sessions_app_heldtime FOR EACH ROW "
            f"WHEN (NEW.person_id = {bob.pk}) EXECUTE FUNCTION refuse_held()"
        )

    assert hand_out_freed_time(now=NOW + HOUR) == 1

    assert HeldTime.objects.get().person == charlie
    assert StuckRow.objects.get().row == waiting[0].pk


@pytest.mark.parametrize("shift", ["-10 days", "-61 seconds", "61 seconds", "10 days"])
def test_no_act_of_the_clock_happens_where_the_machines_clock_is_wrong(shift, set_database_clock):
    set_database_clock(shift)

    for name in beat_tasks():
        if needs_the_time(name):
            with pytest.raises(ClocksDifferError):
                app.tasks[name]()


def test_a_wrong_clock_finishes_no_session(offer, bob, set_database_clock):
    """A worker ten days ahead."""
    start = (timezone.now() + 3 * DAY).replace(hour=12, minute=0, second=0, microsecond=0)
    while start.isoweekday() > 5:
        start += DAY
    booked = book(offer, bob, start, now=timezone.now())
    set_database_clock("-10 days")
    with time_machine.travel(start + DAY, tick=True), pytest.raises(ClocksDifferError):
        tasks.complete_ended()

    booked.refresh_from_db()
    assert booked.state == "confirmed"


def test_what_time_it_is_for_the_clocks_acts_postgres_says(offer, bob, set_database_clock):
    ended = Booking.objects.get(pk=book(offer, bob).pk)
    Booking.objects.filter(pk=ended.pk).update(
        during=DateTimeTZRange(timezone.now() - HOUR, timezone.now() + timedelta(seconds=20), "[)")
    )
    assert tasks.complete_ended() == 0
    set_database_clock("40 seconds")

    assert tasks.complete_ended() == 1


def beat_tasks() -> list[str]:
    app.loader.import_default_modules()
    return sorted(entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values())


def needs_the_time(name: str) -> bool:
    """All but those whose rows carry PostgreSQL's times already, and those that ask for no time."""
    return name not in {
        "accounts.tasks.forget_ended_sessions",
        "accounts.tasks.forget_web_sessions",
        "notifications.tasks.check_counts",
        "notifications.tasks.fold_counts",
        "notifications.tasks.reap",
        "notifications.tasks.send_webhooks",
        "search.tasks.add_missing",
        "search.tasks.count_words",
    }


def test_a_booking_whose_notices_fail_keeps_the_audit_from_no_other(booking, dans, charlie):
    """It has no beginning, so nothing can be derived from it."""
    other = book(dans, charlie)
    Notification.objects.all().delete()
    Booking.objects.filter(pk=booking.pk).update(during=DateTimeTZRange(None, END, "[)"))

    audit_notices(now=NOW)

    assert set(Notification.objects.filter(subject_type="booking").values_list("subject_id", flat=True)) == {other.pk}
    assert StuckRow.objects.get().row == booking.pk


def test_staff_see_what_is_stuck_and_have_it_tried_again(booking, break_row, client_for, maria):
    break_row(booking)
    complete_ended(now=END)

    page = client_for(maria).get("/staff/clock/")
    assert [(row.row, row.failures) for row in page.context["page"].object_list] == [(booking.pk, 1)]
    assert "this row is broken" in page.content.decode()
    assert elements_of(markup_of(client_for(maria).get("/staff/")), "tr", data_queue="staff_clock", data_count="1")
    assert StuckRow.objects.waiting(END).count() == 1

    StuckRow.objects.update(next_try_at=timezone.now() + HOUR)
    assert client_for(maria).post("/staff/clock/retry/").status_code == 302
    assert StuckRow.objects.waiting(timezone.now()).count() == 0


def test_only_staff_have_what_is_stuck_tried_again(bob):
    with pytest.raises(PermissionDenied):
        stuck_rows.try_stuck_again(by=bob, now=NOW)
