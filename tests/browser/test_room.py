"""A call in two real browsers with cameras that Chromium makes up: each sees and hears the other, whatever happens."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from local.places import find_browser
from local.ports import free_port
from mentors.models import Format
from sessions_app.models import AttendanceAct, Booking, Message, RoomSeat, RoomSignal
from tests.browser.conftest import MINUTE, Visitor, begin, open_context, sign_in, wait_until
from tests.browser.looking import problems
from tests.chromium import FLAGS
from tests.stopping import let_go_on, stop_process

pytestmark = pytest.mark.browser
CAMERA, ALLOW = "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"
DENY = f"{ALLOW}=deny"
# What has come from the other side so far, and by which way
RECEIVED = """async () => {
  const found = { frames: 0, packets: 0 };
  const stats = await window.testedPeer.getStats();
  for (const one of stats.values()) {
    if (one.type === "candidate-pair" && one.nominated) found.way = stats.get(one.localCandidateId).candidateType;
    if (one.type !== "inbound-rtp") continue;
    if (one.kind === "video") found.frames = one.framesDecoded || 0;
    else found.packets = one.packetsReceived || 0;
  }
  return found;
}"""
ENOUGH = f"async () => {{ const found = await ({RECEIVED})(); return found.frames > 30 && found.packets > 100 }}"
MORE = f"async (before) => {{ const found = await ({RECEIVED})(); return found.frames > before.frames + 10 }}"
# The page keeps its connection to itself. A test can make it a bad one.
KEEP_PEER = """
const Peer = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Peer {
  constructor(options) {
    super(options);
    // Another one only asks whether there is a relay.
    if (!String(options.iceServers[0]?.urls).startsWith("stun:")) window.testedPeer = this;
  }
  async getStats() {
    const found = await super.getStats();
    if (!window.isSlow) return found;
    return new Map([...found].map(([id, one]) => [id, { ...one, availableOutgoingBitrate: 30000 }]));
  }
};
"""
HOUR_LATE = """
const Now = Date.now, late = 3600 * 1000;
Date.now = () => Now() + late;
window.Date = class extends Date { constructor(...parts) { parts.length ? super(...parts) : super(Now() + late); } };
"""
SECRET = "a secret that only we and our relay know"


@pytest.fixture(scope="module")
def browsers(chromium) -> Iterator[Callable[..., Browser]]:
    """Chromium with such flags, started once for all tests that ask for them."""
    started: dict[tuple[str, ...], Browser] = {}

    def start(*flags: str) -> Browser:
        if flags not in started:
            started[flags] = chromium.browser_type.launch(executable_path=find_browser(), args=[*FLAGS, *flags])
        return started[flags]

    yield start
    for browser in started.values():
        browser.close()


@pytest.fixture
def caller(browsers, live_server, transactional_db) -> Iterator[Callable[..., Page]]:
    """Opens one more browser, signed in. Nothing may go wrong in any, and none may ask another site for anything."""
    opened, visitors = [], []

    def open_page(
        user: User, *, width: int = 1280, js: bool = True, flags: tuple[str, ...] = (CAMERA, ALLOW), script: str = ""
    ) -> Page:
        context = open_context(browsers(*flags), live_server.url, width=width, js=js)
        sign_in(context, user, live_server.url)
        opened.append(context)
        visitors.append(Visitor(live_server.url))
        page = context.new_page()
        page.add_init_script(KEEP_PEER + script)
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


class Relay:
    """A coturn of our own on this machine."""

    def __init__(self, directory: Path) -> None:
        self.host, self.port = own_address(), free_port()
        self.directory = directory
        self.start()

    @property
    def url(self) -> str:
        return f"turn:{self.host}:{self.port}"

    def start(self) -> None:
        command = [
            *("turnserver", "-n", "--no-cli", "--no-tls", "--no-dtls", "--fingerprint", "--allow-loopback-peers"),
            *("--use-auth-secret", f"--static-auth-secret={SECRET}", "--realm=tests"),
            *(f"--listening-ip={self.host}", f"--relay-ip={self.host}", f"--listening-port={self.port}"),
            *("--min-port=49500", "--max-port=49600", f"--pidfile={self.directory / 'pid'}", "--log-file=stdout"),
        ]
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.directory)
        for _try in range(100):
            with socket.socket() as asked:
                if asked.connect_ex((self.host, self.port)) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError((self.directory / "log").read_text()[-2000:])

    def stop(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait()


def own_address() -> str:
    """An address of this machine that browsers use; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(asked.getsockname()[0])


@pytest.fixture
def relay(tmp_path, settings) -> Iterator[Relay]:
    if not shutil.which("turnserver"):
        missing = "coturn is missing: apt-get install coturn"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    started = Relay(tmp_path)
    settings.TURN_URLS, settings.TURN_SECRET, settings.TURN_ONLY = [started.url], SECRET, True
    yield started
    started.stop()


def room_of(booking: Booking) -> str:
    return f"/sessions/{booking.uuid}/room/"


def join(page: Page, booking: Booking) -> Page:
    page.goto(room_of(booking))
    page.locator("[data-do=join]").click()
    return page


def expect_state(page: Page, state: str, *, seconds: float = 10) -> None:
    expect(page.locator("#room")).to_have_attribute("data-state", state, timeout=seconds * 1000)


def expect_both_ways(*pages: Page) -> None:
    for page in pages:
        expect_state(page, "connected")
    for page in pages:
        wait_until(page, ENOUGH)


def joined() -> list[str]:
    return sorted(act.person.first_name for act in AttendanceAct.objects.filter(kind="joined"))


def test_two_people_see_and_hear_each_other_directly(caller, running, priya, bob):
    mentee, mentor = caller(bob), caller(priya.person)
    mentee.goto(f"/sessions/{running.uuid}/")
    mentee.locator("[data-part=to-call]").first.click()
    mentee.locator("[data-do=join]").click()
    expect_state(mentee, "waiting")
    join(mentor, running)

    expect_both_ways(mentee, mentor)
    expect(mentee.locator("#other-picture")).to_be_visible()
    expect(mentee.locator("[data-part=other-here]")).to_be_visible()
    assert mentee.evaluate("testedPeer.getConfiguration().iceServers") == []
    assert joined() == ["Bob", "Priya"]

    mentor.locator("[data-do=mic]").click()
    mentor.locator("[data-do=camera]").click()
    expect(mentee.locator("[data-other-muted]")).to_be_visible()
    expect(mentee.locator("#other-picture")).to_be_hidden()
    mentor.locator("[data-do=camera]").click()
    expect(mentee.locator("#other-picture")).to_be_visible()
    mentor.keyboard.press("s")
    expect(mentor.locator("[data-do=screen]")).to_have_attribute("aria-pressed", "true")
    expect(mentee.locator("#other-picture.call__whole")).to_be_visible()
    mentor.keyboard.press("s")
    expect(mentee.locator("#other-picture.call__whole")).to_have_count(0)
    expect(mentee.locator("#other-picture")).to_be_visible()
    mentor.locator("[data-do=leave]").click()
    expect_state(mentor, "left")
    expect_state(mentee, "alone")
    mentor.locator("[data-part=call-left] [data-do=again]").click()
    expect_both_ways(mentee, mentor)


def test_relay_carries_a_call_and_it_survives_eight_seconds_without(caller, running, priya, bob, relay):
    pages = mentee, _mentor = join(caller(bob), running), join(caller(priya.person), running)
    expect_both_ways(*pages)
    assert {page.evaluate(RECEIVED)["way"] for page in pages} == {"relay"}

    stop_process(relay.process.pid)
    cut = time.monotonic()
    for page in pages:
        expect_state(page, "reconnecting")
        expect(page.locator("[data-when=reconnecting]")).to_be_visible()
    mentee.wait_for_timeout(max(0, 8 - time.monotonic() + cut) * 1000)
    let_go_on([relay.process.pid])

    before = [page.evaluate(RECEIVED) for page in pages]
    for page, known in zip(pages, before, strict=True):
        expect_state(page, "connected")
        wait_until(page, MORE, known)
    assert RoomSeat.objects.filter(left_at=None).count() == 2


def test_who_cannot_connect_is_told_and_has_ways_on(caller, running, priya, bob, relay):
    relay.stop()
    mentee, mentor = join(caller(bob), running), join(caller(priya.person), running)
    for page in (mentee, mentor):
        expect_state(page, "failed", seconds=30)
        expect(page.locator("[data-part=call-failed]")).to_be_focused()
    assert problems(mentee, "room-failed") == []
    mentee.locator("[data-part=call-failed] a[href='#messages']").click()
    mentee.locator("#id_body").fill("I can’t hear you. Shall we write?")
    mentee.locator(".composer [type=submit]").click()
    expect(mentee.locator(".thread")).to_contain_text("Shall we write?")
    assert Message.objects.count() == 1

    relay.start()
    mentee.locator("[data-part=call-failed] [data-do=sound-only]").click()
    # The mentee's attempt may have begun the mentor's, too: then there is nothing to press.
    again = mentor.locator("[data-part=call-failed] [data-do=again]")
    again.evaluate("(button) => button.checkVisibility() && button.click()")
    for page in (mentee, mentor):
        expect_state(page, "connected", seconds=20)
    expect(mentor.locator("#other-picture")).to_be_hidden()
    expect(mentee.locator("#other-picture")).to_be_visible()


def test_page_loaded_again_is_back_at_once_and_a_second_window_takes_over(caller, running, priya, bob):
    mentee, mentor = join(caller(bob), running), join(caller(priya.person), running)
    expect_both_ways(mentee, mentor)

    mentee.reload()
    expect_state(mentee, "connected", seconds=5)
    expect_both_ways(mentee, mentor)
    assert (RoomSeat.objects.count(), joined()) == (2, ["Bob", "Priya"])

    other = join(mentee.context.new_page(), running)
    expect_state(mentee, "elsewhere", seconds=15)
    expect_state(other, "connected")
    assert problems(mentee, "room-elsewhere") == []
    mentee.locator("[data-part=call-elsewhere] [data-do=again]").click()
    expect_state(mentee, "connected")
    expect_state(other, "elsewhere", seconds=15)
    assert (RoomSeat.objects.filter(left_at=None).count(), joined()) == (2, ["Bob", "Priya"])


@pytest.mark.parametrize(
    ("flags", "trouble"),
    [pytest.param((CAMERA, DENY), "denied", id="denied"), pytest.param((ALLOW,), "nothing", id="no device")],
)
def test_without_camera_and_microphone_people_are_told_and_can_listen(caller, running, priya, bob, flags, trouble):
    mentee, mentor = caller(bob, flags=flags), join(caller(priya.person), running)
    mentee.goto(room_of(running))
    expect(mentee.locator(f"[data-trouble={trouble}]")).to_be_visible()
    expect(mentee.locator("[data-do=allow]")).to_be_visible()
    found = problems(mentee, f"room-{trouble}")
    mentee.locator("[data-do=join]").click()

    expect_both_ways(mentee)
    expect_state(mentor, "connected")
    expect(mentor.locator("[data-other-muted]")).to_be_visible()
    assert found == []


@pytest.mark.parametrize("how", ["no connections", "no scripts"])
def test_browser_that_cannot_call_leads_to_the_chat(caller, running, bob, how):
    page = caller(bob, js=how != "no scripts", script="delete window.RTCPeerConnection;")
    page.goto(room_of(running))
    card = page.locator("[data-part=call-unsupported]" if how == "no connections" else "[data-part=call-needs-script]")
    expect(card).to_be_visible()
    expect(page.locator("[data-controls]")).to_be_hidden()
    expect(page.locator("#call-devices")).to_be_hidden()
    if how == "no connections":
        assert problems(page, "room-unsupported") == []
    card.locator("[type=submit]").click()

    page.wait_for_url("**/#messages")
    assert joined() == ["Bob"]


def test_audio_call_asks_for_no_camera(caller, running, priya, bob):
    Booking.objects.update(format=Format.PHONE)
    note = "window.asked = []; const M = navigator.mediaDevices; const ask = M.getUserMedia.bind(M);"
    note += "M.getUserMedia = (wanted) => (window.asked.push(Object.keys(wanted)), ask(wanted));"
    mentee, mentor = join(caller(bob, script=note), running), join(caller(priya.person, script=note), running)
    for page in (mentee, mentor):
        expect_state(page, "connected")
        wait_until(page, f"async () => (await ({RECEIVED})()).packets > 100")
        assert {name for wanted in page.evaluate("asked") for name in wanted} == {"audio"}
        expect(page.locator("[data-do=camera]")).to_have_count(0)
        expect(page.locator("#other-picture")).to_be_hidden()


def test_call_by_keyboard_alone(caller, running, priya, bob):
    mentee, mentor = caller(bob), join(caller(priya.person), running)
    mentee.goto(room_of(running))
    expect(mentee.locator("#own-picture")).to_be_visible()
    mentee.keyboard.press("v")
    expect(mentee.locator("[data-do=camera]")).to_have_attribute("aria-pressed", "false")
    for _press in range(40):
        mentee.keyboard.press("Tab")
        if mentee.evaluate("document.activeElement.dataset.do") == "join":
            break
    mentee.keyboard.press("Enter")
    expect_state(mentee, "connected")
    mentee.keyboard.press("m")
    expect(mentee.locator("[data-do=mic]")).to_have_attribute("aria-pressed", "false")
    expect(mentor.locator("[data-other-muted]")).to_be_visible()
    mentee.locator("#id_body").focus()
    mentee.keyboard.type("mvs")
    expect(mentee.locator("[data-do=mic]")).to_have_attribute("aria-pressed", "false")
    expect(mentee.locator("#id_body")).to_have_value("mvs")
    mentee.locator("[data-do=leave]").focus()
    mentee.keyboard.press("Enter")
    expect(mentee.locator("[data-part=call-left]")).to_be_focused()


def test_letter_keys_can_be_switched_off_for_good(caller, running, priya, bob):
    page = caller(bob)
    page.goto(room_of(running))
    microphone = page.locator("[data-do=mic]")
    expect(microphone).to_have_attribute("aria-keyshortcuts", "m")
    page.locator("[data-uses-keys]").uncheck()
    page.reload()
    expect(page.locator("#own-picture")).to_be_visible()

    expect(page.locator("[data-uses-keys]")).not_to_be_checked()
    expect(page.locator("[aria-keyshortcuts]")).to_have_count(0)
    page.locator("body").press("m")
    expect(microphone).to_have_attribute("aria-pressed", "true")
    page.locator("[data-uses-keys]").check()
    page.locator("body").press("m")
    expect(microphone).to_have_attribute("aria-pressed", "false")


def test_wrong_clock_and_more_time_change_nothing_but_what_is_left(caller, running, priya, bob):
    mentee, mentor = caller(bob, script=HOUR_LATE), caller(priya.person)
    begin(running, timezone.now().replace(second=0, microsecond=0) - 21 * MINUTE)
    join(mentee, running)
    join(mentor, running)
    expect_both_ways(mentee, mentor)
    # Of the minutes that are left one may begin while the test runs.
    expect(mentee.locator("[data-left]")).to_contain_text(re.compile(r"\b[34]\b"))
    expect(mentee.locator("#room")).to_have_attribute("data-last", "yes")
    expect(mentee.locator("#takeaways")).to_be_visible()

    mentee.locator("#ask-more-time").click()
    expect(mentee.locator("[data-part=more-time-wanted]")).to_be_visible()
    expect_state(mentee, "connected")
    expect(mentor.locator("[data-part=more-time-asked]")).to_be_visible(timeout=15_000)
    mentor.locator("[name=agree]").click()
    expect(mentor.locator("[data-news-of=more-time] [data-focus]")).to_be_focused()
    for page in (mentor, mentee):
        expect(page.locator("[data-left]")).to_contain_text(re.compile(r"\b[89]\b"), timeout=15_000)
    expect_both_ways(mentee, mentor)


def test_weak_line_gives_up_the_picture_for_the_sound(caller, running, priya, bob):
    mentee, mentor = join(caller(bob), running), join(caller(priya.person), running)
    expect_both_ways(mentee, mentor)
    mentee.evaluate("window.isSlow = true")
    expect_state(mentee, "weak")
    expect(mentor.locator("#other-picture")).to_be_hidden()

    mentee.evaluate("window.isSlow = false")
    expect_state(mentee, "connected", seconds=20)
    expect(mentor.locator("#other-picture")).to_be_visible()


def test_broken_signals_of_the_other_side_do_not_end_a_call(caller, running, priya, bob):
    """What has the shape of a signal and is nonsense all the same."""
    mentee, mentor = join(caller(bob), running), join(caller(priya.person), running)
    expect_both_ways(mentee, mentor)
    mine, theirs = (RoomSeat.objects.get(person=person) for person in (priya.person, bob))
    rows = {"booking": running, "person": priya.person, "sender": mine.key, "receiver": theirs.key}
    RoomSignal.objects.create(kind="offer", body="v=0\r\nm=audio 9 x 0\r\n", at=timezone.now(), **rows)
    RoomSignal.objects.create(kind="answer", body="v=0\r\ns=-\r\n", at=timezone.now(), **rows)

    with mentee.expect_response("**/room/signals/"):
        mentee.evaluate("dispatchEvent(new Event('online'))")
    before = mentee.evaluate(RECEIVED)
    wait_until(mentee, MORE, before)
    expect_state(mentee, "connected")


def test_call_is_fit_to_be_seen(caller, priya, bob, booked):
    booking = begin(booked(priya, bob), timezone.now() + 30 * MINUTE)
    page, found = caller(bob), []
    page.goto(room_of(booking))
    expect_state(page, "early")
    found += problems(page, "room-early")
    begin(booking, timezone.now() - 4 * MINUTE)
    page.goto(room_of(booking))
    found += problems(page, "room-lobby")
    page.locator("[data-do=join]").click()
    expect_state(page, "waiting")
    found += problems(page, "room-waiting")
    other = join(caller(priya.person, width=390), booking)
    expect_both_ways(page, other)
    found += problems(page, "room-connected")
    for width in (390, 320):
        other.set_viewport_size({"width": width, "height": 700})
        other.evaluate("scrollTo(0, 0)")
        for button in other.locator(".call__btn:visible").all():
            box = button.bounding_box()
            assert (box["width"] >= 44, box["height"] >= 44, box["y"] + box["height"] <= 700) == (True, True, True)
        assert other.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("[data-do=leave]").click()
    expect_state(page, "left")
    found += problems(page, "room-left")

    assert found == []


def test_call_that_is_cancelled_meanwhile_is_closed_for_both(caller, running, priya, bob):
    mentee, mentor = join(caller(bob), running), join(caller(priya.person), running)
    expect_both_ways(mentee, mentor)
    Booking.objects.update(state="cancelled")

    for page in (mentee, mentor):
        expect_state(page, "closed", seconds=15)
    mentee.locator("[data-part=call-closed] a").click()
    mentee.wait_for_url(f"**/sessions/{running.uuid}/")


def test_call_opens_on_a_page_that_waited_for_it(caller, priya, bob, booked):
    booking = begin(booked(priya, bob), timezone.now() + 10 * MINUTE + timedelta(seconds=5))
    page = caller(bob)
    page.goto(room_of(booking))
    expect_state(page, "early")

    expect(page.locator("[data-do=join]")).to_be_visible()
    page.locator("[data-do=join]").click()
    expect_state(page, "waiting")
