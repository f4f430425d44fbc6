"""Codes of an authenticator app (RFC 6238): six digits for half a minute each, every one of them taken once."""

import base64
import secrets

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.utils.crypto import constant_time_compare

# Seconds of one code, and how many codes before and after the present one are taken too: clocks differ
PERIOD, TOLERANCE = 30, 1
LAST_STEP = "last_step"


def new_secret() -> str:
    return base64.b32encode(secrets.token_bytes(20)).decode()


def find_step(secret: str, code: str, *, at: float, after: int = 0) -> int | None:
    """Which step of the clock has this code, around `at` (seconds since 1970); only steps after `after` count."""
    present = int(at) // PERIOD
    for step in range(present - TOLERANCE, present + TOLERANCE + 1):
        if step > after and constant_time_compare(format_hotp_value(hotp_value(secret, step)), code):
            return step
    return None


def take_code(app: Authenticator, code: str, *, at: float) -> bool:
    """Whether this is a code of the app that was not used before. The caller has locked its person."""
    step = find_step(decrypt(app.data["secret"]), code, at=at, after=app.data.get(LAST_STEP, 0))
    if step is None:
        return False
    app.data[LAST_STEP] = step
    app.save(update_fields=["data"])
    return True
