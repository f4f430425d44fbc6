"""At whose services people can connect their calendars: read from CALENDAR_PROVIDERS, and from nowhere else."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from django.conf import settings

from accounts.providers.provider import (
    Provider,
    UnreadableSettingError,
    is_safe_address,
    read_entries,
    read_slug,
    refuse_missing,
    refuse_same_slugs,
)

GOOGLE, MICROSOFT = "google", "microsoft"
GOOGLE_SCOPE = "https://www.googleapis.com/auth/calendar."
# What each needs beside a client: its addresses, what we ask to be allowed, and how its page of consent is to behave
PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        GOOGLE: {
            "name": "Google",
            "authorize": "https://accounts.google.com/o/oauth2/v2/auth",
            "token": "https://oauth2.googleapis.com/token",
            "api": "https://www.googleapis.com/calendar/v3",
            "scopes": (f"{GOOGLE_SCOPE}freebusy", f"{GOOGLE_SCOPE}calendarlist.readonly"),
            "writing_scopes": (
                f"{GOOGLE_SCOPE}freebusy",
                f"{GOOGLE_SCOPE}calendarlist.readonly",
                f"{GOOGLE_SCOPE}events.owned",
            ),
            # Without “consent” it gives a token to refresh with only to those who connect for the first time.
            "asks": {"access_type": "offline", "prompt": "consent select_account"},
        },
        MICROSOFT: {
            "name": "Microsoft",
            "authorize": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
            "token": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
            "api": "https://graph.microsoft.com/v1.0",
            "scopes": ("offline_access", "Calendars.ReadBasic"),
            "writing_scopes": ("offline_access", "Calendars.ReadWrite"),
            "asks": {"prompt": "select_account", "response_mode": "query"},
        },
    }
)
ADDRESSES = ("authorize", "token", "api")
FROM_SETTINGS = ("id", "client_id", "secret", "tenant", *ADDRESSES)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarProvider(Provider):
    """`authorize` is where browsers go, `token` and `api` where we ask.

    `scopes`: what we ask to be allowed, and `writing_scopes` where sessions are to be written there too.
    """

    client_id: str
    secret: str
    authorize: str
    token: str
    api: str
    scopes: tuple[str, ...]
    writing_scopes: tuple[str, ...]
    asks: Mapping[str, str]

    def allows(self, granted: Collection[str], *, writing: bool) -> bool:
        """Whether these are enough. Microsoft may write its address before them, and names a wider one that was allowed
        before instead; that it lets us come back shows by the token for it.
        """
        if self.slug == MICROSOFT:
            needed = "Calendars.ReadWrite" if writing else "Calendars.Read"
            return any(one.rpartition("/")[2].startswith(needed) for one in granted)
        return set(self.writing_scopes if writing else self.scopes) <= set(granted)


def list_calendar_providers() -> tuple[CalendarProvider, ...]:
    return read_calendar_providers(settings.CALENDAR_PROVIDERS)


def find_calendar_provider(slug: str) -> CalendarProvider | None:
    return next((one for one in list_calendar_providers() if one.slug == slug), None)


@lru_cache(maxsize=8)
def read_calendar_providers(text: str) -> tuple[CalendarProvider, ...]:
    return refuse_same_slugs([_make_provider(entry) for entry in read_entries(text)])


def _make_provider(entry: Mapping[str, Any]) -> CalendarProvider:
    slug = read_slug(entry, FROM_SETTINGS)
    if slug not in PRESETS:
        raise UnreadableSettingError(f"{slug} is unknown. Known are {', '.join(PRESETS)}.")
    known = {**PRESETS[slug], **{name: str(said) for name, said in entry.items() if name not in ("id", "tenant")}}
    refuse_missing(slug, known, ("client_id", "secret"))
    tenant = str(entry.get("tenant", "common"))
    known |= {name: known[name].replace("{tenant}", tenant).rstrip("/") for name in ADDRESSES}
    provider = CalendarProvider(slug=slug, issuer=known["authorize"], **known)
    for name in ADDRESSES:
        if not is_safe_address(provider, known[name]):
            raise UnreadableSettingError(f"{slug}: {name} has to be an address that begins with https://.")
    return provider
