"""A mentor who is free now: what can be booked then, by whom first, and when it is over."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from search.criteria import SearchCriteria
from search.finding import find_mentors
from search.indexing import refresh_stale_rows
from search.models import MentorIndex
from sessions_app.availability.free_now import end_ready, get_ready
from sessions_app.availability.ready import span_from
from sessions_app.availability.rules import Rules, Taken
from sessions_app.availability.timetable import Timetable, load_timetable
from sessions_app.errors import SessionError
from sessions_app.models import BookingState, HeldTime, Schedule
from sessions_app.waiting.acts import wait_for_help
from sessions_app.waiting.handing_out import hand_out_freed_time
from tests.conftest import NOW, at, make_mentor, make_person
from tests.markup import elements_of, markup_of, parts_in, refusals_in
from tests.sessions_app.conftest import book

MINUTE = timedelta(minutes=1)
FIRST = at("2026-11-24 13:55")
ZONES = ("Europe/London", "Africa/Cairo", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
# Clocks change in one of the zones within two days of each.
CHANGES = tuple(map(at, ("2026-10-25 01:00", "2026-04-23 22:00", "2026-11-01 06:00", "2026-04-04 15:00")))


def ready_for(profile, minutes=60, *, now=NOW):
    return get_ready(profile=profile, minutes=minutes, by=profile.person, now=now)


def starts_on_the_day(profile, *, now=NOW):
    timetable = load_timetable(profile, now=now)
    slots = timetable.slots(length=25, now=now, first=now, last=at("2026-11-25 00:00"))
    return [slot.start for slot in slots]


@pytest.fixture
def alone(alice):
    """Alice, whose usual times of this day are over: they are to be booked four hours ahead."""
    return alice.mentor_profile


@pytest.mark.django_db
def test_free_now_opens_starts_every_quarter_of_an_hour_until_five_minutes_before(alone):
    assert starts_on_the_day(alone) == []

    ends = ready_for(alone)

    assert ends == FIRST + timedelta(hours=1)
    assert starts_on_the_day(alone) == [FIRST, FIRST + 15 * MINUTE, FIRST + 30 * MINUTE]
    assert starts_on_the_day(alone, now=NOW + 5 * MINUTE) == [FIRST + 15 * MINUTE, FIRST + 30 * MINUTE]
    assert starts_on_the_day(alone, now=ends) == []


@pytest.mark.django_db
def test_what_is_opened_is_booked_at_once_and_is_gone_then(alone, bob):
    ready_for(alone)

    booking = book(alone.offers.get(), bob, FIRST + 15 * MINUTE)

    assert booking.state == BookingState.CONFIRMED
    assert starts_on_the_day(alone) == []  # 14:10 to 14:35, with the break on both sides


@pytest.mark.django_db
def test_a_cap_holds_also_now(alone, bob):
    Schedule.objects.filter(profile=alone).update(max_per_day=1, buffer=0)
    ready_for(alone, 120)
    book(alone.offers.get(), bob, FIRST)

    assert starts_on_the_day(alone) == []


@pytest.mark.django_db
def test_not_free_any_more_keeps_what_is_booked(alone, bob):
    ready_for(alone)
    booking = book(alone.offers.get(), bob, FIRST)

    for _twice in range(2):
        end_ready(profile=alone, by=alone.person, now=NOW)

    booking.refresh_from_db()
    assert (booking.state, starts_on_the_day(alone)) == (BookingState.CONFIRMED, [])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(lambda profile: profile.offers.update(instant=False), "asks_first", id="asks first"),
        pytest.param(
            lambda profile: type(profile).objects.filter(pk=profile.pk).update(paused_until="2026-12-01"),
            "paused",
            id="paused",
        ),
        pytest.param(
            lambda profile: type(profile).objects.filter(pk=profile.pk).update(resting_since=NOW),
            "closed",
            id="resting",
        ),
    ],
)
def test_who_cannot_be_booked_at_once_cannot_be_free_now(alone, change, code):
    change(alone)

    with pytest.raises(SessionError) as refused:
        ready_for(alone)

    assert (refused.value.code, Schedule.objects.get(profile=alone).ready_until) == (code, None)


@pytest.mark.django_db
def test_the_database_holds_two_hours_at_most(alone):
    late = {"ready_from": NOW, "ready_until": NOW + timedelta(hours=2, minutes=1)}
    with pytest.raises(IntegrityError), transaction.atomic():
        Schedule.objects.filter(profile=alone).update(**late)


@pytest.mark.django_db
def test_the_search_finds_them_first_also_once_the_index_has_looked(alone, dora):
    for profile in (alone, dora.mentor_profile):
        profile.asks = ["Beekeeping"]
        profile.save()
    ready_for(alone)
    while refresh_stale_rows(now=NOW):
        pass

    found = find_mentors(SearchCriteria(words=""), zone="Europe/London", now=NOW).matches

    assert [(match.profile.pk, match.slots[0].start, match.is_ready) for match in found[:1]] == [
        (alone.pk, FIRST, True)
    ]
    assert not any(match.is_ready for match in found[1:])


@pytest.mark.django_db
def test_the_index_looks_again_when_it_is_over(alone):
    ends = ready_for(alone)
    while refresh_stale_rows(now=NOW):
        pass

    assert MentorIndex.objects.get(profile=alone).fresh_until == ends

    while refresh_stale_rows(now=ends):
        pass

    found = find_mentors(SearchCriteria(words=""), zone="Europe/London", now=ends).matches
    assert not any(match.is_ready for match in found)


@pytest.mark.django_db
def test_who_waits_is_offered_it_first(bob):
    keeper = make_mentor(make_person("kim@example.org", "Kim"), asks=("Beekeeping on a balcony",), windows=[])
    wait_for_help(words="Beekeeping on a balcony", filters="", person=bob, now=NOW, asks_mentors=True, parts=[])

    ready_for(keeper, 120)
    hand_out_freed_time(now=NOW)

    held = HeldTime.objects.get()
    assert (held.person, held.until) == (bob, held.booking.start - 5 * MINUTE)
    # An answer needs half an hour.
    assert held.booking.start >= NOW + 35 * MINUTE


@pytest.mark.django_db
@pytest.mark.usefixtures("now")
def test_the_mentor_presses_and_sees_it_and_so_do_others(alone, client_for):
    client = client_for(alone.person)
    page = reverse("mentor_today")
    buttons = [
        button.attributes["value"] for button in elements_of(markup_of(client.get(page)), "button", name="minutes")
    ]

    client.post(reverse("free_now"), {"minutes": "60"})

    assert buttons == ["30", "60", "90", "120"]
    assert "ready" in parts_in(markup_of(client.get(page)))
    assert "free-now" in parts_in(markup_of(client.get(reverse("mentor_detail", args=[alone.slug]))))

    client.post(reverse("free_now"), {"minutes": ""})

    assert "ready" not in parts_in(markup_of(client.get(page)))
    assert "free-now" not in parts_in(markup_of(client.get(reverse("mentor_detail", args=[alone.slug]))))


@pytest.mark.django_db
@pytest.mark.usefixtures("now")
@pytest.mark.parametrize("minutes", ["45", "-30", "１２０", "1e2", "x"])
def test_other_numbers_are_refused_and_change_nothing(alone, client_for, minutes):
    answer = client_for(alone.person).post(reverse("free_now"), {"minutes": minutes}, follow=True)

    assert refusals_in(markup_of(answer)) == ["bad_length"]
    assert Schedule.objects.get(profile=alone).ready_until is None


@given(
    zone=st.sampled_from(ZONES),
    change=st.sampled_from(CHANGES),
    shift=st.integers(-2 * 1440, 2 * 1440),
    minutes=st.sampled_from([30, 60, 90, 120]),
    length=st.sampled_from([15, 25, 45]),
    taken=st.lists(st.tuples(st.integers(-60, 180), st.integers(5, 60)), max_size=3),
    own=st.lists(st.tuples(st.integers(-60, 180), st.integers(5, 60)), max_size=2),
    week=st.booleans(),
    looks=st.integers(0, 90),
)
def test_what_is_listed_is_accepted_and_nothing_else(zone, change, shift, minutes, length, taken, own, week, looks):
    pressed = change + shift * MINUTE
    span, now = span_from(pressed, minutes), pressed + looks * MINUTE
    windows = tuple((day, 600, 720) for day in range(1, 8)) if week else ()
    blocks = tuple(Taken(pressed + first * MINUTE, pressed + (first + long) * MINUTE) for first, long in taken)
    mine = [(pressed + first * MINUTE, pressed + (first + long) * MINUTE) for first, long in own]
    timetable = Timetable(Rules(zone=zone, windows=windows, notice=60), blocks, ready=span)
    asked = {"length": length, "now": now}

    listed = {slot.start for slot in timetable.slots(first=now, last=span.end, **asked)}
    usual = {slot.start for slot in Timetable(timetable.rules, blocks).slots(first=now, last=span.end, **asked)}

    assert usual <= listed
    for start in listed - usual:
        assert start >= max(span.start, now + 5 * MINUTE)
        assert start + length * MINUTE <= span.end
        assert not any(
            start < block.end + 5 * MINUTE and block.start - 5 * MINUTE < start + length * MINUTE for block in blocks
        )
    for minute in {*range(-10, minutes, 5), *range(-7, minutes, 15)}:
        start = datetime.fromtimestamp(int(span.start.timestamp()) + 60 * minute, UTC)
        if start >= span.end:
            break
        refusal = timetable.why_not(start=start, own=mine, **asked)
        overlaps = any(start < end and begin < start + length * MINUTE for begin, end in mine)
        assert (refusal is None) == (start in listed and not overlaps)
        if refusal and refusal.earliest and refusal.earliest < span.end:
            assert timetable.why_not(start=refusal.earliest, own=mine, **asked) is None
