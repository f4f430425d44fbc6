"""Tells whose fault a mail server's refusal is: the mailbox's, ours, the server's, or perhaps only a bad moment."""

import re
from enum import StrEnum
from smtplib import SMTPDataError, SMTPRecipientsRefused

# The finer code of RFC 3463 and its registry, after the class: `550 5.1.1 No such user`.
FINER = re.compile(r"[245]\.(\d{1,3})\.(\d{1,3})\b")
# RFC 3463: 1 addressing, 2 mailbox, 3 mail system, 4 network and routing, 5 protocol, 6 content, 7 security and policy.
ABOUT_THE_MAILBOX = {"1", "2"}
ABOUT_US_OR_THE_SERVER = {"3", "4", "5", "7"}
# Codes of class 1 that are about the sender's address, which is ours.
OUR_ADDRESS = {"1.7", "1.8"}
# No such mailbox, moved, a domain that takes no mail, disabled.
NO_SUCH_MAILBOX = {"1.1", "1.2", "1.3", "1.6", "1.10", "2.1"}
# Without a finer code: no such mailbox, moved, mailbox full, name not allowed, domain takes no mail.
MAILBOX_CODES = {550, 551, 552, 553, 556}
NO_SUCH_MAILBOX_CODES = {550, 551, 553}
# Sign in first; wrong password; encryption is required.
SIGN_IN_CODES = {530, 534, 535, 538}


class Blame(StrEnum):
    """Whose fault a refusal is. `MAILBOX` is final; everything else is tried again while the mail is of any use."""

    MAILBOX = "mailbox"
    OURS = "ours"
    LATER = "later"


def find_blame(code: int, answer: str) -> Blame:
    """Whose fault it is when a server refuses a recipient or a message with this answer.

    An answer without a finer code, or one that may be about the words of this one mail, never ends in `MAILBOX`.
    """
    finer = finer_code(answer)
    kind = finer.partition(".")[0]
    if finer in OUR_ADDRESS or kind in ABOUT_US_OR_THE_SERVER:
        return Blame.OURS if code >= 500 else Blame.LATER
    if code < 500:
        return Blame.LATER
    if kind in ABOUT_THE_MAILBOX or (not finer and code in MAILBOX_CODES):
        return Blame.MAILBOX
    return Blame.OURS if code in SIGN_IN_CODES else Blame.LATER


def read_bounce(refused: SMTPRecipientsRefused | SMTPDataError) -> str:
    """Of a mail to one recipient: what the server said if it is the mailbox's fault, in short; else empty, and a later
    try may succeed. Some servers refuse a recipient only once they have the mail.
    """
    if isinstance(refused, SMTPDataError):
        code, answer = refused.smtp_code, refused.smtp_error
    else:
        code, answer = next(iter(refused.recipients.values()))
    words = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return (in_short(words) or str(code)) if find_blame(code, words) == Blame.MAILBOX else ""


def leads_nowhere(code: int, answer: str) -> bool:
    """Whether the refused recipient does not exist, by the finer code if there is one.

    A server that refuses *us* (5.7.1) says nothing against the address, though it may use the same 550.
    """
    finer = finer_code(answer)
    return finer in NO_SUCH_MAILBOX if finer else code in NO_SUCH_MAILBOX_CODES


def finer_code(answer: str) -> str:
    """The `1.1` of `5.1.1 No such user`; empty if the answer doesn't begin with such a code."""
    found = FINER.match(answer.lstrip())
    return f"{found[1]}.{found[2]}" if found else ""


def in_short(error: str) -> str:
    """An error without addresses, names of queues and other numbers of one mail, so that many rows share it."""
    words = re.sub(r"<[^>]*>|\S+@\S+|\S*\d{4,}\S*", " ", error)
    return " ".join(words.split())[:80].strip(" :;,-")
