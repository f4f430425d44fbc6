"""What one person says in confidence, looked for wherever the product writes: mails, lines, other systems, the back
office and logs."""

import logging

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from accounts.models import User
from events.afterwards.answers import AnswerInput, answer
from events.afterwards.report import read_report
from events.live.partners import write_takeaway
from events.live.stamping import run_evenings
from events.models import Event, EventState, Outcome, Pairing, Registration, Side
from events.planning.plans import ask_plan
from events.planning.publishing import publish_plan
from events.planning.solving import solve_asked
from events.planning.wishes import set_wishes
from events.registering.acts import cancel_registration
from events.registering.clock import run_registrations
from events.registering.webhooks import EVENTS
from notifications.models import InboxItem, Notification
from notifications.models.webhooks import WebhookDelivery
from notifications.registry import kind_named
from notifications.webhooks.services import make_endpoint
from tests.conftest import NOW, make_person
from tests.events.afterwards.evening import CLOSED, close, meet
from tests.events.making import come, make_guests

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast, pytest.mark.usefixtures("now")]
SECRETS = ("canary", "goldfinch", "yellowhammer")


@pytest.fixture
def told(remembered, event, maria, alice, dora) -> dict[str, Registration]:
    """A mentee who needs something, and who wants to meet alice and not dora; other systems listen."""
    return remembered(tell, event, maria, alice, dora)


def tell(event: Event, maria: User, alice: User, dora: User) -> dict[str, Registration]:
    make_endpoint(url="https://example.org/hook", events=list(EVENTS), by=maria, now=NOW)
    mentors = {name: come(event, one, side=Side.MENTOR) for name, one in (("alice", alice), ("dora", dora))}
    guest, other = make_guests(2)
    mentee = come(event, guest, access_needs="A canary’s perch", contact="goldfinch@example.org")
    come(event, other)
    set_wishes(registration=mentee, wishes={mentors["alice"].pk: "must", mentors["dora"].pk: "no"}, now=NOW)
    return {**mentors, "mentee": mentee}


def everything_told() -> str:
    """All that was written for others until now."""
    rows = [*Notification.objects.values(), *InboxItem.objects.values(), *WebhookDelivery.objects.values()]
    return str(rows).casefold()


def rendered() -> dict[str, list[str]]:
    """The mails of all rows of the outbox, by recipient."""
    found: dict[str, list[str]] = {}
    for row in Notification.objects.select_related("recipient"):
        render = kind_named(row.kind).render
        message = render(row, NOW) if render else None
        if text := getattr(message, "text", ""):
            found.setdefault(row.recipient.email, []).append(f"{message.subject}\n{text}\n{message.html}")
    return found


def publish(event: Event, maria) -> None:
    plan = ask_plan(event=event, by=maria, now=NOW)
    solve_asked(now=NOW)
    publish_plan(plan=plan, now=NOW)


def test_no_row_that_is_written_for_others_has_a_secret(told, event, maria):
    publish(event, maria)
    cancel_registration(registration=told["mentee"], by=told["mentee"].person, now=NOW)

    words = everything_told()

    assert [secret for secret in SECRETS if secret in words] == []
    assert WebhookDelivery.objects.count() >= 1


def test_no_mail_has_a_secret_and_none_names_a_wish(told, event, maria):
    publish(event, maria)

    mails = rendered()

    assert {"alice@example.org", "dora@example.org", told["mentee"].person.email} <= set(mails)
    for texts in mails.values():
        for text in texts:
            assert [secret for secret in SECRETS if secret in text.casefold()] == []


def test_a_mail_to_others_is_the_same_with_and_without_a_refusal(told, event, maria):
    """dora isn't planned with whom she doesn't know to have refused her: her mail says whom she meets, and no more."""
    publish(event, maria)
    before = rendered()["dora@example.org"]
    event.wishes.filter(kind="no").delete()

    assert rendered()["dora@example.org"] == before


def test_logs_of_planning_and_of_the_clock_name_nobody(told, event, maria, caplog):
    with caplog.at_level(logging.DEBUG):
        publish(event, maria)
        run_registrations(now=CLOSED)
        run_evenings(now=CLOSED)

    words = caplog.text.casefold()
    assert [secret for secret in (*SECRETS, "guest 1", "guest1@") if secret in words] == []


@pytest.mark.parametrize("model", ["event", "registration"])
def test_the_back_office_shows_no_wish_and_no_need(told, client_for, model):
    root = make_person("root@example.org", "Ruth Root", is_staff=True, is_superuser=True)
    client = client_for(root)
    pages = [reverse(f"admin:events_{model}_changelist")]
    rows = Event.objects.all() if model == "event" else Registration.objects.all()
    pages += [reverse(f"admin:events_{model}_change", args=[one.pk]) for one in rows]

    for page in pages:
        answer = client.get(page)
        words = answer.content.decode().casefold()
        assert answer.status_code == 200
        assert [secret for secret in (*SECRETS, "no thanks", "must meet") if secret in words] == []
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("model", ["event", "registration"])
@pytest.mark.parametrize("who", ["maria", "bob", None])
def test_the_back_office_is_for_those_who_may_see_everything(told, client_for, client, request, model, who):
    reader = client_for(request.getfixturevalue(who)) if who else client

    answer = reader.get(reverse(f"admin:events_{model}_changelist"))

    assert answer.status_code in (302, 403, 404)


@pytest.mark.parametrize("model", ["wish", "answer", "pairmessage", "presence", "goal", "pairing"])
def test_the_back_office_has_no_page_at_all_of_what_is_private(model):
    assert model not in {one._meta.model_name for one in admin.site._registry}


def test_the_report_names_nobody(told, event):
    mentee, mentor = told["mentee"], told["alice"]
    pair = meet(mentor, mentee)
    write_takeaway(registration=mentee, pairing=pair, words="A yellowhammer", now=NOW)
    close(event)
    answer(registration=mentee, said={pair.pk: AnswerInput(useful=1, again=False, takeaway="A canary")}, now=CLOSED)

    words = str(read_report(Event.objects.get())).casefold()

    assert [secret for secret in (*SECRETS, "guest 1", "alice") if secret in words] == []
    assert "useful" in words


def test_a_takeaway_is_on_no_page_of_the_other(told, event, client_for):
    mentee, mentor = told["mentee"], told["alice"]
    pair = meet(mentor, mentee, outcome=Outcome.HELD)
    close(event)
    said = AnswerInput(useful=1, again=False, takeaway="A yellowhammer")
    answer(registration=mentee, said={pair.pk: said}, now=CLOSED)
    pages = [f"/events/{event.slug}/{page}" for page in ("", "after/", "timetable/", "report/")]

    for person in (mentor.person, event.by):
        for page in pages:
            assert b"yellowhammer" not in client_for(person).get(page).content
    own = client_for(mentee.person).get(pages[1]).content
    assert b"yellowhammer" in own


def test_an_archived_event_says_nothing_of_who_met_whom(told, event, client_for, maria):
    pair = meet(told["alice"], told["mentee"])
    close(event)
    Event.objects.filter(pk=event.pk).update(state=EventState.ARCHIVED)
    Pairing.objects.filter(pk=pair.pk).delete()

    page = client_for(maria).get(f"/events/{event.slug}/report/")

    assert page.context["rows"] == []
