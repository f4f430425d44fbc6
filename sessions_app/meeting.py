"""Where people meet."""

from django.conf import settings

from .models import Booking


def meeting_address(booking: Booking) -> str:
    """The call of this booking alone; nobody can guess it."""
    token = f"{settings.SITE_NAME}-{booking.room}".replace(" ", "")
    return str(settings.MEETING_URL).format(token=token)
