"""Checks that the installation's name and the sender of its mails can be written into the header of a mail."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from common.mail.headers import BEGINS_ENCODED_WORD, Mailbox, UnwritableHeaderError, mailbox_header, one_line
from common.mail.rendering import sender

# The tag of checks that a web server runs when it starts; Django itself runs checks only before its commands.
CONFIGURATION = "configuration"
LONGEST_NAME = 60


def check_site(**kwargs: Any) -> list[CheckMessage]:
    return [*name_errors(settings.SITE_NAME), *address_errors()]


def name_errors(name: str) -> list[CheckMessage]:
    plain = one_line(name) == name and not any(sign in name for sign in (BEGINS_ENCODED_WORD, "<", ">", "@"))
    if plain and 0 < len(name) <= LONGEST_NAME:
        return []
    words = f"SITE_NAME must be one line of at most {LONGEST_NAME} characters, without =?, <, > or @: it heads mails."
    return [Error(words, id="common.E001")]


def address_errors() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    boxes = {"DEFAULT_FROM_EMAIL": sender(), "CONTACT_EMAIL": Mailbox("", settings.CONTACT_EMAIL)}
    for name, mailbox in boxes.items():
        try:
            mailbox_header("From", mailbox)
        except UnwritableHeaderError:
            words = f"{name} must hold an email address, like help@example.org or Help <help@example.org>."
            found.append(Error(words, id="common.E002"))
    return found
