from datetime import UTC, timedelta
from urllib.parse import unquote, urlsplit

import hypothesis
import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from hypothesis import strategies as st
from icalendar import Calendar

from accounts.models import User
from common.mail.headers import envelope_address
from sessions_app.booking.book import book_session
from sessions_app.booking.changes import cancel_booking, edit_brief, move_booking
from sessions_app.booking.more_time import agree_more_time, ask_more_time
from sessions_app.booking.requests import accept_booking, decline_booking, withdraw_booking
from sessions_app.booking.transitions import expire_booking
from sessions_app.invites.ics import IN_PARAMETERS, build_invite, clean_text, event_description, event_title
from sessions_app.invites.links import link_web_calendars
from sessions_app.models import Booking
from sessions_app.questions.brief_input import BriefInput
from tests.any_speed import SHARED_FIXTURES
from tests.conftest import NOW, at

FIELDS = {"VERSION", "PRODID", "CALSCALE", "METHOD"}
QUESTION = "My manager matched my offer; do I stay, or go?\nI have until Friday, and \\ then it is over."


@pytest.fixture
def booking(offer, bob, settings):
    settings.SITE_URL, settings.SITE_HOST = "https://mentoring.example", "mentoring.example"
    return book_session(
        offer=offer, start=at("2026-11-26 14:30"), brief=BriefInput(question=QUESTION), mentee=bob, now=NOW
    )


def parsed(booking, person, method="REQUEST"):
    calendar = Calendar.from_ical(build_invite(booking, for_person=person, method=method))
    [event] = calendar.walk("VEVENT")
    return calendar, event


def test_invite_of_a_booked_session(booking, bob):
    calendar, event = parsed(booking, bob)

    page = f"https://mentoring.example/sessions/{booking.uuid}/"
    assert (calendar["version"], calendar["method"], calendar["calscale"]) == ("2.0", "REQUEST", "GREGORIAN")
    assert {name: str(event[name]) for name in ("uid", "status", "url", "location", "summary", "description")} == {
        "uid": f"{booking.uuid}@mentoring.example",
        "status": "CONFIRMED",
        "url": page,
        "location": page,
        "summary": "25 min with Alice: My manager matched my offer; do I stay, or go? I have until…",
        "description": f"{QUESTION}\n\nThe session page: {page}",
    }
    assert (event["sequence"], event.decoded("dtstart"), event.decoded("dtend"), event.decoded("dtstamp")) == (
        0,
        booking.start,
        booking.end,
        NOW,
    )
    assert b"DTSTART:20261126T143000Z\r\n" in build_invite(booking, for_person=bob, method="REQUEST")


def test_invite_names_both_but_gives_away_nobodys_address(booking, alice, bob):
    _calendar, event = parsed(booking, bob)

    own, other = event["attendee"]
    assert str(event["organizer"]) == "mailto:no-reply@localhost"
    assert (str(own), own.params["cn"], own.params["partstat"]) == ("mailto:bob@example.org", "Bob Bose", "ACCEPTED")
    assert (str(other), other.params["cn"]) == (f"mailto:{alice.uuid}@mentoring.example", "Alice Adair")
    assert alice.email not in build_invite(booking, for_person=bob, method="REQUEST").decode()


def test_moved_session_is_the_same_event_in_a_later_sequence(booking, bob):
    _calendar, before = parsed(booking, bob)

    moved = move_booking(booking=booking, start=at("2026-11-27 10:00"), by=bob, now=NOW + timedelta(hours=1))

    _calendar, after = parsed(moved, bob)
    assert (after["uid"], after["sequence"], after["status"]) == (before["uid"], 1, "CONFIRMED")
    assert (after.decoded("dtstart"), after.decoded("dtstamp")) == (moved.start, NOW + timedelta(hours=1))


def edited(booking, by, hours: int, **words):
    brief = BriefInput(**{"question": QUESTION, **words})
    edit_brief(booking=booking, brief=brief, by=by, now=NOW + timedelta(hours=hours))
    return parsed(Booking.objects.with_people().get(pk=booking.pk), by)[1]


def test_another_question_is_the_same_event_in_a_later_sequence(booking, bob):
    _calendar, before = parsed(booking, bob)

    after = edited(booking, bob, 1, question="Do I go?")
    again = edited(booking, bob, 2, question="Or do I stay?")

    assert [before["summary"] == after["summary"], after["uid"] == before["uid"]] == [False, True]
    assert [event["sequence"] for event in (before, after, again)] == [0, 1, 2]
    for name in ("dtstamp", "last-modified"):
        moments = [event.decoded(name) for event in (before, after, again)]
        assert moments == [NOW, NOW + timedelta(hours=1), NOW + timedelta(hours=2)]


def test_what_is_not_in_the_event_leaves_it_as_it_was(booking, bob):
    before = build_invite(booking, for_person=bob, method="PUBLISH")

    edited(booking, bob, 1, situation="We had a call.", tried="Asking.")

    after = Booking.objects.with_people().get(pk=booking.pk)
    assert build_invite(after, for_person=bob, method="PUBLISH") == before


def test_more_time_is_the_same_event_in_a_later_sequence(booking, alice, bob):
    ask_more_time(booking=booking, by=bob, now=booking.end - timedelta(minutes=3))
    later = booking.end - timedelta(minutes=2)
    longer = agree_more_time(booking=booking, end=booking.end, by=alice, now=later)

    _calendar, event = parsed(Booking.objects.with_people().get(pk=longer.pk), bob)
    assert (event["sequence"], event.decoded("dtend")) == (1, booking.end + timedelta(minutes=5))
    assert (event.decoded("dtstamp"), event.decoded("last-modified")) == (later, later)


def test_addresses_of_web_calendars_spell_a_blank_in_the_one_way_that_all_read(booking, bob):
    """Outlook shows a plus as a plus."""
    for address in link_web_calendars(booking, bob):
        query = urlsplit(address).query
        assert "+" not in query
        values = {unquote(pair.partition("=")[2]) for pair in query.split("&")}
        assert {event_title(booking, booking.mentor), event_description(booking)} <= values


def test_cancelled_session_takes_the_event_back(booking, alice, bob):
    cancelled = cancel_booking(booking=booking, by=alice, reason="Ill", now=NOW + timedelta(hours=1))

    calendar, event = parsed(cancelled, bob, "CANCEL")
    assert (calendar["method"], event["status"], event["sequence"]) == ("CANCEL", "CANCELLED", 1)
    assert event["uid"] == f"{booking.uuid}@mentoring.example"


LATER = NOW + timedelta(hours=1)
ANSWERS = {
    "CONFIRMED": lambda asked: accept_booking(booking=asked, by=asked.mentor, now=LATER),
    "CANCELLED by the mentor": lambda asked: decline_booking(booking=asked, by=asked.mentor, reason="No.", now=LATER),
    "CANCELLED by the mentee": lambda asked: withdraw_booking(booking=asked, by=asked.mentee, now=LATER),
    "CANCELLED by time": lambda asked: expire_booking(asked, now=asked.expires_at),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answered_request_is_the_same_event_in_a_later_sequence(booking, alice, bob, answer):
    """Calendars that hold the request as tentative take the answer only if its number is higher (RFC 5546, 2.1.4)."""
    booking.offer.instant = False
    booking.offer.save()
    cancel_booking(booking=booking, by=bob, reason="", now=NOW)
    wanted = BriefInput(question=QUESTION)
    request = book_session(offer=booking.offer, start=booking.start, brief=wanted, mentee=bob, now=NOW)
    _calendar, asked = parsed(request, bob)

    ANSWERS[answer](request)

    _calendar, event = parsed(Booking.objects.with_people().get(pk=request.pk), bob)
    assert (asked["status"], asked["sequence"]) == ("TENTATIVE", 0)
    assert (event["status"], event["sequence"], event["uid"]) == (answer.split()[0], 1, asked["uid"])


def test_file_to_take_home_names_no_attendees(booking, bob):
    calendar, event = parsed(booking, bob, "PUBLISH")

    assert (calendar["method"], "attendee" in event, "organizer" in event) == ("PUBLISH", False, False)


def test_request_stands_as_tentative(offer, bob):
    offer.instant = False
    offer.save()
    booking = book_session(
        offer=offer, start=at("2026-11-26 14:30"), brief=BriefInput(question="Why?"), mentee=bob, now=NOW
    )

    assert parsed(booking, bob, "PUBLISH")[1]["status"] == "TENTATIVE"


@pytest.mark.parametrize(
    "evil",
    [
        "x\r\nATTENDEE:mailto:evil@example.org",
        "x\nEND:VEVENT\nBEGIN:VEVENT",
        "nul \x00 bell \x07 escape \x1b",
        "line\u2028separator\u2029and paragraph",
        'quotes "; RSVP=TRUE:mailto:evil@example.org',
        "٤٥ عربي \u202egnp.exe",
        "🧑🏽‍🚀" * 40,
        "lone \ud800 surrogate",
    ],
    ids=["crlf", "component", "control", "separators", "quotes", "bidi", "emoji", "surrogate"],
)
def test_what_people_write_stays_text(booking, alice, bob, evil):
    booking.engagement.brief.question = evil
    booking.mentor.name = evil

    content = build_invite(booking, for_person=bob, method="REQUEST")

    calendar, event = parsed(booking, bob)
    assert [line for line in content.decode().split("\r\n") if line.startswith("BEGIN:")] == [
        "BEGIN:VCALENDAR",
        "BEGIN:VEVENT",
    ]
    assert [str(address) for address in event["attendee"]] == [
        "mailto:bob@example.org",
        f"mailto:{alice.uuid}@mentoring.example",
    ]
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert not set(content.decode()) & set("\x00\x07\x1b\u2028\u2029")
    assert calendar.errors == []


@hypothesis.settings(max_examples=150, suppress_health_check=SHARED_FIXTURES)
@hypothesis.given(name=st.text(max_size=100), question=st.text(max_size=200))
def test_over_all_text_the_file_says_two_people_and_one_question(booking, alice, bob, name, question):
    booking.engagement.brief.question = question
    booking.mentor.name = booking.mentee.name = name

    calendar, event = parsed(booking, bob)

    named = clean_text(User(name=name).display_name).translate(IN_PARAMETERS)
    assert [str(person.params["cn"]) for person in event["attendee"]] == [named, named]
    assert str(event["summary"]).endswith(event_title(booking, alice).partition(": ")[2])
    assert (calendar.errors, len(calendar.subcomponents), set(calendar)) == ([], 1, FIELDS)


def test_address_is_the_one_that_the_mail_goes_to(booking, bob):
    bob.email = booking.mentee.email = "bob@bücher.example"

    _calendar, event = parsed(booking, bob)

    assert str(event["attendee"][0]) == f"mailto:{envelope_address(bob.email)}" == "mailto:bob@xn--bcher-kva.example"


def test_times_are_utc_instants_across_the_change_of_clocks(booking, bob):
    start = at("2027-03-28 00:45")
    booking.during = DateTimeTZRange(start, start + timedelta(minutes=25))

    _calendar, event = parsed(booking, bob)

    assert event.decoded("dtstart").astimezone(UTC) == start
    assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(minutes=25)
