"""Three rounds of an evening in real browsers: eight phones, the desk and the board, and all agree with the rows.

Time passes by moving the rounds back, so the machine may be as slow as it likes.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Page, expect

from events.live.evening import read_evening
from events.live.presence import check_in
from events.models import Chair, Event, Pairing, Presence, Registration
from tests.browser.conftest import wait_until
from tests.browser.test_offline import HAS_WORKER, IS_KEPT
from tests.conftest import make_person
from tests.events.making import MadeEvening, make_evening

pytestmark = pytest.mark.browser
LOOK = "() => { htmx.trigger(document.body, 'look'); }"


@pytest.fixture
def evening(transactional_db) -> MadeEvening:
    """Starts in ten minutes, so check-in is open."""
    now = timezone.now()
    maria = make_person("maria@example.org", "Maria Marsh", is_staff=True)
    start = now + timedelta(minutes=10)
    return make_evening(maria, mentees=5, mentors=3, start=start, registration_until=start, wishes_until=start, now=now)


class Room:
    """Everyone's phone, the desk and the board."""

    def __init__(self, evening: MadeEvening, open_page: Callable[..., Page], *, without_scripts: Registration) -> None:
        self.event, self.without_scripts = evening.event, without_scripts
        self.away: set[Registration] = set()
        self.desk, self.board = open_page(user=self.event.by), open_page(width=1920)
        self.phones = {one: open_page(user=one.person, width=390, js=one != without_scripts) for one in evening.people}
        self.desk.goto(f"/events/{self.event.slug}/desk/")
        self.board.goto(f"/events/board/{self.event.board_key}/")
        for phone in self.phones.values():
            phone.goto(f"/events/{self.event.slug}/now/")

    def press(self, registration: Registration, button: str) -> None:
        """Until the server has answered."""
        phone = self.phones[registration]
        before = Presence.objects.filter(registration=registration).count()
        phone.locator(f"#press-{button}").click()
        expect(phone.locator(f"#press-{button}")).to_have_count(0)
        assert Presence.objects.filter(registration=registration).count() == before + 1

    def act(self, button: str) -> None:
        """The desk presses what it sees; its page comes again."""
        self.desk.goto(f"/events/{self.event.slug}/desk/")
        self.desk.locator(f"#act-{button}").click()
        expect(self.desk.locator(".notes .note--warn")).to_have_count(0)

    def pass_time(self, minutes: float) -> None:
        by = timedelta(minutes=minutes)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE events_round SET during = tstzrange(lower(during) - %s, upper(during) - %s, '[)')"
                " WHERE event_id = %s",
                [by, by, self.event.pk],
            )
            cursor.execute("UPDATE events_event SET paused_at = paused_at - %s WHERE id = %s", [by, self.event.pk])

    def expect_right(self, stage: str, number: int | None) -> None:
        """All pages are as the rows say: this phase, and the tables of this round."""
        for registration, phone in self.phones.items():
            if registration in self.away:
                continue
            if registration == self.without_scripts:
                phone.reload()
            else:
                phone.evaluate(LOOK)
            expect(phone.locator("#now")).to_have_attribute("data-stage", stage)
            if stage == "over":
                expect(phone.locator("[data-part=over]")).to_be_visible()
            else:
                self.expect_seat(registration, phone, number)
        self.board.evaluate(LOOK)
        expect(self.board.locator("#board")).to_have_attribute("data-stage", stage)
        chairs = Chair.objects.filter(round__event=self.event, round__number=number).select_related("table")
        rows = {(chair.registration.board_name, chair.table.name) for chair in chairs if number}
        expect(self.board.locator("#board li")).to_have_count(len(rows))
        names, tables = self.board.locator("#board li span"), self.board.locator("#board li b")
        assert set(zip(names.all_inner_texts(), tables.all_inner_texts(), strict=True)) == rows
        self.desk.goto(f"/events/{self.event.slug}/desk/")
        expect(self.desk.locator("#desk")).to_have_attribute("data-stage", stage)

    def expect_seat(self, registration: Registration, phone: Page, number: int | None) -> None:
        found = seat_by_rows(registration, number)
        newest = Presence.objects.filter(registration=registration).order_by("-pk").first()
        is_here = newest is not None and newest.kind in ("in", "back")
        if newest and newest.kind in ("break", "gone"):
            expect(phone.locator("[data-part=away]")).to_be_visible()
            expect(phone.locator("[data-part=seat]")).to_have_count(0)
        elif found and number:
            table, partner = found
            expect(phone.locator(".live-table")).to_have_text(table)
            expect(phone.locator(".live-with b")).to_have_text(partner)
        elif is_here and number:
            expect(phone.locator("[data-part=alone]")).to_be_visible()


def seat_by_rows(registration: Registration, number: int | None) -> tuple[str, str] | None:
    mine = Pairing.objects.filter(round__number=number, is_apart=False, outcome__in=("planned", "held"))
    for pairing in mine.select_related("one", "other", "table"):
        if registration.pk in (pairing.one_id, pairing.other_id):
            partner = pairing.other if pairing.one_id == registration.pk else pairing.one
            return pairing.table.name, partner.board_name
    return None


def test_eight_phones_the_desk_and_the_board_agree_through_three_rounds(browser_page, evening):
    """One comes late, one goes, one takes a break, one is offline for a while, one has no scripts; there is a pause."""
    late, gone, resting, offline, _steady = evening.mentees
    room = Room(evening, browser_page, without_scripts=evening.mentors[0])
    for registration in (evening.mentors[0], offline):
        room.press(registration, "here")
    for registration in (gone, resting, *evening.mentees[4:], *evening.mentors[1:]):
        check_in(registration=registration, by=evening.event.by, now=timezone.now())
    room.expect_right("before", None)
    room.act("start")
    room.expect_right("running", 1)
    room.press(late, "here")
    room.press(gone, "gone")
    room.expect_right("running", 1)

    phone = room.phones[offline]
    wait_until(phone, HAS_WORKER)
    wait_until(phone, IS_KEPT)
    known = seat_by_rows(offline, 1)
    phone.context.set_offline(True)
    room.away.add(offline)
    phone.reload()
    expect(phone.locator("[data-lost]")).to_be_visible()
    if known:
        expect(phone.locator(".live-table")).to_have_text(known[0])
    room.pass_time(8.6)
    room.expect_right("running", 1)
    assert evening.event.rounds.get(number=2).called_at
    room.pass_time(1.6)
    room.expect_right("changing", 2)

    room.pass_time(2)
    room.expect_right("running", 2)
    room.act("pause")
    room.expect_right("paused", 2)
    room.pass_time(7)
    phone.context.set_offline(False)
    room.away.remove(offline)
    room.expect_right("paused", 2)
    expect(phone.locator("[data-lost]")).to_be_hidden()
    room.act("resume")
    room.press(resting, "break")
    room.expect_right("running", 2)

    room.act("end")
    room.press(resting, "here")
    room.expect_right("changing", 3)
    room.act("end")
    room.expect_right("running", 3)
    room.act("minute")
    room.pass_time(10.5)
    room.expect_right("running", 3)
    room.pass_time(0.6)
    room.expect_right("over", None)
    event = Event.objects.get()
    assert read_evening(event, timezone.now()).is_over
