"""Checks the address of the virus scanner."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from sessions_app.conversation.clamd import ADDRESS


def check_scanner(**kwargs: Any) -> list[CheckMessage]:
    if not settings.CLAMD or ADDRESS.fullmatch(settings.CLAMD):
        return []
    words = f"CLAMD must be like clamd.example.org:3310, or the path of a socket, not {settings.CLAMD}"
    return [Error(words, id="sessions_app.E009")]
