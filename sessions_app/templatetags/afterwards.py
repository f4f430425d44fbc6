"""Asked only where a page is about a session that is over."""

from django import template

from sessions_app.afterwards import Afterwards, afterwards
from sessions_app.models import Booking, Feedback

register = template.Library()


@register.simple_tag(takes_context=True)
def afterwards_of(context: template.Context, booking: Booking, own: Feedback | None) -> Afterwards:
    return afterwards(booking, reader=context["request"].user, own=own, now=context["now"])
