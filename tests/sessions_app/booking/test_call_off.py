"""Calling off all sessions about one question in one act: all or none, each as if it were ended alone."""

from datetime import timedelta

import pytest
import time_machine

from notifications.models import Notification
from sessions_app.booking.changes import (
    call_off,
    call_off_dates,
    cancel_booking,
    dates_mark,
    list_dates_ahead,
    move_booking,
)
from sessions_app.booking.requests import accept_booking
from sessions_app.booking.series import book_further
from sessions_app.models import Booking, Engagement, Occupancy
from tests.conftest import NOW
from tests.markup import answers_in, elements_of, markup_of, parts_in, problems_in, refusals_in
from tests.sessions_app.conftest import THURSDAY
from tests.sessions_app.helpers.followups import code_of

pytestmark = pytest.mark.usefixtures("now")
WEEK, HOUR = timedelta(weeks=1), timedelta(hours=1)


@pytest.fixture
def further(booking, bob) -> list[Booking]:
    """Two more sessions, in the two weeks after the first."""
    return book_further(booking=booking, starts=[THURSDAY + WEEK, THURSDAY + 2 * WEEK], by=bob, now=NOW)


def states() -> list[str]:
    return list(Booking.objects.order_by("during").values_list("state", flat=True))


def page_of(booking: Booking) -> str:
    return f"/sessions/{booking.uuid}/cancel/"


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_either_person_calls_off_all_sessions_of_a_question(booking, further, request, who):
    person = request.getfixturevalue(who)

    ended = call_off_dates(booking=booking, by=person, reason="Solved", now=NOW)

    assert [one.pk for one in ended] == [booking.pk, *(one.pk for one in further)]
    assert {(one.state, one.reason, one.ended_by_id, one.late) for one in ended} == {
        ("cancelled", "Solved", person.pk, False)
    }
    assert not Occupancy.objects.filter(booking__in=ended).exists()
    assert Engagement.objects.get().closed_at == NOW
    told = Notification.objects.filter(kind="cancelled").order_by("recipient", "subject_id")
    assert list(told.values_list("recipient", "subject_id")) == [
        (one, date.pk) for one in sorted((booking.mentor_id, booking.mentee_id)) for date in ended
    ]


def test_from_the_one_in_the_middle_those_before_and_after_end_too(booking, further, bob):
    call_off_dates(booking=further[0], by=bob, reason="", now=NOW)

    assert states() == ["cancelled"] * 3


def test_what_is_past_or_has_begun_stays(booking, further, bob):
    now = booking.start + timedelta(minutes=5)

    call_off_dates(booking=further[0], by=bob, reason="", now=now)

    assert states() == ["confirmed", "cancelled", "cancelled"]


@pytest.mark.parametrize(("who", "ended"), [("bob", "withdrawn"), ("alice", "declined")])
def test_requests_end_as_this_person_can_end_them(request_for, alice, bob, request, who, ended):
    accept_booking(booking=request_for, by=alice, now=NOW)
    request_for.refresh_from_db()
    book_further(booking=request_for, starts=[THURSDAY + WEEK], by=bob, now=NOW)

    call_off_dates(booking=request_for, by=request.getfixturevalue(who), reason="Ill", now=NOW)

    assert states() == ["cancelled", ended]


def test_one_alone_ends_as_it_stands_now_whatever_was_read_before(request_for, alice, bob):
    """Its mentor answers a request, so they can't call it off; for its mentee it is withdrawn, or cancelled."""
    opened_before = Booking.objects.get(pk=request_for.pk)
    assert code_of(lambda: call_off(booking=request_for, by=alice, reason="", now=NOW)) == "not_confirmed"
    accept_booking(booking=request_for, by=alice, now=NOW)

    assert call_off(booking=opened_before, by=bob, reason="Ill", now=NOW).state == "cancelled"


def test_a_request_alone_is_withdrawn(request_for, bob):
    assert call_off(booking=request_for, by=bob, reason="", now=NOW).state == "withdrawn"


def test_one_late_session_needs_a_reason_and_without_it_all_stay(booking, further, bob):
    late = THURSDAY - HOUR

    def call_all_off(reason: str) -> object:
        return call_off_dates(booking=further[1], by=bob, reason=reason, now=late)

    assert code_of(lambda: call_all_off(" ")) == "reason_needed"
    assert states() == ["confirmed"] * 3
    call_all_off("Ill")
    assert list(Booking.objects.order_by("during").values_list("late", flat=True)) == [True, False, False]


@pytest.mark.parametrize("change", ["moved", "gone", "more"])
def test_others_than_were_seen_are_asked_about_again(booking, further, bob, change):
    seen = dates_mark(list_dates_ahead(booking, now=NOW))
    if change == "moved":
        move_booking(booking=further[1], start=THURSDAY + 2 * WEEK + HOUR, by=bob, now=NOW)
    elif change == "gone":
        cancel_booking(booking=further[1], by=bob, reason="", now=NOW)
    else:
        book_further(booking=booking, starts=[THURSDAY + 3 * WEEK], by=bob, now=NOW)
    before = states()

    assert code_of(lambda: call_off_dates(booking=booking, by=bob, reason="", now=NOW, others_seen=seen)) == "stale"
    assert states() == before


def test_a_stranger_and_what_is_over_are_refused(booking, further, bob):
    cancel_booking(booking=booking, by=bob, reason="", now=NOW)

    assert code_of(lambda: call_off_dates(booking=booking, by=bob, reason="", now=NOW)) == "not_confirmed"
    assert states() == ["cancelled", "confirmed", "confirmed"]


# The page


def press(client, booking: Booking, **said: str):
    """Send what the page that is open says, with this."""
    return client.post(page_of(booking), {"dates_seen": seen_on(client.get(page_of(booking))), **said}, follow=True)


def seen_on(response) -> str:
    [mark] = elements_of(markup_of(response), "input", name="dates_seen")
    return mark.attributes["value"]


def ticked(page) -> list[str]:
    choices = elements_of(page, "input", name="which")
    return [one.attributes["value"] for one in choices if "checked" in one.attributes]


def test_the_page_names_the_others_and_keeps_them_unless_told(booking, further, bob, client_for):
    client = client_for(bob)
    page = markup_of(client.get(page_of(booking)))
    assert ("other-dates" in parts_in(page), ticked(page)) == (True, ["this"])

    press(client, booking, which="this", reason="")

    assert states() == ["cancelled", "confirmed", "confirmed"]


def test_the_page_calls_off_all(booking, further, bob, client_for):
    response = press(client_for(bob), booking, which="all", reason="Solved")

    assert (states(), answers_in(markup_of(response))) == (["cancelled"] * 3, ["ok"])


def test_the_page_of_a_later_session_asks_why_if_an_earlier_one_is_late(booking, further, bob, client_for):
    with time_machine.travel(THURSDAY - HOUR, tick=False):
        response = press(client_for(bob), further[1], which="all", reason="")

        page = markup_of(response)
        assert (response.status_code, problems_in(page), ticked(page)) == (422, ["id_reason"], ["all"])
        assert states() == ["confirmed"] * 3
        press(client_for(bob), further[1], which="this", reason="")
    assert states() == ["confirmed", "confirmed", "cancelled"]


def test_the_page_asks_again_where_the_others_have_changed(booking, further, bob, client_for):
    client = client_for(bob)
    seen = seen_on(client.get(page_of(booking)))
    cancel_booking(booking=further[1], by=bob, reason="", now=NOW)
    said = {"which": "all", "reason": "Solved", "dates_seen": seen}

    response = client.post(page_of(booking), said)

    assert (response.status_code, states()) == (409, ["confirmed", "confirmed", "cancelled"])
    again = markup_of(response)
    assert (refusals_in(again), ticked(again)) == (["stale"], ["all"])


def test_a_request_among_requests_is_withdrawn_with_them_and_no_reason_is_asked(request_for, alice, bob, client_for):
    accept_booking(booking=request_for, by=alice, now=NOW)
    request_for.refresh_from_db()
    made = book_further(booking=request_for, starts=[THURSDAY + WEEK, THURSDAY + 2 * WEEK], by=bob, now=NOW)
    cancel_booking(booking=request_for, by=bob, reason="", now=NOW)
    client = client_for(bob)
    page = markup_of(client.get(page_of(made[0])))
    assert elements_of(page, "textarea") == []

    press(client, made[0], which="all")

    assert states() == ["cancelled", "withdrawn", "withdrawn"]
