"""Checks of the installation's name, time zone and addresses, which head every mail and page."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from common.mail.headers import BEGINS_ENCODED_WORD, Mailbox, UnwritableHeaderError, mailbox_header, one_line
from common.mail.rendering import sender
from common.zones import is_known_zone

# The tag of checks that a web server runs when it starts; Django itself runs checks only before its commands.
CONFIGURATION = "configuration"
LONGEST_NAME = 60


def check_site(**kwargs: Any) -> list[CheckMessage]:
    return [*name_errors(settings.SITE_NAME), *zone_errors(settings.SITE_ZONE), *address_errors()]


def name_errors(name: str) -> list[CheckMessage]:
    plain = one_line(name) == name and not any(sign in name for sign in (BEGINS_ENCODED_WORD, "<", ">", "@"))
    if plain and 0 < len(name) <= LONGEST_NAME:
        return []
    words = f"SITE_NAME must be one line of at most {LONGEST_NAME} characters, without =?, <, > or @: it heads mails."
    return [Error(words, id="common.E001")]


def zone_errors(zone: str) -> list[CheckMessage]:
    if is_known_zone(zone):
        return []
    return [Error("SITE_ZONE must be a city's time zone, like Europe/Lisbon, or UTC.", id="common.E005")]


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
