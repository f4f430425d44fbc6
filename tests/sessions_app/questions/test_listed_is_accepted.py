"""What is listed for a reader is what they can book: on the page, over the API and by the act itself, in any world.

Drawn are programmes with their rules, who is in them, and what is booked. Each start that the API lists is booked, in a
savepoint that is taken back; starts that it leaves out, though the mentor is free, are refused by the same code
everywhere.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import User
from common.times import utc_text
from mentors.models import MentorProfile, Offer
from programmes.models import Membership, Programme, ProgrammeState
from programmes.pairs import list_shared
from sessions_app.availability.pair_rules import weeks_between
from sessions_app.availability.slot_picker import SlotPicker, busy_times
from sessions_app.availability.slots import Slot, overlaps_busy
from sessions_app.availability.timetable import load_timetable, load_timetable_for
from sessions_app.booking.book import book_session, insert_booking
from sessions_app.booking.holds import hold_slot
from sessions_app.booking.series import book_further
from sessions_app.errors import SessionError
from sessions_app.mentor_rows import rows_of
from sessions_app.models import Booking, BookingState, Engagement
from sessions_app.pages.mentor_page import MentorPage, read_mentor_page
from sessions_app.questions.brief_input import BriefInput
from tests.api.conftest import Program, program  # noqa: F401 - a fixture
from tests.conftest import NOW, make_mentor, make_person
from tests.markup import markup_of, refusals_in
from tests.sessions_app.helpers.programmes import let_in, make_programme
from tests.signing_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
SAID = BriefInput(question="How do I say no?")
FIRST, LAST = NOW.date(), NOW.date() + timedelta(days=9)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# So many starts of each list are booked, and so many that are left out
LISTED, LEFT_OUT = 5, 4
EXAMPLES = int(os.environ.get("EXAMPLES", "12"))
RULES = st.fixed_dictionaries(
    {
        "members_book_outside": st.booleans(),
        "others_book_ours": st.booleans(),
        "most_sessions": st.sampled_from([None, None, 1]),
        "most_open": st.sampled_from([None, None, 1]),
        "lengths": st.sampled_from([None, None, [25], [45], [25, 45]]),
        "formats": st.sampled_from([None, None, ["video"], ["phone"]]),
        "first_share": st.sampled_from([None, 25, 50]),
        "units_apart": st.booleans(),
        "state": st.sampled_from(
            [ProgrammeState.OPEN, ProgrammeState.OPEN, ProgrammeState.CLOSED, ProgrammeState.ARCHIVED]
        ),
        "timezone": st.sampled_from(["Europe/London", "Pacific/Auckland"]),
    }
)
# In each programme: whether the mentor gives, the minutes of their week, and what the reader is, if they are in it
PLACES = st.fixed_dictionaries(
    {
        "rules": RULES,
        "gives": st.sampled_from([True, True, True, False]),
        "minutes": st.sampled_from([None, None, 25, 50, 100]),
        "reader": st.sampled_from(["", "member", "member", "experienced"]),
        "unit": st.sampled_from(["", "Sales"]),
    }
)
WORLDS = st.fixed_dictionaries(
    {
        "places": st.lists(PLACES, min_size=1, max_size=3),
        "zone": st.sampled_from(["Europe/London", "Asia/Tokyo", "America/Los_Angeles"]),
        "reader_zone": st.sampled_from(["Europe/London", "Asia/Tokyo", "America/Los_Angeles"]),
        "max_per_week": st.sampled_from([None, 2]),
        "chance": st.integers(min_value=0, max_value=2**16),
    }
)


@dataclass(frozen=True)
class World:
    offers: list[Offer]
    reader: User
    chance: Random


def every_day(first: int, last: int) -> list[tuple[int, int, int]]:
    return [(day, first, last) for day in range(1, 8)]


def make_world(drawn: dict[str, Any]) -> World:
    chance = Random(drawn["chance"])
    person = make_person("m@x.org", "Mo Mentor", drawn["zone"])
    reader = make_person("r@x.org", "Ray", drawn["reader_zone"])
    rules = {"buffer": 0, "notice": 60, "horizon_days": 20, "max_per_week": drawn["max_per_week"]}
    # Around midnight too, so that weeks and dates differ between zones
    profile = make_mentor(person, windows=every_day(0, 150), length=25, **rules)
    Offer.objects.create(profile=profile, length=45, instant=True)
    other = make_mentor(make_person("o@x.org", "Oda Other"), windows=every_day(0, 1440))
    offers = list(profile.offers.select_related("profile__person").order_by("length"))
    for number, place in enumerate(drawn["places"]):
        programme = make_programme(number, **place["rules"])
        if place["gives"]:
            let_in(person, programme, gives=True, minutes_a_week=place["minutes"], unit="Sales")
        if place["reader"]:
            let_in(reader, programme, asks=True, unit=place["unit"])
        if place["reader"] == "experienced":
            insert(other.offers.get(), reader, NOW - 20 * DAY + number * HOUR, programme, state=BookingState.COMPLETED)
    # Others' sessions with the mentor, and the reader's own with someone else, at times when the mentor is free
    free = [slot.start for slot in all_free(offers[0], NOW, NOW + 9 * DAY)]
    taken = chance.sample(free, min(4, len(free)))
    programmes = [None, *Programme.objects.order_by("pk")]
    for number, start in enumerate(taken[1:]):
        guest = make_person(f"g{number}@x.org", f"Guest {number}")
        insert(offers[0], guest, start, chance.choice(programmes), state=BookingState.CONFIRMED)
    for start in taken[:1]:
        insert(other.offers.get(), reader, start, None, state=BookingState.CONFIRMED)
    reader.refresh_from_db()
    return World(list(profile.offers.select_related("profile__person").order_by("length")), reader, chance)


def book(offer: Offer, mentee: User, start: datetime, *, now: datetime = NOW, **more: Any) -> Booking:
    return book_session(offer=offer, start=start, brief=SAID, mentee=mentee, now=now, **more)


def insert(offer: Offer, mentee: User, start: datetime, programme: Programme | None, *, state: BookingState) -> None:
    """Whatever rules say: they may have been others when it was booked."""
    said = {"start": start, "brief": SAID, "mentee": mentee, "programme": programme.pk if programme else None}
    made = insert_booking(offer, **said, now=NOW - DAY, state=BookingState.CONFIRMED, confirmed_at=NOW - DAY)
    if state != made.state:
        Booking.objects.filter(pk=made.pk).update(state=state)
        made.occupancies.all().delete()
        Engagement.objects.filter(pk=made.engagement_id).update(closed_at=NOW)


def all_free(offer: Offer, first: datetime, last: datetime) -> list[Slot]:
    """What the mentor's own rules leave to everyone."""
    timetable = load_timetable(offer.profile, now=NOW)
    return timetable.slots(length=offer.length, step=offer.step, now=NOW, first=first, last=last)


def code_of(offer: Offer, reader: User | None, start: datetime, programme: Programme | None) -> str:
    """Why it is refused, or an empty string; nothing is left of it."""
    code = ""
    try:
        with transaction.atomic():
            if reader:
                made = book(offer, reader, start, programme=programme)
                assert programme is None or made.programme == programme
            else:
                hold_slot(offer=offer, start=start, brief=SAID, held_for="x", now=NOW)
            transaction.set_rollback(True)
    except SessionError as error:
        code = error.code
    return code


def list_by_api(calls: Program, offer: Offer, zone: str, programme: Programme | None) -> tuple[list[datetime], str]:
    """The starts, and the code of what is in the way of any."""
    asked = {"offer": str(offer.uuid), "timezone": zone, "from": str(FIRST), "to": str(LAST)}
    asked |= {"programme": programme.slug} if programme else {}
    status, said = calls.get(f"mentors/{offer.profile.slug}/slots/", **asked)
    assert status == 200, said
    return [datetime.fromisoformat(slot["start"]) for slot in said["slots"]], (said["limit"] or {}).get("code", "")


def read_page(offer: Offer, reader: User | None, zone: str, **address: str) -> MentorPage:
    return read_mentor_page(
        rows_of(offer.profile),
        reader=reader,
        zone=zone,
        address={"offer": str(offer.uuid)} | address,
        typed=None,
        is_asking=False,
        error=None,
        now=NOW,
    )


def check_page(page: MentorPage, offer: Offer, listed: list[datetime], limit: str, picker_dates: Any) -> None:
    """The page says the same of the opened day, or of why there is none."""
    if limit == "session_kind":
        # Another offer may be left, which the page opens instead.
        assert page.offer != offer
    elif limit:
        assert page.limit is not None
        assert page.limit.code == limit
    elif listed:
        assert page.picker is not None
        opened = [time.slot.start for time in page.picker.times if not time.gone]
        assert opened == [start for start in listed if picker_dates(start) == page.picker.day]
        assert page.picker.soonest.start == listed[0]


def post_everywhere(world: World, client: Any, calls: Program, offer: Offer, start: datetime, chosen: Any) -> set[str]:
    """The codes by which the API and, where it can be asked for, the page refuse it."""
    codes = set()
    body = {"offer": str(offer.uuid), "start": start.isoformat(), "brief": {"question": SAID.question}}
    with transaction.atomic():
        status, said = calls.post("bookings/", body | ({"programme": chosen.slug} if chosen else {}))
        codes.add(said["code"] if status >= 400 else "")
        transaction.set_rollback(True)
    shared = list_shared(world.reader, offer.profile.person, now=NOW)
    if chosen or len(shared) < 2:
        form = {"offer": offer.uuid, "key": "k", "start": start.isoformat(), "question": SAID.question}
        with transaction.atomic():
            form |= {"programme": chosen.slug} if chosen else {}
            answer = client.post(reverse("book", args=[offer.profile.slug]), form)
            codes |= set(refusals_in(markup_of(answer))[:1]) if answer.status_code >= 400 else {""}
            transaction.set_rollback(True)
    return codes


def check_engine(
    offer: Offer, reader: User | None, programme: Programme | None, listed: list[datetime], left_out: list[datetime]
) -> None:
    """What a booking asks the engine, of every start."""
    timetable = load_timetable_for(reader, offer.profile, now=NOW, chosen=programme.pk if programme else None)
    own = busy_times(reader, now=NOW)

    def is_refused(start: datetime) -> bool:
        asked = {"start": start, "length": offer.length, "step": offer.step, "now": NOW, "own": own}
        return timetable.why_not(**asked) is not None

    assert [start for start in listed if is_refused(start)] == []
    assert [start for start in left_out if not is_refused(start)] == []


def check_reader(world: World, reader: User | None, client: Any, calls: Program) -> None:
    zone, profile = world.reader.zone, world.offers[0].profile
    shared = list_shared(reader, profile.person, now=NOW)
    for programme in [None, *shared]:
        for offer in world.offers:
            listed, limit = list_by_api(calls, offer, zone.key, programme)
            if programme or len(shared) < 2:
                address = {"programme": programme.slug} if programme else {}
                if listed:
                    address["day"] = str(world.chance.choice(listed).astimezone(zone).date())
                page = read_page(offer, reader, zone.key, **address)
                check_page(page, offer, listed, limit, lambda start: start.astimezone(zone).date())
            for start in world.chance.sample(listed, min(LISTED, len(listed))):
                assert code_of(offer, reader, start, programme) == limit
            busy = busy_times(reader, now=NOW)
            free = [slot for slot in all_free(offer, NOW, NOW + 9 * DAY) if slot.start.astimezone(zone).date() <= LAST]
            left_out = [slot.start for slot in free if slot.start not in listed and not overlaps_busy(slot, busy)]
            check_engine(offer, reader, programme, listed, [] if limit else left_out)
            left_out += [NOW + 30 * DAY, free[-1].start + timedelta(minutes=1)] if free else []
            for number, start in enumerate(world.chance.sample(left_out, min(LEFT_OUT, len(left_out)))):
                code = code_of(offer, reader, start, programme)
                assert code
                assert limit in ("", code)
                if reader and number == 0:
                    assert post_everywhere(world, client, calls, offer, start, programme) == {code}


@given(drawn=WORLDS)
@settings(max_examples=EXAMPLES, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
def test_what_is_listed_is_accepted_and_nothing_else(program, drawn):  # noqa: F811
    with transaction.atomic():
        world = make_world(drawn)
        check_reader(world, None, None, program())
        browser = Client()
        sign_in(browser, world.reader)
        check_reader(world, world.reader, browser, program(world.reader))
        transaction.set_rollback(True)


@pytest.fixture
def pair(bob):
    """A mentor whose times people who have met in their programme leave to others in part, and such a person."""
    profile = make_mentor(make_person("m@x.org", "Mo Mentor"), windows=every_day(600, 700), buffer=0)
    other = make_mentor(make_person("o@x.org", "Oda Other"), windows=every_day(0, 1440), buffer=0)
    programme = make_programme(1, first_share=50)
    let_in(profile.person, programme, gives=True)
    let_in(bob, programme, asks=True)
    bob.refresh_from_db()
    insert(other.offers.get(), bob, NOW - 20 * DAY, programme, state=BookingState.COMPLETED)
    return MentorProfile.objects.get(pk=profile.pk), bob, other.offers.get(), programme


def pick(profile, reader) -> SlotPicker:
    offer, timetable = profile.offers.get(), load_timetable_for(reader, profile, now=NOW)
    return SlotPicker(timetable, offer.length, offer.step, "Europe/London", NOW, busy_times(reader, now=NOW))


def test_what_is_kept_for_others_does_not_depend_on_the_readers_own_sessions(pair):
    profile, reader, elsewhere, _programme = pair
    week = datetime(2026, 11, 30, tzinfo=UTC), datetime(2026, 12, 7, tzinfo=UTC)
    before = {slot.start for slot in pick(profile, reader).slots(*week)}

    for start in sorted(before)[:3]:
        insert(elsewhere, reader, start, None, state=BookingState.CONFIRMED)
        Engagement.objects.update(closed_at=NOW)

    assert {slot.start for slot in pick(profile, reader).slots(*week)} == before - set(sorted(before)[:3])


@pytest.mark.parametrize("zone", ["Europe/London", "Asia/Tokyo", "America/Los_Angeles"])
def test_a_day_of_the_reader_over_the_end_of_the_mentors_week_is_listed_whole(zone):
    """From Sunday on the mentor's clock until some time on Monday"""
    first = datetime(2026, 11, 29, 15, tzinfo=UTC)

    for hours in range(1, 48):
        weeks = list(weeks_between(zone, first, first + hours * HOUR))
        moments = [first + number * HOUR for number in range(hours)]
        assert all(sum(week.begin <= moment < week.until for week in weeks) == 1 for moment in moments)


def test_dates_of_a_series_use_up_minutes_one_after_the_other(pair, client_for):
    """The page says so beside the date before it is booked."""
    profile, reader, _elsewhere, programme = pair
    Programme.objects.update(first_share=None)
    Membership.objects.filter(gives=True).update(minutes_a_week=50)
    first = book(profile.offers.get(), reader, pick(profile, reader).first_after(NOW).start)
    monday = datetime(2026, 12, 7, 10, tzinfo=UTC)
    starts = [monday + number * DAY for number in range(3)]

    desk = client_for(reader).get(
        reverse("session_further_check", args=[first.uuid]), {"t": [utc_text(start) for start in starts]}
    )

    assert [bool(row.problem) for row in desk.context["rows"]] == [False, False, True]
    with pytest.raises(SessionError) as refused:
        book_further(booking=first, starts=starts, by=reader, now=NOW)
    assert refused.value.code == "week_cap"
    assert len(book_further(booking=first, starts=starts[:2], by=reader, now=NOW)) == 2
    assert Booking.objects.filter(programme=programme, state="confirmed").count() == 3


def test_a_series_leaves_what_is_kept_and_says_from_when_on_it_is_free(pair, client_for):
    profile, reader, _elsewhere, _programme = pair
    first = book(profile.offers.get(), reader, pick(profile, reader).first_after(NOW).start)
    free = [slot.start for slot in all_free(profile.offers.get(), NOW + 6 * DAY, NOW + 13 * DAY)]
    left = {slot.start for slot in pick(profile, reader).slots(NOW + 6 * DAY, NOW + 13 * DAY)}
    kept = next(start for start in free if start not in left)
    page = reverse("session_further_check", args=[first.uuid])

    [row] = client_for(reader).get(page, {"t": utc_text(kept)}).context["rows"]
    with pytest.raises(SessionError) as refused:
        book_further(booking=first, starts=[kept], by=reader, now=NOW)

    opens = date_format((kept - 2 * DAY).astimezone(reader.zone), "j F, H:i")
    assert refused.value.code == "kept_for_first"
    assert opens in refused.value.message
    assert opens in row.problem
    # All that the page lists together can be booked together, whichever come first.
    chosen = sorted(left)[:1] + sorted(left)[-2:]
    assert all(
        not row.problem for row in client_for(reader).get(page, {"t": list(map(utc_text, chosen))}).context["rows"]
    )
    assert len(book_further(booking=first, starts=chosen, by=reader, now=NOW)) == 3


def test_a_time_that_is_kept_opens_to_the_minute(pair):
    profile, reader, _elsewhere, _programme = pair
    offer = profile.offers.get()
    left = {slot.start for slot in pick(profile, reader).slots(NOW + 6 * DAY, NOW + 13 * DAY)}
    kept = next(slot.start for slot in all_free(offer, NOW + 6 * DAY, NOW + 13 * DAY) if slot.start not in left)
    opens = kept - 2 * DAY

    with pytest.raises(SessionError) as refused:
        book(offer, reader, kept, now=opens - timedelta(minutes=1))
    assert refused.value.code == "kept_for_first"
    assert book(offer, reader, kept, now=opens).start == kept
