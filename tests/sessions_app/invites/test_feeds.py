"""The secret calendar address: what it serves, to whom, and what bad rows and bad words can't do to it."""

import logging
import re
from datetime import timedelta
from hashlib import sha256

import pytest
import time_machine
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sessions_app.booking.changes import cancel_booking, edit_brief, move_booking
from sessions_app.booking.clock import complete_ended
from sessions_app.booking.requests import accept_booking
from sessions_app.invites.feeds import find_feed, make_feed, stop_feed
from sessions_app.invites.ics import build_invite
from sessions_app.models import Booking, BookingEvent, CalendarFeed
from sessions_app.questions.brief_input import BriefInput
from tests.conftest import NOW, at, make_mentor, make_person
from tests.sessions_app.conftest import QUESTION, THURSDAY, book
from tests.sessions_app.helpers.calendars import read_both, read_one

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL, settings.SITE_HOST = "https://mentoring.example", "mentoring.example"


@pytest.fixture
def token(bob) -> str:
    return make_feed(person=bob, replaces=None, now=NOW)


def get(token: str, when=NOW, **headers):
    """As a calendar program asks: no cookies, no sign-in."""
    with time_machine.travel(when, tick=False):
        return Client().get(f"/calendar/{token}.ics", headers=headers)


def statuses(token: str, when=NOW) -> list[tuple[str, str]]:
    _method, events = read_both(get(token, when).content)
    return [(event.uid.partition("@")[0], event.status) for event in events]


def test_feed_holds_the_sessions_of_its_person(booking, alice, bob, token):
    method, event = read_one(get(token).content)

    page = f"https://mentoring.example/sessions/{booking.uuid}/"
    assert (method, event.uid, event.sequence, event.status) == (
        "PUBLISH",
        f"{booking.uuid}@mentoring.example",
        0,
        "CONFIRMED",
    )
    assert (event.start, event.end, event.stamp) == (THURSDAY, THURSDAY + timedelta(minutes=25), NOW)
    assert (event.summary, event.location) == (f"25 min with Alice: {QUESTION}", page)
    assert (event.description, event.attendees) == (f"{QUESTION}\n\nThe session page: {page}", ())
    assert alice.email not in get(token).content.decode()


def test_feed_of_nothing_is_a_calendar_of_nothing(token):
    response = get(token)

    assert read_both(response.content) == ("PUBLISH", [])
    assert b"X-WR-CALNAME:Sessions at Quarterhour\r\n" in response.content
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in response.content


def test_feed_is_a_private_file_with_a_name(booking, token):
    response = get(token)

    names = ("Content-Type", "Content-Disposition", "Cache-Control", "X-Content-Type-Options")
    assert [response[name] for name in names] == [
        "text/calendar; charset=utf-8; method=PUBLISH",
        'attachment; filename="sessions.ics"',
        "private, no-cache",
        "nosniff",
    ]
    assert response.cookies == {}


def test_feed_leaves_out_other_people_and_what_was_never_agreed(request_for, charlie, alice, bob, token):
    offer = request_for.offer
    theirs = book(offer, charlie, at("2026-11-26 15:30"))
    accept_booking(booking=theirs, by=alice, now=NOW)
    assert statuses(token) == []

    accept_booking(booking=request_for, by=alice, now=NOW)

    assert statuses(token) == [(str(request_for.uuid), "CONFIRMED")]
    both = {(str(request_for.uuid), "CONFIRMED"), (str(theirs.uuid), "CONFIRMED")}
    assert set(statuses(make_feed(person=alice, replaces=None, now=NOW))) == both


def test_moved_session_moves_in_the_feed(booking, bob, token):
    before = read_one(get(token).content)[1]

    moved = move_booking(booking=booking, start=at("2026-11-27 10:00"), by=bob, now=NOW + DAY / 24)

    after = read_one(get(token).content)[1]
    assert (after.uid, after.sequence, after.start, after.stamp) == (before.uid, 1, moved.start, NOW + DAY / 24)


def test_cancelled_session_stays_for_thirty_days_as_cancelled(booking, alice, token):
    cancel_booking(booking=booking, by=alice, reason="Ill", now=NOW)

    cancelled = [(str(booking.uuid), "CANCELLED")]
    assert read_one(get(token).content)[1].sequence == 1
    assert [statuses(token, NOW + days * DAY) for days in (0, 29, 30)] == [cancelled, cancelled, []]


def test_past_session_stays_for_ninety_days(booking, token):
    complete_ended(now=booking.end)

    kept = [(str(booking.uuid), "CONFIRMED")]
    assert [statuses(token, booking.end + days * DAY) for days in (1, 89, 90)] == [kept, kept, []]


def test_unchanged_feed_is_not_sent_again(booking, token):
    first = get(token)
    tag, date = first["ETag"], first["Last-Modified"]

    again = get(token, NOW + DAY, if_none_match=tag)
    by_date = get(token, NOW + DAY, if_modified_since=date)

    assert (again.status_code, again.content, again["ETag"], again["Cache-Control"]) == (
        304,
        b"",
        tag,
        "private, no-cache",
    )
    assert (by_date.status_code, by_date["Last-Modified"]) == (304, date)
    assert (get(token, NOW + 2 * DAY)["ETag"], get(token, NOW + 2 * DAY)["Last-Modified"]) == (tag, date)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda b, who: edit_brief(booking=b, brief=BriefInput("Or not?"), by=who, now=NOW), id="question"),
        pytest.param(lambda b, who: move_booking(booking=b, start=at("2026-11-27 10:00"), by=who, now=NOW), id="moved"),
        pytest.param(lambda b, who: cancel_booking(booking=b, by=who, reason="", now=NOW), id="cancelled"),
        pytest.param(lambda b, who: type(who).objects.filter(pk=b.mentor_id).update(name="Alicia"), id="name"),
    ],
)
def test_any_change_is_sent_whichever_way_the_program_asks(booking, bob, token, change):
    first = get(token)

    change(booking, bob)

    by_date = get(token, NOW + DAY, if_modified_since=first["Last-Modified"])
    by_tag = get(token, NOW + DAY, if_none_match=first["ETag"])
    assert (by_tag.status_code, by_date.status_code) == (200, 200)
    assert by_tag["ETag"] != first["ETag"]
    assert by_tag["Last-Modified"] == "Wed, 25 Nov 2026 13:46:00 GMT"


def test_feed_notes_when_it_was_fetched(booking, bob, token):
    get(token, NOW + DAY)
    tag = get(token, NOW + DAY)["ETag"]
    get(token, NOW + 2 * DAY, if_none_match=tag)

    feed = CalendarFeed.objects.get(person=bob)
    assert (feed.last_fetched_at, feed.changed_at) == (NOW + 2 * DAY, NOW + DAY)


def test_only_the_hash_of_the_token_is_kept(bob, token):
    feed = CalendarFeed.objects.get(person=bob)

    assert feed.token_hash == sha256(token.encode()).hexdigest()
    assert re.fullmatch(r"[\w-]{43}", token)
    with connection.cursor() as cursor:
        cursor.execute("SELECT feed::text FROM sessions_app_calendarfeed feed")
        assert token not in cursor.fetchone()[0]


def test_every_address_that_is_not_or_no_longer_one_gets_the_same_404(booking, bob, charlie, token):
    closed = make_feed(person=charlie, replaces=None, now=NOW)
    charlie.is_active = False
    charlie.save()
    assert get(token).status_code == 200
    make_feed(person=bob, replaces=CalendarFeed.objects.get(person=bob), now=NOW)

    hashed = CalendarFeed.objects.get(person=bob).token_hash
    wrong = ["x" * 43, token[:-1], token, closed, hashed, token.swapcase(), "%00", "é" * 43, "a" * 5000, "' OR 1=1"]
    answers = {(get(guess).status_code, without_nonces(get(guess))) for guess in wrong}
    assert len(answers) == 1
    assert answers.pop() == (404, without_nonces(Client().get("/no-such-page/")))


def without_nonces(response) -> str:
    page = re.sub(r'(name="csrfmiddlewaretoken" value=|next=|name="next" value=)"?[^"]*', "", response.content.decode())
    return re.sub(r"\s+", " ", page)


def test_renewed_address_replaces_the_one_before(booking, bob, token):
    newer = make_feed(person=bob, replaces=find_feed(token), now=NOW)

    assert (find_feed(token), get(newer).status_code) == (None, 200)
    assert CalendarFeed.objects.count() == 1


def test_form_sent_twice_keeps_the_first_address(bob, token):
    seen = find_feed(token)
    newer = make_feed(person=bob, replaces=seen, now=NOW)

    assert make_feed(person=bob, replaces=seen, now=NOW) is None
    assert make_feed(person=bob, replaces=None, now=NOW) is None
    assert find_feed(newer) is not None


def test_nobody_renews_or_stops_another_persons_address(charlie, token):
    feed = find_feed(token)

    make_feed(person=charlie, replaces=feed, now=NOW)
    stop_feed(charlie)

    assert find_feed(token) == feed


def test_feed_asks_the_database_as_often_for_one_session_as_for_many(alice, bob, offer, token, settings):
    settings.MAX_OPEN_BOOKINGS = 50
    book(offer, bob)
    with CaptureQueriesContext(connection) as one:
        get(token)
    for number in range(5):
        mentor = make_mentor(make_person(f"mentor{number}@example.org", f"Mentor {number}"))
        booked = book(mentor.offers.get(), bob, at("2026-11-27 10:00") + timedelta(hours=number))
        move_booking(booking=booked, start=booked.start + timedelta(days=3), by=bob, now=NOW)
    with CaptureQueriesContext(connection) as many:
        response = get(token)

    assert len(read_both(response.content)[1]) == 6
    assert (len(one), len(many)) == (5, 5)


def test_one_bad_row_does_not_take_the_others_away(booking, bob, token, caplog):
    bad = book(make_mentor(make_person("dan@example.org", "Dan Dean")).offers.get(), bob, at("2026-11-27 14:00"))
    Booking.objects.filter(pk=bad.pk).update(during=DateTimeTZRange(None, bad.end))

    with caplog.at_level(logging.ERROR):
        assert statuses(token) == [(str(booking.uuid), "CONFIRMED")]

    assert [record.message for record in caplog.records] == [f"Booking {bad.pk} can't be written into a calendar"]


def test_session_moved_thirty_times_is_one_event(booking, bob, token, settings):
    settings.MAX_MOVES_TOGETHER_A_DAY = 100
    for number in range(settings.MAX_MOVES):
        start = THURSDAY + timedelta(days=number % 2, minutes=30 * (1 - number % 3))
        booking = move_booking(booking=booking, start=start, by=bob, now=NOW + timedelta(minutes=number))

    for content in (get(token).content, build_invite(booking, for_person=bob, method="REQUEST")):
        _method, event = read_one(content)
        assert (event.sequence, event.start, event.stamp) == (30, booking.start, NOW + timedelta(minutes=29))
    assert BookingEvent.objects.filter(booking=booking).count() == 31
