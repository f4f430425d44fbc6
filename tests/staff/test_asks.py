"""Questions for which nobody was found in three days: what staff see of them, and asking one more mentor."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse

from sessions_app.asking.advancing import advance_routes
from sessions_app.models import Brief, Route, RouteKind, RouteState, WaitlistEntry
from sessions_app.models.waiting import WaitlistOutcome
from staff.queues import list_queues
from tests.conftest import NOW, make_mentor, make_person
from tests.markup import answers_in, elements_of, markup_of, parts_in, refusals_in

pytestmark = pytest.mark.django_db
WORDS = "Beekeeping on a balcony"
LATER = NOW + timedelta(hours=73)
MOST = settings.MAX_ROUTES


@pytest.fixture
def keepers(db):
    people = [make_person(f"keeper{number}@example.org", f"Kim{number} Keeper") for number in range(MOST + 2)]
    return [make_mentor(person, asks=(WORDS,), windows=[]) for person in people]


@pytest.fixture
def waiting(bob):
    """Bob's question, about which the clock has asked as many mentors as it does."""
    brief = Brief.objects.create(author=bob, question=WORDS)
    until = NOW + timedelta(days=30)
    return WaitlistEntry.objects.create(
        person=bob, words=WORDS, since=NOW, until=until, asks_mentors=True, brief=brief, parts=[]
    )


@pytest.fixture
def asked(waiting, keepers):
    """As many as the clock asks, who said nothing."""
    return Route.objects.bulk_create(
        Route(
            waiting=waiting,
            kind=RouteKind.REQUEST,
            mentor=profile.person,
            opened_at=NOW,
            until=NOW + timedelta(hours=6),
            state=RouteState.PASSED,
            settled_at=NOW + timedelta(hours=6),
        )
        for profile in keepers[:MOST]
    )


@pytest.fixture
def desk(maria, client_for):
    with time_machine.travel(LATER, tick=False):
        yield client_for(maria)


def buttons_on(page) -> list[str]:
    return [button.attributes["value"] for button in elements_of(markup_of(page), "button", name="mentor")]


def waits(maria, now) -> int:
    return next(queue.count for queue in list_queues(maria, now=now) if queue.key == "staff_asks")


def test_a_question_waits_for_staff_after_three_days_without_its_words(asked, keepers, maria, desk):
    page = desk.get(reverse("staff_asks"))

    assert (waits(maria, NOW + timedelta(hours=71)), waits(maria, LATER)) == (0, 1)
    assert buttons_on(page) == [profile.slug for profile in keepers[MOST:]]
    assert WORDS not in page.content.decode()
    assert "Bob" not in page.content.decode()


def test_one_more_is_asked_by_hand_and_then_waited_for(asked, keepers, waiting, desk):
    press = reverse("staff_ask_mentor", args=[waiting.uuid])

    said = markup_of(desk.post(press, {"mentor": keepers[MOST].slug}, follow=True))
    again = markup_of(desk.post(press, {"mentor": keepers[MOST + 1].slug}, follow=True))

    route = Route.objects.open().get()
    assert (route.mentor, answers_in(said), "is-asking" in parts_in(said)) == (keepers[MOST].person, ["ok"], True)
    assert (refusals_in(again), Route.objects.count()) == (["asked_already"], MOST + 1)


def test_nobody_is_asked_twice_nor_who_does_not_know_about_it(asked, keepers, waiting, alice, desk):
    press = reverse("staff_ask_mentor", args=[waiting.uuid])
    for profile in (keepers[0], alice.mentor_profile):
        assert refusals_in(markup_of(desk.post(press, {"mentor": profile.slug}, follow=True))) == ["not_askable"]
    assert not Route.objects.open().exists()


def test_who_was_helped_meanwhile_is_gone(asked, keepers, waiting, maria, desk):
    WaitlistEntry.objects.filter(pk=waiting.pk).update(ended_at=LATER, ended=WaitlistOutcome.ANSWERED)

    press = reverse("staff_ask_mentor", args=[waiting.uuid])
    said = desk.post(press, {"mentor": keepers[MOST].slug}, follow=True)

    assert (said.redirect_chain, answers_in(markup_of(said))) == ([(reverse("staff_asks"), 302)], ["warn"])
    assert (waits(maria, LATER), Route.objects.open().exists()) == (0, False)
    unknown = desk.post(reverse("staff_ask_mentor", args=[maria.uuid]), {"mentor": keepers[MOST].slug})
    assert unknown.status_code == 404


def test_the_clock_goes_on_with_a_question_that_was_asked_by_hand(asked, keepers, waiting, desk):
    desk.post(reverse("staff_ask_mentor", args=[waiting.uuid]), {"mentor": keepers[MOST].slug})

    advance_routes(now=LATER + timedelta(days=2))

    assert Route.objects.get(mentor=keepers[MOST].person).state == RouteState.PASSED
    assert not Route.objects.open().exists()  # the clock asks nobody beyond its number
