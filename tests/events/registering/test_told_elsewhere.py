"""What is told of events outside their own pages: to other systems, by other pages, in calendars."""

from datetime import UTC, timedelta

import pytest
from icalendar import Calendar

from events.live import running
from events.models import Event, EventKind, EventMode, EventState, Place, Registration, Side
from events.planning.plans import ask_plan
from events.planning.publishing import publish_plan
from events.planning.solving import solve_asked
from events.registering.acts import cancel_registration
from events.registering.calendar import build_event_file, build_registration_file, calendar_uid
from events.registering.clock import run_registrations
from events.registering.managing import cancel_event, close_registration, open_event
from events.registering.mentioning import OpenEvent, Quiet, forget_quiet, mention_events, read_open, words_of
from events.registering.office_hours import OfficeHoursInput, offer_office_hours
from events.registering.webhooks import EVENTS, EventNews, payload_of
from mentors.models import Topic
from notifications.models.webhooks import WebhookDelivery
from notifications.webhooks.events import known_events
from notifications.webhooks.services import make_endpoint
from sessions_app.availability.commitments import commitment_kinds
from tests.conftest import NOW, at
from tests.events.live.acting import arrive
from tests.events.making import EVENING, come, make_event, make_guests

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast, pytest.mark.usefixtures("now")]
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
NEAR = timedelta(days=14)


@pytest.fixture(autouse=True)
def _nothing_remembered():
    forget_quiet()
    yield
    forget_quiet()


# Other systems


@pytest.fixture
def endpoint(maria):
    return make_endpoint(url="https://example.org/hook", events=list(EVENTS), by=maria, now=NOW)


def deliveries() -> list[tuple[str, str]]:
    return [(one.event, one.payload["state"]) for one in WebhookDelivery.objects.order_by("pk")]


def test_every_news_can_be_subscribed_to():
    assert set(EVENTS) == {str(news) for news in EventNews} <= set(known_events())


def test_opening_is_told_once_and_opening_again_anew(endpoint, maria):
    event = make_event(maria)
    open_event(event=event, now=NOW)
    assert deliveries() == [("event.opened", "open")]
    close_registration(event=event, now=NOW)
    open_event(event=event, now=NOW)

    assert deliveries() == [("event.opened", "open")] * 2


def test_an_evening_tells_of_its_timetable_and_its_end(endpoint, evening):
    arrive(*evening.people)
    event = running.start_evening(event=evening.event, now=EVENING)
    running.close_event(event=event, now=EVENING + 5 * SECOND)

    told = WebhookDelivery.objects.get()
    assert (told.event, told.payload["state"], told.payload["held"]) == ("event.closed", "over", 2)


def test_an_event_without_a_timetable_is_over_at_its_end(endpoint, event, bob, client_for):
    come(event, bob)

    states = []
    for moment in (event.end - SECOND, event.end):
        run_registrations(now=moment)
        event.refresh_from_db()
        states.append(event.state)

    assert states == ["closed", "over"]
    assert event.ended_at == event.end
    assert [one for one in deliveries() if one[0] == "event.closed"] == [("event.closed", "over")]
    assert [row.event for row in client_for(bob).get("/events/").context["page"].past] == [event]
    assert run_registrations(now=event.end) == 0


def test_office_hours_tell_of_their_end(endpoint, alice, bob):
    said = OfficeHoursInput("Ask me", "", at("2026-11-26 14:00"), 45, 6)
    hours = offer_office_hours(host=alice, said=said, now=NOW)
    come(hours, bob)

    run_registrations(now=hours.end)

    assert deliveries() == [("event.opened", "open"), ("event.closed", "over")]


def test_a_plan_that_is_published_twice_is_told_once(endpoint, evening, maria):
    Event.objects.filter(pk=evening.event.pk).update(state=EventState.OPEN)
    plan = ask_plan(event=evening.event, by=maria, now=NOW)
    solve_asked(now=NOW)
    for _time in range(2):
        publish_plan(plan=plan, now=NOW)

    told = WebhookDelivery.objects.get()
    assert (told.event, told.payload["plan"], told.payload["state"]) == ("event.published", 1, "scheduled")
    assert told.payload["meetings"] > 0


def test_other_systems_are_told_numbers_and_times(event, bob):
    come(event, bob)
    waiting = [come(event, guest) for guest in make_guests(2)][1]
    event.refresh_from_db()

    assert waiting.is_waiting
    assert payload_of(event, NOW, held=3) == {
        "slug": event.slug,
        "kind": "speed",
        "state": "open",
        "mode": "on_site",
        "start": "2026-12-03T17:00:00Z",
        "end": "2026-12-03T17:34:00Z",
        "places": {
            "mentee": {"total": 2, "taken": 2, "waiting": 1},
            "mentor": {"total": 2, "taken": 0, "waiting": 0},
        },
        "version": event.version,
        "held": 3,
    }


# Other pages


def found(*topics: Topic, now=NOW, near=NEAR, count=5) -> list[str]:
    return [one.title for one in mention_events([one.pk for one in topics], now=now, near=near, count=count)]


@pytest.mark.parametrize("state", [one for one in EventState if one != EventState.OPEN])
def test_only_open_events_are_mentioned(event, state):
    Event.objects.filter(pk=event.pk).update(state=state)

    assert found() == []


def test_events_are_mentioned_until_registration_closes(event):
    until = event.registration_until

    assert found(now=until - SECOND) == ["First jobs"]
    forget_quiet()
    assert found(now=until) == []


@pytest.mark.parametrize("side", [Side.MENTEE, Side.MENTOR])
def test_only_a_free_place_for_those_who_are_mentored_counts(event, alice, dora, side):
    guests = make_guests(2) if side == Side.MENTEE else [alice, dora]
    for guest in guests:
        come(event, guest, side=side)

    assert found() == ([] if side == Side.MENTEE else ["First jobs"])


def test_who_waits_comes_first(event):
    registrations = [come(event, guest) for guest in make_guests(3)]
    Registration.objects.filter(pk=registrations[0].pk).update(state="cancelled", place=None)

    assert found() == []
    Place.objects.create(event=event, side=Side.MENTEE, number=9)
    assert [one.free for one in read_open([], now=NOW, most=5)] == [1]


@pytest.mark.parametrize(("days", "is_near"), [(14, False), (13, True)])
def test_what_is_far_away_is_mentioned_for_its_topics_only(maria, alice, topic, days, is_near):
    event = make_event(maria, start=NOW + days * DAY)
    other = Topic.objects.create(name="Law", slug="law")
    come(event, alice, side=Side.MENTOR).topics.add(topic)

    assert found() == found(other) == (["First jobs"] if is_near else [])
    assert found(topic) == ["First jobs"]


@pytest.mark.parametrize(
    ("fields", "fits"),
    [
        ({}, True),
        ({"state": "cancelled", "place": None}, False),
        ({"state": "left", "place": None, "side": Side.MENTEE}, False),
    ],
)
def test_topics_are_those_of_mentors_who_come(event, alice, topic, fields, fits):
    mentor = come(event, alice, side=Side.MENTOR)
    mentor.topics.add(topic)
    Registration.objects.filter(pk=mentor.pk).update(**fields)

    assert [(one.fits, one.mentors) for one in read_open([topic.pk], now=NOW, most=5)] == [(fits, int(fits))]


def test_the_soonest_come_first_and_there_is_an_end(maria):
    for days in (3, 1, 2):
        make_event(maria, title=f"In {days}", start=EVENING + days * DAY)

    assert found(near=60 * DAY) == ["In 1", "In 2", "In 3"]
    assert found(near=60 * DAY, count=2) == ["In 1", "In 2"]


def test_an_opened_event_is_mentioned_at_once_and_quiet_lasts_a_minute(maria, monkeypatch):
    clock = iter([100.0, 100.0, 159.9, 160.0, 160.0])
    monkeypatch.setattr("events.registering.mentioning.time.monotonic", lambda: next(clock))
    assert found() == []
    assert Quiet.until == 160.0
    event = make_event(maria)
    Quiet.until = 160.0

    assert found() == []
    assert found() == [event.title]


def open_event_of(**fields) -> OpenEvent:
    usual = {"slug": "x", "kind": EventKind.SPEED, "title": "X", "timezone": "UTC", "during": None}
    usual |= {"rounds": 6, "free": 2, "mentors": 9, "fits": False, "host": ""}
    return OpenEvent(**usual | fields)


def test_each_kind_is_mentioned_in_its_own_words():
    kinds = [
        open_event_of(),
        open_event_of(kind=EventKind.NETWORKING),
        open_event_of(kind=EventKind.OFFICE_HOURS, host="Alice Adair"),
        # Fewer than two mentors have said yes.
        open_event_of(mentors=1),
    ]

    said = [words_of(one, 34) for one in kinds]

    assert len(set(said)) == 4
    assert "Alice Adair" in said[2]
    assert words_of(open_event_of(mentors=0), 34) == said[3]


@pytest.mark.parametrize(("rounds", "mentors", "most"), [(6, 9, 6), (6, 4, 4), (2, 2, 2), (12, 12, 12)])
def test_nobody_meets_more_mentors_than_there_are_or_rounds(rounds, mentors, most):
    words = words_of(open_event_of(rounds=rounds, mentors=mentors), 34)

    assert [int(word) for word in words.split() if word.isdigit()] == [most, 34]


def test_office_hours_are_mentioned_with_their_host(alice):
    said = OfficeHoursInput("Ask me", "", at("2026-11-26 14:00"), 45, 2)
    hours = offer_office_hours(host=alice, said=said, now=NOW)

    [one] = mention_events([], now=NOW, near=NEAR, count=3)

    assert (one.title, one.free, one.start, one.end) == ("Ask me", 2, hours.start, hours.end)
    assert alice.name in one.words


# Other things' time


def test_time_that_an_event_takes_has_a_name_and_leads_to_it(event, bob, alice):
    one = come(event, bob)
    hours = offer_office_hours(host=alice, said=OfficeHoursInput("Ask me", "", at("2026-11-26 14:00"), 45, 2), now=NOW)

    of_guest = commitment_kinds["event"]([one.pk, one.pk + 1000])
    of_host = commitment_kinds["office_hours"]([hours.pk, hours.pk + 1000])

    assert {pk: (name.title, name.url) for pk, name in of_guest.items()} == {
        one.pk: ("First jobs", f"/events/{event.slug}/")
    }
    assert {pk: (name.title, name.url) for pk, name in of_host.items()} == {
        hours.pk: ("Ask me", f"/events/{hours.slug}/")
    }
    assert of_guest[one.pk].uid == calendar_uid(one.uuid)
    assert of_host[hours.pk].uid == calendar_uid(hours.uuid)


# Calendars


def entry_of(content: bytes):
    calendar = Calendar.from_ical(content)
    [entry] = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), entry


@pytest.mark.parametrize(
    ("mode", "place", "is_page"),
    [
        (EventMode.ON_SITE, "Kulturhuset", False),
        (EventMode.MIXED, "Kulturhuset", False),
        (EventMode.ONLINE, "Kulturhuset", True),
        (EventMode.ON_SITE, "", True),
    ],
)
def test_where_it_is_for_a_calendar(event, mode, place, is_page):
    event.mode, event.place = mode, place

    _method, entry = entry_of(build_event_file(event, at=NOW))

    assert str(entry["LOCATION"]) == (str(entry["URL"]) if is_page else place)
    assert str(entry["URL"]).endswith(f"/events/{event.slug}/")


def test_an_entry_is_in_utc_and_says_when_it_was_changed(event, bob):
    moment = NOW.replace(microsecond=999)

    _method, entry = entry_of(build_registration_file(come(event, bob), method="REQUEST", at=moment))

    for name in ("DTSTART", "DTEND", "DTSTAMP", "LAST-MODIFIED"):
        assert entry[name].dt.tzinfo is not None
        assert entry[name].dt.utcoffset() == timedelta(0)
    assert (entry["DTSTART"].dt, entry["DTEND"].dt) == (event.start.astimezone(UTC), event.end.astimezone(UTC))
    assert entry["DTSTAMP"].dt == entry["LAST-MODIFIED"].dt == NOW


@pytest.mark.parametrize(
    ("method", "status"), [("REQUEST", "CONFIRMED"), ("PUBLISH", "CONFIRMED"), ("CANCEL", "CANCELLED")]
)
def test_each_method_has_its_status(event, bob, method, status):
    one = come(event, bob)

    found_method, entry = entry_of(build_registration_file(one, method=method, at=NOW))

    assert (found_method, str(entry["STATUS"])) == (method, status)
    assert int(entry["SEQUENCE"]) == one.version


def test_the_sequence_grows_with_all_that_calendars_must_learn(event, bob):
    one = come(event, bob)
    numbers = [one.version]
    numbers.append(cancel_registration(registration=one, by=bob, now=NOW).version)
    numbers.append(come(event, bob).version)
    cancel_event(event=event, reason="Flood", now=NOW)
    one.refresh_from_db()
    numbers.append(one.version)

    assert numbers == sorted(set(numbers))


def test_two_people_at_one_event_have_entries_of_their_own(event, bob, charlie):
    files = [build_registration_file(come(event, one), method="REQUEST", at=NOW) for one in (bob, charlie)]

    names = [str(entry_of(content)[1]["UID"]) for content in files]

    assert len(set(names)) == 2
    assert str(entry_of(build_event_file(event, at=NOW))[1]["UID"]) not in names
    assert b"charlie" not in files[0]
