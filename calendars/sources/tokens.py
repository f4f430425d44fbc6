"""The tokens with which a service lets us read one account's calendars: got, kept and renewed."""

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from calendars.fetching import FetchError

from .asking import ServiceAnswer, ask_service, read_text
from .providers import CalendarProvider

logger = logging.getLogger(__name__)

# One that ends this soon might end on its way.
RENEWED_BEFORE = 60
USUAL_LIFE = 3600
LONGEST_TOKEN = 16 * 1024
# What only the person can mend, by consenting again
NEEDS_CONSENT = {"invalid_grant", "interaction_required", "consent_required", "login_required", "access_denied"}


@dataclass(frozen=True, slots=True)
class Tokens:
    """`refresh` gets new ones; `access` opens the calendars until `ends`, in seconds of the clock of Unix.

    `writes`: whether sessions may be written there.
    """

    refresh: str
    access: str
    ends: float
    writes: bool = False

    @classmethod
    def from_secret(cls, secret: bytes) -> "Tokens":
        return cls(**json.loads(secret))

    def as_secret(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @property
    def is_fresh(self) -> bool:
        return time.time() < self.ends - RENEWED_BEFORE

    def as_ended(self) -> "Tokens":
        return replace(self, ends=0)


@dataclass(frozen=True, slots=True)
class Granted:
    tokens: Tokens
    scopes: frozenset[str]


def exchange_code(provider: CalendarProvider, *, code: str, verifier: str, back: str) -> Granted:
    """Trade the code that a browser brought for tokens. Raises FetchError."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    answer = _ask_for_tokens(provider, form)
    granted = frozenset(read_text(answer.body, "scope").split())
    tokens = replace(_read_tokens(answer.body), writes=provider.allows(granted, writing=True))
    return Granted(tokens, granted)


def renew_tokens(provider: CalendarProvider, tokens: Tokens) -> Tokens:
    """Raises FetchError, with `refused` where the person has to consent again."""
    form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
    return replace(_read_tokens(_ask_for_tokens(provider, form).body, kept=tokens.refresh), writes=tokens.writes)


def _ask_for_tokens(provider: CalendarProvider, form: Mapping[str, str]) -> ServiceAnswer:
    whole = {**form, "client_id": provider.client_id, "client_secret": provider.secret}
    answer = ask_service("POST", provider.token, data=whole)
    if answer.is_well:
        return answer
    if answer.status < 500 and read_text(answer.body, "error") in NEEDS_CONSENT:
        raise FetchError("refused")
    if answer.status in (400, 401, 403):
        # The registration doesn't fit, which is for those who run the site. Nothing from outside is logged.
        logger.warning(
            "Calendars of %s: its token endpoint answers %d. See docs/calendars.md.", provider.slug, answer.status
        )
    raise FetchError("limited" if answer.status in (429, 503) else "broken", answer.wait)


# A service that gives no new token to refresh with means the one it gave before.
def _read_tokens(body: Mapping[str, Any], *, kept: str = "") -> Tokens:
    access, refresh, life = body.get("access_token"), body.get("refresh_token") or kept, body.get("expires_in")
    if not _is_token(access) or not _is_token(refresh):
        raise FetchError("broken")
    lasts = life if isinstance(life, int) and 0 < life < 30 * USUAL_LIFE * 24 else USUAL_LIFE
    return Tokens(str(refresh), str(access), time.time() + lasts)


def _is_token(found: Any) -> bool:
    return isinstance(found, str) and 0 < len(found) <= LONGEST_TOKEN and found.isascii() and found.isprintable()
