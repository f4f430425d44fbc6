"""Mentors are asked for a person who waits: whom, in which order, what they answer, and what comes of it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from notifications.models import InboxItem, Notification, State
from search.indexing import write_profiles
from sessions_app.asking.acts import decline_route, extra_times, offer_of, offer_time, stop_being_asked, times_to_offer
from sessions_app.asking.advancing import advance_routes
from sessions_app.availability.timetable import load_timetable, load_timetable_for
from sessions_app.booking.clock import expire_overdue
from sessions_app.booking.deadlines import add_waking_hours
from sessions_app.errors import SessionError
from sessions_app.models import (
    Booking,
    BookingState,
    Brief,
    HeldTime,
    Route,
    RouteKind,
    RouteState,
    Schedule,
    WaitlistEntry,
    WrittenQuestion,
    WrittenState,
)
from sessions_app.models.waiting import WaitlistOutcome
from sessions_app.privacy.leaving import end_what_is_ahead
from sessions_app.waiting.acts import decline_time, leave_waitlist, take_time, wait_for_help
from sessions_app.waiting.choosing import free_slots
from sessions_app.waiting.handing_out import hand_out_freed_time, note_lapsed
from tests.apart import keep_apart
from tests.conftest import NOW, at, make_mentor, make_person
from tests.sessions_app.conftest import QUESTION, book
from tests.sessions_app.helpers.programmes import let_in, make_programme
from tests.sessions_app.helpers.written import reply, writes

pytestmark = pytest.mark.django_db
WORDS = "Beekeeping on a balcony"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Words that nobody searches for make a profile a worse match
FILLING = "saddles, lamps, boats, kites, bells and old clocks that were never wound in a house by the sea"


@pytest.fixture
def keeper(db):
    """Knows about bees, and has no time this week or the next."""
    return make_keeper("kim@example.org", "Kim Keeper", windows=[])


def make_keeper(email: str, name: str, **rules):
    return make_mentor(make_person(email, name), asks=("Beekeeping on a balcony, without stings",), **rules)


def make_worse_match():
    words = f"{WORDS} and {FILLING}"
    return make_mentor(make_person("lou@example.org", "Lou Lavender"), asks=(words,), windows=[])


def let_lapse(route) -> None:
    """Its mentor says nothing, and then the person doesn't look for help any more."""
    after = route.until + HOUR
    tick(after)
    leave_waitlist(waiting=route.waiting, by=route.waiting.person, now=after)


def ask(person, *, now=NOW, mentors=True, writers=False, words=WORDS, parts=(), days=()) -> WaitlistEntry:
    ways = {"asks_mentors": mentors, "asks_writers": writers, "parts": parts, "days": days}
    return wait_for_help(words=words, filters="", person=person, now=now, **ways)


def tick(now) -> None:
    expire_overdue(now=now)
    note_lapsed(now=now)
    advance_routes(now=now)


def open_time(profile, weekday=4, start=870, end=900) -> None:
    profile.schedule.windows.create(weekday=weekday, start=start, end=end)


def test_the_mentor_who_knows_it_is_asked_and_told_until_when(keeper, bob):
    ask(bob)

    tick(NOW)

    route = Route.objects.get()
    assert (route.mentor, route.kind, route.state) == (keeper.person, RouteKind.REQUEST, RouteState.OPEN)
    assert route.until == add_waking_hours(NOW, timedelta(hours=6), zone=keeper.schedule.timezone)
    assert Notification.objects.get(kind="help_asked").recipient == keeper.person
    assert InboxItem.objects.get(kind="help_asked").recipient == keeper.person
    tick(NOW + HOUR)
    assert Route.objects.count() == 1


def test_an_offered_time_is_held_and_taking_it_books_without_asking_again(keeper, bob):
    keeper.offers.update(instant=False)
    open_time(keeper)
    waiting = ask(bob)
    tick(NOW)
    route = Route.objects.get()
    slot, *_others = times_to_offer(route, offer_of(route, now=NOW), now=NOW)

    held = [offer_time(route=route, start=slot.start, by=keeper.person, now=NOW + HOUR) for _ in range(2)]
    booking = take_time(held=held[0], question=WORDS, by=bob, now=NOW + HOUR)
    tick(NOW + HOUR)

    waiting.refresh_from_db()
    route.refresh_from_db()
    assert held[0] == held[1]
    assert (booking.state, booking.mentee, booking.mentor) == (BookingState.CONFIRMED, bob, keeper.person)
    assert (waiting.ended, route.state) == (WaitlistOutcome.BOOKED, RouteState.WON)
    assert waiting.advance_at is None
    assert not Brief.objects.filter(asked_for=waiting).exists()


def test_who_says_no_or_nothing_is_followed_by_the_next_and_nobody_is_asked_twice(keeper, bob):
    second = make_keeper("lou@example.org", "Lou Lavender", windows=[])
    ask(bob)
    tick(NOW)
    first = Route.objects.get()

    decline_route(route=first, by=first.mentor, now=NOW + HOUR)
    tick(NOW + HOUR)
    [other] = Route.objects.open()
    late = other.until + HOUR
    tick(late)
    tick(late + 2 * HOUR)

    assert {first.mentor, other.mentor} == {keeper.person, second.person}
    assert sorted(Route.objects.values_list("state", flat=True)) == [RouteState.DECLINED, RouteState.PASSED]
    assert {row.state for row in Notification.objects.filter(kind="help_asked")} == {State.OBSOLETE}
    assert not InboxItem.objects.filter(kind="help_asked").exists()


def test_who_let_the_last_request_lapse_is_asked_after_the_others_for_some_weeks(keeper, bob, charlie, dora):
    """Also after those who match less well; until they answer one again."""
    second = make_worse_match()
    asked = []

    def first_asked_for(person, now) -> Route:
        ask(person, now=now)
        tick(now)
        asked.append(Route.objects.open().get(waiting__person=person))
        return asked[-1]

    let_lapse(first_asked_for(bob, NOW))
    answered = first_asked_for(charlie, NOW + 2 * DAY)
    decline_route(route=answered, by=answered.mentor, now=NOW + 2 * DAY)
    again = Route.objects.filter(waiting__person=charlie).exclude(pk=answered.pk)
    tick(NOW + 2 * DAY)
    decline_route(route=again.get(), by=keeper.person, now=NOW + 2 * DAY)
    leave_waitlist(waiting=answered.waiting, by=charlie, now=NOW + 2 * DAY)
    first_asked_for(dora, NOW + 4 * DAY)

    assert [route.mentor for route in asked] == [keeper.person, second.person, keeper.person]


def test_a_silence_is_forgotten_after_some_weeks(keeper, bob, charlie, settings):
    make_worse_match()
    ask(bob)
    tick(NOW)
    silent = Route.objects.get()
    let_lapse(silent)
    later = NOW + settings.SILENCE_COUNTS_FOR + HOUR

    ask(charlie, now=later)
    tick(later)

    assert Route.objects.open().get().mentor == silent.mentor == keeper.person


def test_who_could_not_offer_any_time_is_not_asked_and_who_has_one_is_asked_first(keeper, bob):
    """Who has the next weeks off, or sleeps while the person could meet, could only say no."""
    away = make_keeper("ayo@example.org", "Ayo Away", windows=[])
    away.schedule.time_off.create(first=NOW.date(), last=NOW.date() + 20 * DAY)
    asleep = make_mentor(make_person("ali@example.org", "Ali Asleep", "America/Los_Angeles"), asks=(WORDS,), windows=[])
    free = make_keeper("flo@example.org", "Flo Free", windows=[])
    waiting = ask(bob, parts=["afternoon"])
    open_time(free, start=540, end=570)
    order = []

    for hours in range(4):
        now = NOW + hours * HOUR
        tick(now)
        if route := waiting.routes.open().first():
            order.append(route.mentor)
            decline_route(route=route, by=route.mentor, now=now)

    assert order == [free.person, keeper.person]
    assert not {away.person, asleep.person} & set(order)


def offer_first(route, *, now) -> HeldTime:
    slot, *_others = times_to_offer(route, offer_of(route, now=now), now=now)
    return offer_time(route=route, start=slot.start, by=route.mentor, now=now)


def test_a_time_that_does_not_suit_is_free_again_and_its_mentor_may_have_another(keeper, bob):
    make_keeper("lou@example.org", "Lou Lavender", windows=[])
    waiting = ask(bob)
    tick(NOW)
    route = Route.objects.select_related("mentor", "waiting__person").get()
    open_time(route.mentor.mentor_profile)
    first = offer_first(route, now=NOW)

    decline_time(held=first, by=bob, now=NOW + HOUR)
    tick(NOW + HOUR)

    route.refresh_from_db()
    assert (route.state, route.held, Route.objects.count()) == (RouteState.OPEN, None, 1)
    assert route.until == add_waking_hours(NOW + HOUR, timedelta(hours=6), zone=keeper.schedule.timezone)
    told = Notification.objects.filter(kind="help_asked").order_by("subject_version")
    assert [(row.recipient, row.state) for row in told] == [
        (route.mentor, State.OBSOLETE),
        (route.mentor, State.PENDING),
    ]
    assert InboxItem.objects.filter(kind="help_asked", recipient=route.mentor, read_at=None).count() == 1
    second = offer_first(route, now=NOW + 2 * HOUR)
    assert second.booking.start != first.booking.start

    decline_time(held=second, by=bob, now=NOW + 3 * HOUR)
    tick(NOW + 3 * HOUR)

    route.refresh_from_db()
    assert (route.state, Route.objects.open().count()) == (RouteState.PASSED, 1)
    assert waiting.is_live(NOW + 3 * HOUR)


def test_a_time_that_nobody_answered_is_followed_by_the_next_mentor(keeper, bob):
    make_keeper("lou@example.org", "Lou Lavender", windows=[])
    ask(bob)
    tick(NOW)
    route = Route.objects.select_related("mentor", "waiting__person").get()
    open_time(route.mentor.mentor_profile)
    held = offer_first(route, now=NOW)

    tick(held.until + HOUR)

    route.refresh_from_db()
    assert (route.state, Route.objects.open().count()) == (RouteState.PASSED, 1)


def test_while_a_time_is_held_nobody_else_is_asked(keeper, bob):
    make_keeper("lou@example.org", "Lou Lavender", windows=[])
    ask(bob)
    tick(NOW)
    route = Route.objects.get()
    open_time(route.mentor.mentor_profile)
    slot, *_others = times_to_offer(route, offer_of(route, now=NOW), now=NOW)
    held = offer_time(route=route, start=slot.start, by=route.mentor, now=NOW)

    tick(NOW + HOUR)
    assert Route.objects.count() == 1

    tick(held.until)
    assert Route.objects.open().count() == 1
    assert Route.objects.count() == 2


def test_leaving_ends_all_ways_without_a_mark_and_their_mentors_read_it(keeper, bob):
    waiting = ask(bob)
    tick(NOW)
    route = Route.objects.get()

    leave_waitlist(waiting=waiting, by=bob, now=NOW + HOUR)
    tick(NOW + HOUR)

    route.refresh_from_db()
    assert route.state == RouteState.ENDED
    assert [item.kind for item in InboxItem.objects.filter(recipient=keeper.person)] == ["help_over"]
    with pytest.raises(SessionError) as refused:
        decline_route(route=route, by=keeper.person, now=NOW + HOUR)
    assert refused.value.code == "not_waiting"


def test_booking_a_session_about_the_same_words_ends_the_search(keeper, bob, offer):
    waiting = ask(bob, words=QUESTION)
    booking = book(offer, bob, now=NOW + HOUR)
    Brief.objects.filter(engagements__bookings=booking).update(question=waiting.words)
    WaitlistEntry.objects.update(advance_at=NOW + HOUR)

    tick(NOW + HOUR)

    waiting.refresh_from_db()
    assert waiting.ended == WaitlistOutcome.BOOKED


def test_after_twelve_hours_someone_is_asked_in_writing_and_the_answer_ends_the_search(bob):
    writer = writes(make_keeper("wil@example.org", "Wil Writer", windows=[]))
    waiting = ask(bob, mentors=False, writers=True)
    tick(NOW + 11 * HOUR)
    assert not Route.objects.exists()

    tick(NOW + 12 * HOUR)

    written = WrittenQuestion.objects.get()
    assert (written.mentor, written.mentee, written.question) == (writer.profile.person, bob, WORDS)
    reply(written, now=NOW + 13 * HOUR)
    WaitlistEntry.objects.update(advance_at=NOW + 13 * HOUR)
    tick(NOW + 13 * HOUR)
    waiting.refresh_from_db()
    assert (waiting.ended, Route.objects.get().state) == (WaitlistOutcome.ANSWERED, RouteState.WON)


def test_a_question_in_writing_is_withdrawn_once_help_was_found(bob):
    writes(make_keeper("wil@example.org", "Wil Writer", windows=[]))
    waiting = ask(bob, mentors=False, writers=True)
    tick(NOW + 12 * HOUR)

    leave_waitlist(waiting=waiting, by=bob, now=NOW + 13 * HOUR)
    tick(NOW + 13 * HOUR)

    assert WrittenQuestion.objects.get().state == WrittenState.WITHDRAWN
    assert Route.objects.get().state == RouteState.ENDED


def test_who_is_apart_away_or_does_not_want_to_is_never_asked(keeper, bob):
    keep_apart(bob, keeper.person)
    away = make_keeper("ann@example.org", "Ann Away", windows=[])
    away.paused_until = at("2027-06-01 00:00").date()
    away.save()
    quiet = make_keeper("nia@example.org", "Nia Never", windows=[])
    stop_being_asked(profile=quiet)

    ask(bob)
    tick(NOW)

    assert not Route.objects.exists()
    assert WaitlistEntry.objects.get().advance_at == NOW + HOUR


def test_a_mentor_is_asked_for_one_person_a_day(keeper, bob, charlie):
    ask(bob)
    ask(charlie)

    tick(NOW)
    assert Route.objects.count() == 1

    tick(Route.objects.get().until + HOUR)
    assert Route.objects.count() == 1
    tick(NOW + 24 * HOUR)
    assert {route.waiting.person for route in Route.objects.all()} == {bob, charlie}


def test_nobody_has_ever_more_mentors_asked_by_asking_again(keeper, bob, settings):
    settings.MAX_ROUTES_A_DAY = 1
    make_keeper("lou@example.org", "Lou Lavender", windows=[])
    first = ask(bob)
    tick(NOW)
    leave_waitlist(waiting=first, by=bob, now=NOW + HOUR)
    ask(bob, now=NOW + HOUR)

    tick(NOW + HOUR)
    assert Route.objects.count() == 1

    tick(NOW + 25 * HOUR)
    assert Route.objects.count() == 2


def test_who_looked_for_an_answer_in_writing_may_be_offered_a_time(keeper, bob):
    wait_for_help(words=WORDS, filters="format=writing", person=bob, now=NOW, asks_mentors=True)

    tick(NOW)

    assert Route.objects.get().mentor == keeper.person


def test_only_the_mentor_who_was_asked_can_answer(keeper, bob, charlie):
    ask(bob)
    tick(NOW)

    for act in (
        lambda: decline_route(route=Route.objects.get(), by=charlie, now=NOW),
        lambda: offer_time(route=Route.objects.get(), start=NOW + 24 * HOUR, by=charlie, now=NOW),
    ):
        with pytest.raises(SessionError) as refused:
            act()
        assert refused.value.code == "not_yours"


def test_only_times_of_day_at_which_the_person_could_are_offered_and_held(keeper, bob):
    ask(bob, parts=("evening",))
    tick(NOW)
    route = Route.objects.get()

    open_time(keeper, start=540, end=570)
    assert times_to_offer(route, offer_of(route, now=NOW), now=NOW) == []
    assert hand_out_freed_time(now=NOW) == 0

    open_time(keeper, start=870, end=900)
    slot, *_others = times_to_offer(route, offer_of(route, now=NOW), now=NOW)
    assert slot.start.astimezone(bob.zone).hour == 20
    assert hand_out_freed_time(now=NOW) == 1


def test_times_that_were_there_when_they_began_to_wait_are_not_offered_again(keeper, bob):
    open_time(keeper)
    write_profiles([keeper.pk])
    waiting = ask(bob)
    tick(NOW)
    route = Route.objects.get()

    assert waiting.known
    assert not {slot.start for slot in times_to_offer(route, offer_of(route, now=NOW), now=NOW)} & set(waiting.known)


@pytest.mark.parametrize(
    ("parts", "kept"),
    [
        ((), []),
        (("morning", "afternoon", "evening"), []),
        (("evening",), ["evening"]),
        (("evening", "evening", "evening"), ["evening"]),
        (("evening", "morning"), ["morning", "evening"]),
    ],
)
def test_all_times_of_day_are_the_same_as_any(bob, parts, kept):
    assert ask(bob, parts=parts).parts == kept


def test_a_time_that_is_not_free_is_refused_and_nothing_is_held(keeper, bob):
    ask(bob)
    tick(NOW)

    with pytest.raises(SessionError) as refused:
        offer_time(route=Route.objects.get(), start=NOW + 24 * HOUR, by=keeper.person, now=NOW)

    assert refused.value.is_about_time
    assert not HeldTime.objects.exists()
    assert not Booking.objects.exists()


def test_who_parts_is_not_asked_any_more_and_nothing_is_left_to_read(keeper, bob):
    ask(bob)
    tick(NOW)

    keep_apart(bob, keeper.person)
    tick(NOW + HOUR)

    assert Route.objects.get().state == RouteState.ENDED
    assert not InboxItem.objects.filter(recipient=keeper.person).exists()
    assert Notification.objects.get(kind="help_asked").state == State.OBSOLETE


def test_a_mentor_who_leaves_leaves_nobody_waiting(keeper, bob):
    ask(bob)
    tick(NOW)

    end_what_is_ahead(keeper.person, NOW + HOUR)

    assert Route.objects.get().state == RouteState.DECLINED


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        ("2026-11-24 09:00", "2026-11-24 15:00"),
        ("2026-11-24 18:00", "2026-11-25 10:00"),
        ("2026-11-24 23:30", "2026-11-25 14:00"),
        ("2026-11-24 03:00", "2026-11-24 14:00"),
    ],
)
def test_only_hours_in_which_a_mentor_is_awake_count(begins, ends):
    until = add_waking_hours(at(begins), timedelta(hours=6), zone="Europe/London")

    assert abs(until - at(ends)) <= timedelta(minutes=1)


@pytest.mark.parametrize(("hour", "suits"), [(0, False), (6, False), (7, True), (22, True), (23, False)])
def test_nobody_is_offered_a_time_at_night_but_by_the_mentor_for_whom_they_wait(keeper, bob, hour, suits):
    start = at("2026-11-26 00:00").astimezone(bob.zone).replace(hour=hour, minute=30)
    waiting = ask(bob)

    assert waiting.suits(start) is suits
    assert WaitlistEntry(person=bob, mentor=keeper).suits(start)


def test_a_mentor_without_free_times_offers_one_outside_of_them_in_one_step(bob):
    keeper = make_keeper("kim@example.org", "Kim Keeper", windows=[(3, 600, 660)])
    ask(bob, parts=["evening"])  # Kolkata: from 12:30 in London on
    tick(NOW)
    route = Route.objects.select_related("mentor", "waiting__person").get()
    offer = offer_of(route, now=NOW)

    extra = [slot.start for slot in extra_times(route, offer, now=NOW)]
    held = offer_time(route=route, start=extra[0], by=keeper.person, now=NOW)
    decline_time(held=held, by=bob, now=NOW + HOUR)

    assert times_to_offer(route, offer, now=NOW) == []
    assert extra
    assert all(route.waiting.suits(start) and start.minute == 0 for start in extra)
    [override] = keeper.schedule.overrides.all()
    assert override.date == extra[0].date()
    assert (extra[0].hour * 60, extra[0].hour * 60 + offer.length) in override.spans
    # A date on which they are open keeps its windows, and what was passed is free for others.
    assert ((600, 660) in override.spans) == (override.date.isoweekday() == 3)
    later = load_timetable(keeper, now=NOW + HOUR)
    starts = [slot.start for slot in free_slots(later.for_waitlist(), offer, now=NOW + HOUR)]
    assert extra[0] in starts


@pytest.mark.parametrize(("most", "asked"), [(0, 0), (1, 1)])
def test_as_many_mentors_are_asked_as_the_limit_of_now_says(keeper, bob, settings, most, asked):
    settings.MAX_ROUTES = most
    ask(bob)
    tick(NOW)

    assert Route.objects.count() == asked


@pytest.mark.parametrize("is_spell", [True, False], ids=["time off", "single dates"])
def test_days_away_hold_outside_of_windows_too(keeper, bob, is_spell):
    first = NOW.date()
    if is_spell:
        keeper.schedule.time_off.create(first=first, last=first + timedelta(days=3))
    else:
        for days in range(4):
            keeper.schedule.overrides.create(date=first + timedelta(days=days), minutes=[])
    ask(bob)
    tick(NOW + timedelta(days=1))
    route = Route.objects.select_related("mentor", "waiting__person").get()

    later = NOW + timedelta(days=1)
    offer = offer_of(route, now=later)
    days = {slot.start.date() for slot in extra_times(route, offer, now=later)}

    assert days
    assert min(days) == NOW.date() + timedelta(days=4)


def test_only_days_on_which_the_person_could_are_offered(bob):
    make_keeper("kim@example.org", "Kim Keeper", windows=[(day, 870, 900) for day in range(1, 8)])
    waiting = ask(bob, days=[7, 6])
    WaitlistEntry.objects.update(known=[])
    tick(NOW)
    route = Route.objects.select_related("mentor", "waiting__person").get()

    times = times_to_offer(route, offer_of(route, now=NOW), now=NOW)

    assert waiting.days == [6, 7]
    assert {slot.start.astimezone(bob.zone).isoweekday() for slot in times} == {6, 7}


def test_every_day_is_the_same_as_any(bob):
    assert ask(bob, days=[1, 2, 3, 4, 5, 6, 7]).days == []


def ask_both_ways(bob) -> tuple[WaitlistEntry, Route, Route]:
    """One mentor offers a time, while another has been asked in writing."""
    keeper = make_keeper("kim@example.org", "Kim Keeper", windows=[(day, 540, 1020) for day in range(1, 8)])
    writes(make_keeper("wil@example.org", "Wil Writer", windows=[]))
    Schedule.objects.filter(profile__person__email="wil@example.org").update(asked_for_others=False)
    waiting = ask(bob, writers=True)
    WaitlistEntry.objects.update(known=[])
    tick(NOW)
    request = Route.objects.select_related("mentor", "waiting__person").get(mentor=keeper.person)
    Route.objects.filter(pk=request.pk).update(until=NOW + 20 * HOUR)
    tick(NOW + 12 * HOUR)
    writing = Route.objects.select_related("mentor").get(kind=RouteKind.WRITING)
    return waiting, request, writing


def test_a_time_is_not_taken_by_a_person_whom_an_answer_has_helped_and_is_free_again(bob):
    waiting, request, writing = ask_both_ways(bob)
    later = NOW + 12 * HOUR
    held = offer_first(request, now=later)
    reply(writing.written, now=later)

    tick(later)
    with pytest.raises(SessionError) as refused:
        take_time(held=held, question=WORDS, by=bob, now=later)
    tick(later + HOUR)

    waiting.refresh_from_db()
    assert refused.value.code == "helped"
    assert waiting.ended == WaitlistOutcome.ANSWERED
    assert {route.kind: route.state for route in Route.objects.all()} == {"request": "ended", "writing": "won"}
    assert not HeldTime.objects.open().exists()
    assert Booking.objects.get().state == BookingState.EXPIRED
    assert [item.kind for item in InboxItem.objects.filter(recipient=request.mentor)] == ["help_over"]


def test_of_an_answer_and_a_time_taken_before_anyone_has_looked_one_is_won(bob):
    waiting, request, writing = ask_both_ways(bob)
    later = NOW + 12 * HOUR
    held = offer_first(request, now=later)
    reply(writing.written, now=later)

    take_time(held=held, question=WORDS, by=bob, now=later)
    tick(later)

    waiting.refresh_from_db()
    assert waiting.ended == WaitlistOutcome.BOOKED
    assert {route.kind: route.state for route in Route.objects.all()} == {"request": "won", "writing": "ended"}


def test_an_answer_in_writing_ends_the_search_at_the_next_look(bob):
    writer = writes(make_keeper("wil@example.org", "Wil Writer", windows=[]))
    waiting = ask(bob, mentors=False, writers=True)
    tick(NOW + 12 * HOUR)

    reply(WrittenQuestion.objects.get(), now=NOW + 13 * HOUR)
    tick(NOW + 13 * HOUR)

    waiting.refresh_from_db()
    assert (writer.profile.person, waiting.ended) == (Route.objects.get().mentor, WaitlistOutcome.ANSWERED)


def test_a_time_that_had_lapsed_and_is_taken_all_the_same_is_what_helped(keeper, bob):
    waiting = ask(bob)
    tick(NOW)
    route = Route.objects.select_related("mentor", "waiting__person").get()
    open_time(keeper)
    held = offer_first(route, now=NOW)
    tick(held.until + HOUR)
    route.refresh_from_db()
    assert route.state == RouteState.PASSED

    take_time(held=held, question=WORDS, by=bob, now=held.until + 2 * HOUR)
    tick(held.until + 2 * HOUR)

    waiting.refresh_from_db()
    route.refresh_from_db()
    assert (waiting.ended, route.state) == (WaitlistOutcome.BOOKED, RouteState.WON)


def test_a_search_that_ends_by_the_calendar_is_looked_at_until_the_held_time_is_decided(keeper, bob):
    waiting = ask(bob)
    tick(NOW)
    route = Route.objects.select_related("mentor", "waiting__person").get()
    open_time(keeper)
    held = offer_first(route, now=NOW)
    WaitlistEntry.objects.update(until=NOW + HOUR, advance_at=NOW + HOUR)

    tick(NOW + HOUR)
    waiting.refresh_from_db()
    assert waiting.advance_at == held.until
    tick(held.until)
    tick(held.until + HOUR)

    route.refresh_from_db()
    assert route.state == RouteState.PASSED


def test_the_database_keeps_help_from_being_found_twice(keeper, bob):
    waiting = ask(bob)
    for mentor in (keeper.person, make_keeper("lou@example.org", "Lou Lavender").person):
        found = {"waiting": waiting, "mentor": mentor, "opened_at": NOW, "until": NOW + HOUR, "settled_at": NOW}
        route = Route(kind=RouteKind.REQUEST, state=RouteState.WON, **found)
        if mentor == keeper.person:
            route.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        route.save()


def test_minutes_that_a_held_time_promises_are_not_promised_again(keeper, bob, charlie):
    programme = make_programme(1)
    let_in(keeper.person, programme, gives=True, minutes_a_week=25)
    for person in (bob, charlie):
        let_in(person, programme, asks=True)
        person.refresh_from_db()
    open_time(keeper, end=960)
    keeper = type(keeper).objects.get(pk=keeper.pk)
    waiting = ask(bob)
    WaitlistEntry.objects.update(known=[])
    tick(NOW)
    route = Route.objects.select_related("mentor", "waiting__person").get()

    held = offer_first(route, now=NOW)

    week = load_timetable_for(charlie, keeper, now=NOW)
    assert week.slots(length=25, now=NOW, first=NOW, last=NOW + timedelta(days=5)) == []
    booking = take_time(held=held, question=WORDS, by=bob, now=NOW)
    assert (booking.programme, waiting.person) == (programme, bob)
