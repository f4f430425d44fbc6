"""Words of self-harm: their author sees at once where to find help, and those on call are told."""

import json
from dataclasses import dataclass
from datetime import timedelta

import pytest

from notifications.models import Notification
from sessions_app.booking.holds import claim_hold
from sessions_app.models import Booking, Brief, Message
from tests.conftest import NOW
from tests.events.making import make_event
from tests.sessions_app.conftest import THURSDAY, book
from tests.sessions_app.helpers.messages import write
from tests.sessions_app.helpers.written import writes
from tests.trust.signals import LATER, make_rule, switch_on
from trust.models import Case, Exhibit, LooksFor, SignalHit, SignalRule
from trust.notices import ON_CALL, render_on_call_email
from trust.signals import looking as signals
from trust.signals.looking import look_for_signals

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
HOUR = timedelta(hours=1)
OF_SELF_HARM = "Honestly, I want to kill myself."


@pytest.fixture(autouse=True)
def rule_of_self_harm(db) -> SignalRule:
    """It comes with the tables; a test that really wrote to the database may have emptied them."""
    return SignalRule.objects.get_or_create(looks_for=LooksFor.SELF_HARM, defaults={"name": "Words of self-harm"})[0]


def called(person) -> list:
    return list(Notification.objects.filter(recipient=person, kind__in=ON_CALL).order_by("due_at"))


@pytest.mark.parametrize("is_on", [True, False])
def test_words_of_self_harm_show_help_and_tell_those_on_call(
    is_on, booking, bob, maria, settings, client_for, django_capture_on_commit_callbacks
):
    settings.SIGNALS = is_on
    client, page = client_for(bob), f"/messages/{booking.engagement.uuid}/"

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(page, {"body": OF_SELF_HARM, "key": "one"}, follow=True)

    assert (settings.HELP_ADDRESSES[0] in answer.content.decode()) == is_on
    assert [row.due_at - NOW for row in called(maria)] == ([0 * HOUR, 4 * HOUR, 12 * HOUR] if is_on else [])
    assert settings.HELP_ADDRESSES[0] not in client.get(page).content.decode()


def test_words_of_self_harm_show_help_in_place_of_the_page_too(booking, bob, settings, client_for):
    settings.SIGNALS = True
    headers = {"HX-Request": "true"}
    answer = client_for(bob).post(
        f"/messages/{booking.engagement.uuid}/", {"body": OF_SELF_HARM, "key": "one"}, headers=headers
    )

    assert (answer.status_code, settings.HELP_ADDRESSES[0] in answer.content.decode()) == (200, True)
    assert "look" in json.loads(answer["HX-Trigger"])


def test_hourly_run_finds_what_was_not_told_and_tells_nothing_twice(
    booking, bob, maria, settings, django_capture_on_commit_callbacks
):
    SignalRule.objects.exclude(looks_for=LooksFor.SELF_HARM).delete()
    switch_on(settings)
    write(booking, bob, OF_SELF_HARM)
    assert called(maria) == []
    assert look_for_signals(now=LATER) == 1
    with django_capture_on_commit_callbacks(execute=True):
        write(booking, bob, OF_SELF_HARM, now=LATER)
    assert look_for_signals(now=LATER + HOUR) == 0

    case = Case.objects.get()
    assert (case.about, case.kind, case.signals.count()) == (bob, "signal", 2)
    assert case.due_at == LATER + 24 * HOUR
    assert len(called(maria)) == 3
    mail = render_on_call_email(called(maria)[0], LATER)
    assert "kill" not in mail.text


def test_one_text_is_asked_once_whether_it_speaks_of_self_harm(booking, bob, settings, client_for, monkeypatch):
    settings.SIGNALS = True
    asked: list[str] = []
    monkeypatch.setattr(signals, "self_harm_readers", [lambda text: asked.append(text) or True])

    client_for(bob).post(f"/messages/{booking.engagement.uuid}/", {"body": "Help", "key": "one"})

    assert asked == ["Help"]


def test_a_message_that_is_sent_twice_shows_help_both_times(booking, bob, settings, client_for):
    settings.SIGNALS = True
    client, page = client_for(bob), f"/messages/{booking.engagement.uuid}/"

    answers = [client.post(page, {"body": OF_SELF_HARM, "key": "one"}, follow=True) for _press in range(2)]

    assert [settings.HELP_ADDRESSES[0] in answer.content.decode() for answer in answers] == [True, True]
    assert Message.objects.count() == 1


@dataclass
class Asking:
    """Where a mentee's question is sent: what the form sends to which page, and what is kept of it."""

    address: str
    data: dict[str, str]
    subject: str


@pytest.fixture(params=["a session", "a session in writing", "the brief", "an event"])
def asking(request, offer, bob, maria, now) -> Asking:
    key = {"question": OF_SELF_HARM, "key": "one"}
    match request.param:
        case "a session":
            start = {"offer": str(offer.uuid), "start": THURSDAY.isoformat()}
            return Asking("/mentors/alice-adair/book/", key | start, "question")
        case "a session in writing":
            writes(offer.profile)
            return Asking("/mentors/alice-adair/ask/", key, "question")
        case "the brief":
            said = {"question": "Do I take it?", "situation": OF_SELF_HARM, "issue_type": ""}
            return Asking(f"/sessions/{book(offer, bob).uuid}/question/", said, "question")
        case _:
            event = make_event(maria)
            said = {"question": OF_SELF_HARM, "board_name": "Bob", "languages": "en", "attending": "table"}
            return Asking(f"/events/{event.slug}/register/", said, "asked")


@pytest.mark.parametrize("is_on", [True, False])
def test_a_question_of_self_harm_shows_help_and_tells_those_on_call(
    is_on, asking, bob, maria, settings, client_for, django_capture_on_commit_callbacks
):
    settings.SIGNALS = is_on

    with django_capture_on_commit_callbacks(execute=True):
        answer = client_for(bob).post(asking.address, asking.data, follow=True)

    assert answer.redirect_chain != []
    assert (settings.HELP_ADDRESSES[0] in answer.content.decode()) == is_on
    assert [row.due_at - NOW for row in called(maria)] == ([0 * HOUR, 4 * HOUR, 12 * HOUR] if is_on else [])
    assert [hit.subject_type for hit in SignalHit.objects.all()] == ([asking.subject] if is_on else [])
    kept = [str(exhibit.snapshot) for exhibit in Exhibit.objects.all()]
    assert [OF_SELF_HARM in words for words in kept] == ([True] if is_on else [])


def test_visitors_see_help_before_they_have_signed_in_and_those_on_call_hear_when_it_is_sent(
    offer, bob, maria, settings, client, django_capture_on_commit_callbacks
):
    settings.SIGNALS = True
    said = {"question": OF_SELF_HARM, "key": "one", "offer": str(offer.uuid), "start": THURSDAY.isoformat()}
    page = client.post("/mentors/alice-adair/book/", said, follow=True)
    assert settings.HELP_ADDRESSES[0] in page.content.decode()
    assert called(maria) == []

    with django_capture_on_commit_callbacks(execute=True):
        claim_hold(booking=Booking.objects.get(), mentee=bob, now=NOW)

    assert len(called(maria)) == 3
    assert Case.objects.get().about == bob


@pytest.mark.parametrize("asking", ["a session", "an event"], indirect=True)
def test_hourly_run_finds_a_question_that_was_not_told_and_looks_for_nothing_else_in_it(
    asking, bob, settings, client_for
):
    make_rule(words="myself")
    switch_on(settings)
    client_for(bob).post(asking.address, asking.data)  # nothing runs after a commit here
    Brief.objects.update(created_at=NOW)

    assert look_for_signals(now=LATER) == 1

    assert [hit.rule.looks_for for hit in SignalHit.objects.all()] == [LooksFor.SELF_HARM]
    assert look_for_signals(now=LATER + HOUR) == 0


def test_nobody_reports_a_question_by_itself(booking, alice, client_for, now):
    client = client_for(alice)
    pages = [f"/report/question/{booking.engagement.brief.uuid}/", f"/report/asked/{booking.uuid}/"]

    assert [client.get(page).status_code for page in pages] == [404, 404]
