"""Pages that are told at once: with a live server beside the site, with one that fails, and with none that answers."""

import signal
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from events.live.presence import check_in
from live import hints, tickets
from local.ports import HOST
from notifications.inbox import mark_read, tell_bells
from sessions_app.attendance.acts import run_late
from sessions_app.conversation.reading import Thread
from sessions_app.models import Booking
from tests.browser.conftest import begin
from tests.conftest import make_person
from tests.events.making import make_evening
from tests.live.running import LiveServer, OwnRedis
from tests.sessions_app.helpers.messages import write as write_at
from tests.stopping import let_go_on, stop_process

pytestmark = pytest.mark.browser

HEARS = "html[data-hearing]"
NEVER = "86400"
# Milliseconds for which a page that has begun to hear asks by itself as before (live.js, SETTLING), with some more.
ASKS_AS_BEFORE = 6000


@pytest.fixture
def redis(tmp_path, settings, monkeypatch) -> Iterator[OwnRedis]:
    with OwnRedis(tmp_path) as own:
        settings.REDIS_URL = own.url
        monkeypatch.setattr(hints, "_quiet_until", 0.0)
        yield own


@pytest.fixture
def live(redis, tmp_path, use_live) -> Iterator[LiveServer]:
    with LiveServer(tmp_path, redis.url) as server:
        use_live(server.url)
        yield server


@pytest.fixture
def use_live(settings) -> Callable[[str], None]:
    def use(url: str) -> None:
        policy = settings.CONTENT_SECURITY_POLICY
        origin = url.removesuffix("/live/")
        settings.LIVE_URL = url
        settings.CONTENT_SECURITY_POLICY = {
            "DIRECTIVES": policy["DIRECTIVES"] | {"connect-src": [*policy["DIRECTIVES"]["connect-src"], origin]}
        }

    return use


@pytest.fixture
def asks_every(monkeypatch) -> Callable[[str], None]:
    """How many seconds a thread waits between two looks of its own."""
    return lambda seconds: monkeypatch.setattr(Thread, "look_every", seconds)


@pytest.fixture
def booking(priya, bob, booked) -> Booking:
    return booked(priya, bob)


def write(booking: Booking, person: User, text: str) -> None:
    write_at(booking, person, text, now=timezone.now())


def open_thread(browser_page, booking: Booking, reader: User) -> Page:
    page = browser_page(user=reader)
    page.goto(f"/messages/{booking.engagement.uuid}/")
    return page


def expect_hearing(page: Page) -> None:
    expect(page.locator(HEARS)).to_be_attached()


def expect_not_hearing(page: Page) -> None:
    expect(page.locator(HEARS)).not_to_be_attached()


def test_message_reaches_the_other_side_although_it_never_asks_by_itself(browser_page, booking, bob, live, asks_every):
    asks_every(NEVER)
    mentor = open_thread(browser_page, booking, booking.mentor)
    mentee = open_thread(browser_page, booking, bob)
    expect_hearing(mentor)
    expect_hearing(mentee)

    mentee.locator("#id_body").fill("Are you there?")
    mentee.locator(".composer button[type=submit]").click()
    expect(mentor.locator(".msg__body")).to_have_text(["Are you there?"])
    mentor.locator("#id_body").fill("I am.")
    mentor.locator(".composer button[type=submit]").click()

    expect(mentee.locator(".msg__body")).to_have_text(["Are you there?", "I am."])


def test_messages_that_follow_each_other_closely_all_arrive(browser_page, booking, bob, live, asks_every):
    asks_every(NEVER)
    mentor = open_thread(browser_page, booking, booking.mentor)
    expect_hearing(mentor)

    words = [f"Number {number}" for number in range(12)]
    for text in words:
        write(booking, bob, text)

    expect(mentor.locator(".msg__body")).to_have_text(words)


def test_page_that_hears_asks_by_itself_only_seldom(browser_page, booking, bob, live, asks_every):
    asks_every("0.2")
    page = open_thread(browser_page, booking, bob)
    asked: list[str] = []
    page.on("request", lambda request: "?after=" in request.url and asked.append(request.url))
    expect_hearing(page)
    page.wait_for_timeout(ASKS_AS_BEFORE)
    before = len(asked)
    page.wait_for_timeout(2000)

    assert (before > 1, len(asked) - before <= 1) == (True, True)


def test_page_asks_as_before_while_the_live_server_is_gone(browser_page, booking, bob, live, asks_every):
    asks_every("0.5")
    page = open_thread(browser_page, booking, bob)
    expect_hearing(page)
    live.end(signal.SIGKILL)
    expect_not_hearing(page)

    write(booking, booking.mentor, "Still here")
    expect(page.locator(".msg__body")).to_have_text(["Still here"])
    live.start()

    expect_hearing(page)


def test_page_asks_as_before_while_redis_is_gone(browser_page, booking, bob, live, redis, asks_every):
    asks_every("0.5")
    page = open_thread(browser_page, booking, bob)
    expect_hearing(page)
    redis.end(signal.SIGKILL)
    expect_not_hearing(page)

    write(booking, booking.mentor, "Still here")
    expect(page.locator(".msg__body")).to_have_text(["Still here"])
    redis.start()

    expect_hearing(page)


def test_page_that_comes_back_asks_for_what_it_missed(browser_page, booking, bob, live, asks_every):
    asks_every(NEVER)
    page = open_thread(browser_page, booking, bob)
    expect_hearing(page)
    live.end(signal.SIGKILL)
    expect_not_hearing(page)
    write(booking, booking.mentor, "While you were away")
    live.start()

    expect(page.locator(".msg__body")).to_have_text(["While you were away"])


def test_page_asks_as_before_where_something_holds_the_stream_back(browser_page, booking, bob, use_live, asks_every):
    """A proxy that buffers takes the request and passes nothing on."""
    asks_every("0.5")
    with socket.create_server((HOST, 0)) as proxy:
        use_live(f"http://{HOST}:{proxy.getsockname()[1]}/live/")
        page = open_thread(browser_page, booking, bob)
        line, _address = proxy.accept()
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nAccess-Control-Allow-Origin: *\r\n\r\n")
        write(booking, booking.mentor, "Still here")

        expect(page.locator(".msg__body")).to_have_text(["Still here"])
        expect_not_hearing(page)
        line.close()
        page.close()


def test_page_gets_a_new_ticket_when_its_own_is_over(browser_page, booking, bob, live, asks_every, monkeypatch):
    asks_every(NEVER)
    monkeypatch.setattr(tickets, "VALID_FOR", timedelta(seconds=4))
    page = open_thread(browser_page, booking, bob)
    expect_hearing(page)
    with page.expect_request(lambda request: request.url == page.url.partition("#")[0]):
        monkeypatch.setattr(tickets, "VALID_FOR", timedelta(hours=2))
    expect_hearing(page)

    write(booking, booking.mentor, "After two hours")

    expect(page.locator(".msg__body")).to_have_text(["After two hours"])


def test_page_that_was_asleep_asks_when_it_is_seen_again(browser_page, booking, bob, live, asks_every):
    asks_every(NEVER)
    page = open_thread(browser_page, booking, bob)
    expect_hearing(page)
    page.evaluate("() => Object.defineProperty(document, 'hidden', {configurable: true, get: () => true})")
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    # What nobody sees hears no longer after a while: live.js, HIDDEN_FOR.
    expect(page.locator(HEARS)).not_to_be_attached(timeout=15_000)
    write(booking, booking.mentor, "While you slept")
    page.evaluate("() => { delete document.hidden; }")
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")

    expect(page.locator(".msg__body")).to_have_text(["While you slept"])
    expect_hearing(page)


def test_page_of_a_device_that_slept_asks_when_it_wakes(browser_page, booking, bob, live, asks_every):
    """The line is dead, and nobody has told the browser."""
    asks_every(NEVER)
    page = open_thread(browser_page, booking, bob)
    expect_hearing(page)
    stop_process(live.process.pid)
    write(booking, booking.mentor, "While you slept")

    page.evaluate("() => { const now = Date.now; Date.now = () => now() + 3_600_000; }")

    expect(page.locator(".msg__body")).to_have_text(["While you slept"])
    let_go_on([live.process.pid])
    expect_hearing(page)


def test_bell_is_right_on_the_page_where_its_news_is_read(browser_page, booking, bob, live):
    mark_read(bob, now=timezone.now())
    page = open_thread(browser_page, booking, bob)
    expect_hearing(page)
    with page.expect_response("**/notifications/?bell"):
        write(booking, booking.mentor, "Read at once")

    expect(page.locator(".msg__body")).to_have_text(["Read at once"])
    expect(page.locator("#bell .badge")).to_have_count(0)


def test_bell_counts_at_once_what_is_new_and_what_was_read_elsewhere(browser_page, booking, bob, live):
    mark_read(bob, now=timezone.now())
    page = browser_page(user=bob)
    page.goto("/settings/")
    expect_hearing(page)

    write(booking, booking.mentor, "Something new")
    expect(page.locator("#bell .badge")).to_have_text("1")
    mark_read(bob, now=timezone.now())

    expect(page.locator("#bell .badge")).to_have_count(0)


def test_list_of_notifications_shows_a_new_one_at_once(browser_page, booking, bob, live):
    mark_read(bob, now=timezone.now())
    page = browser_page(user=bob)
    page.goto("/notifications/")
    expect_hearing(page)
    before = page.locator(".inbox__item").count()

    write(booking, booking.mentor, "Something new")

    expect(page.locator(".inbox__item")).to_have_count(before + 1)
    expect(page.locator("#bell[aria-current=page] .badge")).to_have_text("1")


def test_page_of_a_session_says_at_once_that_the_other_is_late(browser_page, booking, bob, live):
    begin(booking, timezone.now() + timedelta(minutes=3))
    page = browser_page(user=bob)
    page.goto(f"/sessions/{booking.uuid}/")
    expect_hearing(page)
    mark = page.locator("#attendance").get_attribute("hx-get")

    run_late(booking=booking, by=booking.mentor, now=timezone.now())

    expect(page.locator("#attendance")).not_to_have_attribute("hx-get", mark)


def test_page_works_without_a_live_server(browser_page, booking, bob, asks_every):
    asks_every("0.5")
    page = open_thread(browser_page, booking, bob)

    write(booking, booking.mentor, "As before")

    expect(page.locator(".msg__body")).to_have_text(["As before"])
    assert page.locator("html[data-live]").count() == 0


def test_press_at_the_desk_reaches_phones_and_board_at_once(browser_page, live):
    now = timezone.now()
    maria = make_person("maria@example.org", "Maria Marsh", is_staff=True)
    start = now + timedelta(minutes=10)
    evening = make_evening(maria, mentees=2, start=start, registration_until=start, wishes_until=start, now=now)
    slug, phone = evening.event.slug, browser_page(user=evening.mentees[0].person)
    board, desk = browser_page(), browser_page(user=maria)
    phone.goto(f"/events/{slug}/now/")
    board.goto(f"/events/board/{evening.event.board_key}/")
    desk.goto(f"/events/{slug}/desk/")
    for page in (phone, board, desk):
        expect_hearing(page)
    # After this they ask by themselves once a minute.
    desk.wait_for_timeout(ASKS_AS_BEFORE + 6000)

    for one in (*evening.mentees, *evening.mentors):
        check_in(registration=one, by=one.person, now=timezone.now())
    expect(desk.locator("[data-part=enough]")).to_be_visible()
    desk.locator("#act-start").click()

    expect(phone.locator("#now")).to_have_attribute("data-stage", "running")
    # The bell's answer is none about the event: the page stays as it is.
    phone.evaluate("() => { window.stays = true; }")
    with phone.expect_response("**/notifications/?bell"):
        tell_bells(evening.mentees[0].person_id)
    phone.wait_for_timeout(500)
    assert phone.evaluate("() => window.stays && document.querySelector('[data-lost]').hidden")
    expect(board.locator("#board li").first).to_contain_text("Table")
