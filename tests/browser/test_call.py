"""From the button into the call on a Jitsi of our own, by way of our own page: a form may not lead to other sites."""

import threading
from collections.abc import Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from django.utils import timezone

from sessions_app.models import AttendanceAct
from tests.browser.conftest import MINUTE, begin
from tests.browser.looking import problems

pytestmark = pytest.mark.browser
SECRET = "a secret that only we and our Jitsi know"
ROOM = "https://meet.example.org/"


@pytest.fixture
def jitsi(settings):
    settings.JITSI_DOMAIN = settings.JITSI_SUBJECT = "meet.example.org"
    settings.JITSI_APP_ID = settings.JITSI_ISSUER = settings.JITSI_AUDIENCE = "quarterhour"
    settings.JITSI_APP_SECRET = SECRET


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[Message]]]:
    """Another site: its address, and the headers of what it was asked."""
    asked: list[Message] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", asked
        server.shutdown()


def test_button_opens_the_room_with_a_token(browser_page, booked, priya, bob, jitsi, js):
    booking = begin(booked(priya, bob), timezone.now() + 5 * MINUTE)
    page = browser_page(js=js, user=bob)
    page.goto(f"/sessions/{booking.uuid}/")
    assert "jwt" not in page.content()
    with page.context.expect_event("request", lambda request: request.url.startswith(ROOM)) as asked:
        page.get_by_role("button", name="Join the call").first.click()
    call = asked.value

    [token] = parse_qs(urlsplit(call.url).query)["jwt"]
    claims = jwt.decode(token, SECRET, algorithms=["HS256"], audience="quarterhour")
    assert claims["context"]["user"]["name"] == "Bob Bose"
    assert urlsplit(call.url).path == f"/{claims['room']}"
    assert (call.method, call.is_navigation_request()) == ("GET", True)
    assert [(act.person, act.kind) for act in AttendanceAct.objects.all()] == [(bob, "joined")]


def test_other_site_is_not_told_where_people_come_from(browser_page, booked, priya, bob, settings, elsewhere, js):
    address, asked = elsewhere
    settings.MEETING_URL = address + "{token}"
    booking = begin(booked(priya, bob), timezone.now() + 5 * MINUTE)
    page = browser_page(js=js, user=bob)
    page.goto(f"/sessions/{booking.uuid}/")
    with page.context.expect_event("response", lambda response: response.url.startswith(address)):
        page.get_by_role("button", name="Join the call").first.click()

    assert [headers["Referer"] for headers in asked] == [None]


def test_page_on_the_way_is_fit_to_be_seen(browser_page, booked, priya, bob, jitsi):
    booking = begin(booked(priya, bob), timezone.now() + 5 * MINUTE)
    page = browser_page(user=bob)
    page.context.route("**/join/room/", lambda route: route.fulfill(status=204))
    page.goto(f"/sessions/{booking.uuid}/")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Join the call").first.click()
    call = opened.value
    call.wait_for_url("**/join/")

    assert "jwt" not in call.content()
    assert problems(call, "join") == []
