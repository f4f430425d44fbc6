"""The pages of looking for help: how it is asked for, what a mentor who is asked can do, and what both then read."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from sessions_app.asking.advancing import advance_routes
from sessions_app.models import Booking, BookingState, HeldTime, Route, RouteState, Schedule, WaitlistEntry
from sessions_app.waiting.handing_out import hold_for
from tests.conftest import NOW, at, make_mentor, make_person
from tests.markup import answers_in, choices_in, elements_of, links_in, markup_of, parts_in, refusals_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
WORDS = "Beekeeping on a balcony"
WISH = {"q": WORDS, "filters": "", "asks_mentors": "1", "asks_writers": "1"}


@pytest.fixture
def keeper(db):
    person = make_person("kim@example.org", "Kim Keeper")
    return make_mentor(person, asks=(f"{WORDS}, without stings",), windows=[(4, 870, 900)])


@pytest.fixture
def route(keeper, bob, client_for) -> Route:
    client_for(bob).post(reverse("wait"), WISH)
    advance_routes(now=NOW)
    return Route.objects.get()


def test_the_search_offers_to_look_and_one_press_starts_it(keeper, bob, client_for):
    client = client_for(bob)

    page = markup_of(client.get(reverse("mentor_list"), {"q": "Xylophone"}))
    joined = client.post(reverse("wait"), WISH, follow=True)

    boxes = elements_of(page, "input", type="checkbox")
    assert {box.attributes["name"] for box in boxes} >= {"asks_mentors", "asks_writers"}
    waiting = WaitlistEntry.objects.get()
    assert (waiting.asks_mentors, waiting.asks_writers, waiting.words) == (True, True, WORDS)
    assert answers_in(markup_of(joined)) == ["ok"]
    assert {"ways", "first"} <= set(parts_in(markup_of(joined)))


def test_what_is_unticked_is_not_done(keeper, bob, client_for):
    client_for(bob).post(reverse("wait"), {"q": WORDS, "asks_writers": "1"})
    advance_routes(now=NOW)

    assert not Route.objects.exists()


def test_a_visitor_chooses_before_they_sign_in(keeper, mailoutbox):
    client = Client()
    client.post(reverse("wait"), WISH)
    client.post(reverse("wait_email"), {"email": "new@example.org", "name": "Nora"})
    code = "".join(part for part in mailoutbox[-1].subject if part.isdigit())
    client.post(reverse("account_confirm_login_code"), {"code": code})

    advance_routes(now=NOW)

    assert Route.objects.get().waiting.person.email == "new@example.org"


def test_a_mentor_offers_a_time_and_the_person_books_it_with_one_press(route, keeper, bob, client_for):
    keeper.offers.update(instant=False)
    client, page = client_for(keeper.person), reverse("asked_for_help", args=[route.uuid])
    start, *_others = choices_in(markup_of(client.get(page)), "start")

    offered = client.post(page, {"start": start}, follow=True)
    held = HeldTime.objects.get()
    taken = client_for(bob).post(reverse("held_time", args=[held.uuid]), {"question": WORDS})
    advance_routes(now=NOW)

    assert "offered" in parts_in(markup_of(offered))
    booking = Booking.objects.get()
    assert (booking.state, booking.mentee, taken.status_code) == (BookingState.CONFIRMED, bob, 302)
    assert "won" in parts_in(markup_of(client.get(page)))


def test_a_mentor_sees_the_clock_of_who_waits_beside_their_own(route, keeper, bob, client_for):
    User.objects.filter(pk=bob.pk).update(timezone="Asia/Kolkata")

    page = markup_of(client_for(keeper.person).get(reverse("asked_for_help", args=[route.uuid])))

    assert {"their-clock", "small-times", "theirs"} <= set(parts_in(page))


def test_nothing_chosen_is_said_beside_the_times(route, keeper, client_for):
    response = client_for(keeper.person).post(reverse("asked_for_help", args=[route.uuid]), {"start": ""})

    assert response.status_code == 422
    assert choices_in(markup_of(response), "start")
    assert Route.objects.get().state == RouteState.OPEN


def test_a_time_that_has_gone_is_refused_and_the_others_stay(route, keeper, client_for):
    gone = (NOW + timedelta(days=1)).strftime("%Y-%m-%dT%H:%MZ")

    response = client_for(keeper.person).post(reverse("asked_for_help", args=[route.uuid]), {"start": gone})

    assert response.status_code == 409
    assert refusals_in(markup_of(response))
    assert choices_in(markup_of(response), "start")


def test_no_times_are_offered_while_another_mentors_time_is_held(route, keeper, client_for):
    other = make_mentor(make_person("lou@example.org", "Lou Lavender"))
    client, page = client_for(keeper.person), reverse("asked_for_help", args=[route.uuid])
    start = choices_in(markup_of(client.get(page)), "start")[0]
    held = hold_for(waiting=route.waiting, offer=other.offers.get(), start=at("2026-11-26 10:00"), now=NOW)
    assert held

    told = markup_of(client.get(page))

    assert "has-time" in parts_in(told)
    assert choices_in(told, "start") == []
    late = client.post(page, {"start": start})
    assert (late.status_code, refusals_in(markup_of(late))) == (409, ["has_time"])


def test_never_is_kept_from_a_page_that_is_answered_too_late(route, keeper, client_for):
    with time_machine.travel(route.until + timedelta(minutes=1), tick=False):
        said = client_for(keeper.person).post(reverse("asked_for_help", args=[route.uuid]), {"never": "1"}, follow=True)

    assert (answers_in(markup_of(said)), parts_in(markup_of(said))) == (["ok"], ["over"])
    assert not Schedule.objects.get(profile=keeper).asked_for_others


def test_saying_no_asks_the_next_and_never_is_kept(route, keeper, client_for):
    client, page = client_for(keeper.person), reverse("asked_for_help", args=[route.uuid])

    said = client.post(page, {"never": "1"}, follow=True)
    again = client.post(page, {"no": "1"}, follow=True)

    assert Route.objects.get().state == RouteState.DECLINED
    assert not Schedule.objects.get(profile=keeper).asked_for_others
    assert ["over" in parts_in(markup_of(answer)) for answer in (said, again)] == [True, True]


def test_without_free_times_the_page_offers_others_and_leads_to_adding_one_where_there_are_none(
    route, keeper, bob, client_for
):
    keeper.schedule.windows.all().delete()
    client, page = client_for(keeper.person), reverse("asked_for_help", args=[route.uuid])

    read = markup_of(client.get(page))
    start, *_others = choices_in(read, "start")
    keeper.schedule.time_off.create(first=NOW.date(), last=NOW.date() + timedelta(days=20))
    away = markup_of(client.get(page))
    keeper.schedule.time_off.all().delete()
    offered = markup_of(client.post(page, {"start": start}, follow=True))

    assert "extra-times" in parts_in(read)
    assert ("no-times" in parts_in(away), reverse("mentor_date_add") in links_in(away)) == (True, True)
    assert "offered" in parts_in(offered)
    assert HeldTime.objects.get().person == bob


def test_the_day_of_a_mentor_shows_whom_they_could_help(route, keeper, client_for):
    page = markup_of(client_for(keeper.person).get(reverse("mentor_today")))

    assert reverse("asked_for_help", args=[route.uuid]) in links_in(page)


def test_who_can_book_nobody_reads_why_nobody_is_asked(keeper, bob, client_for, settings):
    settings.MAX_OPEN_BOOKINGS = 0

    page = client_for(bob).post(reverse("wait"), WISH, follow=True)
    advance_routes(now=NOW)

    assert "stopped" in parts_in(markup_of(page))
    assert not Route.objects.exists()
