"""Presses of an evening and of office hours by the pages: what is refused there, for whom, and what never changes."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from events.live import running
from events.models import (
    Answer,
    Event,
    EventState,
    MeToo,
    Pairing,
    Presence,
    Registration,
    Round,
)
from events.registering.acts import cancel_registration
from events.registering.office_hours import OfficeHoursInput, offer_office_hours
from mentors.models import MentorProfile
from tests.conftest import NOW, at
from tests.events.live.acting import MINUTE, arrive, started
from tests.events.making import EVENING, come, make_event, make_guests
from tests.form_codes import codes_of
from tests.markup import refusals_in

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast]
# No row has it. Written down: two test processes must name the same tests.
NOBODYS = "5f1c6a52-8d3e-4b0f-9a77-2c1d0e9b8a64"
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
START = at("2026-11-26 14:00")


def refused(answer) -> list[str]:
    return refusals_in(answer.content.decode())


def at_moment(moment):
    return time_machine.travel(moment, tick=False)


# The desk


@pytest.fixture
def desk(evening, maria, client_for):
    client = client_for(maria)

    def press(act: str, **more):
        return client.post(f"/events/{evening.event.slug}/desk/", {"act": act, **more})

    return press


@pytest.mark.parametrize(
    ("act", "code"),
    [
        ("call", "nobody_here"),
        ("start", "nobody_here"),
        ("end", "not_running"),
        ("pause", "not_running"),
        ("resume", "not_running"),
        ("minute", "not_running"),
        ("close", "not_running"),
    ],
)
def test_each_button_is_refused_on_the_desk_itself(evening, desk, act, code):
    with at_moment(EVENING):
        answer = desk(act)

    assert (answer.status_code, refused(answer)) == (409, [code])
    assert Event.objects.get(pk=evening.event.pk).version == evening.event.version


@pytest.mark.parametrize("act", ["", "dance", "START"])
def test_a_button_that_there_is_not_does_nothing(evening, desk, act):
    with at_moment(EVENING):
        answer = desk(act)

    assert (answer.status_code, refused(answer)) == (422, [])


@pytest.mark.parametrize("number", ["", "x", "9", "-1", "１", "9999"])
def test_a_round_that_there_is_not_is_not_skipped(evening, desk, number):
    with at_moment(EVENING):
        answer = desk("skip", round=number)

    assert refused(answer) == ["no_round"]
    assert not Round.objects.filter(is_skipped=True).exists()


def test_a_message_that_is_too_long_is_kept_and_not_said(evening, desk):
    words = "x" * 201
    with at_moment(EVENING):
        answer = desk("message", message=words)

    assert (answer.status_code, codes_of(answer.context["form"])) == (422, {"message": ["max_length"]})
    assert answer.context["form"]["message"].value() == words
    assert Event.objects.get(pk=evening.event.pk).message == ""


def test_a_whole_evening_by_its_buttons(evening, desk):
    arrive(*evening.people)
    states = []
    for minutes, act in enumerate(("call", "start", "pause", "resume", "minute", "end", "close")):
        with at_moment(EVENING + minutes * MINUTE):
            states.append((act, desk(act).status_code, Event.objects.get(pk=evening.event.pk).state))

    assert states == [
        ("call", 302, "scheduled"),
        *((act, 302, "live") for act in ("start", "pause", "resume", "minute", "end")),
        ("close", 302, "over"),
    ]


@pytest.mark.parametrize("state", ["open", "over", "cancelled"])
def test_nobody_is_checked_in_where_there_is_no_evening(evening, maria, client_for, state):
    Event.objects.filter(pk=evening.event.pk).update(state=state)
    one = evening.mentees[0]

    with at_moment(EVENING):
        client_for(maria).post(f"/events/{evening.event.slug}/desk/{one.uuid}/", {"press": "in"})

    assert not Presence.objects.exists()


@pytest.mark.parametrize(("press", "kind"), [("in", "in"), ("gone", "gone"), ("", "in"), ("dance", "in")])
def test_the_desk_says_of_one_person_that_they_are_here_or_gone(evening, maria, client_for, press, kind):
    one = evening.mentees[0]

    with at_moment(EVENING):
        answer = client_for(maria).post(f"/events/{evening.event.slug}/desk/{one.uuid}/", {"press": press})

    assert answer.url == f"/events/{evening.event.slug}/desk/#people"
    assert list(Presence.objects.values_list("registration", "kind", "by")) == [(one.pk, kind, maria.pk)]


def test_nobody_of_another_event_is_checked_in_here(evening, maria, bob, client_for):
    foreign = come(make_event(maria, start=EVENING + 24 * HOUR), bob)

    with at_moment(EVENING):
        answer = client_for(maria).post(f"/events/{evening.event.slug}/desk/{foreign.uuid}/", {"press": "in"})

    assert (answer.status_code, Presence.objects.count()) == (404, 0)


# One's own page


@pytest.fixture
def press(evening):
    """press(registration, what) at the second minute of the evening."""

    def send(one: Registration, what: str, **more):
        client = Client()
        client.force_login(one.person)
        with at_moment(EVENING + 2 * MINUTE):
            return client.post(f"/events/{evening.event.slug}/now/", {"press": what, **more}, follow=True)

    return send


@pytest.mark.parametrize("what", ["", "dance", "start", "close"])
def test_a_press_that_there_is_not_changes_nothing(evening, press, what):
    version = evening.event.version

    assert press(evening.mentees[0], what).status_code == 200

    assert (Event.objects.get(pk=evening.event.pk).version, Presence.objects.count()) == (version, 0)


@pytest.mark.parametrize("what", ["missing", "takeaway"])
@pytest.mark.parametrize("code", ["", "x", NOBODYS])
def test_a_meeting_that_there_is_not_is_a_404(evening, press, what, code):
    started(evening)

    assert press(evening.mentees[3], what, pairing=code, words="x").status_code == 404
    assert not Answer.objects.exists()


@pytest.mark.parametrize("code", ["", "x", NOBODYS])
def test_nobody_joins_someone_who_is_not_there(evening, press, code):
    started(evening)

    assert press(evening.mentees[0], "join", whom=code).status_code == 404


def test_a_takeaway_has_an_end_and_is_refused_with_words(evening, press):
    started(evening)
    one = evening.mentees[3]
    pair = Pairing.objects.of(one).get(round__number=1)

    answer = press(one, "takeaway", pairing=pair.uuid, words="x" * 501)

    assert refused(answer) == ["words"]
    assert not Answer.objects.exists()
    press(one, "takeaway", pairing=pair.uuid, words="x" * 500)
    assert len(Answer.objects.get().takeaway) == 500


def test_who_has_left_the_list_is_led_to_the_event(evening, press):
    one = evening.mentees[0]
    Registration.objects.filter(pk=one.pk).update(state="cancelled", place=None)

    answer = press(one, "here")

    assert answer.redirect_chain[0][0] == f"/events/{evening.event.slug}/"
    assert not Presence.objects.exists()


@pytest.mark.parametrize("state", [one for one in EventState if one not in ("scheduled", "live", "over", "archived")])
def test_there_is_no_own_page_without_an_evening(evening, state):
    Event.objects.filter(pk=evening.event.pk).update(state=state)
    client = Client()
    client.force_login(evening.mentees[0].person)

    answer = client.get(f"/events/{evening.event.slug}/now/")

    assert answer.status_code == (404 if state == "draft" else 302)


def test_a_page_without_news_is_answered_with_nothing(evening):
    event = started(evening)
    client = Client()
    client.force_login(evening.mentees[3].person)
    page = f"/events/{evening.event.slug}/now/"
    with at_moment(EVENING + 2 * MINUTE):
        seen = client.get(page).context["page"].mark
        same = client.get(page, {"seen": seen}, headers={"HX-Request": "true"})
        whole = client.get(page, {"seen": seen})
        running.pause(event=event, now=EVENING + 2 * MINUTE)
        news = client.get(page, {"seen": seen}, headers={"HX-Request": "true"})

    assert (same.status_code, same.content, whole.status_code, news.status_code) == (204, b"", 200, 200)
    # A clock that stands counts nothing down.
    assert (same["Clock-Left"], news["Clock-Left"]) == ("480.0", "")


# The door


@pytest.mark.parametrize("code", ["x", "no-such-code", NOBODYS])
def test_a_code_of_nothing_is_a_404(evening, client_for, maria, code):
    assert client_for(maria).get(f"/e/{code}/").status_code == 404
    assert client_for(maria).post(f"/e/{code}/").status_code == 404


def test_looking_at_a_code_checks_nobody_in(evening, client_for, maria):
    one = evening.mentees[0]
    client = Client()
    client.force_login(one.person)
    with at_moment(EVENING):
        for code in (evening.event.door_key, one.uuid):
            assert client.get(f"/e/{code}/").status_code == 200
        assert client_for(maria).get(f"/e/{one.uuid}/").status_code == 200

    assert not Presence.objects.exists()


def test_the_code_of_a_draft_opens_nothing(evening):
    one = evening.mentees[0]
    Event.objects.filter(pk=evening.event.pk).update(state=EventState.DRAFT)
    client = Client()
    client.force_login(one.person)

    assert client.get(f"/e/{evening.event.door_key}/").status_code == 404


def test_the_doors_code_checks_in_whoever_reads_it_and_nobody_else(evening):
    one = evening.mentees[1]
    client = Client()
    client.force_login(one.person)
    with at_moment(EVENING - HOUR - SECOND):
        early = client.post(f"/e/{evening.event.door_key}/", follow=True)
    with at_moment(EVENING - HOUR):
        client.post(f"/e/{evening.event.door_key}/")

    assert refused(early) == ["not_yet"]
    assert list(Presence.objects.values_list("registration", "by")) == [(one.pk, one.person_id)]


# Office hours


@pytest.fixture
def hours(alice) -> Event:
    said = OfficeHoursInput(title="Ask me", about="", start=START, minutes=45, places=2)
    return offer_office_hours(host=alice, said=said, now=NOW)


@pytest.mark.parametrize(
    ("moment", "code"),
    [(START - 10 * MINUTE - SECOND, "not_yet"), (START + HOUR, "over")],
)
def test_a_call_that_is_not_open_is_refused_on_the_events_page(hours, bob, client_for, moment, code):
    come(hours, bob)

    with at_moment(moment):
        answer = client_for(bob).get(f"/events/{hours.slug}/call/", follow=True)

    assert refused(answer) == [code]


def test_the_way_into_a_call_is_kept_by_no_cache_and_told_to_nobody(hours, bob, client_for, settings):
    settings.MEETING_URL = "https://meet.example.org/{token}"
    come(hours, bob)

    with at_moment(START):
        answer = client_for(bob).get(f"/events/{hours.slug}/call/")

    assert hours.uuid.hex in answer["Location"]
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("private, no-store", "no-referrer")


def test_a_call_is_for_those_who_come(hours, alice, bob, charlie, maria, client_for):
    one = come(hours, bob)
    with at_moment(START):
        page = f"/events/{hours.slug}/call/"
        answers = [client_for(who).get(page).status_code for who in (alice, bob, charlie, maria)]
        Registration.objects.filter(pk=one.pk).update(state="cancelled", place=None)
        gone = client_for(bob).get(page).status_code

    assert (answers, gone) == ([302, 302, 404, 404], 404)


def test_speed_mentoring_has_no_such_call(evening, maria, client_for):
    assert client_for(maria).get(f"/events/{evening.event.slug}/call/").status_code == 404


@pytest.mark.parametrize(("too", "count"), [("yes", 1), ("", 1), ("no", 0)])
def test_a_press_says_that_one_has_the_question_too(hours, client_for, too, count):
    first, second = (come(hours, guest) for guest in make_guests(2))
    with at_moment(NOW):
        client_for(second.person).post(f"/events/{hours.slug}/questions/{first.uuid}/", {"too": too})

    assert MeToo.objects.count() == count


def test_me_too_is_refused_on_the_page_and_for_strangers_there_is_none(hours, client_for, charlie):
    first, second = (come(hours, guest) for guest in make_guests(2))
    address = f"/events/{hours.slug}/questions/{first.uuid}/"
    with at_moment(NOW):
        own = client_for(first.person).post(address, follow=True)
        stranger = client_for(charlie).post(address)
        cancel_registration(registration=second, by=second.person, now=NOW)
        gone = client_for(second.person).post(address, follow=True)

    assert (refused(own), stranger.status_code, refused(gone)) == (["own"], 404, ["closed"])
    assert not MeToo.objects.exists()


def form(**fields) -> dict[str, str]:
    usual = {"title": "Ask me", "about": "Leads", "day": "2026-11-26", "time": "14:00", "minutes": "45", "places": "6"}
    return usual | fields


def test_a_time_that_is_not_free_is_told_beside_it_and_all_is_kept(hours, alice, client_for):
    typed = form(about="First-time leads", time="14:30")
    with at_moment(NOW):
        answer = client_for(alice).post("/events/office-hours/new/", typed)

    shown = answer.context["form"]
    assert (answer.status_code, codes_of(shown)) == (409, {"time": ["not_free"]})
    assert {name: shown[name].value() for name in typed} == typed
    assert Event.objects.filter(host=alice).count() == 1


def test_a_profile_that_is_not_live_is_told_before_anything_is_typed(alice, client_for):
    MentorProfile.objects.filter(person=alice).update(state="draft")
    with at_moment(NOW):
        page = client_for(alice).get("/events/office-hours/new/")
        answer = client_for(alice).post("/events/office-hours/new/", form())

    assert refused(page) == refused(answer) == ["not_live"]
    assert not Event.objects.filter(host=alice).exists()


def test_who_mentors_nobody_opens_none(bob, client_for):
    with at_moment(NOW):
        assert client_for(bob).get("/events/office-hours/new/").status_code == 302
        assert client_for(bob).post("/events/office-hours/new/", form()).status_code == 302

    assert not Event.objects.filter(host=bob).exists()


def test_a_host_edits_their_own_and_no_other_mentor_does(hours, alice, dora, client_for):
    page = f"/events/{hours.slug}/edit/"
    with at_moment(NOW):
        client_for(alice).post(page, form(title="Ask me more", time="15:00"))
        other = client_for(dora).get(page).status_code
        stale = client_for(alice).post(page, form(title="Late", seen="1"))

    hours.refresh_from_db()
    assert (hours.title, hours.start, other) == ("Ask me more", START + HOUR, 404)
    assert (stale.status_code, refused(stale)) == (409, ["stale"])
