"""An authenticator app, as far as tests need one."""

import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from accounts.second_factor.app_codes import PERIOD, new_secret
from tests.markup import elements_of, markup_of

PAGE = "/settings/sign-in/app/"


def code_of(secret: str, *, steps: int = 0) -> str:
    """What an app with this secret shows now, or some steps from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD + steps))


def give_app(person: User) -> str:
    """An app that was set up some time ago."""
    secret = new_secret()
    TOTP.activate(person, secret)
    RecoveryCodes.activate(person)
    return secret


def set_up_app(client: Client) -> tuple[str, HttpResponse]:
    """By the page itself: the key that it shows, typed into an app, and the answer to its first code."""
    [key] = elements_of(markup_of(client.get(PAGE)), "input", id="secret")
    secret = key.attributes["value"]
    return secret, client.post(PAGE, {"code": code_of(secret)})
