"""A call in two real browsers with cameras that Chromium makes up: each sees and hears the other."""

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from local.places import find_browser
from sessions_app.models import AttendanceAct, Booking, RoomSeat
from tests.browser.conftest import MINUTE, Visitor, begin, open_context, sign_in
from tests.chromium import FLAGS

pytestmark = pytest.mark.browser
DEVICES = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
# What has come from the other side so far
RECEIVED = """async () => {
  const found = { frames: 0, packets: 0 };
  for (const one of (await window.testedPeer.getStats()).values()) {
    if (one.type !== "inbound-rtp") continue;
    if (one.kind === "video") found.frames = one.framesDecoded || 0;
    else found.packets = one.packetsReceived || 0;
  }
  return found;
}"""
ENOUGH = f"async () => {{ const found = await ({RECEIVED})(); return found.frames > 30 && found.packets > 100 }}"
# The page keeps its connection to itself.
KEEP_PEER = """
const Peer = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Peer {
  constructor(...options) { super(...options); window.testedPeer = this; }
};
"""


@pytest.fixture(scope="module")
def with_camera(chromium) -> Iterator[Browser]:
    started = chromium.browser_type.launch(executable_path=find_browser(), args=[*FLAGS, *DEVICES])
    yield started
    started.close()


@pytest.fixture
def caller(with_camera, live_server, transactional_db) -> Iterator[Callable[..., Page]]:
    """Opens one more browser with a camera, signed in; nothing may go wrong in any, and none may ask another site."""
    cache.clear()
    opened, visitors = [], []

    def open_page(user: User, *, width: int = 1280, theme: str = "light") -> Page:
        context = open_context(with_camera, live_server.url, width=width, theme=theme)
        sign_in(context, user, live_server.url)
        opened.append(context)
        visitors.append(Visitor(live_server.url))
        page = context.new_page()
        page.add_init_script(KEEP_PEER)
        visitors[-1].watch(page)
        return page

    yield open_page
    for context in opened:
        context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []


@pytest.fixture
def running(priya, bob, booked) -> Booking:
    """A session that began two minutes ago."""
    return begin(booked(priya, bob), timezone.now() - 2 * MINUTE)


def join(page: Page, booking: Booking) -> None:
    page.goto(f"/sessions/{booking.uuid}/room/")
    page.locator("[data-do=join]").click()


def expect_state(page: Page, state: str) -> None:
    expect(page.locator("#room")).to_have_attribute("data-state", state)


def expect_both_ways(*pages: Page) -> None:
    for page in pages:
        expect_state(page, "connected")
    for page in pages:
        page.wait_for_function(ENOUGH)


def test_two_people_see_and_hear_each_other(caller, running, priya, bob):
    mentee, mentor = caller(bob), caller(priya.person)
    mentee.goto(f"/sessions/{running.uuid}/")
    mentee.locator("[data-part=to-call]").first.click()
    mentee.locator("[data-do=join]").click()
    expect_state(mentee, "waiting")
    join(mentor, running)

    expect_both_ways(mentee, mentor)
    assert {act.person for act in AttendanceAct.objects.filter(kind="joined")} == {bob, priya.person}
    assert RoomSeat.objects.filter(left_at=None).count() == 2
