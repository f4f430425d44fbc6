"""What every page's template knows about the site. Its reader is the business of `accounts.context_processors`."""

from typing import Any, TypedDict

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from .pages.sharing import shared_address


class NavItem(TypedDict):
    key: str
    url_name: str
    label: str


def site_context(request: HttpRequest) -> dict[str, object]:
    return {
        "SITE_NAME": settings.SITE_NAME,
        "SITE_URL": settings.SITE_URL,
        "HELP_ADDRESSES": settings.HELP_ADDRESSES,
        "shared_address": shared_address(request),
    }


def nav_items(reader: Any, *, is_mentor: bool) -> list[NavItem]:
    """The main links for this reader, None for a visitor; for a mentor, their own day comes first."""
    find = NavItem(key="find", url_name="mentor_list", label=_("Find a mentor"))
    if is_mentor:
        items = [
            NavItem(key="today", url_name="mentor_today", label=_("Today")),
            NavItem(key="availability", url_name="mentor_availability", label=_("Availability")),
            NavItem(key="sessions", url_name="session_list", label=_("Sessions")),
            NavItem(key="messages", url_name="message_list", label=_("Messages")),
            find,
        ]
    else:
        items = [find, NavItem(key="sessions", url_name="session_list", label=_("My sessions"))]
        if reader:
            items.append(NavItem(key="messages", url_name="message_list", label=_("Messages")))
    items.append(NavItem(key="events", url_name="events", label=_("Events")))
    if reader and (reader.manages_programmes or reader.is_in_programmes):
        items.append(NavItem(key="programmes", url_name="programmes", label=_("Programmes")))
    if reader and reader.is_staff:
        items.append(NavItem(key="staff", url_name="staff_home", label=_("Staff")))
        if "review" in reader.powers:
            items.append(NavItem(key="profiles", url_name="staff_profiles", label=_("Profiles")))
    return items
