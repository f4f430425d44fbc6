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
PAGE = "https://www.example.org/dates"


def validate_meeting_address(value: str) -> None:
    """Raises ValidationError unless it is an https address with a host's name, without port or user."""
    if ODD.search(value):
        raise ValidationError(_("Copy the address as your meeting app gives it, without spaces."), code="odd")
    parts = _split_plain(value)
    if parts is None:
        raise ValidationError(_("Enter an address that starts with https://, like %s.") % EXAMPLE, code="address")
    if parts.path in ("", "/") and not parts.query:
        raise ValidationError(_("This is the app’s home page. Copy the address of your own room."), code="front")


def validate_link(value: str) -> None:
    """As `validate_meeting_address`, for any page."""
    if ODD.search(value):
        raise ValidationError(_("Copy the address from your browser, without spaces."), code="odd")
    if _split_plain(value) is None:
        raise ValidationError(_("Enter an address that starts with https://, like %s.") % PAGE, code="address")


def _split_plain(value: str) -> SplitResult | None:
    try:
        parts = urlsplit(value)
        is_plain = parts.port is None and parts.username is None and "@" not in parts.netloc
    except ValueError:
        return None
    return parts if parts.scheme == "https" and is_plain and HOST.fullmatch(parts.hostname or "") else None


def host_of(address: str) -> str:
    return urlsplit(address).hostname or ""
