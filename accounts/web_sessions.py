"""The browsers in which a person is signed in: listed, ended, and told of by email when a new one comes in."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.mail.rendering import absolute_url

from .mail import letter_to, send_after_commit
from .models import User

# Key of the session: when it was noted last that it is in use; once an hour, in the row that its person sees too
NOTED_AT, NOTED_EVERY = "session_noted_at", 3600
# Holds the number of the person who signed in with this browser last, signed; so a browser is new once for each person
KNOWN_COOKIE, KNOWN_FOR = "known", 400 * 24 * 3600
# What browsers and systems call themselves; many also name others, so the first that fits counts
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrom": "Chrome", "Safari": "Safari"}
SYSTEMS = {name: name for name in ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")}


@dataclass(frozen=True, slots=True)
class OpenSession:
    number: int
    device: str
    address: str
    since: datetime
    last_seen: datetime
    is_this: bool


def list_sessions(person: User, *, this: str | None, now: datetime) -> list[OpenSession]:
    """Those that still open the account, newest first; `this` is the key of the one that asks."""
    rows = list(UserSession.objects.filter(user=person).order_by("-last_seen_at", "-pk"))
    keys = [row.session_key for row in rows]
    there = set(Session.objects.filter(pk__in=keys, expire_date__gt=now).values_list("pk", flat=True))
    return [
        OpenSession(
            row.pk, name_device(row.user_agent), row.ip, row.created_at, row.last_seen_at, row.session_key == this
        )
        for row in rows
        if row.session_key in there
    ]


def end_session(*, person: User, number: int) -> bool:
    """Sign this browser out. Returns whether there was one."""
    return _end(UserSession.objects.filter(user=person, pk=number)) > 0


def end_sessions(*, person: User, but: str | None = None) -> int:
    """Sign out all browsers that are listed, except the one with the key `but`. Returns how many."""
    return _end(UserSession.objects.filter(user=person).exclude(session_key=but or ""))


@transaction.atomic
def _end(rows: "QuerySet[UserSession]") -> int:
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(pk__in=keys).delete()
    rows.delete()
    return len(keys)


def note_sign_in(request: HttpRequest, person: User, response: HttpResponse, *, is_first: bool) -> None:
    """Tell the person of a browser that they never signed in with, unless their account has just been opened."""
    request.session[NOTED_AT] = time.time()
    if not is_first and not _is_known(request, person):
        device = name_device(request.META.get("HTTP_USER_AGENT", ""))
        context = {"device": device, "settings_url": absolute_url("sign_in_settings")}
        send_after_commit(letter_to(person, "accounts/new_session", context))
    response.set_cookie(
        KNOWN_COOKIE,
        signing.dumps(person.pk, salt=KNOWN_COOKIE),
        max_age=KNOWN_FOR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def note_use(request: HttpRequest) -> None:
    """Once an hour: the list says when a browser was used last."""
    if is_use_to_be_noted(request.session):
        request.session[NOTED_AT] = time.time()
        UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=timezone.now())


def is_use_to_be_noted(session: SessionBase | Mapping[str, Any]) -> bool:
    noted_at = session.get(NOTED_AT)
    return isinstance(noted_at, float) and time.time() - noted_at > NOTED_EVERY


def forget_ended_sessions() -> int:
    """Rows of sessions that Django has deleted."""
    there = Session.objects.values("pk")
    return UserSession.objects.exclude(session_key__in=there).delete()[0]


def _is_known(request: HttpRequest, person: User) -> bool:
    try:
        return bool(signing.loads(request.COOKIES.get(KNOWN_COOKIE, ""), salt=KNOWN_COOKIE) == person.pk)
    except signing.BadSignature:
        return False


def name_device(user_agent: str) -> str:
    """“Firefox on Windows”; what a browser says of itself may be anything."""
    browser = next((name for sign, name in BROWSERS.items() if sign in user_agent), "")
    system = next((name for sign, name in SYSTEMS.items() if sign in user_agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("A device that we don’t know")
