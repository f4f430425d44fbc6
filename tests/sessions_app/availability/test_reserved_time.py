"""What comes free while somebody waits: whose it is between the moment it is freed and the worker's look."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mentors.models import Format, MentorProfile, Offer, ProfileState
from mentors.services import approve_profile, pause_profile, resume_profile
from search.criteria import SearchCriteria
from search.finding import find_mentors
from sessions_app.availability.reserved_time import join_slots
from sessions_app.availability.schedule import remove_time_off, save_week
from sessions_app.availability.slots import Slot
from sessions_app.availability.timetable import load_timetable
from sessions_app.availability.whole_schedule import rules_of
from sessions_app.booking.changes import cancel_booking, move_booking, release_hold
from sessions_app.booking.clock import expire_overdue
from sessions_app.booking.holds import claim_hold, hold_slot
from sessions_app.booking.requests import decline_booking, withdraw_booking
from sessions_app.errors import SessionError
from sessions_app.models import (
    Booking,
    BookingState,
    HeldTime,
    ReservedTime,
    Schedule,
    TimeOff,
    WaitlistEntry,
)
from sessions_app.models.waiting import HeldTimeAnswer, waitlist_sql
from sessions_app.questions.brief_input import BriefInput
from sessions_app.waiting.acts import decline_time, leave_waitlist, take_time, wait_for_help, wait_for_mentor
from sessions_app.waiting.choosing import free_slots
from sessions_app.waiting.handing_out import hand_out_freed_time
from sessions_app.waiting.rounds import pause_round, present_round
from tests.apart import keep_apart
from tests.conftest import NOW, at, make_mentor, make_person
from tests.sessions_app.conftest import QUESTION, THURSDAY, book

pytestmark = pytest.mark.django_db
FRIDAY = at("2026-11-27 10:00")
BRIEF = BriefInput(question=QUESTION)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LONGEST = 2 * MINUTE


@pytest.fixture
def erin(db):
    return make_person("erin@example.org", "Erin Else")


def starts(offer, *, now=NOW) -> list:
    timetable = load_timetable(offer.profile, now=now)
    return [slot.start for slot in free_slots(timetable, offer, now=now)] if timetable else []


def wait(offer, person, *, now=NOW) -> WaitlistEntry:
    """For whatever is not free already."""
    return wait_for_mentor(profile=offer.profile, words=QUESTION, known=starts(offer), person=person, now=now)


def code(act, *args, **kwargs) -> str:
    with pytest.raises(SessionError) as refused:
        act(*args, **kwargs)
    return refused.value.code


def requested(offer, mentee) -> Booking:
    offer.instant = False
    offer.save()
    return book(offer, mentee)


def held(offer, _mentee) -> Booking:
    return hold_slot(offer=offer, start=THURSDAY, brief=BRIEF, held_for="v", now=NOW)


def cancel(booking):
    cancel_booking(booking=booking, by=booking.mentee, reason="ill", now=NOW)
    return NOW


def move(booking):
    move_booking(booking=booking, start=FRIDAY, by=booking.mentee, now=NOW)
    return NOW


def decline(booking):
    decline_booking(booking=booking, by=booking.mentor, reason="no", now=NOW)
    return NOW


def withdraw(booking):
    withdraw_booking(booking=booking, by=booking.mentee, now=NOW)
    return NOW


def release(booking):
    release_hold(booking=booking, now=NOW)
    return NOW


def by_the_clock(booking):
    """Nobody has looked yet."""
    return booking.expires_at


def by_the_sweep(booking):
    expire_overdue(now=booking.expires_at)
    return booking.expires_at


WAYS = pytest.mark.parametrize(
    ("taken", "free"),
    [
        pytest.param(book, cancel, id="cancelled"),
        pytest.param(book, move, id="moved"),
        pytest.param(requested, decline, id="declined"),
        pytest.param(requested, withdraw, id="withdrawn"),
        pytest.param(requested, by_the_clock, id="unanswered"),
        pytest.param(requested, by_the_sweep, id="expired"),
        pytest.param(held, release, id="released"),
        pytest.param(held, by_the_clock, id="hold ran out"),
        pytest.param(held, by_the_sweep, id="hold expired"),
    ],
)


@WAYS
@pytest.mark.parametrize("line", ["mentor", "words"])
def test_what_is_freed_is_only_for_who_waits_until_the_worker_has_given_it(
    taken, free, line, offer, bob, charlie, erin
):
    booking = taken(offer, bob)
    if line == "mentor":
        wait(offer, erin)
    else:
        wait_for_help(words=QUESTION, filters="", person=erin, now=NOW)

    now = free(booking)

    assert THURSDAY not in starts(offer, now=now)
    assert code(book, offer, charlie, now=now) == "set_aside"
    assert code(hold_slot, offer=offer, start=THURSDAY, brief=BRIEF, held_for="w", now=now) == "set_aside"
    if line == "mentor":
        assert hand_out_freed_time(now=now) == 1
        assert (HeldTime.objects.get().person, HeldTime.objects.get().booking.start) == (erin, THURSDAY)
        assert code(book, offer, charlie, now=now) == "taken"
        expire_overdue(now=now)
        hand_out_freed_time(now=now)
        assert ReservedTime.objects.count() == 0


@WAYS
def test_with_nobody_in_line_it_is_everybodys_at_once(taken, free, offer, bob, charlie, erin):
    booking = taken(offer, bob)
    leave_waitlist(waiting=wait(offer, erin), by=erin, now=NOW)

    now = free(booking)

    assert THURSDAY in starts(offer, now=now)
    assert book(offer, charlie, now=now).start == THURSDAY
    assert ReservedTime.objects.count() == 0


@WAYS
def test_a_worker_that_is_dead_keeps_it_for_two_minutes(taken, free, offer, bob, charlie, erin):
    booking = taken(offer, bob)
    wait(offer, erin)
    now = free(booking)

    assert code(book, offer, charlie, now=now + LONGEST - SECOND) == "set_aside"

    assert THURSDAY in starts(offer, now=now + LONGEST)
    assert book(offer, charlie, now=now + LONGEST).start == THURSDAY


@WAYS
def test_without_setting_aside_whoever_comes_by_is_quicker(taken, free, offer, bob, charlie, erin, settings):
    """The proof that the others fail when they should."""
    settings.RESERVED_FOR = timedelta(0)
    booking = taken(offer, bob)
    wait(offer, erin)

    now = free(booking)

    assert book(offer, charlie, now=now).start == THURSDAY
    hand_out_freed_time(now=now)
    assert THURSDAY not in [one.booking.start for one in HeldTime.objects.all()]


def test_it_is_everybodys_when_nobody_in_line_can_have_it(offer, bob, charlie, erin):
    booking = book(offer, bob)
    wait(offer, erin)
    book(make_mentor(make_person("dora@example.org", "Dora Dane")).offers.get(), erin)
    cancel(booking)
    assert code(book, offer, charlie) == "set_aside"

    assert hand_out_freed_time(now=NOW) == 0

    assert book(offer, charlie).start == THURSDAY


def test_a_held_time_that_runs_out_is_for_the_next_alone(offer, bob, charlie, erin):
    booking = book(offer, bob)
    dora = make_person("dora@example.org", "Dora Dane")
    wait(offer, erin)
    wait(offer, dora, now=NOW + SECOND)
    cancel(booking)
    hand_out_freed_time(now=NOW)
    first = HeldTime.objects.get()

    assert code(book, offer, charlie, now=first.until) == "set_aside"
    expire_overdue(now=first.until)
    assert code(book, offer, charlie, now=first.until) == "set_aside"
    assert code(take_time, held=first, question=QUESTION, by=erin, now=first.until) == "set_aside"
    hand_out_freed_time(now=first.until)

    assert HeldTime.objects.open().get().person == dora


@pytest.mark.parametrize("act", [decline_time, leave_waitlist])
def test_what_is_passed_on_is_for_the_next_alone(act, offer, bob, charlie, erin):
    booking = book(offer, bob)
    dora = make_person("dora@example.org", "Dora Dane")
    waiting = wait(offer, erin)
    wait(offer, dora, now=NOW + SECOND)
    cancel(booking)
    hand_out_freed_time(now=NOW + SECOND)
    held_time = HeldTime.objects.get()

    act(**({"held": held_time} if act is decline_time else {"waiting": waiting}), by=erin, now=NOW + MINUTE)

    assert code(book, offer, charlie, now=NOW + MINUTE) == "set_aside"
    hand_out_freed_time(now=NOW + MINUTE)
    assert HeldTime.objects.open().get().person == dora


def test_who_is_given_it_can_take_it_while_it_is_still_set_aside(offer, bob, erin):
    booking = book(offer, bob)
    wait(offer, erin)
    cancel(booking)
    aside = ReservedTime.objects.get()
    hand_out_freed_time(now=NOW)
    aside.save(force_insert=True)

    taken = take_time(held=HeldTime.objects.get(), question=QUESTION, by=erin, now=NOW)

    assert taken.state == BookingState.CONFIRMED


def test_a_look_that_ran_out_of_time_lets_go_of_nothing(offer, bob, charlie, erin):
    booking = book(offer, bob)
    wait(offer, erin)
    cancel(booking)

    hand_out_freed_time(now=NOW, seconds=-1)

    assert code(book, offer, charlie) == "set_aside"
    hand_out_freed_time(now=NOW + LONGEST, seconds=-1)
    assert ReservedTime.objects.count() == 0


def test_a_day_that_was_full_stays_so_meanwhile(offer, bob, charlie, erin):
    offer.profile.schedule.max_per_day = 1
    offer.profile.schedule.save()
    booking = book(offer, bob)
    wait(offer, erin)

    cancel(booking)

    assert code(book, offer, charlie, at("2026-11-26 10:00")) == "set_aside"
    assert book(offer, charlie, FRIDAY).start == FRIDAY


def test_what_else_stands_in_the_way_is_said(offer, bob, charlie, erin):
    booking = book(offer, bob)
    other = make_mentor(make_person("dora@example.org", "Dora Dane"))
    book(other.offers.get(), charlie)
    wait(offer, erin)

    cancel(booking)

    assert code(book, offer, charlie) == "own_overlap"
    assert code(book, offer, bob, at("2026-11-26 03:00")) == "outside_windows"


def test_the_time_of_a_mentor_who_is_somebodys_mentee_is_set_aside_too(offer, alice, charlie, erin):
    theirs = make_mentor(make_person("dora@example.org", "Dora Dane")).offers.get()
    booking = book(theirs, alice)
    wait(offer, erin)

    cancel(booking)

    assert [(row.person, row.counts_as_given) for row in ReservedTime.objects.all()] == [(alice, False)]
    assert code(book, offer, charlie) == "set_aside"
    assert book(theirs, charlie).start == THURSDAY


def test_a_visitor_may_change_a_held_time_for_one_that_overlaps_it(offer, bob, charlie, erin):
    longer = offer.profile.offers.create(length=45, step=30)
    first = held(offer, None)
    wait(offer, erin)

    second = hold_slot(offer=longer, start=THURSDAY, brief=BRIEF, held_for="v", now=NOW, instead_of=first)
    assert ReservedTime.objects.get().during == first.during
    claimed = claim_hold(booking=second, mentee=bob, now=NOW)

    assert claimed.state == BookingState.CONFIRMED


def test_who_joins_after_it_came_free_takes_nothing_from_anybody(offer, bob, charlie, erin):
    held(offer, None)
    ran_out = NOW + 10 * MINUTE

    wait_for_mentor(profile=offer.profile, words="", known=[], person=erin, now=ran_out + SECOND)

    assert book(offer, charlie, now=ran_out + MINUTE).start == THURSDAY


def test_a_search_leaves_out_what_is_set_aside_but_not_for_who_waits(full_words, charlie, erin):
    wish, profile, booking = full_words
    assert find_mentors(wish, zone="Europe/London", now=NOW, mentee=charlie).matches == []

    cancel(booking)

    assert find_mentors(wish, zone="Europe/London", now=NOW, mentee=charlie).matches == []
    found = find_mentors(wish, zone="Europe/London", now=NOW, mentee=erin, for_waitlist=True).matches
    assert [match.profile for match in found] == [profile]
    assert hand_out_freed_time(now=NOW) == 1
    assert HeldTime.objects.get().person == erin


@pytest.fixture
def full_words(bob, erin):
    """A mentor whom erin would find by these words; their one time is taken."""
    profile = make_mentor(
        make_person("fay@example.org", "Fay Fern"), windows=[(4, 870, 895)], asks=("Naming my ferret", "B", "C")
    )
    booking = book(profile.offers.get(), bob)
    wait_for_help(words="Naming my ferret", filters="", person=erin, now=NOW)
    return SearchCriteria(words="Naming my ferret"), profile, booking


def test_what_a_mentor_opens_is_first_for_who_waits_and_the_rest_stays_everybodys(offer, alice, charlie, erin):
    away = TimeOff.objects.create(schedule=offer.profile.schedule, first=THURSDAY.date(), last=THURSDAY.date())
    wait(offer, erin)

    remove_time_off(profile=offer.profile, time_off=away, by=alice, now=NOW)

    assert code(book, offer, charlie) == "set_aside"
    assert book(offer, charlie, FRIDAY).start == FRIDAY
    assert hand_out_freed_time(now=NOW) == 1
    assert HeldTime.objects.get().booking.start == at("2026-11-26 09:00")
    assert book(offer, make_person("dora@example.org", "Dora Dane")).start == THURSDAY


def test_rules_that_loosen_open_what_they_kept_back(offer, alice, charlie, erin):
    schedule = offer.profile.schedule
    schedule.notice = 3 * 1440
    schedule.save()
    wait(offer, erin)
    week = list(schedule.windows.values_list("weekday", "start", "end"))
    rules = {**{name: getattr(rules_of(schedule), name) for name in rules_of(schedule).__slots__}, "notice": 240}

    save_week(profile=offer.profile, rules=type(rules_of(schedule))(**rules), windows=week, by=alice, now=NOW)

    assert code(book, offer, charlie) == "set_aside"
    assert book(offer, charlie, at("2026-11-30 10:00")).start == at("2026-11-30 10:00")


def test_a_new_mentor_is_first_for_who_waits_for_help(alice, maria, charlie, erin):
    profile = alice.mentor_profile
    MentorProfile.objects.filter(pk=profile.pk).update(state=ProfileState.SUBMITTED)
    wait_for_help(words=QUESTION, filters="", person=erin, now=NOW)

    approve_profile(profile=profile, by=maria, now=NOW)

    offer = profile.offers.get()
    assert (starts(offer), code(book, offer, charlie)) == ([], "set_aside")
    assert hand_out_freed_time(now=NOW) == 1
    assert book(offer, charlie).start == THURSDAY


def test_the_days_of_a_pause_that_staff_end_are_first_for_who_waits(offer, maria, charlie, erin):
    pause_profile(profile=offer.profile, until=FRIDAY.date(), by=maria, now=NOW)
    wait(offer, erin)

    resume_profile(profile=offer.profile, by=maria, now=NOW)

    assert code(book, offer, charlie) == "set_aside"
    assert book(offer, charlie, FRIDAY).start == FRIDAY


def test_a_decision_that_opens_nothing_sets_nothing_aside(offer, maria, erin):
    wait(offer, erin)

    pause_profile(profile=offer.profile, until=FRIDAY.date(), by=maria, now=NOW)

    assert ReservedTime.objects.count() == 0


def test_freeing_asks_one_statement_more_when_nobody_waits(offer, bob, settings):
    asked = []
    for longest in (timedelta(0), LONGEST):
        settings.RESERVED_FOR = longest
        booking = book(offer, bob)
        with CaptureQueriesContext(connection) as queries:
            cancel(booking)
        asked.append(len(queries))

    assert asked[1] == asked[0] + 1
    assert ReservedTime.objects.count() == 0


@pytest.mark.parametrize(
    "who", ["mentor", "words", "other mentor", "own", "left", "over", "later", "has a time", "answered"]
)
def test_statement_and_queryset_mean_the_same_line(who, offer, alice, bob, erin):
    other = make_mentor(make_person("dora@example.org", "Dora Dane"))
    person = alice if who == "own" else erin
    since = NOW + SECOND if who == "later" else NOW
    place = {"mentor": other if who == "other mentor" else offer.profile if who == "mentor" else None, "words": "x"}
    waiting = WaitlistEntry.objects.create(person=person, since=since, until=NOW + LONGEST, **place)
    if who == "left":
        leave_waitlist(waiting=waiting, by=erin, now=NOW)
    elif who == "over":
        WaitlistEntry.objects.update(until=NOW)
    elif who in ("has a time", "answered"):
        about = {"waiting": waiting, "person": erin, "booking": held(offer, None), "at": NOW, "until": NOW}
        HeldTime.objects.create(answer=HeldTimeAnswer.DECLINED if who == "answered" else HeldTimeAnswer.OPEN, **about)

    with connection.cursor() as cursor:
        condition = waitlist_sql("%(now)s")
        cursor.execute(
            f"SELECT {condition} FROM mentors_mentorprofile AS profile WHERE id = %(profile)s",  # noqa: S608
            {"now": NOW, "profile": offer.profile_id},
        )
        said = cursor.fetchone()[0]

    asked = WaitlistEntry.objects.askable(NOW).filter(since__lte=NOW).exclude(person=alice).exclude(mentor=other)
    assert said == asked.exists() == (who in ("mentor", "words", "answered"))


def test_spans_that_touch_are_one():
    def slot(start, end):
        return Slot(NOW + start * MINUTE, NOW + end * MINUTE)

    spans = join_slots([slot(0, 25), slot(10, 20), slot(25, 50), slot(55, 80)])

    assert spans == [(NOW, NOW + 50 * MINUTE), (NOW + 55 * MINUTE, NOW + 80 * MINUTE)]


def test_everybody_in_line_is_asked_however_few_one_look_can_ask(offer, bob, charlie, erin):
    """Five who can't have it stand before erin, and each look asks two."""
    booking = book(offer, bob)
    for number in range(5):
        person = make_person(f"p{number}@example.org", f"P {number}")
        mentor = make_person(f"m{number}@example.org", f"M {number}")
        book(make_mentor(mentor).offers.get(), person)
        wait(offer, person, now=NOW + number * SECOND)
    wait(offer, erin, now=NOW + 5 * SECOND)
    now = NOW + 6 * SECOND
    cancel_booking(booking=booking, by=bob, reason="ill", now=now)

    given = []
    for _look in range(3):
        assert code(book, offer, charlie, now=now) == "set_aside"
        given.append(hand_out_freed_time(now=now, people=2))
        now += MINUTE

    assert given == [0, 0, 1]
    assert HeldTime.objects.get().person == erin
    assert ReservedTime.objects.count() == 0


def test_what_is_freed_while_others_are_asked_is_for_the_first_in_line(offer, bob, charlie, erin):
    booking = book(offer, bob)
    wait(offer, erin)
    wait(offer, charlie, now=NOW + SECOND)
    hand_out_freed_time(now=NOW + 2 * SECOND, people=1)
    cancel_booking(booking=booking, by=bob, reason="ill", now=NOW + 3 * SECOND)

    looks = [hand_out_freed_time(now=NOW + seconds * SECOND, people=1) for seconds in (4, 5)]

    assert looks == [0, 1]
    assert HeldTime.objects.get().person == erin


def test_what_the_clock_frees_while_others_are_asked_is_for_the_first_in_line(offer, bob, charlie, erin):
    # No day opens meanwhile.
    Schedule.objects.update(horizon_days=365)
    booking = requested(offer, bob)
    wait(offer, erin)
    wait(offer, charlie, now=NOW + SECOND)
    hand_out_freed_time(now=booking.expires_at - SECOND, people=1)

    looks = [hand_out_freed_time(now=booking.expires_at + seconds * SECOND, people=1) for seconds in (0, 1)]

    assert looks == [0, 1]
    assert HeldTime.objects.get().person == erin


@pytest.mark.parametrize("line", ["mentor", "words"])
def test_a_look_asks_no_more_of_the_database_for_more_people(line, offer):
    """One search for each question, and what concerns people is read for all of them at once."""

    def stand(first: int, last: int) -> None:
        for number in range(first, last):
            person = make_person(f"p{number}@example.org", f"P {number}")
            if line == "mentor":
                wait(offer, person)
            else:
                wait_for_help(words="naming my ferret", filters="", person=person, now=NOW)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert hand_out_freed_time(now=NOW) == 0
        return len(captured)

    stand(0, 2)
    hand_out_freed_time(now=NOW)
    few = queries()
    stand(2, 20)

    assert queries() == few


def test_two_who_wait_with_the_same_words_are_both_helped(offer, bob, charlie):
    """The second gets what the first has left, though both share one search."""
    for number, person in enumerate((bob, charlie)):
        wait_for_help(words="Should I take the counter-offer?", filters="", person=person, now=NOW + number * SECOND)
    WaitlistEntry.objects.update(known=[])  # all of it came free later

    assert hand_out_freed_time(now=NOW + MINUTE) == 2

    first, second = HeldTime.objects.order_by("pk").select_related("booking")
    assert (first.person, second.person) == (bob, charlie)
    assert first.booking.end <= second.booking.start


def test_whom_somebody_never_wants_to_meet_again_is_not_asked_for_them(offer, bob, charlie):
    dora = make_mentor(make_person("dora@example.org", "Dora Dane"))
    old = book(offer, bob)
    Booking.objects.filter(pk=old.pk).update(state=BookingState.COMPLETED)
    old.occupancies.all().delete()
    keep_apart(bob, offer.profile.person)
    for number, person in enumerate((bob, charlie)):
        wait_for_help(words="Should I take the counter-offer?", filters="", person=person, now=NOW + number * SECOND)
    WaitlistEntry.objects.update(known=[])  # all of it came free later

    hand_out_freed_time(now=NOW + MINUTE)

    assert HeldTime.objects.get(person=bob).booking.mentor == dora.person
    assert HeldTime.objects.filter(person=charlie).exists()


def test_two_looks_at_once_leave_one_place_to_go_on_from(offer, bob, erin):
    wait(offer, erin)
    wait(offer, bob, now=NOW + SECOND)
    one, other = present_round(now=NOW), present_round(now=NOW)
    first, second = WaitlistEntry.objects.by_place()

    pause_round(other.after_asking(first), now=NOW)
    pause_round(one.after_asking(second), now=NOW)

    assert present_round(now=NOW).after == (0, first.since, first.pk)


def test_who_waits_for_a_mentor_that_also_answers_in_writing_gets_the_freed_time(offer, bob, erin):
    """The written offer is the one nearest to the usual length, and the first of the list."""
    profile = offer.profile
    Offer.objects.filter(pk=offer.pk).update(length=45, position=9)
    profile.offers.create(length=25, format=Format.WRITING)
    offer.refresh_from_db()
    booking = book(offer, bob, at("2026-11-26 14:00"))
    wait(offer, erin)

    cancel(booking)

    assert hand_out_freed_time(now=NOW) == 1
    assert HeldTime.objects.get().booking.offer == offer
