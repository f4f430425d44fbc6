"""Checks addresses of the web that people type. They are only looked at, never fetched."""

import re
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

HOST = re.compile(
    r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE
)
# Characters that a browser would read differently from us, or at which a mail program would end the link
ODD = re.compile(r"[^\x21-\x7e]|[\\<>\"'`{}|^]")
EXAMPLE = "https://zoom.us/j/1234567890"


def validate_meeting_address(value: str) -> None:
    """Raises ValidationError unless it is an https address with a host's name, without port or user."""
    if ODD.search(value):
        raise ValidationError(_("Copy the address as your meeting app gives it, without spaces."), code="odd")
    try:
        parts = urlsplit(value)
        plain = parts.port is None and parts.username is None and "@" not in parts.netloc
    except ValueError:
        parts, plain = SplitResult("", "", "", "", ""), False
    if parts.scheme != "https" or not plain or not HOST.fullmatch(parts.hostname or ""):
        raise ValidationError(_("Enter an address that starts with https://, like %s.") % EXAMPLE, code="address")
    if parts.path in ("", "/") and not parts.query:
        raise ValidationError(_("This is the app’s home page. Copy the address of your own room."), code="front")


def host_of(address: str) -> str:
    return urlsplit(address).hostname or ""
