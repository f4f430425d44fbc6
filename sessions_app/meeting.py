"""Where people meet."""

from django.conf import settings
from django.utils.encoding import iri_to_uri

from common.addresses import host_of

from .models import Booking


def meeting_address(booking: Booking) -> str:
    """The mentor's own room, or else the call of this booking alone, which nobody can guess."""
    if own := booking.offer.profile.schedule.meeting_url:
        return own
    token = f"{settings.SITE_NAME}-{booking.room}".replace(" ", "")
    return iri_to_uri(str(settings.MEETING_URL).format(token=token))


def meeting_host(booking: Booking) -> str:
    return host_of(meeting_address(booking))
