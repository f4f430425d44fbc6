"""Where people meet."""

from django.conf import settings
from django.urls import reverse

from mentors.models import Format

from .models import Booking


def meeting_address(booking: Booking) -> str:
    """The call of this booking alone, which nobody can guess; a chat is held on the session's own page."""
    if booking.format == Format.CHAT:
        return f"{reverse('session', args=[booking.uuid])}#messages"
    token = f"{settings.SITE_NAME}-{booking.room}".replace(" ", "")
    return str(settings.MEETING_URL).format(token=token)
