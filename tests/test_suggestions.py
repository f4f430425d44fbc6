"""Every time that a page or the API suggests in place of one that was refused can be had: each of them is pressed."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import transaction

from accounts.models import User
from common.refusals import STALE, STATUSES
from sessions_app.availability.refusals import WORDS
from sessions_app.availability.timetable import load_timetable_for
from sessions_app.models import Booking, BookingState, BusySpan, ReservedTime, TimeOff
from sessions_app.questions.suggestions import people_for
from tests.api.conftest import program  # noqa: F401 - a fixture
from tests.conftest import NOW, at, make_mentor, make_person
from tests.markup import elements_of, links_in, markup_of, refusals_in, times_in
from tests.sessions_app.conftest import QUESTION, THURSDAY, book, booking  # noqa: F401 - a fixture
from tests.sessions_app.helpers.programmes import let_in, make_programme

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
PAGE, DAY = "/mentors/alice-adair/", timedelta(days=1)
FRIDAY, TEN = at("2026-11-27 10:00"), at("2026-11-26 10:00")
# What nobody may be refused for with times beside it: each would be refused for another time too.
STANDS_FOR_ALL = ["own_profile", "closed", "paused", "already_together", "too_many_open", "too_often"]


def set_rules(offer, **rules):
    schedule = offer.profile.schedule
    for name, value in rules.items():
        setattr(schedule, name, value)
    schedule.save()


def taken(offer, bob, charlie):
    book(offer, charlie, FRIDAY)
    return FRIDAY


def reserved(offer, bob, charlie):
    during = (FRIDAY, FRIDAY + timedelta(minutes=25))
    ReservedTime.objects.create(person=offer.profile.person, during=during, counts_as_given=True, until=NOW + DAY)
    return FRIDAY


def too_close(offer, bob, charlie):
    book(offer, charlie, FRIDAY)
    offer.step = 5
    offer.save()
    return FRIDAY + timedelta(minutes=25)


def full_day(offer, bob, charlie):
    book(offer, charlie, FRIDAY + timedelta(hours=2))
    set_rules(offer, max_per_day=1)
    return FRIDAY


def full_week(offer, bob, charlie):
    book(offer, charlie, TEN)
    set_rules(offer, max_per_week=1)
    return FRIDAY


def busy_in_their_calendar(offer, bob, charlie):
    during = (FRIDAY, FRIDAY + timedelta(minutes=25))
    BusySpan.objects.create(person=offer.profile.person, calendar=1, during=during)
    return FRIDAY


def busy_elsewhere(offer, bob, charlie):
    dora = make_mentor(make_person("dora@example.org", "Dora Dane"))
    book(dora.offers.get(), bob, FRIDAY)
    return FRIDAY


def away(offer, bob, charlie):
    TimeOff.objects.create(schedule=offer.profile.schedule, first=FRIDAY.date(), last=FRIDAY.date())
    return FRIDAY


def on_a_break(offer, bob, charlie):
    offer.profile.paused_until = FRIDAY.date() + DAY
    offer.profile.save()
    return FRIDAY


def kept_for_others(offer, bob, charlie):
    programme = make_programme(1, first_share=50)
    let_in(offer.profile.person, programme, gives=True)
    let_in(bob, programme, asks=True)
    bob.refresh_from_db()
    offer.profile.person.refresh_from_db()
    booked = book(offer, bob, FRIDAY)
    Booking.objects.filter(pk=booked.pk).update(state=BookingState.COMPLETED)
    all_of, left = (
        {slot.start for slot in timetable.slots(length=25, now=NOW, first=NOW, last=NOW + 14 * DAY)}
        for timetable in (load_timetable_for(reader, offer.profile, now=NOW) for reader in (charlie, bob))
    )
    return min(all_of - left)


REFUSED = {
    "past": lambda *people: NOW.replace(hour=10, minute=0),
    "notice": lambda *people: NOW.replace(hour=15, minute=0),
    "horizon": lambda *people: FRIDAY + timedelta(days=70),
    "outside_windows": lambda *people: FRIDAY.replace(hour=20),
    "off_grid": lambda *people: FRIDAY.replace(minute=5),
    "time_off": away,
    "paused": on_a_break,
    "taken": taken,
    "set_aside": reserved,
    "buffer": too_close,
    "busy_elsewhere": busy_in_their_calendar,
    "day_cap": full_day,
    "week_cap": full_week,
    "kept_for_first": kept_for_others,
    "own_overlap": busy_elsewhere,
}


def suggestions_in(page: str) -> list[str]:
    return [one.attributes["href"] for one in elements_of(page, "a") if "data-suggestion" in one.attributes]


def chosen_on(page: str, form: str) -> Iterator[tuple[str, str]]:
    """What this form would send if nothing were changed."""
    [outer] = elements_of(page, "form", id=form)
    inside = [one for one in elements_of(page, "input") if outer.start < one.start < outer.end]
    for field in inside:
        if field.attributes.get("type") == "hidden" or "checked" in field.attributes:
            yield field.attributes["name"], field.attributes.get("value") or ""


def press(client, href: str, form: str, **typed) -> str:
    """Follow the link and send the form of its page; then as if nothing had been done. Returns where it led."""
    page = markup_of(client.get(href))
    [outer] = elements_of(page, "form", id=form)
    sent: dict[str, list[str]] = {name: [value] for name, value in typed.items()}
    for name, value in chosen_on(page, form):
        sent.setdefault(name, []).append(value)
    with transaction.atomic():
        answer = client.post(outer.attributes.get("action") or href, sent)
        transaction.set_rollback(True)
    return re.sub(r"[0-9a-f-]{36}", "…", answer.headers.get("Location", f"{answer.status_code}"))


def test_every_refusal_of_a_time_is_provoked_here():
    assert list(WORDS) == list(REFUSED)


def test_no_refusal_of_a_time_is_called_as_one_that_passes_by_itself():
    """Else its answer would be that of an overloaded server: 503, try again."""
    assert WORDS.keys() & {*STATUSES, STALE} == set()


@pytest.mark.parametrize("code", REFUSED)
def test_every_time_suggested_by_a_mentors_page_can_be_booked(code, offer, bob, charlie, client_for):
    client, start = client_for(bob), REFUSED[code](offer, bob, charlie)
    sent = {"offer": offer.uuid, "start": start.isoformat(), "question": QUESTION, "key": uuid4().hex}

    page = markup_of(client.post(f"{PAGE}book/", sent))

    pressed = [press(client, href, "book", question=QUESTION) for href in suggestions_in(page)]
    assert (refusals_in(page), set(pressed)) == ([code], {"/sessions/…/"})
    assert f"t={quote(start.strftime('%Y-%m-%dT%H:%MZ'))}" not in page


def own_time(offer, bob, charlie):
    return THURSDAY


def beyond_four_weeks(offer, bob, charlie):
    set_rules(offer, horizon_days=60)
    first = Booking.objects.get()
    further = book_next(first, THURSDAY + 7 * DAY)
    return further.start + 29 * DAY


def book_next(first: Booking, start):
    """A second session on the same question."""
    again = Booking.objects.get(pk=first.pk)
    again.pk, again.uuid, again.room, again.idempotency_key = None, uuid4(), "another", None
    again.during = (start, start + timedelta(minutes=25))
    again.save()
    again.refresh_from_db()
    return again


# What is booked can be moved to any time: rules of programmes are about new sessions. This one is not tried
# for a series either, whose people have a session ahead.
AHEAD = {code: provoke for code, provoke in REFUSED.items() if code != "kept_for_first"}
MOVED = AHEAD | {"same_time": own_time, "series_span": beyond_four_weeks}


@pytest.mark.parametrize("code", MOVED)
def test_every_time_suggested_by_the_move_page_can_be_had(code, booking, offer, bob, charlie, client_for):  # noqa: F811
    client, start = client_for(bob), MOVED[code](offer, bob, charlie)
    address = f"/sessions/{booking.uuid}/move/"

    page = markup_of(client.post(address, {"start": start.isoformat()}))

    pressed = [press(client, href, "book") for href in suggestions_in(page)]
    assert (refusals_in(page), set(pressed)) == ([code], {"/sessions/…/"})
    assert "t=2026-11-26T14%3A30Z" not in page


@pytest.mark.parametrize("code", [*AHEAD, "series_span", "beside"])
def test_the_time_suggested_for_a_date_of_a_series_can_be_had(code, booking, offer, bob, charlie, client_for):  # noqa: F811
    """`beside`: another date, chosen with it, stands in the way."""
    client, beside = client_for(bob), FRIDAY + 7 * DAY
    start = {"series_span": THURSDAY + 29 * DAY, "beside": beside}.get(code) or REFUSED[code](offer, bob, charlie)
    if code == "beside":
        offer.step = 5
        offer.save()
        start = beside + timedelta(minutes=10)
    query = "&".join(f"t={quote(moment.strftime('%Y-%m-%dT%H:%MZ'))}" for moment in (start, beside))

    page = markup_of(client.get(f"/sessions/{booking.uuid}/further/check/?{query}"))

    [href] = suggestions_in(page)
    assert press(client, f"/sessions/{booking.uuid}/further/check/{href}", "dates") == "/sessions/…/"


@pytest.mark.parametrize("code", REFUSED)
def test_every_time_suggested_by_the_api_can_be_booked(code, program, offer, bob, charlie):  # noqa: F811
    start = REFUSED[code](offer, bob, charlie)
    wish = {"offer": str(offer.uuid), "brief": {"question": QUESTION}}

    status, refused = program(bob).post("bookings/", {**wish, "start": start.isoformat()})

    assert (status, refused["code"]) == (409, code)
    assert refused["alternatives"]
    for slot in refused["alternatives"]:
        with transaction.atomic():
            assert program(bob).post("bookings/", {**wish, "start": slot["start"]})[0] == 201
            transaction.set_rollback(True)


@pytest.mark.parametrize("code", MOVED)
def test_every_time_suggested_by_the_api_for_a_move_can_be_had(code, program, booking, offer, bob, charlie):  # noqa: F811
    start = MOVED[code](offer, bob, charlie)

    _status, refused = program(bob).act(f"bookings/{booking.uuid}/reschedule/", {"start": start.isoformat()})

    assert refused["code"] == code
    assert refused["alternatives"]
    for slot in refused["alternatives"]:
        with transaction.atomic():
            moved = program(bob).act(f"bookings/{booking.uuid}/reschedule/", {"start": slot["start"]})
            assert (moved[0], moved[1]["start"]) == (200, slot["start"])
            transaction.set_rollback(True)


@pytest.fixture(params=STANDS_FOR_ALL)
def limit(request, offer, bob, charlie, settings) -> str:
    """What stands against any time with alice; her time on Friday is taken besides."""
    taken(offer, bob, charlie)
    match request.param:
        case "own_profile":
            bob.delete()
        case "closed":
            offer.profile.offers.update(is_active=False)
        case "paused":
            settings.LEDGER_PAUSES_FROM = 0.9
            dora = make_mentor(make_person("dora@example.org", "Dora Dane"))
            book(dora.offers.get(), bob)
            missed = {"state": BookingState.MENTEE_NO_SHOW, "during": (NOW - DAY, NOW - DAY / 2)}
            Booking.objects.filter(mentee=bob).update(**missed)
        case "already_together":
            book(offer, bob)
        case "too_many_open":
            settings.MAX_OPEN_BOOKINGS = 0
        case "too_often":
            settings.MAX_BOOKINGS_AN_HOUR = 1
            book(make_mentor(make_person("dora@example.org", "Dora Dane")).offers.get(), bob)
    return request.param


def test_who_is_at_a_limit_gets_no_times_that_would_be_refused_too(limit, offer, alice, bob, client_for, program):  # noqa: F811
    person = alice if limit == "own_profile" else bob
    sent = {"offer": offer.uuid, "start": FRIDAY.isoformat(), "question": QUESTION, "key": uuid4().hex}

    page = markup_of(client_for(person).post(f"{PAGE}book/", sent))
    wish = {"offer": str(offer.uuid), "start": FRIDAY.isoformat(), "brief": {"question": QUESTION}}
    _status, refused = program(person).post("bookings/", wish)

    assert suggestions_in(page) == []
    assert not refused.get("alternatives")


@pytest.mark.parametrize("limit", ["paused", "already_together", "too_many_open", "too_often"], indirect=True)
def test_who_is_at_a_limit_learns_it_before_they_write(limit, bob, client_for):
    page = markup_of(client_for(bob).get(PAGE))

    assert refusals_in(page) == [limit]
    assert elements_of(page, "textarea") == []
    assert [one for one in elements_of(page, "input") if one.attributes.get("name") == "start"] == []


def test_who_has_a_session_with_the_mentor_is_led_to_it(offer, bob, client_for):
    booked = book(offer, bob)

    page = markup_of(client_for(bob).get(PAGE))

    assert f"/sessions/{booked.uuid}/" in links_in(page)
    assert times_in(page, data_part="session-ahead") == [f"{booked.start:%Y-%m-%dT%H:%MZ}"]


def test_refusals_are_shown_by_one_component():
    """It knows what may stand beside which; a template that shows the words of an error itself knows nothing."""
    shown = re.compile(r"\{\{ *(attendance_)?(error|refused)\.message")
    templates = Path(settings.BASE_DIR, "templates")
    assert [path.name for path in templates.rglob("*.html") if shown.search(path.read_text())] == ["refusal.html"]


def free_mentors(bob) -> list[str]:
    alice = User.objects.get(email="alice@example.org").mentor_profile
    found = people_for(QUESTION, zone="UTC", now=NOW, mentee=bob, without=alice, count=3)
    return sorted(other.profile.first_name for other in found)


def test_nobody_is_suggested_whom_the_reader_cannot_book(alice, bob, settings):
    dora, _eve = (make_mentor(make_person(f"{name}@example.org", f"{name} Dane")) for name in ("dora", "eve"))
    assert free_mentors(bob) == ["dora", "eve"]

    book(dora.offers.get(), bob)

    assert free_mentors(bob) == ["eve"]
    settings.MAX_OPEN_BOOKINGS = 1
    assert free_mentors(bob) == []
