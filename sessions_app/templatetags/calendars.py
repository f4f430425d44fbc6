"""Ways to take a session into a web calendar."""

from django import template
from django.utils.translation import gettext as _

from accounts.models import User
from sessions_app.invites.links import link_web_calendars
from sessions_app.models import Booking

register = template.Library()


@register.simple_tag
def web_calendars(booking: Booking, reader: User) -> list[tuple[str, str]]:
    names = (_("Google Calendar"), _("Outlook.com"), _("Outlook for work or school"))
    return list(zip(names, link_web_calendars(booking, reader), strict=True))
