"""What every page's template knows about the site. Its reader is the business of `accounts.context_processors`."""

from typing import TypedDict

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
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
        "shared_address": shared_address(request),
        # Lazy: it queries the reader's profile, and partial pages have no navigation.
        "nav_items": SimpleLazyObject(lambda: nav_items(request)),
    }


def nav_items(request: HttpRequest) -> list[NavItem]:
    """The main links for this reader; for a mentor, their own day comes first."""
    user = getattr(request, "user", None)
    find = NavItem(key="find", url_name="mentor_list", label=_("Find a mentor"))
    # Visitors, and people without a profile, have no such attribute.
    if getattr(user, "mentor_profile", None) is not None:
        items = [
            NavItem(key="today", url_name="mentor_today", label=_("Today")),
            NavItem(key="availability", url_name="mentor_availability", label=_("Availability")),
            NavItem(key="sessions", url_name="session_list", label=_("Sessions")),
            NavItem(key="messages", url_name="message_list", label=_("Messages")),
            find,
        ]
    else:
        items = [find, NavItem(key="sessions", url_name="session_list", label=_("My sessions"))]
        if user is not None and user.is_authenticated:
            items.append(NavItem(key="messages", url_name="message_list", label=_("Messages")))
    items.append(NavItem(key="events", url_name="events", label=_("Events")))
    if user is not None and user.is_staff:
        items += [
            NavItem(key="staff", url_name="staff_home", label=_("Staff")),
            NavItem(key="profiles", url_name="staff_profiles", label=_("Profiles")),
        ]
    return items
