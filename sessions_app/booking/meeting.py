"""Where people meet: the mentor's own room, the organisation's service, a call on this site, or the chat."""

from django.conf import settings
from django.urls import reverse
from django.utils.encoding import iri_to_uri

from accounts.models import User
from common.addresses import host_of
from mentors.models import Format
from sessions_app.models import Booking

from .jitsi import Room, jitsi_address, jitsi_token


def has_service() -> bool:
    return bool(settings.JITSI_DOMAIN or settings.MEETING_URL)


def is_held_here(booking: Booking) -> bool:
    """Whether the two meet in a call on this site: neither the mentor nor the organisation has another place."""
    is_elsewhere = booking.format == Format.CHAT or has_service() or booking.offer.profile.schedule.meeting_url
    return not is_elsewhere


def asks_for_token(booking: Booking) -> bool:
    """Whether the address alone isn't enough, because the room is on a Jitsi server of our own."""
    is_elsewhere = booking.format == Format.CHAT or booking.offer.profile.schedule.meeting_url
    return bool(settings.JITSI_DOMAIN) and not is_elsewhere


def meeting_place(booking: Booking) -> str:
    """The address where the two meet: the mentor's own room, the organisation's service, or a page of this site.

    A chat is held on the session's own page.
    """
    if booking.format == Format.CHAT:
        return f"{reverse('session', args=[booking.uuid])}#messages"
    if own := booking.offer.profile.schedule.meeting_url:
        return own
    if is_held_here(booking):
        return reverse("session_call", args=[booking.uuid])
    return service_room(Room.of(booking))


def service_room(room: Room) -> str:
    """The address of a call on the organisation's service. Its own Jitsi lets nobody in without a token."""
    if settings.JITSI_DOMAIN:
        return jitsi_address(room)
    token = f"{settings.SITE_NAME}-{room.secret}".replace(" ", "")
    return iri_to_uri(str(settings.MEETING_URL).format(token=token))


def opened_room(room: Room, person: User, *, moderates: bool) -> str:
    """The address that opens a call on the service to this person now: only for a redirect of their browser."""
    place = service_room(room)
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
