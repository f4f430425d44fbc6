"""The contacts of an engagement, for the page of any one of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django import template

from sessions_app.errors import BookingError
from sessions_app.models import Booking
from sessions_app.services.series import room_for

register = template.Library()


@dataclass(frozen=True, slots=True)
class Series:
    """`contacts` of this question, `why_not` no more can be added; `is_offered` to its mentee."""

    contacts: Sequence[Booking]
    is_offered: bool
    why_not: BookingError | None


@register.simple_tag(takes_context=True)
def series_of(context: template.Context, booking: Booking) -> Series:
    reader, now = context["request"].user, context["now"]
    contacts = list(Booking.objects.contacts_of(booking.engagement).with_people())
    is_offered = reader.pk == booking.mentee_id and booking in contacts
    why_not = None
    if is_offered:
        try:
            room_for(booking, by=reader, now=now)
        except BookingError as refused:
            why_not = refused
    return Series(contacts, is_offered, why_not)
