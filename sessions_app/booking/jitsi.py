"""Rooms on a Jitsi of our own, which lets in nobody without a token: what prosody's `mod_auth_token` reads."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.utils.text import slugify

from accounts.models import User
from common.later import LaterModule
from sessions_app.models import Booking

if TYPE_CHECKING:
    import jwt
else:
    jwt = LaterModule("jwt")

ALGORITHM = "HS256"


@dataclass(frozen=True, slots=True)
class Room:
    """A call of two people or more. `secret` makes it one that can't be guessed; it is open between two moments."""

    secret: str
    opens: datetime
    closes: datetime

    @classmethod
    def of(cls, booking: Booking) -> Self:
        return cls(booking.room, booking.join_opens, booking.join_closes)


def jitsi_room(room: Room) -> str:
    """A name that Jitsi, which lowers and percent-encodes names, leaves as it is: the token has to have the same."""
    return slugify(f"{settings.SITE_NAME}-{room.secret}")


def jitsi_address(room: Room) -> str:
    return f"https://{settings.JITSI_DOMAIN}/{jitsi_room(room)}"


def jitsi_token(room: Room, person: User, *, moderates: bool) -> str:
    """Good for this person in this room while the call is open. Of them it holds the name that others see, no more."""
    claims = {
        "iss": settings.JITSI_ISSUER,
        "aud": settings.JITSI_AUDIENCE,
        "sub": settings.JITSI_SUBJECT,
        "room": jitsi_room(room),
        "nbf": room.opens,
        "exp": room.closes,
        "context": {"user": jitsi_user(person, moderates=moderates)},
        "moderator": moderates,
    }
    return jwt.encode(claims, settings.JITSI_APP_SECRET, algorithm=ALGORITHM)


def jitsi_user(person: User, *, moderates: bool) -> dict[str, str]:
    """Text only: prosody writes these into its own messages. Its modules differ in where they look for moderators."""
    return {
        "name": person.display_name,
        "affiliation": "owner" if moderates else "member",
        "moderator": "true" if moderates else "false",
    }
