from datetime import timedelta

import pytest

from notifications.models import Notification
from sessions_app.errors import BookingError
from sessions_app.models import Feedback, Occupancy
from sessions_app.services import (
    BriefInput,
    close_engagements,
    complete_ended,
    expire_overdue,
    give_feedback,
    hold_slot,
)
from tests.conftest import NOW

from .conftest import QUESTION, THURSDAY

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
    with pytest.raises(BookingError) as refused:
        give_feedback(booking=booking, by=bob, now=now, answers={"resolution": "yes"})

    assert refused.value.code == code
    assert Feedback.objects.count() == 0
