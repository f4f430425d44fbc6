"""Where people meet."""

from django.conf import settings
from django.urls import reverse
from django.utils.encoding import iri_to_uri

from common.addresses import host_of
from mentors.models import Format

from .models import Booking


def meeting_address(booking: Booking) -> str:
    """The mentor's own room, or else the call of this booking alone, which nobody can guess.

    A chat is held on the session's own page.
    """
    if booking.format == Format.CHAT:
        return f"{reverse('session', args=[booking.uuid])}#messages"
    if own := booking.offer.profile.schedule.meeting_url:
        return own
    token = f"{settings.SITE_NAME}-{booking.room}".replace(" ", "")
    return iri_to_uri(str(settings.MEETING_URL).format(token=token))


def meeting_host(booking: Booking) -> str:
    return host_of(meeting_address(booking))
