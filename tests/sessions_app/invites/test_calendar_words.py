"""What people write stays text in a calendar file, whatever it is: two parsers say so."""

import re

import pytest
from django.test import Client

from sessions_app.invites.feeds import make_feed
from sessions_app.invites.ics import build_invite
from tests.conftest import NOW
from tests.sessions_app.conftest import THURSDAY
from tests.sessions_app.helpers.calendars import read_both, read_one

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL, settings.SITE_HOST = "https://mentoring.example", "mentoring.example"


@pytest.fixture
def token(bob) -> str:
    return make_feed(person=bob, replaces=None, now=NOW)


EVIL = {
    "crlf": "x\r\nATTENDEE:mailto:evil@example.org",
    "component": "x\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:evil\nEND:VEVENT\nEND:VCALENDAR",
    "nul": "nul \x00 bell \x07 escape \x1b next\x85line",
    "separators": "line\u2028separator\u2029and paragraph\x0bvertical\x0cform",
    "quotes": "quotes \"; RSVP=TRUE:mailto:evil@example.org ^n ^' \\n \\; \\, \\\\",
    "bidi": "٤٥ عربي \u202egnp.exe\u2066\u200f",
    "emoji": "🧑🏽‍🚀" * 40,
    "accents": "a" + "é" * 200,
    "long": "word " * 1000,
    "unbroken": "w" * 5000,
    "surrogate": "lone \ud800 surrogate",
    "colons": "BEGIN:VALARM;X=1:2,3",
}


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "PUBLISH"])
@pytest.mark.parametrize("evil", EVIL.values(), ids=EVIL)
def test_what_people_write_stays_text_for_both_parsers(booking, bob, evil, method):
    booking.engagement.brief.question = evil
    booking.mentor.name = f"Eve {evil}"
    bob.name = evil

    content = build_invite(booking, for_person=bob, method=method)

    read_method, event = read_one(content)
    assert (read_method, event.uid, event.start) == (method, f"{booking.uuid}@mentoring.example", THURSDAY)
    assert [who for who, _name in event.attendees] == (
        [] if method == "PUBLISH" else ["mailto:bob@example.org", f"mailto:{booking.mentor.uuid}@mentoring.example"]
    )
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert all(line.decode() for line in content.split(b"\r\n") if line)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", event.description)


def test_words_come_back_as_they_were_written(booking, bob):
    words = "Tabs\tand; commas, and \\ backslashes \\n: “quotes” 🧑🏽‍🚀🇸🇪\nsecond line — ٤٥ عربي " * 8
    booking.engagement.brief.question = words

    _method, event = read_one(build_invite(booking, for_person=bob, method="PUBLISH"))

    assert event.description.startswith(words)


def test_feed_survives_the_same_words_from_the_database(booking, bob, token):
    for evil in EVIL.values():
        if {"\x00", "\ud800"} & set(evil):
            continue  # Postgres itself refuses these
        brief = booking.engagement.brief
        type(brief).objects.filter(pk=brief.pk).update(question=evil[:500])
        _method, events = read_both(Client().get(f"/calendar/{token}.ics").content)
        assert [event.start for event in events] == [THURSDAY]
