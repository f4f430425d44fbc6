"""Five minutes more: asked by one, agreed by the other, refused where something follows."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from notifications.models import Notification
from sessions_app.audit import audit_notices
from sessions_app.booking.clock import complete_ended
from sessions_app.booking.more_time import agree_more_time, ask_more_time
from sessions_app.errors import SessionError
from sessions_app.models import Booking, BookingState, MoreTime, Occupancy
from tests.conftest import at, make_mentor, make_person
from tests.markup import elements_of, markup_of, part_in, parts_in
from tests.sessions_app.conftest import THURSDAY, book
from tests.sessions_app.helpers.looking import look_again
from tests.sessions_app.helpers.races import race

pytestmark = pytest.mark.django_db
END = THURSDAY + timedelta(minutes=25)
LAST = END - timedelta(minutes=5)


def test_one_asks_the_other_agrees_and_both_have_five_minutes_more(booking, alice, bob):
    told = Notification.objects.count()

    ask_more_time(booking=booking, by=bob, now=LAST)
    ask_more_time(booking=booking, by=bob, now=LAST)
    for _ in range(2):
        agree_more_time(booking=booking, end=END, by=alice, now=LAST)

    booking.refresh_from_db()
    assert (booking.end, booking.length, booking.booked_length) == (END + timedelta(minutes=5), 30, 25)
    spans = Occupancy.objects.filter(booking=booking).values_list("person", "during")
    assert dict(spans) == {alice.pk: booking.during, bob.pk: booking.during}
    assert Notification.objects.count() == told
    assert audit_notices(now=LAST) == 0


def test_two_who_ask_have_agreed(booking, alice, bob):
    ask_more_time(booking=booking, by=bob, now=LAST)
    ask_more_time(booking=booking, by=alice, now=LAST)

    booking.refresh_from_db()
    assert booking.overtime == 5


def test_after_ten_minutes_more_it_is_enough(booking, alice, bob):
    for minutes in (0, 5):
        now = LAST + timedelta(minutes=minutes)
        ask_more_time(booking=booking, by=bob, now=now)
        agree_more_time(booking=booking, end=END + timedelta(minutes=minutes), by=alice, now=now)

    with pytest.raises(SessionError) as refused:
        ask_more_time(booking=booking, by=bob, now=END + timedelta(minutes=6))

    assert refused.value.code == "enough"


@pytest.mark.parametrize("now", [LAST - timedelta(seconds=1), END])
def test_it_is_asked_in_the_last_minutes_only(booking, bob, now):
    with pytest.raises(SessionError) as refused:
        ask_more_time(booking=booking, by=bob, now=now)

    assert (refused.value.code, MoreTime.objects.count()) == ("not_now", 0)


@pytest.mark.parametrize(
    ("follower", "gap", "refused"), [("mentor", 5, True), ("mentee", 0, True), ("mentee", 5, False)]
)
def test_nothing_may_follow_for_either_with_the_mentors_buffer(booking, alice, bob, charlie, follower, gap, refused):
    start = END + timedelta(minutes=gap)
    if follower == "mentor":
        book(booking.offer, charlie, start)
    else:
        other = make_mentor(make_person("erin@example.org", "Erin Else"), windows=[(4, 895 + gap, 1020)])
        book(other.offers.get(), bob, start)

    code = ""
    try:
        ask_more_time(booking=booking, by=alice, now=LAST)
        agree_more_time(booking=booking, end=END, by=bob, now=LAST)
    except SessionError as error:
        code = error.code

    assert code == ("follows" if refused else "")
    assert Booking.objects.get(pk=booking.pk).end == (END if refused else END + timedelta(minutes=5))


def test_nobody_agrees_to_what_nobody_asked(booking, alice, bob, charlie):
    ask_more_time(booking=booking, by=bob, now=LAST)

    codes = []
    for by, end in ((bob, END), (alice, END + timedelta(minutes=5)), (charlie, END)):
        with pytest.raises(SessionError) as refused:
            agree_more_time(booking=booking, end=end, by=by, now=LAST)
        codes.append(refused.value.code)

    assert codes == ["not_asked", "not_asked", "not_yours"]


def test_the_other_sees_it_without_reloading_and_answers_by_one_tap(booking, alice, bob, client_for):
    page, post = reverse("session", args=[booking.uuid]), reverse("session_more_time", args=[booking.uuid])
    with time_machine.travel(LAST, tick=False):
        mine, theirs = client_for(bob), client_for(alice)
        still = theirs.get(page)
        mine.post(post)
        news = look_again(theirs, still)
        done = theirs.post(post, {"end": "2026-11-26T14:55Z"}, follow=True)

    assert "more-time-asked" not in parts_in(markup_of(still))
    assert "Bob" in part_in(markup_of(news), "more-time-asked")
    agreed = part_in(markup_of(done), "more-time")
    assert ("5" in agreed, "15:00" in agreed) == (True, True)
    [agenda] = elements_of(markup_of(done), "h2", id="agenda-title")
    assert re.findall(r"\d+", agenda.text) == ["25"]


@pytest.mark.django_db(transaction=True)
def test_the_end_of_the_session_and_the_next_booking_race_with_the_yes(booking, alice, bob, charlie):
    ask_more_time(booking=booking, by=bob, now=LAST)
    alice.mentor_profile.schedule.notice = 0
    alice.mentor_profile.schedule.save()
    offer = alice.mentor_profile.offers.get()

    outcomes = race(
        [
            lambda: agree_more_time(booking=booking, end=END, by=alice, now=LAST),
            lambda: agree_more_time(booking=booking, end=END, by=alice, now=LAST),
            lambda: book(offer, charlie, at("2026-11-26 15:00"), now=LAST),
        ]
    )

    booking.refresh_from_db()
    agreed = booking.overtime == 5
    assert booking.overtime in (0, 5)
    assert outcomes["won"] == (2 if agreed else 1)
    assert Occupancy.objects.filter(booking=booking).count() == 2
    assert complete_ended(now=booking.end) == 1
    assert Booking.objects.get(pk=booking.pk).state == BookingState.COMPLETED
