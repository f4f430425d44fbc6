"""What people call themselves stays a name: a mail says in its headers what was set, and nothing else."""

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import getaddresses

import hypothesis
import pytest
from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from common.mail.headers import Header, one_line
from common.mail.wire import UnreadableMailError, new_mail
from notifications.models import Notification, State
from notifications.registry import Attachment, Message
from notifications.sending.composing import compose_email
from notifications.tasks import drain_outbox
from tests.conftest import NOW
from tests.notifications.conftest import add_kind

HEADERS = ["Subject", "From", "To", "Reply-To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
WRITES_HEADERS = "=?utf-8?q?a=0D=0ABcc=3A_v=40x.example=0D=0A=0D=0AHello?="
# As long as a name may be, with commas: Python's own folding forgets the quotes of such a one (python/cpython#80222).
LONG = "Anna Maria Rosalia, Countess of Somewhere Long, and of Another Place, Esquire"
NAMES = [
    WRITES_HEADERS,
    "=?utf-8?q?pay=40bank=2Eexample?=",
    "=?us-ascii?b?YUBiLmV4YW1wbGU=?= Anna",
    LONG,
    'Anna \\ "Annie" O\'Neill, Jr. (she) <a@b.example>: ;',
    "Zoë Ångström",
    "سارا\u200dکریمی",
    "𠮷野家" * 20,
]


def row(name: str) -> Notification:
    person = User(email="bob@example.org", name=name)
    return Notification(recipient=person, message_id="<7@mentoring.example>", date=NOW)


def unfolded(text: str) -> str:
    return re.sub(r"\r?\n(?=[ \t])", "", text)


def read_by_the_older_parser(content: bytes) -> tuple[str, ...]:
    """Subject, sender's name and address, recipient's name and address; their headers are all that there are."""
    mail = message_from_bytes(content, policy=policy.compat32)
    [(sender, sender_address)] = getaddresses([unfolded(mail["From"])])
    [(to, to_address)] = getaddresses([unfolded(mail["To"])])
    words = [str(make_header(decode_header(text))) for text in (unfolded(mail["Subject"]), sender, to)]
    assert mail.keys() == HEADERS
    return words[0], words[1], sender_address, words[2], to_address


def read_by_the_newer_parser(content: bytes) -> tuple[str, ...]:
    """As by the older one; the blanks of long names are its own, so they are left out."""
    mail = message_from_bytes(content, policy=policy.default)
    [sender], [to] = mail["From"].addresses, mail["To"].addresses
    assert mail.keys() == HEADERS
    names = [each.display_name.replace(" ", "") for each in (sender, to)]
    return str(mail["Subject"]), names[0], sender.addr_spec, names[1], to.addr_spec


def assert_reads(content: bytes, *, subject: str, sender: str, to: str) -> None:
    ours, theirs = "no-reply@localhost", "bob@example.org"
    assert read_by_the_older_parser(content) == (subject, sender, ours, to, theirs)
    bare = sender.replace(" ", ""), to.replace(" ", "")
    assert read_by_the_newer_parser(content) == (subject, bare[0], ours, bare[1], theirs)


@pytest.mark.parametrize("name", NAMES, ids=["headers", "address", "half", "long", "marks", "latin", "persian", "han"])
def test_a_name_is_a_name_in_every_header(name):
    message = Message(subject=f"{name} has booked", text="t", html="h", from_name=f"{name} via Quarterhour")

    content = compose_email(row(name), message)

    assert_reads(content, subject=f"{name} has booked", sender=f"{name} via Quarterhour", to=name)


words = st.text(max_size=100) | st.sampled_from([*NAMES, "=?", "?=", "\r\n", ",", '"', "\\", "<", ">", "@", ":", ";"])


@hypothesis.settings(max_examples=300)
@given(name=words, subject=st.lists(words, max_size=4).map("".join), file=words)
def test_whatever_people_write_a_mail_says_it_or_is_not_written(name, subject, file):
    """Over all text: the headers that were set and no others, each saying what `one_line` makes of the text."""
    attachment = Attachment(f"{file}.txt", b"content", "text/plain")
    message = Message(subject, "text", "<p>text</p>", (attachment,), {"X-Note": subject}, from_name=f"{name} via us")

    content = compose_email(row(name), message)

    mail = message_from_bytes(content, policy=policy.default)
    [part] = list(mail.iter_attachments())
    assert part.get_filename() == one_line(f"{file}.txt")
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/plain",
    ]
    assert unfolded(message_from_bytes(content)["X-Note"] or "").isascii()
    assert str(mail["X-Note"]) == one_line(subject)
    del mail["X-Note"]
    assert max(len(line) for line in content.splitlines()) <= 998
    alone = compose_email(row(name), replace(message, attachments=(), headers={}))
    assert_reads(alone, subject=one_line(subject), sender=one_line(f"{name} via us"), to=one_line(name))


@pytest.mark.parametrize(
    "site", ["Help, Inc.", "=?utf-8?q?pay=40bank=2Eexample?=", 'The "Best" (of us)', "Zoë’s circle"]
)
def test_the_sites_own_name_is_a_name_too(settings, site):
    settings.DEFAULT_FROM_EMAIL = f"{site} <no-reply@localhost>"

    content = compose_email(row("Bob"), Message("S", "t", "h"))

    assert_reads(content, subject="S", sender=site, to="Bob")


def test_a_mail_that_does_not_read_back_is_not_written():
    """Whatever slips past what writes headers is seen by what reads them."""
    mail = new_mail([Header("Subject", "Hello\r\nBcc: victim@x.example", "Hello")], text="t", html="h")

    with pytest.raises(UnreadableMailError):
        mail.as_bytes()


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (
            Message("S", "t", "h", headers={"X-Note: one": "two"}),
            "not sent: the headers of the mail don't read back as they were written",
        ),
        (Message("S", "t", "h", (Attachment("\u200b", b"c", "text/plain"),)), "not sent: a file without a name"),
    ],
    ids=["headers", "file"],
)
def test_a_row_whose_mail_can_not_be_written_is_dead_at_once_and_shown_to_staff(
    due, smtp_sink, client_for, maria, message, reason
):
    add_kind("odd", render=lambda row, now: message)
    row, other = due(1, kind="odd"), due(2)

    drain_outbox()

    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.state, row.attempts, row.last_error, other.state) == (State.DEAD, 1, reason, State.SENT)
    assert [mail["Subject"] for mail in smtp_sink.mails] == ["Number 2"]
    assert escape(reason) in client_for(maria).get("/staff/deliveries/").content.decode()
