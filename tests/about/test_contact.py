"""Messages from the contact page: kept once, told to staff by the outbox, limited, answered, forgotten."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from about.contact import HOUR, ContactError, forget_old_messages, mark_answered, send_message
from about.models import ContactMessage
from notifications.models import Group, Notification, State
from notifications.preferences import switch_off
from notifications.tasks import drain_outbox
from tests.conftest import NOW, make_person
from tests.form_codes import codes_of
from tests.markup import choices_in, elements_of, markup_of, parts_in, refusals_in
from tests.smtp import smtp_sink  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
PAGE, LIST = "/contact/", "/staff/contact/"
SENT = {"name": "Kim Kay", "email": "Kim@Example.org", "text": "Where is my session?\n\nKim", "key": "k"}


def write(**other):
    values = {"email": "kim@example.org", "address": "192.0.2.1", "person": None, "now": NOW}
    return send_message(**SENT | values | other)


def test_message_is_kept_and_mailed_to_all_staff(maria, smtp_sink):  # noqa: F811
    second = make_person("moses@example.org", "Moses Moor", is_staff=True)
    Client().post(PAGE, SENT, REMOTE_ADDR="192.0.2.1")
    message = ContactMessage.objects.get()
    drain_outbox()

    assert (message.name, message.email, message.text) == ("Kim Kay", "kim@example.org", SENT["text"])
    assert (message.person, message.sent_at, message.answered_at) == (None, NOW, None)
    assert sorted(mail["To"] for mail in smtp_sink.mails) == sorted(
        f"{one.name} <{one.email}>" for one in (maria, second)
    )
    assert {(mail["Reply-To"], mail["Subject"]) for mail in smtp_sink.mails} == {
        ("Kim Kay <kim@example.org>", "Message from Kim Kay")
    }
    assert all("Where is my session?" in mail.get_body(("plain",)).get_content() for mail in smtp_sink.mails)


def test_line_breaks_and_encoded_words_make_no_headers(maria, smtp_sink):  # noqa: F811
    """Names are refused as everywhere; what a service would take all the same is written by the house's own headers."""
    sly = "Kim\r\nBcc: v@x.example =?utf-8?q?a=0D=0ABcc=3A_v=40x.example?="
    refused = Client().post(PAGE, SENT | {"name": sly})
    write(name=sly[:80])
    drain_outbox()

    assert (refused.status_code, "name" in codes_of(refused.context["form"])) == (422, True)
    assert [(mail["Bcc"], len(mail.get_all("Reply-To"))) for mail in smtp_sink.mails] == [(None, 1)]


def test_sending_the_same_form_twice_makes_one_message(maria):
    client = Client()
    answers = [client.post(PAGE, SENT) for _time in range(2)]

    assert [answer["Location"] for answer in answers] == [PAGE, PAGE]
    assert (ContactMessage.objects.count(), Notification.objects.count()) == (1, 1)


def test_person_who_has_signed_in_needs_no_address(client_for, bob):
    client = client_for(bob)
    page = markup_of(client.get(PAGE))
    client.post(PAGE, {"name": "Bob", "email": bob.email, "text": "Hello", "key": "b"})

    assert (choices_in(page, "email"), choices_in(page, "name")) == ([bob.email], [bob.name])
    assert ContactMessage.objects.get().person == bob


def test_program_that_fills_in_every_field_is_thanked_and_not_heard(maria):
    page = Client().get(PAGE)
    [trap] = elements_of(markup_of(page), "input", name="website")
    [hidden] = [one for one in elements_of(markup_of(page), "p") if one.start < trap.start < one.end]
    answer = Client().post(PAGE, SENT | {"website": "https://spam.example"})

    assert "hidden" in hidden.attributes
    assert (answer["Location"], ContactMessage.objects.count()) == (PAGE, 0)


@pytest.mark.parametrize("field", ["name", "email", "text"])
def test_what_is_missing_is_said_beside_its_field_and_nothing_is_lost(field):
    answer = Client().post(PAGE, SENT | {field: ""})
    form = answer.context["form"]

    assert (answer.status_code, list(codes_of(form)), ContactMessage.objects.count()) == (422, [field], 0)
    kept = {name: form[name].value() for name in SENT}
    assert kept == SENT | {field: ""}


def test_sixth_message_within_an_hour_is_refused_with_another_way(settings):
    settings.CONTACT_EMAIL = "desk@example.org"
    client = Client()
    answers = [
        client.post(PAGE, SENT | {"key": str(n), "email": f"{n}@example.org"}, REMOTE_ADDR="192.0.2.9")
        for n in range(6)
    ]
    page = markup_of(answers[5])

    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert (refusals_in(page), answers[5].context["form"]["text"].value()) == (["too_often"], SENT["text"])
    assert "desk@example.org" in page


def test_limits_are_by_address_of_the_sender_by_mailbox_and_for_all():
    for n in range(5):
        write(key=f"a{n}", address=f"192.0.2.{n}")
    with pytest.raises(ContactError, match=settings.CONTACT_EMAIL):
        write(key="b", address="192.0.2.99")
    write(key="c", address="192.0.2.99", now=NOW + HOUR)
    for n in range(59):
        write(key=f"d{n}", address=f"198.51.100.{n}", email=f"{n}@example.org", now=NOW + HOUR)
    with pytest.raises(ContactError):
        write(key="e", address="203.0.113.1", email="e@example.org", now=NOW + HOUR)


def test_staff_can_switch_these_mails_off_and_still_have_the_list(maria, client_for, smtp_sink):  # noqa: F811
    switch_off(person=maria, group=Group.CONTACT)
    write()
    drain_outbox()

    assert smtp_sink.mails == []
    assert "Kim Kay" in markup_of(client_for(maria).get(LIST))


def test_answered_messages_are_told_to_nobody_any_more(maria, client_for):
    message = write()
    client = client_for(maria)
    page = markup_of(client.get(LIST))
    client.post(LIST, {"message": choices_in(page, "message")[0]})
    message.refresh_from_db()
    drain_outbox()

    assert (message.answered_at, message.answered_by) == (NOW, maria)
    assert Notification.objects.get().state == State.OBSOLETE
    assert choices_in(markup_of(client.get(LIST)), "message") == []
    assert "Kim Kay" in markup_of(client.get(f"{LIST}?state=answered"))


def test_only_the_first_who_answered_is_noted(maria):
    message, second = write(), make_person("moses@example.org", "Moses Moor", is_staff=True)
    for by in (maria, second):
        mark_answered(message=message, by=by, now=NOW)
    message.refresh_from_db()

    assert message.answered_by == maria


def test_nobody_else_marks_messages(bob):
    with pytest.raises(PermissionDenied):
        mark_answered(message=write(), by=bob, now=NOW)


def test_waiting_messages_are_a_queue_of_staff(maria, client_for):
    write()
    rows = elements_of(markup_of(client_for(maria).get(reverse("staff_home"))), "tr", data_queue="staff_contact")

    assert [row.attributes["data-count"] for row in rows] == ["1"]


@pytest.mark.parametrize(("days", "left"), [(179, 1), (181, 0)])
def test_old_messages_are_forgotten(days, left):
    write()
    forget_old_messages(now=NOW + timedelta(days=days))

    assert ContactMessage.objects.count() == left


def test_worst_page_names_the_address_and_others_the_contact_page(client, settings):
    """Where people are told to ask someone they find how."""
    settings.DEBUG = False
    pages = ["/help/", "/accessibility/", "/privacy/", "/sign-in/closed/", "/no-such-page/"]
    for path in pages:
        [main] = elements_of(markup_of(client.get(path)), "main")
        links = elements_of(markup_of(client.get(path)), "a", href=PAGE)
        assert any(main.start < link.start < main.end for link in links), path
    assert parts_in(markup_of(client.get("/sign-in/closed/"))) == ["account-closed"]
