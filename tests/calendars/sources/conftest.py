"""Services on this machine, and an account there that may be read, without a database."""

from contextlib import nullcontext

import pytest

from calendars.sources.google import GoogleSource
from calendars.sources.microsoft import MicrosoftSource
from calendars.sources.providers import read_calendar_providers
from calendars.sources.service import Service
from calendars.sources.tokens import Tokens
from tests.calendars.stand_in_service import serving_calendars


class MemoryKeeper:
    """Keeps the secret of one connection."""

    def __init__(self, secret: bytes) -> None:
        self.secret = secret

    def hold_secret(self):
        return nullcontext()

    def load_secret(self) -> bytes:
        return self.secret

    def replace_secret(self, old: bytes, new: bytes) -> bool:
        is_same = self.secret == old
        if is_same:
            self.secret = new
        return is_same


def open_service(stand_in, keeper=None) -> Service:
    [provider] = read_calendar_providers(stand_in.setting())
    tokens = Tokens.from_secret(keeper.secret) if keeper else new_tokens(stand_in)
    return Service(provider, tokens, keeper)


def new_tokens(stand_in, *, writes: bool = True) -> Tokens:
    return Tokens(stand_in.make_refresh(), stand_in.make_access()["access_token"], 2e10, writes=writes)


@pytest.fixture
def google():
    with serving_calendars("google") as found:
        yield found


@pytest.fixture
def microsoft():
    with serving_calendars("microsoft") as found:
        yield found


@pytest.fixture(params=["google", "microsoft"])
def either(request):
    with serving_calendars(request.param) as found:
        yield found


def open_source(stand_in, *, own=(), wanted=(), keeper=None):
    service = open_service(stand_in, keeper)
    if stand_in.slug == "google":
        return GoogleSource(service, lambda first, last: own, lambda: wanted)
    return MicrosoftSource(service, lambda first, last: own)
