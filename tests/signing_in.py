"""Signs people in without the pages for it, as if they had used a second factor: their role is awake."""

import time
from typing import TYPE_CHECKING

from django.test import Client

if TYPE_CHECKING:
    from accounts.models import User


def sign_in(client: Client, person: "User", *, second_step: bool = True) -> None:
    """`second_step`: False for a session in which the role of staff, or of a manager of programmes, sleeps."""
    client.force_login(person)
    if second_step and (person.is_staff or person.managed.filter(ended_at=None).exists()):
        note_second_step(client, person)


def list_browser(client: Client, person: "User") -> None:
    """As if they had come in by the page for it: this session stands in the list of their browsers."""
    from allauth.usersessions.models import UserSession

    UserSession.objects.create(user=person, session_key=client.session.session_key, ip="127.0.0.1")


def note_second_step(client: Client, person: "User") -> None:
    """As if this session had just used one."""
    # Needs settings, which benches have only once they run.
    from allauth.account.internal.flows.login import (
        _AUTHENTICATION_METHODS_USER_SESSION_KEY,
        AUTHENTICATION_METHODS_SESSION_KEY,
    )

    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": time.time(), "type": "totp"}]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(person.pk)
    session.save()
