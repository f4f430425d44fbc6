"""Open pages are told "nothing new" before all other middleware: only those who would be told so without it."""

import time
from collections.abc import Callable

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.web_sessions import NOTED_AT, end_sessions
from sessions_app import middleware
from sessions_app.booking.changes import cancel_booking
from sessions_app.conversation.messages import send_message
from sessions_app.models import Booking, BookingState, Engagement
from tests.apart import keep_apart
from tests.conftest import make_person, make_staff
from tests.sessions_app.helpers.attendance import after
from tests.sessions_app.helpers.looking import list_marks
from tests.signing_in import list_browser, note_second_step
from trust.models import SeparationKind

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
KINDS = ["session", "thread"]


class OpenPage:
    """Bob has it open, has looked, and looks again."""

    def __init__(self, kind: str, booking: Booking, client: Client, bob: User) -> None:
        self.booking, self.client, self.bob = booking, client, bob
        self.headers, self.method = HTMX, "get"
        list_browser(client, bob)
        session_page = reverse("session", args=[booking.uuid])
        marks = list_marks(client.get(session_page))
        thread = reverse("thread", args=[booking.engagement.uuid])
        self.path, self.query = {
            "session": (session_page, marks),
            "thread": (thread, {"after": marks["after"]}),
        }[kind]

    @property
    def row(self) -> Session:
        return Session.objects.get(pk=self.client.cookies[settings.SESSION_COOKIE_NAME].value)

    def keep(self, **values: object) -> None:
        session = self.client.session
        session.update(values)
        session.save()

    def look(self):
        return getattr(self.client, self.method)(self.path, self.query, headers=self.headers)


@pytest.fixture(params=KINDS)
def page(request, booking, client_for, bob, alice):
    with time_machine.travel(after(1), tick=False):
        send_message(engagement=booking.engagement, body="Here", by=alice, now=after(1), key="a")
        yield OpenPage(request.param, booking, client_for(bob), bob)


@pytest.fixture
def told_early(monkeypatch) -> list[bool]:
    """Of each look, whether it was answered before all other middleware."""
    told = []

    def note(*asked):
        told.append(middleware_says(*asked))
        return told[-1]

    middleware_says = middleware.has_nothing_new
    monkeypatch.setattr(middleware, "has_nothing_new", note)
    return told


def test_nothing_new_is_told_early_by_one_statement(page, told_early, django_assert_num_queries):
    page.look()
    with django_assert_num_queries(1):
        answer = page.look()

    assert (answer.status_code, answer.content, told_early) == (204, b"", [True, True])


def test_early_answer_is_marked_as_a_late_one(page, monkeypatch):
    early = page.look()
    monkeypatch.setattr(middleware, "has_nothing_new", lambda *_: False)
    late = page.look()

    assert early.status_code == late.status_code == 204
    assert early["Cache-Control"] == late["Cache-Control"] == "private, no-store"
    assert early["X-Robots-Tag"] == late["X-Robots-Tag"]
    assert {part.strip() for part in early["Vary"].split(",")} >= {"Cookie", "HX-Request"}
    assert early.cookies == late.cookies == {}


def test_early_answer_stands_in_the_log_with_its_page_and_person(page, caplog):
    page.look()
    early = caplog.records[-1]
    page.headers = {}
    page.look()

    assert early.route == caplog.records[-1].route != ""
    assert early.person == caplog.records[-1].person != ""


def expire(page: OpenPage) -> None:
    Session.objects.update(expire_date=after(0))


def expire_now(page: OpenPage) -> None:
    Session.objects.update(expire_date=timezone.now())


def sign_out(page: OpenPage) -> None:
    row, key = page.row, page.client.cookies[settings.SESSION_COOKIE_NAME].value
    page.client.logout()
    page.client.cookies[settings.SESSION_COOKIE_NAME] = key
    assert not Session.objects.filter(pk=row.pk).exists()


def end_elsewhere(page: OpenPage) -> None:
    end_sessions(person=page.bob)


def change_password(page: OpenPage) -> None:
    page.bob.set_password("another-pass-1")
    page.bob.save()


def close_account(page: OpenPage) -> None:
    User.objects.filter(pk=page.bob.pk).update(is_active=False)


def break_signature(page: OpenPage) -> None:
    Session.objects.update(session_data=page.row.session_data[:-2] + "xx")


def take_hash_away(page: OpenPage) -> None:
    page.keep(**{HASH_SESSION_KEY: ""})


def come_by_another_way_in(page: OpenPage) -> None:
    page.keep(**{BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend"})


def lose_cookie(page: OpenPage) -> None:
    page.client.cookies.clear()


def send_odd_cookie(page: OpenPage) -> None:
    page.client.cookies[settings.SESSION_COOKIE_NAME] = "x' OR '1'='1"


def belong_to_others(page: OpenPage) -> None:
    other = make_person("other@example.org", "Otto")
    Booking.objects.update(mentee=other)
    Engagement.objects.update(mentee=other)


def become_a_hold(page: OpenPage) -> None:
    Engagement.objects.update(mentee=None)
    Booking.objects.update(mentee=None, state=BookingState.HELD, expires_at=after(60))


def vanish(page: OpenPage) -> None:
    page.path = page.path.replace(str(page.booking.uuid), "0" * 8 + "-0000-4000-8000-" + "0" * 12)
    page.path = page.path.replace(str(page.booking.engagement.uuid), "0" * 8 + "-0000-4000-8000-" + "0" * 12)


def hear_news(page: OpenPage) -> None:
    engagement = page.booking.engagement
    send_message(engagement=engagement, body="Hello", by=page.booking.mentor, now=after(1), key="b")


def want_the_whole_page(page: OpenPage) -> None:
    page.headers = {}


def go_back(page: OpenPage) -> None:
    page.headers = {**HTMX, "HX-History-Restore-Request": "true"}


def name_another_site(page: OpenPage) -> None:
    page.headers = {**HTMX, "host": "elsewhere.example"}


def ask_without_marks(page: OpenPage) -> None:
    page.query = {}


def ask_with_odd_marks(page: OpenPage) -> None:
    page.query = {"watch": "x", "after": "x"}


# What happened, and the status of the answer
NOT_TOLD = {
    "expired": (expire, 302),
    "expires now": (expire_now, 302),
    "signed out": (sign_out, 302),
    "ended elsewhere": (end_elsewhere, 302),
    "new password": (change_password, 302),
    "closed account": (close_account, 302),
    "broken signature": (break_signature, 302),
    "no hash": (take_hash_away, 302),
    "another way in": (come_by_another_way_in, 302),
    "no cookie": (lose_cookie, 302),
    "odd cookie": (send_odd_cookie, 302),
    "others'": (belong_to_others, 404),
    "hold": (become_a_hold, 404),
    "unknown": (vanish, 404),
    "message": (hear_news, 200),
    "whole page": (want_the_whole_page, 200),
    "back": (go_back, 200),
    "another site": (name_another_site, 400),
    "no marks": (ask_without_marks, 200),
    "odd marks": (ask_with_odd_marks, 200),
}


@pytest.mark.parametrize("name", NOT_TOLD)
def test_all_else_is_answered_as_without_it(page, told_early, name, monkeypatch):
    happen, status = NOT_TOLD[name]
    happen(page)

    answer = page.look()
    monkeypatch.setattr(middleware, "has_nothing_new", lambda *_: False)
    late = page.look()

    assert True not in told_early
    assert answer.status_code == late.status_code == status
    assert answer.get("Location") == late.get("Location")


def sleep_as_staff(page: OpenPage) -> None:
    make_staff(page.bob)


def wake_as_staff(page: OpenPage) -> None:
    make_staff(page.bob)
    note_second_step(page.client, page.bob)


def manage(page: OpenPage) -> None:
    User.objects.filter(pk=page.bob.pk).update(manages_programmes=True)


def have_no_zone(page: OpenPage) -> None:
    User.objects.filter(pk=page.bob.pk).update(timezone="")
    page.client.cookies["tz"] = "Asia/Kolkata"


def be_unlisted(page: OpenPage) -> None:
    UserSession.objects.all().delete()


def be_listed_as_another(page: OpenPage) -> None:
    UserSession.objects.update(user=page.booking.mentor)


def be_unused_for_hours(page: OpenPage) -> None:
    page.keep(**{NOTED_AT: time.time() - 7200})


LATE: list[Callable[[OpenPage], None]] = [
    sleep_as_staff,
    wake_as_staff,
    manage,
    have_no_zone,
    be_unlisted,
    be_listed_as_another,
    be_unused_for_hours,
]


@pytest.mark.parametrize("happen", LATE)
def test_who_is_not_certain_is_told_late(page, told_early, happen):
    happen(page)

    assert page.look().status_code == 204
    assert told_early == [False]


def test_what_a_request_notes_is_noted_then(page, told_early):
    have_no_zone(page)
    be_unused_for_hours(page)
    before = UserSession.objects.update(last_seen_at=after(-200))

    answers = [page.look().status_code for _again in range(2)]

    assert before == 1
    assert (answers, told_early) == ([204, 204], [False, True])
    assert User.objects.get(pk=page.bob.pk).timezone == "Asia/Kolkata"
    assert UserSession.objects.get().last_seen_at == after(1)
    assert page.client.session[NOTED_AT] == after(1).timestamp()


def test_session_of_an_older_key_is_renewed(page, told_early, settings):
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-key", [old]

    renewed = page.look()

    assert (renewed.status_code, told_early) == (204, [False])
    assert settings.SESSION_COOKIE_NAME in renewed.cookies


def test_session_that_another_person_signed_in_with_is_theirs(page, told_early, client_for, charlie):
    """The list of browsers may say one thing, and the session another."""
    other = client_for(charlie)
    UserSession.objects.update(session_key=other.cookies[settings.SESSION_COOKIE_NAME].value)
    page.client = other

    assert page.look().status_code == 404
    assert told_early == [False]


@pytest.mark.parametrize("kind", [SeparationKind.BLOCK, SeparationKind.NOT_AGAIN])
def test_parted_people_are_told_as_before(page, kind, monkeypatch):
    keep_apart(page.bob, page.booking.mentor, kind=kind, now=after(1))

    early = page.look()
    monkeypatch.setattr(middleware, "has_nothing_new", lambda *_: False)

    assert page.look().status_code == early.status_code


def test_cancelled_session_is_news(page, told_early):
    cancel_booking(booking=page.booking, by=page.booking.mentor, reason="Ill", now=after(-30), seen=None)
    page.booking.refresh_from_db()

    answer = page.look()

    assert page.booking.state == BookingState.CANCELLED
    assert (answer.status_code == 200) == ("watch" in page.query)


@pytest.mark.parametrize(("method", "status"), [("post", (405, 422)), ("head", (204,))])
def test_other_methods_go_their_usual_way(page, told_early, method, status):
    page.method = method

    assert page.look().status_code in status
    assert told_early == []


def test_database_that_fails_is_asked_the_usual_way(page, monkeypatch):
    def fail(*_args, **_named):
        raise OperationalError

    monkeypatch.setattr(middleware, "find_news_for_browser", fail)

    assert page.look().status_code == 204
