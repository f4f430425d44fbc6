"""Codes on cards, at the door and on phones."""

import re

import pytest
import time_machine
from django.conf import settings
from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

from accounts.models import User
from common.branding.qr_codes import MARGIN
from events.models import Event, EventState, Plan, PlanState, Registration, RegistrationState
from events.pages.cards import code_address, door_code, draw_code
from events.pages.door_page import DoorPage
from tests.conftest import NOW, make_person
from tests.events.live.acting import MINUTE
from tests.events.making import EVENING, MadeEvening, come, make_event
from tests.markup import parts_in

pytestmark = pytest.mark.django_db
HOUR = 60 * MINUTE


def squares_of(drawn: str) -> set[tuple[int, int]]:
    """The dark squares of a code as they are drawn: rectangles, a square high."""
    [path] = re.findall(r' d="([^"]+)"', drawn)
    found = set()
    for x, y, length, back in re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", path):
        assert length == back
        found |= {(int(x) + step, int(y)) for step in range(int(length))}
    return found


def eye(x: int, y: int) -> set[tuple[int, int]]:
    """One of the three marks in the corners, by which a camera finds a code: a ring of seven squares around three."""
    ring = {(x + i, y + j) for i in range(7) for j in range(7) if i in (0, 6) or j in (0, 6)}
    return ring | {(x + i, y + j) for i in range(2, 5) for j in range(2, 5)}


def test_what_is_drawn_is_the_code_of_the_address_with_room_around_it():
    address = code_address("7f9c24e8-3b12-4fef-91e0-56a2d5a8c1b0")
    drawn = draw_code(address)
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(address)
    code.make()
    size = code.getModuleCount()
    dark = {(x + MARGIN, y + MARGIN) for y in range(size) for x in range(size) if code.modules[y][x]}

    assert address == f"{settings.SITE_URL}/e/7f9c24e8-3b12-4fef-91e0-56a2d5a8c1b0/"
    assert squares_of(drawn) == dark
    far = size + MARGIN - 7
    for corner in ((MARGIN, MARGIN), (far, MARGIN), (MARGIN, far)):
        assert eye(*corner) <= dark
    assert f'viewBox="0 0 {size + 2 * MARGIN} {size + 2 * MARGIN}"' in drawn
    assert 'aria-hidden="true"' in drawn
    assert "style=" not in drawn


def test_two_addresses_have_two_codes(evening):
    first, second = (draw_code(code_address(one.uuid)) for one in evening.mentees[:2])

    assert squares_of(first) != squares_of(second)
    assert squares_of(door_code(evening.event)) == squares_of(draw_code(code_address(evening.event.door_key)))


@pytest.fixture
def printed(evening) -> MadeEvening:
    Plan.objects.create(event=evening.event, number=1, state=PlanState.PUBLISHED, by=evening.event.by, asked_at=NOW)
    return evening


def test_each_card_has_its_own_code_and_the_door_one_more(printed, client_for, maria):
    page = client_for(maria).get(f"/events/{printed.event.slug}/print/")
    words = page.content.decode()

    cards = {card.registration: card.code for card in page.context["cards"]}
    assert cards == {one: draw_code(code_address(one.uuid)) for one in printed.people}
    assert words.count('class="qr"') == len(printed.people) + 1
    assert all(code in words for code in cards.values())
    assert code_address(printed.event.door_key) in words
    assert "sheet--large" not in words


def test_cards_come_in_large_print(printed, client_for, maria):
    page = client_for(maria).get(f"/events/{printed.event.slug}/print/?large=yes").content.decode()

    assert page.count("sheet--large") == len(printed.people)


def test_a_persons_page_has_their_code_until_the_event_is_over(evening, client_for):
    mentee = evening.mentees[0]
    address = f"/events/{evening.event.slug}/now/"
    with time_machine.travel(EVENING, tick=False):
        page = client_for(mentee.person).get(address).content.decode()
        part = client_for(mentee.person).get(address, headers={"HX-Request": "true"}).content.decode()
    Event.objects.filter(pk=evening.event.pk).update(state="over", ended_at=EVENING)
    after = client_for(mentee.person).get(address).content.decode()

    assert draw_code(code_address(mentee.uuid)) in page
    assert ("code" in parts_in(page), "code" in parts_in(part), "code" in parts_in(after)) == (True, False, False)


@pytest.fixture
def tomorrow(evening, maria) -> Event:
    """Another event, a day later."""
    return make_event(maria, start=EVENING + 24 * HOUR, title="Second jobs", places={"mentee": 5, "mentor": 5})


def come_later(event: Event, person: User) -> Registration:
    """Their place at an event whose timetable is then published."""
    registration = come(event, person)
    Event.objects.filter(pk=event.pk).update(state=EventState.SCHEDULED)
    return registration


def page_of(registration: Registration, reader, now=EVENING) -> DoorPage:
    return DoorPage(Registration.objects.select_related("event", "person").get(pk=registration.pk), reader, now)


def test_a_code_of_another_day_says_so_and_leads_to_the_place_of_today(evening, tomorrow, client_for, maria):
    """For the desk, and for the person themselves."""
    mentee = evening.mentees[0]
    later = come_later(tomorrow, mentee.person)
    with time_machine.travel(EVENING, tick=False):
        pages = [client_for(reader).get(f"/e/{later.uuid}/") for reader in (maria, mentee.person)]

    for page in pages:
        words = page.content.decode()
        assert ("elsewhere" in parts_in(words), "press-here" in words) == (True, False)
        assert f'href="/e/{mentee.uuid}/"' in words
        assert "Second jobs" in words
        assert page.context["page"].places_now == [mentee]


def test_a_code_of_another_day_leads_the_desk_to_its_list_where_the_person_has_no_place_today(evening, tomorrow, maria):
    stranger = make_person("only-tomorrow@example.org", "Only Tomorrow")
    later = come_later(tomorrow, stranger)

    desk, own = page_of(later, maria), page_of(later, stranger)

    assert (desk.is_elsewhere, desk.places_now, desk.desks_now) == (True, [], [evening.event])
    assert (own.is_elsewhere, own.places_now, own.desks_now) == (False, [], [])


def test_nothing_else_is_named_once_the_codes_own_event_is_open_or_nothing_is_on(evening, tomorrow, maria):
    mentee = evening.mentees[0]
    later = come_later(tomorrow, mentee.person)

    assert not page_of(mentee, maria).is_elsewhere
    assert not page_of(later, maria, EVENING - 2 * HOUR).is_elsewhere
    assert not page_of(later, maria, EVENING + 24 * HOUR).is_elsewhere


def test_a_desk_hears_nothing_of_events_that_are_not_its_own(evening, tomorrow):
    """A helper of tomorrow's event isn't told that the person is somewhere else today."""
    mentee, helper = evening.mentees[0], make_person("helper@example.org", "Helper")
    tomorrow.helpers.create(person=helper, role="desk")
    later = come_later(tomorrow, mentee.person)

    page = page_of(later, helper)

    assert (page.is_elsewhere, page.places_now, page.desks_now) == (False, [], [])


def test_who_gave_up_their_place_is_not_sent_there(evening, tomorrow, maria):
    mentee = evening.mentees[0]
    later = come_later(tomorrow, mentee.person)
    Registration.objects.filter(pk=mentee.pk).update(state=RegistrationState.CANCELLED, place=None)

    assert page_of(later, maria).places_now == []


def test_two_events_on_one_evening_check_in_where_the_code_says(evening, client_for, maria):
    other = make_event(maria, start=EVENING + 3 * HOUR, title="At the same time")
    guest = come_later(other, make_person("guest@example.org", "Guest"))
    with time_machine.travel(EVENING + 2 * HOUR, tick=False):
        page = client_for(maria).get(f"/e/{guest.uuid}/")

    assert (page.context["page"].is_open, "press-here" in page.content.decode()) == (True, True)
