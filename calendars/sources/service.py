"""Asks a service about the calendars of one account, with tokens that are renewed as they end."""

import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol
from urllib.parse import urlsplit

from calendars.fetching import FetchError

from .asking import ServiceAnswer, ask_service, list_objects, read_object, read_text
from .providers import CalendarProvider
from .tokens import Tokens, renew_tokens

# For all requests of one reading together
MOST_SECONDS = 20
MOST_PAGES = 50
LIMITED = {429, 503}
# What a service calls a limit, also where its status is 403
LIMITS = {
    "rateLimitExceeded",
    "userRateLimitExceeded",
    "quotaExceeded",
    "dailyLimitExceeded",
    "calendarUsageLimitsExceeded",
}
SWITCHED_OFF = {"accessNotConfigured", "SERVICE_DISABLED"}


class Keeper(Protocol):
    """Where the tokens of a connection are kept between readings."""

    def hold_secret(self) -> AbstractContextManager[None]:
        """Inside, nobody else renews them. Raises FetchError if that takes too long."""

    def load_secret(self) -> bytes | None: ...

    def replace_secret(self, old: bytes, new: bytes) -> bool:
        """Keep the new one if the old one is still what is kept. Returns whether."""


class Service:
    """One account's calendars at one service.

    A service may take each token to refresh with once only. So one worker at a time renews what is kept, it is kept at
    once, and who comes second takes what the first one got.
    """

    def __init__(self, provider: CalendarProvider, tokens: Tokens, keeper: Keeper | None = None) -> None:
        self.provider, self.tokens, self.keeper = provider, tokens, keeper
        self.end = time.monotonic() + MOST_SECONDS

    def ask(self, method: str, address: str, **options: Any) -> Mapping[str, Any]:
        """What it says. Raises FetchError, also where it says no."""
        answer = self.send(method, address, **options)
        if not answer.is_well:
            raise error_of(answer)
        return answer.body

    def send(self, method: str, address: str, **options: Any) -> ServiceAnswer:
        if not self.tokens.is_fresh:
            self._renew()
        answer = self._send(method, address, **options)
        if answer.status == 401:
            self._renew()
            answer = self._send(method, address, **options)
        return answer

    def ask_pages(self, address: str, next_page: str, **options: Any) -> Iterator[Mapping[str, Any]]:
        """All pages of a list; `next_page` names what holds the address of the next one. Raises FetchError."""
        for _number in range(MOST_PAGES):
            body = self.ask("GET", address, **options)
            yield body
            address = str(body.get(next_page) or "")
            if not address:
                return
            self._check_place(address)
            # The address of a page holds all that was asked.
            options.pop("params", None)
        raise FetchError("too_large")

    def _send(self, method: str, address: str, **options: Any) -> ServiceAnswer:
        left = self.end - time.monotonic()
        if left <= 0:
            raise FetchError("too_slow")
        headers = {"Authorization": f"Bearer {self.tokens.access}", **options.pop("headers", {})}
        return ask_service(method, address, within=left, headers=headers, **options)

    # Our token goes to the service only, wherever its answer sends us.
    def _check_place(self, address: str) -> None:
        try:
            asked, known = urlsplit(address), urlsplit(self.provider.api)
            is_same = (asked.scheme, asked.netloc) == (known.scheme, known.netloc)
        except ValueError:
            is_same = False
        if not is_same:
            raise FetchError("broken")

    def _renew(self) -> None:
        if self.keeper is None:
            self.tokens = renew_tokens(self.provider, self.tokens)
            return
        with self.keeper.hold_secret():
            self.tokens = self._load_others() or self._renew_kept(self.keeper)

    def _renew_kept(self, keeper: Keeper) -> Tokens:
        new = renew_tokens(self.provider, self.tokens)
        if keeper.replace_secret(self.tokens.as_secret(), new.as_secret()):
            return new
        return self._load_others() or new

    # Those of a worker, or of the person, who was faster.
    def _load_others(self) -> Tokens | None:
        secret = self.keeper.load_secret() if self.keeper else None
        found = Tokens.from_secret(secret) if secret else None
        return found if found != self.tokens else None


def error_of(answer: ServiceAnswer) -> FetchError:
    reasons = _reasons_in(answer.body)
    if answer.status in LIMITED or (answer.status == 403 and reasons & LIMITS):
        return FetchError("limited", answer.wait)
    if answer.status in (401, 403) and not reasons & SWITCHED_OFF:
        return FetchError("refused")
    return FetchError("broken", answer.wait)


def _reasons_in(body: Mapping[str, Any]) -> set[str]:
    error = read_object(body, "error")
    return {read_text(one, "reason") for name in ("errors", "details") for one in list_objects(error, name)}
