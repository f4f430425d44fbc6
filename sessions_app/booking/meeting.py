"""Where people meet: the mentor's own room, a call of ours, or the chat."""

from django.conf import settings
from django.urls import reverse
from django.utils.encoding import iri_to_uri

from accounts.models import User
from common.addresses import host_of
from mentors.models import Format
from sessions_app.models import Booking

from .jitsi import Room, jitsi_address, jitsi_token


def asks_for_token(booking: Booking) -> bool:
    """Whether the address alone isn't enough, because the room is on a Jitsi server of our own."""
    is_elsewhere = booking.format == Format.CHAT or booking.offer.profile.schedule.meeting_url
    return bool(settings.JITSI_DOMAIN) and not is_elsewhere


def meeting_place(booking: Booking) -> str:
    """The address where the two meet: the mentor's own room, or a call of this booking alone, which can't be guessed.

    A chat is held on the session's own page.
    """
    if booking.format == Format.CHAT:
        return f"{reverse('session', args=[booking.uuid])}#messages"
    if own := booking.offer.profile.schedule.meeting_url:
        return own
    return our_room(Room.of(booking))


def our_room(room: Room) -> str:
    """The address of a call of ours. On a Jitsi of our own it lets nobody in without a token."""
    if settings.JITSI_DOMAIN:
        return jitsi_address(room)
    token = f"{settings.SITE_NAME}-{room.secret}".replace(" ", "")
    return iri_to_uri(str(settings.MEETING_URL).format(token=token))


def opened_room(room: Room, person: User, *, moderates: bool) -> str:
    """The address that opens a call of ours to this person now: only for a redirect of their browser."""
    place = our_room(room)
    return f"{place}?jwt={jitsi_token(room, person, moderates=moderates)}" if settings.JITSI_DOMAIN else place


def room_address(booking: Booking, person: User) -> str:
    """The address that opens the room to this person now.

    Only for a redirect of their browser; never stored or shown.
    """
    if not asks_for_token(booking):
        return meeting_place(booking)
    return opened_room(Room.of(booking), person, moderates=person.pk == booking.mentor_id)


def meeting_host(booking: Booking) -> str:
    return host_of(meeting_place(booking))
