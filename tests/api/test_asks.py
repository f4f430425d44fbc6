"""Having help looked for, over the API: the same acts and limits as on the pages."""

import pytest
from django.conf import settings

from sessions_app.asking.acts import offer_of, offer_time, times_to_offer
from sessions_app.asking.advancing import advance_routes
from sessions_app.models import Route, RouteState, WaitlistEntry
from tests.conftest import NOW, make_mentor, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
HERE = "asks/"
WORDS = "Beekeeping on a balcony"
ASKED = {"question": WORDS, "asks_mentors": True, "asks_writers": False}


@pytest.fixture
def keeper(db):
    return make_mentor(make_person("kim@example.org", "Kim"), asks=(WORDS,), windows=[(4, 870, 900)])


def test_help_is_looked_for_read_and_ended(program, keeper, bob, charlie):
    status, made = program(bob).post(HERE, ASKED)
    advance_routes(now=NOW)

    _status, read = program(bob).get(f"{HERE}{made['id']}/")

    assert (status, made["state"], made["mentors_asked"]) == (201, "open", 0)
    assert (read["mentors_asked"], read["answer_by"]) == (1, Route.objects.get().until.strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert program(bob).get(HERE)[1]["results"] == [read]
    assert program(charlie).get(f"{HERE}{made['id']}/")[0] == 404
    assert program(charlie).get(HERE)[1]["results"] == []

    ended = [program(bob).send("DELETE", f"{HERE}{made['id']}/") for _twice in range(2)]

    assert [(status, answer["state"]) for status, answer in ended] == [(200, "left"), (200, "left")]
    advance_routes(now=NOW)
    assert (program(bob).get(HERE)[1]["results"], Route.objects.get().state) == ([], RouteState.ENDED)


def test_a_time_that_is_held_has_its_page(program, keeper, bob):
    _status, made = program(bob).post(HERE, ASKED)
    WaitlistEntry.objects.update(known=[])
    advance_routes(now=NOW)
    route = Route.objects.select_related("waiting__person", "mentor").get()
    start = times_to_offer(route, offer_of(route, now=NOW), now=NOW)[0].start
    held = offer_time(route=route, start=start, by=keeper.person, now=NOW)

    read = program(bob).get(f"{HERE}{made['id']}/")[1]

    assert read["held_page"].endswith(f"/waiting/held/{held.uuid}/")
    assert read["held_until"] == held.until.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_asking_again_is_asking_once(program, keeper, bob):
    first, second = program(bob).post(HERE, ASKED), program(bob).post(HERE, ASKED)
    assert (first, WaitlistEntry.objects.count()) == (second, 1)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"question": WORDS}, id="nothing-ticked"),
        pytest.param({**ASKED, "question": " "}, id="no-words"),
        pytest.param({**ASKED, "asks_mentors": "yes"}, id="no-yes-or-no"),
        pytest.param({**ASKED, "parts": ["night"]}, id="no-part-of-a-day"),
        pytest.param({**ASKED, "days": [0]}, id="no-weekday"),
        pytest.param({**ASKED, "mentor": "kim"}, id="more-than-asked"),
    ],
)
def test_bad_input_asks_nobody(program, keeper, bob, said):
    assert program(bob).post(HERE, said)[0] in (400, 422)
    assert not WaitlistEntry.objects.exists()


def test_no_more_at_a_time_than_on_the_page(program, keeper, bob):
    for number in range(settings.MAX_WAITINGS):
        program(bob).post(HERE, {**ASKED, "question": f"{WORDS} {number}"})

    status, answer = program(bob).post(HERE, ASKED)

    assert (status, answer["code"], WaitlistEntry.objects.count()) == (409, "too_many", settings.MAX_WAITINGS)
