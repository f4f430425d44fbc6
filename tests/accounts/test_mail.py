"""Mails about the account leave beside the request, over real SMTP, and never hold it up."""

import logging
import socket
import time

import pytest
from aiosmtpd.controller import Controller

from accounts import mail as account_mail
from tests.accounts.sign_in_pages import CODE, SIGN_IN, signed_in
from tests.smtp import smtp_sink  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("site", ["Help, Inc.", "=?utf-8?q?pay=40bank=2Eexample?=", 'The "Best" (of us)', "Zoë"])
def test_the_sites_name_is_a_name_in_mails_about_the_account(client, bob, over_smtp, smtp_sink, site):  # noqa: F811
    over_smtp.DEFAULT_FROM_EMAIL = f"{site} <no-reply@localhost>"

    client.post(SIGN_IN, {"email": bob.email})

    assert wait_for(lambda: smtp_sink.mails)
    [letter] = smtp_sink.mails
    assert [(one.display_name, one.addr_spec) for one in letter["From"].addresses] == [(site, "no-reply@localhost")]
    assert (letter["To"], smtp_sink.senders) == ("bob@example.org", ["no-reply@localhost"])
    assert letter.keys() == HEADERS


def test_a_mail_server_that_hangs_or_fails_holds_nobody_up_and_no_code_is_logged(client, bob, over_smtp, caplog):
    with socket.create_server(("127.0.0.1", 0)) as silent, caplog.at_level(logging.ERROR, logger="accounts.mail"):
        over_smtp.EMAIL_PORT = silent.getsockname()[1]
        answer = client.post(SIGN_IN, {"email": bob.email})
        # Answered while the server has yet to say its first word: sending has neither succeeded nor failed.
        assert caplog.records == []
        silent.accept()[0].close()
        assert wait_for(lambda: caplog.records)
    code = client.session["account_login"]["state"]["stages"]["login_by_code"]["data"]["code"]
    assert answer["Location"] == CODE
    assert caplog.records[0].getMessage() == "The mail accounts/code could not be sent."
    assert (code in caplog.text, account_mail.group_digits(code) in caplog.text) == (False, False)
