"""Rooms on a Jitsi of our own, which lets in nobody without a token: what prosody's `mod_auth_token` reads."""

import jwt
from django.conf import settings
from django.utils.text import slugify

from accounts.models import User
from sessions_app.models import Booking

ALGORITHM = "HS256"


def jitsi_room(booking: Booking) -> str:
    """Jitsi writes a room's name in small letters, percent-encoded; one that stays as it is equals the token's."""
    return slugify(f"{settings.SITE_NAME}-{booking.room}")


def jitsi_address(booking: Booking) -> str:
    return f"https://{settings.JITSI_DOMAIN}/{jitsi_room(booking)}"


def jitsi_token(booking: Booking, person: User) -> str:
    """Good for this person in this room while the call is open. Of them it holds the name that others see, no more."""
    moderates = person.pk == booking.mentor_id
    claims = {
        "iss": settings.JITSI_ISSUER,
        "aud": settings.JITSI_AUDIENCE,
        "sub": settings.JITSI_SUBJECT,
        "room": jitsi_room(booking),
        "nbf": booking.join_opens,
        "exp": booking.join_closes,
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
