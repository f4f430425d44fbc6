"""Mails about the account leave over real SMTP, and pages say what has become of a code."""

import logging
import socket
import time
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings
from django.test import Client

from accounts import mail as account_mail
from accounts.models import User
from common.mail.rendering import render_mail
from local.ports import free_port
from tests.accounts.sign_in_pages import CODE, PASSWORD, SIGN_IN, signed_in
from tests.markup import data_in
from tests.smtp import smtp_sink  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
MENTOR = "/mentors/alice-adair/"
MAILS = Path(settings.BASE_DIR, "templates", "mail")

HEADERS = ["Subject", "From", "To", "Reply-To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]


class Mailbox:
    def __init__(self) -> None:
        self.letters: list = []

    async def handle_DATA(self, server, session, envelope):
        self.letters.append(envelope)
        return "250 OK"


@pytest.fixture
def over_smtp(settings):
    settings.EMAIL_BACKEND = account_mail.SMTP
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS = "127.0.0.1", False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    return settings


def wait_for(condition, seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return bool(condition())


def test_code_arrives_over_smtp(client, bob, over_smtp):
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=0)
    # Port 0 means any: the controller's own probe of its port cannot know it, so the loop is asked.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        controller.port = over_smtp.EMAIL_PORT = probe.getsockname()[1]
    controller.start()
    try:
        client.post(SIGN_IN, {"email": bob.email})
        assert wait_for(lambda: mailbox.letters)
    finally:
        controller.stop()
    [letter] = mailbox.letters
    subject = next(line for line in letter.content.decode().splitlines() if line.startswith("Subject: "))
    assert letter.rcpt_tos == ["bob@example.org"]
    client.post(CODE, {"code": subject.removeprefix("Subject: ")[:7]})
    assert signed_in(client) == bob.pk


@pytest.mark.parametrize("template", ["code", "email_changed", "password_reset", "removed"])
def test_mails_to_an_address_that_may_have_no_account_lead_to_no_settings_of_one(template):
    subject, text, html = render_mail(f"accounts/{template}", {}, zone="UTC", language="en", hour12=False)

    assert subject
    assert "/settings/" not in text + html


@pytest.mark.parametrize("site", ["Help, Inc.", "=?utf-8?q?pay=40bank=2Eexample?=", 'The "Best" (of us)', "Zoë"])
def test_the_sites_name_is_a_name_in_mails_about_the_account(client, bob, over_smtp, smtp_sink, site):  # noqa: F811
    over_smtp.DEFAULT_FROM_EMAIL = f"{site} <no-reply@localhost>"

    client.post(SIGN_IN, {"email": bob.email})

    assert wait_for(lambda: smtp_sink.mails)
    [letter] = smtp_sink.mails
    assert [(one.display_name, one.addr_spec) for one in letter["From"].addresses] == [(site, "no-reply@localhost")]
    assert (letter["To"], smtp_sink.senders) == ("bob@example.org", ["no-reply@localhost"])
    assert letter.keys() == HEADERS


def test_a_mail_server_that_hangs_is_waited_for_a_moment_and_nobody_is_told_of_a_code_that_was_sent(
    client, bob, over_smtp, caplog
):
    over_smtp.CODE_MAIL_WAIT = 0.1
    with socket.create_server(("127.0.0.1", 0)) as silent, caplog.at_level(logging.ERROR, logger="accounts.mail"):
        over_smtp.EMAIL_PORT = silent.getsockname()[1]
        answer = client.post(SIGN_IN, {"email": bob.email})
        # Answered while the server has yet to say its first word: sending has neither succeeded nor failed.
        assert caplog.records == []
        silent.accept()[0].close()
        assert wait_for(lambda: caplog.records)
    code = client.session["account_login"]["state"]["stages"]["login_by_code"]["data"]["code"]
    assert answer["Location"] == CODE
    assert data_in(client.get(CODE), "code-mail") == ["sending"]
    assert caplog.records[0].getMessage() == "The mail accounts/code could not be sent."
    assert (code in caplog.text, account_mail.group_digits(code) in caplog.text) == (False, False)


@pytest.fixture
def holding(now, client, offer) -> Client:
    """A visitor who holds a time of alice's."""
    chosen = {"key": "k", "offer": offer.uuid, "start": "2026-11-26T14:30Z", "question": "Should I stay?"}
    assert client.post(f"{MENTOR}book/", chosen)["Location"] == f"{MENTOR}book/"
    return client


def name_in(answer) -> list[str]:
    return [error.code for error in answer.context["form"].errors.as_data()["email"]]


@pytest.mark.parametrize(
    ("refuses", "code"),
    [("550 No such user", "address_refused"), ("451 Try later", "code_not_sent")],
    ids=["for good", "now"],
)
@pytest.mark.parametrize("email", ["bob@example.org", "nobody@example.net"], ids=["known", "unknown"])
@pytest.mark.parametrize("door", [SIGN_IN, f"{MENTOR}book/email/"])
def test_a_refused_code_is_said_beside_the_address_and_leads_to_no_code_page(
    holding,
    bob,
    over_smtp,
    smtp_sink,  # noqa: F811
    door,
    email,
    refuses,
    code,
):
    smtp_sink.rcpt[email] = refuses

    answer = holding.post(door, {"email": email, "name": "Sam"})

    assert name_in(answer) == [code]
    assert (answer.context["form"]["email"].value(), smtp_sink.mails) == (email, [])
    assert holding.get(CODE)["Location"] == SIGN_IN


def test_a_mail_server_that_is_away_is_said_at_once_and_a_later_try_works(client, bob, over_smtp, smtp_sink):  # noqa: F811
    there, over_smtp.EMAIL_PORT = over_smtp.EMAIL_PORT, free_port()
    assert name_in(client.post(SIGN_IN, {"email": bob.email})) == ["code_not_sent"]
    over_smtp.EMAIL_PORT = there
    assert client.post(SIGN_IN, {"email": bob.email})["Location"] == CODE
    assert [mail["To"] for mail in smtp_sink.mails] == [bob.email]
    assert data_in(client.get(CODE), "code-mail") == ["sent"]


def test_a_new_code_that_could_not_be_sent_leaves_the_older_one_working(client, bob, over_smtp, smtp_sink):  # noqa: F811
    client.post(SIGN_IN, {"email": bob.email})
    smtp_sink.rcpt[bob.email] = "550 No such user"

    page = client.post(CODE, {"action": "resend"}, follow=True)

    assert page.redirect_chain == [(CODE, 302)]
    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    client.post(CODE, {"code": smtp_sink.mails[0]["Subject"][:7]})
    assert signed_in(client) == bob.pk


@pytest.mark.parametrize("address", ["/sign-in/again/code/", "/settings/email/"])
def test_no_page_of_the_account_says_that_a_code_was_sent_when_none_was(
    client,
    bob,
    over_smtp,
    smtp_sink,  # noqa: F811
    address,
):
    client.post(PASSWORD, {"login": bob.email, "password": "secret-pass-1"})
    client.post("/sign-in/again/", {"password": "secret-pass-1", "next": "/settings/"})
    smtp_sink.mail = "451 Not now"

    page = client.post(address, {"email": "new@example.org", "action_add": "1"}, follow=True)

    assert smtp_sink.mails == []
    assert data_in(page, "code-mail") == []
    said = [message.level_tag for message in page.context["messages"]]
    assert said == ["error"] or name_in(page) == ["code_not_sent"]


def test_password_for_an_address_that_cannot_be_proven_now_says_so(client, over_smtp, smtp_sink):  # noqa: F811
    root = User.objects.create_superuser("root@example.org", "secret-pass-1", name="Root")
    smtp_sink.mail = "451 Not now"
    answer = client.post(PASSWORD, {"login": root.email, "password": "secret-pass-1"})
    assert [error.code for error in answer.context["form"].errors.as_data()["login"]] == ["code_not_sent"]
    assert signed_in(client) is None


def test_mails_about_safety_name_a_password_only_to_those_who_have_one(bob, maria, mailoutbox):
    """Who signs in by code would look for it in vain."""
    maria.set_unusable_password()
    about = {"name": "Laptop", "changes": True, "until": "1 June", "place": "", "tokens_url": "https://example.org"}

    for person in (bob, maria):
        account_mail.send_account_email(account_mail.letter_to(person, "accounts/new_token", about))

    assert ["your password" in mail.body for mail in mailoutbox] == [True, False]
    assert ["your mailbox" in mail.body for mail in mailoutbox] == [False, True]


def test_every_mail_asks_first_whether_there_is_a_password():
    """Those that name one do so by the part that asks, or ask themselves."""
    naming = [path for path in MAILS.rglob("*.html") if "your password" in path.read_text()]

    assert naming
    assert all("has_password" in path.read_text() for path in naming)
