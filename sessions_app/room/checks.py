"""Checks the configuration of the relay that calls need on strict networks."""

import re
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

# Bytes that can't be guessed from one credential.
SHORTEST_SECRET = 32
TURN_URL = re.compile(r"turns?:[\w.:\[\]-]+(\?transport=(udp|tcp))?")
STUN_URL = re.compile(r"stuns?:[\w.:\[\]-]+")


def check_relay(**kwargs: Any) -> list[CheckMessage]:
    urls, secret = settings.TURN_URLS, settings.TURN_SECRET
    errors: list[CheckMessage] = []
    if bool(urls) != bool(secret):
        errors.append(Error("A relay needs TURN_URLS and TURN_SECRET: both or none.", id="sessions_app.E004"))
    if wrong := [url for url in urls if not TURN_URL.fullmatch(url)]:
        words = f"TURN_URLS must be like turn:turn.example.org:3478 or turns:…:443?transport=tcp, not {wrong[0]}"
        errors.append(Error(words, id="sessions_app.E005"))
    if wrong := [url for url in settings.STUN_URLS if not STUN_URL.fullmatch(url)]:
        words = f"STUN_URLS must be like stun:turn.example.org:3478, not {wrong[0]}"
        errors.append(Error(words, id="sessions_app.E006"))
    if secret and len(secret.encode()) < SHORTEST_SECRET:
        words = f"TURN_SECRET must have {SHORTEST_SECRET} bytes or more: whoever guesses it can use your relay."
        errors.append(Error(words, id="sessions_app.E007"))
    if settings.TURN_ONLY and not urls:
        errors.append(Error("TURN_ONLY=1 needs a relay: nobody could connect without.", id="sessions_app.E008"))
    return errors


def warn_of_no_relay(**kwargs: Any) -> list[CheckMessage]:
    """Calls are held on this site unless another service is set, and some networks let them through by a relay only."""
    if settings.TURN_URLS or settings.JITSI_DOMAIN or settings.MEETING_URL:
        return []
    hint = "Run a relay (docs/deployment.md, under Calls) and set TURN_URLS and TURN_SECRET."
    words = "Calls have no relay: people behind strict networks won’t be able to connect."
    return [Warning(words, hint=hint, id="sessions_app.W001")]
