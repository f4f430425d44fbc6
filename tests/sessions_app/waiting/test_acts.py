"""Waiting for freed time: the line, what is held, and what becomes of it."""

from datetime import timedelta
from random import Random

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from notifications.models import InboxItem, Notification, State
from sessions_app.availability.timetable import load_timetable
from sessions_app.booking.changes import cancel_booking
from sessions_app.booking.clock import expire_overdue
from sessions_app.errors import SessionError
from sessions_app.models import Booking, BookingState, HeldTime, Occupancy, ReservedTime, WaitlistEntry
from sessions_app.models.waiting import HeldTimeAnswer, WaitlistOutcome
from sessions_app.waiting.acts import decline_time, leave_waitlist, take_time, wait_for_help, wait_for_mentor
from sessions_app.waiting.choosing import free_slots
from sessions_app.waiting.handing_out import hand_out_freed_time
from sessions_app.waiting.holding_hours import held_until
from tests.apart import keep_apart
from tests.conftest import NOW, at, make_mentor, make_person
from tests.sessions_app.conftest import QUESTION, THURSDAY, book

pytestmark = pytest.mark.django_db
TWO_HOURS = timedelta(hours=2)


@pytest.fixture
def full(offer, dora):
    """alice has one time, which dora has."""
    windows = offer.profile.schedule.windows
    windows.all().delete()
    windows.create(weekday=4, start=870, end=895)  # Thursdays, 14:30–14:55
    offer.profile.schedule.horizon_days = 6
    offer.profile.schedule.save()
    return book(offer, dora)


@pytest.fixture
def dora(db):
    return make_person("dora@example.org", "Dora Dane")


def wait(offer, person, *, now=NOW, known=()) -> WaitlistEntry:
    return wait_for_mentor(profile=offer.profile, words=QUESTION, known=known, person=person, now=now)


def free(booking, *, now=NOW) -> None:
    cancel_booking(booking=booking, by=booking.mentee, reason="ill", now=now)


def pass_on(*, now) -> int:
    """One tick of the clock."""
    expire_overdue(now=now)
    return hand_out_freed_time(now=now)


def test_freed_time_is_held_for_the_first_in_line_alone(full, offer, bob, charlie, dora):
    wait(offer, bob)
    wait(offer, charlie, now=NOW + timedelta(minutes=1))
    assert hand_out_freed_time(now=NOW + timedelta(minutes=2)) == 0
    free(full)

    assert [hand_out_freed_time(now=NOW + TWO_HOURS) for _ in range(2)] == [1, 0]

    held = HeldTime.objects.get()
    assert (held.person, held.booking.start, held.until) == (bob, THURSDAY, NOW + 2 * TWO_HOURS)
    assert set(Occupancy.objects.filter(booking=held.booking).values_list("person", flat=True)) == {
        offer.profile.person_id,
        bob.pk,
    }
    assert Notification.objects.filter(kind="held_time").get().recipient == bob
    assert InboxItem.objects.filter(kind="held_time").get().recipient == bob
    with pytest.raises(SessionError) as refused:
        book(offer, dora, now=NOW + TWO_HOURS)
    assert refused.value.code == "taken"


def test_a_held_time_becomes_their_booking_with_their_question_and_ends_the_waiting(full, offer, bob):
    waiting = wait(offer, bob)
    free(full)
    hand_out_freed_time(now=NOW)

    taken = [take_time(held=HeldTime.objects.get(), question="Better", by=bob, now=NOW + TWO_HOURS) for _ in range(2)]

    waiting.refresh_from_db()
    assert taken[0] == taken[1]
    assert (taken[0].state, taken[0].mentee, taken[0].question) == (BookingState.CONFIRMED, bob, "Better")
    assert (waiting.ended, HeldTime.objects.get().answer) == (WaitlistOutcome.BOOKED, HeldTimeAnswer.TAKEN)
    assert Notification.objects.get(kind="held_time").state == State.OBSOLETE
    assert Occupancy.objects.filter(booking=taken[0]).count() == 2


def test_what_is_declined_goes_to_the_next_and_is_not_offered_again(full, offer, bob, charlie):
    waiting = wait(offer, bob)
    wait(offer, charlie, now=NOW + timedelta(minutes=1))
    free(full)
    hand_out_freed_time(now=NOW + TWO_HOURS)

    decline_time(held=HeldTime.objects.get(), by=bob, now=NOW + TWO_HOURS)
    pass_on(now=NOW + TWO_HOURS)
    decline_time(held=HeldTime.objects.get(person=charlie), by=charlie, now=NOW + TWO_HOURS)

    assert pass_on(now=NOW + TWO_HOURS) == 0
    assert WaitlistEntry.objects.live(NOW + TWO_HOURS).count() == 2
    waiting.refresh_from_db()
    assert waiting.lapses == 0
    with pytest.raises(SessionError) as refused:
        take_time(held=HeldTime.objects.get(person=bob), question=QUESTION, by=bob, now=NOW + TWO_HOURS)
    assert refused.value.code == "changed"


def test_what_lapses_goes_to_the_next_and_two_lapses_end_the_waiting(full, offer, bob, charlie):
    waiting = wait(offer, bob)
    wait(offer, charlie, now=NOW + timedelta(minutes=1))
    free(full)
    hand_out_freed_time(now=NOW + timedelta(minutes=2))

    pass_on(now=NOW + timedelta(minutes=2) + TWO_HOURS)

    waiting.refresh_from_db()
    assert (waiting.lapses, waiting.ended_at) == (1, None)
    assert HeldTime.objects.open().get().person == charlie
    leave_waitlist(waiting=WaitlistEntry.objects.get(person=charlie), by=charlie, now=NOW + TWO_HOURS)
    Booking.objects.filter(held_time__person=bob).update(during=DateTimeTZRange(NOW, NOW + TWO_HOURS, "[)"))
    hand_out_freed_time(now=NOW + 2 * TWO_HOURS)
    assert HeldTime.objects.open().get().person == bob
    pass_on(now=at("2026-11-25 04:30"))  # it is night in Kolkata, so it was held until ten in the morning
    waiting.refresh_from_db()
    assert waiting.ended == WaitlistOutcome.UNANSWERED


def test_the_next_time_goes_first_to_who_let_none_lapse_though_they_came_later(full, offer, bob, charlie):
    wait(offer, bob)
    wait(offer, charlie, now=NOW + timedelta(minutes=1))
    free(full)
    hand_out_freed_time(now=NOW + timedelta(minutes=2))
    pass_on(now=NOW + timedelta(minutes=2) + TWO_HOURS)
    decline_time(held=HeldTime.objects.open().get(person=charlie), by=charlie, now=NOW + 2 * TWO_HOURS)
    offer.profile.schedule.windows.create(weekday=5, start=600, end=625)

    hand_out_freed_time(now=NOW + 2 * TWO_HOURS)

    held = HeldTime.objects.open().get()
    assert (held.person, held.booking.start) == (charlie, at("2026-11-27 10:00"))


def test_behind_a_place_in_line_is_who_comes_after_it(offer):
    """The line is read in pieces: each goes on behind the last place of the one before, and so skips nobody."""
    random = Random(1)
    for number in range(12):
        waiting = wait(offer, make_person(f"p{number}@example.org", f"Person {number}"))
        since = NOW + random.randrange(3) * timedelta(minutes=1)
        WaitlistEntry.objects.filter(pk=waiting.pk).update(lapses=random.randrange(3), since=since)

    line = list(WaitlistEntry.objects.by_place())

    assert [(one.lapses, one.since, one.pk) for one in line] == sorted((one.lapses, one.since, one.pk) for one in line)
    for number, one in enumerate(line, 1):
        assert list(WaitlistEntry.objects.by_place().behind(one.lapses, one.since, one.pk)) == line[number:]


def test_a_mentor_who_also_answers_in_writing_has_their_freed_time_held(full, offer, in_writing, bob):
    wait(offer, bob)
    free(full)

    assert hand_out_freed_time(now=NOW) == 1
    assert HeldTime.objects.get().booking.offer == offer


def test_a_mentor_who_only_answers_in_writing_has_no_time_to_hold(offer, in_writing, bob):
    wait(offer, bob)
    offer.is_active = False
    offer.save()

    assert hand_out_freed_time(now=NOW) == 0
    assert Booking.objects.count() == 0


def test_a_time_that_lapsed_is_still_theirs_if_nobody_else_has_it(full, offer, bob):
    wait(offer, bob)
    free(full)
    hand_out_freed_time(now=NOW)
    pass_on(now=NOW + TWO_HOURS)

    booking = take_time(held=HeldTime.objects.get(), question=QUESTION, by=bob, now=NOW + 2 * TWO_HOURS)

    assert booking.state == BookingState.CONFIRMED
    assert WaitlistEntry.objects.get().ended == WaitlistOutcome.BOOKED


@pytest.mark.parametrize("why", ["busy", "never again", "known", "left", "too late", "too soon", "gone"])
def test_nobody_is_offered_what_they_could_not_book(why, full, offer, bob):
    waiting = wait(offer, bob, known=[THURSDAY] if why == "known" else ())
    now = NOW
    free(full)
    if why == "busy":
        book(make_mentor(make_person("erin@example.org", "Erin Else")).offers.get(), bob)
    elif why == "never again":
        ReservedTime.objects.all().delete()
        old = book(offer, bob)
        Booking.objects.filter(pk=old.pk).update(state=BookingState.COMPLETED)
        old.occupancies.all().delete()
        keep_apart(bob, offer.profile.person)
    elif why == "left":
        leave_waitlist(waiting=waiting, by=bob, now=NOW)
    elif why == "too late":
        WaitlistEntry.objects.update(until=NOW)
    elif why == "too soon":
        now = THURSDAY - timedelta(hours=4, minutes=20)
    elif why == "gone":
        offer.profile.state = "suspended"
        offer.profile.save()

    assert hand_out_freed_time(now=now) == 0
    assert HeldTime.objects.count() == 0


def test_leaving_gives_a_held_time_to_the_next(full, offer, bob, charlie):
    waiting = wait(offer, bob)
    wait(offer, charlie, now=NOW + timedelta(minutes=1))
    free(full)
    hand_out_freed_time(now=NOW + timedelta(minutes=2))

    for _ in range(2):
        leave_waitlist(waiting=waiting, by=bob, now=NOW + TWO_HOURS)
    hand_out_freed_time(now=NOW + TWO_HOURS)

    assert [held.person for held in HeldTime.objects.open()] == [charlie]
    assert WaitlistEntry.objects.get(person=bob).ended == WaitlistOutcome.LEFT


def test_one_place_per_mentor_and_at_most_five(offer, bob, settings):
    settings.MAX_WAITINGS = 2
    assert wait(offer, bob) == wait(offer, bob)
    wait_for_help(words="salary", filters="", person=bob, now=NOW)

    with pytest.raises(SessionError) as refused:
        wait_for_help(words="deck", filters="", person=bob, now=NOW)

    assert refused.value.code == "too_many"
    assert WaitlistEntry.objects.count() == 2


def test_a_waiting_ends_by_itself_and_when_the_mentor_is_booked_otherwise(offer, bob, charlie):
    first, second = wait(offer, bob), wait(offer, charlie, known=[])
    WaitlistEntry.objects.filter(pk=first.pk).update(until=NOW + timedelta(days=1))
    book(offer, charlie, now=NOW + timedelta(minutes=1))

    hand_out_freed_time(now=NOW + timedelta(days=2), seconds=0)

    first.refresh_from_db(), second.refresh_from_db()
    assert (first.ended, second.ended) == (WaitlistOutcome.OVER, WaitlistOutcome.BOOKED)


def test_help_with_a_question_goes_to_whoever_matches_its_words_whole(offer, bob, charlie):
    wait_for_help(words="Naming my ferret", filters="", person=bob, now=NOW)
    assert hand_out_freed_time(now=NOW) == 0

    make_mentor(charlie, asks=("Naming my ferret", "Two", "Three"))

    assert hand_out_freed_time(now=NOW) == 1
    assert HeldTime.objects.get().booking.mentor == charlie


@pytest.mark.parametrize(
    ("now", "last", "until"),
    [
        ("2026-11-24 12:00", "2026-11-26 10:00", "2026-11-24 14:00"),
        ("2026-11-24 12:00", "2026-11-24 13:00", "2026-11-24 13:00"),
        ("2026-11-24 12:00", "2026-11-24 12:29", None),
        ("2026-11-24 23:00", "2026-11-26 10:00", "2026-11-25 10:00"),
        ("2026-11-25 03:00", "2026-11-25 09:00", "2026-11-25 09:00"),
    ],
)
def test_a_time_is_held_for_two_hours_of_the_day_and_never_into_the_notice(now, last, until):
    zone = make_person("z@example.org", "Zoe").zone

    assert held_until(now=at(now), last=at(last), hours=TWO_HOURS, zone=zone) == (at(until) if until else None)


def test_what_was_free_already_far_ahead_is_no_news_later(offer, bob):
    offer.profile.schedule.horizon_days = 365
    offer.profile.schedule.save()
    timetable = load_timetable(offer.profile, now=NOW)
    wait(offer, bob, known=[slot.start for slot in free_slots(timetable, offer, now=NOW)])

    assert hand_out_freed_time(now=NOW + timedelta(days=20)) == 0
