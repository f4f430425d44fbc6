"""What opens the calendars of an account at Google or Microsoft: its name, its tokens, and the source made of them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from calendars.fetching import FetchError
from calendars.reading.busy import Span

from .asking import read_object, read_text
from .google import GoogleSource
from .microsoft import MicrosoftSource
from .providers import MICROSOFT, find_calendar_provider
from .service import Keeper, Service
from .tokens import Tokens


def name_account(service: Service) -> str:
    """The address of the account, by its own calendar. Raises FetchError."""
    api = service.provider.api
    if service.provider.slug == MICROSOFT:
        found = read_object(service.ask("GET", f"{api}/me/calendar", params={"$select": "id,owner"}), "owner")
        name = read_text(found, "address")
    else:
        name = read_text(service.ask("GET", f"{api}/users/me/calendarList/primary", params={"fields": "id"}), "id")
    if not 0 < len(name) <= 254:
        raise FetchError("broken")
    return name.lower()


def open_account(
    kind: str,
    secret: bytes,
    *,
    keeper: Keeper,
    own_sessions: Callable[[datetime, datetime], Iterable[Span]],
    list_wanted: Callable[[], Sequence[str]],
) -> GoogleSource | MicrosoftSource:
    """Raises FetchError as `open_service`."""
    service = open_service(kind, secret, keeper=keeper)
    if kind == MICROSOFT:
        return MicrosoftSource(service, own_sessions)
    return GoogleSource(service, own_sessions, list_wanted)


def open_service(kind: str, secret: bytes, *, keeper: Keeper) -> Service:
    """Raises FetchError `switched_off` where the settings don't name its service any more."""
    provider = find_calendar_provider(kind)
    if provider is None:
        raise FetchError("switched_off")
    return Service(provider, Tokens.from_secret(secret), keeper)
