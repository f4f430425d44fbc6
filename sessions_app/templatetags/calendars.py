"""Ways to take a session into a web calendar."""

from django import template
from django.utils.translation import gettext as _

from accounts.models import User
from sessions_app.invites.links import OUTLOOK_WORK, google_link, outlook_link
from sessions_app.models import Booking

register = template.Library()


@register.simple_tag
def web_calendars(booking: Booking, reader: User) -> list[tuple[str, str]]:
    return [
        (_("Google Calendar"), google_link(booking, reader)),
        (_("Outlook.com"), outlook_link(booking, reader)),
        (_("Outlook for work or school"), outlook_link(booking, reader, base=OUTLOOK_WORK)),
    ]
