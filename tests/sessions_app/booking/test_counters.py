from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from notifications.models import Notification
from sessions_app.availability.timetable import load_timetable
from sessions_app.booking.clock import expire_overdue
from sessions_app.booking.counters import choose_time, counter_request
from sessions_app.booking.requests import accept_booking, decline_booking, withdraw_booking
from sessions_app.errors import SessionError
from sessions_app.models import Booking, BookingEvent, CounterTime, Occupancy, ReservedTime
from sessions_app.waiting.acts import wait_for_mentor
from tests.conftest import NOW, at, make_mentor, make_person
from tests.sessions_app.conftest import QUESTION, THURSDAY, book

pytestmark = pytest.mark.django_db
FRIDAY, MONDAY, TUESDAY = at("2026-11-27 10:00"), at("2026-11-30 10:00"), at("2026-12-01 10:00")
TIMES = [FRIDAY, MONDAY, TUESDAY]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def offer_times(request, alice, starts=TIMES, now=NOW, **seen) -> Booking:
    return counter_request(booking=request, starts=starts, by=alice, now=now, **seen)


def choose(request, bob, start=MONDAY, now=NOW + HOUR, **seen) -> Booking:
    return choose_time(booking=request, start=start, by=bob, now=now, **seen)


def code_of(act) -> str:
    with pytest.raises(SessionError) as refused:
        act()
    return refused.value.code


def told(booking) -> set[tuple[str, str]]:
    rows = Notification.objects.about("booking", booking.pk).filter(subject_version=booking.version)
    return {(row.kind, row.recipient.first_name) for row in rows.select_related("recipient")}


def taken_by(person) -> list:
    return sorted(Occupancy.objects.filter(person=person).values_list("during", flat=True))


def can_be_booked(offer, start) -> bool:
    timetable = load_timetable(offer.profile, now=NOW)
    return timetable.why_not(start=start, length=offer.length, step=offer.step, now=NOW) is None


@pytest.fixture
def countered(request_for, alice) -> Booking:
    return offer_times(request_for, alice)


def test_counter_request_keeps_the_mentors_time_and_frees_what_was_asked(request_for, ask_first, alice, bob):
    booking = offer_times(request_for, alice)

    booking.refresh_from_db()
    assert (booking.state, booking.start, booking.version) == ("countered", FRIDAY, 1)
    assert [time.during.lower for time in booking.counter_times.all()] == TIMES
    assert ([span.lower for span in taken_by(alice)], taken_by(bob)) == (TIMES, [])
    assert [can_be_booked(ask_first, start) for start in [THURSDAY, *TIMES]] == [True, False, False, False]
    # bob is in Kolkata, where 19:16 a day later is no night.
    assert booking.expires_at == NOW + DAY
    assert told(booking) == {("countered", "Bob"), ("counter_waiting", "Bob")}


def test_choose_time_books_it_and_frees_the_others(countered, ask_first, alice, bob):
    booking = choose(countered, bob)

    booking.refresh_from_db()
    assert (booking.state, booking.start, booking.expires_at) == ("confirmed", MONDAY, None)
    assert booking.confirmed_at == NOW + HOUR
    assert [span.lower for span in taken_by(alice)] == [span.lower for span in taken_by(bob)] == [MONDAY]
    assert [can_be_booked(ask_first, start) for start in TIMES] == [True, False, True]
    for name in ("Alice", "Bob"):
        assert {("chosen", name), ("reminder_day", name), ("feedback_request", name)} <= told(booking)
    log = BookingEvent.objects.filter(booking=booking).values_list("event", "to_state")
    assert list(log) == [("requested", "requested"), ("countered", "countered"), ("chosen", "confirmed")]


def test_choosing_twice_is_once_and_another_time_is_refused(countered, bob):
    first = choose(countered, bob)

    assert choose(countered, bob, seen=str(countered.version)) == first
    assert code_of(lambda: choose(countered, bob, TUESDAY)) == "not_waiting"
    assert Notification.objects.filter(kind="chosen").count() == 2


def test_deadline_is_one_for_all_and_before_the_notice_of_the_first(request_for, alice, bob):
    soon = at("2026-11-25 12:00")

    booking = offer_times(request_for, alice, [TUESDAY, soon])

    # 08:00 in London is 13:30 in Kolkata.
    assert booking.expires_at == at("2026-11-25 08:00")
    assert choose(booking, bob, TUESDAY, now=booking.expires_at - MINUTE).state == "confirmed"


def test_deadline_is_never_in_the_mentees_night(request_for, alice):
    # 17:00 in London is 22:30 in Kolkata, so bob has until ten the morning after.
    booking = offer_times(request_for, alice, now=NOW + timedelta(hours=3, minutes=30))

    assert booking.expires_at == at("2026-11-26 04:30")


def test_request_that_nobody_answered_by_the_deadline_ends(countered, ask_first, alice, bob):
    assert expire_overdue(now=countered.expires_at) == 1

    countered.refresh_from_db()
    assert (countered.state, countered.start) == ("expired", THURSDAY)
    assert taken_by(alice) == taken_by(bob) == []
    assert told(countered) == {("counter_expired", "Alice"), ("counter_expired", "Bob")}
    assert code_of(lambda: choose(countered, bob, now=countered.expires_at)) == "not_waiting"


def test_overdue_times_count_as_free_before_the_clock_has_got_to_them(countered, ask_first, charlie):
    assert book(ask_first, charlie, MONDAY, now=countered.expires_at).state == "requested"


@pytest.mark.parametrize("act", ["withdraw", "decline"])
def test_either_side_can_end_it(act, countered, alice, bob):
    later = NOW + HOUR
    if act == "withdraw":
        ended = withdraw_booking(booking=countered, by=bob, now=later)
    else:
        ended = decline_booking(booking=countered, by=alice, reason="Away", now=later)

    kind = {"withdraw": ("withdrawn", "Alice"), "decline": ("declined", "Bob")}[act]
    assert (ended.state, ended.start, taken_by(alice)) == (kind[0], THURSDAY, [])
    assert told(ended) == {kind}


def test_its_end_is_news_even_after_the_time_that_was_asked_for(ask_first, alice, bob):
    request = book(ask_first, bob, at("2026-11-25 09:00"), now=NOW - HOUR)
    booking = offer_times(request, alice)
    after = at("2026-11-25 09:30")

    withdraw_booking(booking=booking, by=bob, now=after)

    assert Notification.objects.get(kind="withdrawn").send_before == after + DAY


@pytest.mark.parametrize(
    ("starts", "code"),
    [
        pytest.param([], "no_dates", id="none"),
        pytest.param([*TIMES, TUESDAY + HOUR], "too_many_dates", id="four"),
        pytest.param([THURSDAY], "same_time", id="the one asked for"),
        pytest.param([FRIDAY, FRIDAY + 10 * MINUTE], "overlap", id="overlapping"),
        pytest.param([at("2026-11-28 10:00")], "outside_windows", id="a Saturday"),
        pytest.param([FRIDAY + 5 * MINUTE], "off_grid", id="off the grid"),
        pytest.param([NOW + HOUR], "notice", id="too soon"),
        pytest.param([MONDAY, FRIDAY + 5 * HOUR], "taken", id="what bob has then"),
    ],
)
def test_a_time_that_cannot_be_had_and_none_is_offered(request_for, alice, bob, starts, code):
    dora = make_mentor(make_person("dora@example.org", "Dora Dane"))
    book(dora.offers.get(), bob, FRIDAY + 5 * HOUR)

    assert code_of(lambda: offer_times(request_for, alice, starts)) == code
    assert CounterTime.objects.count() == 0
    request_for.refresh_from_db()
    assert request_for.state == "requested"


def test_who_may_offer_and_who_may_choose(request_for, alice, bob, charlie):
    assert [code_of(lambda who=who: offer_times(request_for, who)) for who in (bob, charlie)] == ["not_waiting"] * 2
    booking = offer_times(request_for, alice)
    assert [code_of(lambda who=who: choose(booking, who)) for who in (alice, charlie)] == ["not_waiting"] * 2
    assert code_of(lambda: choose(booking, bob, THURSDAY)) == "not_offered"
    assert code_of(lambda: choose(booking, bob, seen="0")) == "stale"
    assert code_of(lambda: accept_booking(booking=booking, by=alice, now=NOW)) == "not_waiting"


def test_a_time_is_not_chosen_over_ones_own_session(countered, bob):
    dora = make_mentor(make_person("dora@example.org", "Dora Dane"))
    book(dora.offers.get(), bob, MONDAY)

    assert code_of(lambda: choose(countered, bob)) == "own_overlap"
    assert choose(countered, bob, TUESDAY).start == TUESDAY


def test_a_request_with_other_times_counts_once_to_the_limit(countered, bob, settings):
    settings.MAX_OPEN_BOOKINGS = 2
    dora, eve = (make_mentor(make_person(f"{name}@example.org", f"{name} Dane")) for name in ("dora", "eve"))
    book(dora.offers.get(), bob)

    assert code_of(lambda: book(eve.offers.get(), bob, FRIDAY + HOUR)) == "too_many_open"


def test_freed_times_go_to_who_waits_first(countered, alice, bob, charlie):
    wait_for_mentor(profile=alice.mentor_profile, words=QUESTION, known=[], person=charlie, now=NOW)

    choose(countered, bob)

    reserved = ReservedTime.objects.filter(person=alice).values_list("during", flat=True)
    assert sorted(span.lower for span in reserved) == [FRIDAY, TUESDAY]


def test_database_lets_no_time_be_offered_twice(countered, alice):
    with pytest.raises(IntegrityError), transaction.atomic():
        CounterTime.objects.create(booking=countered, during=(FRIDAY + 5 * MINUTE, FRIDAY + 30 * MINUTE))
    with pytest.raises(IntegrityError), transaction.atomic():
        Occupancy.objects.create(person=alice, booking=countered, during=(FRIDAY, MONDAY), is_choice=True)
