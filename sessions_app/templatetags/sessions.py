"""For pages about sessions: addresses that keep what was typed, states and times."""

from datetime import datetime

from django import template
from django.utils.safestring import SafeString

from common.templatetags.ui import tag
from common.times import in_zone, when_text
from mentors.models import Offer
from sessions_app.availability.refusals import notice_words
from sessions_app.booking.book import request_deadline
from sessions_app.booking.meeting import is_held_here
from sessions_app.booking.stages import Countdown, countdown_to, starts_text, status_tag_of
from sessions_app.models import Booking
from sessions_app.questions.addresses import address_at, hours_address, mentor_address, same_question_address

register = template.Library()


register.simple_tag(mentor_address, name="mentor_url")
register.filter("at_start", address_at)
register.filter("hours_url", hours_address)
register.filter("held_here", is_held_here)
register.simple_tag(same_question_address, name="same_question_url")


@register.simple_tag(takes_context=True)
def status(context: template.Context, booking: Booking) -> SafeString:
    """The booking's state as a tag, in this reader's words."""
    return tag(*status_tag_of(booking, reader=context["request"].user, now=context["now"]))


@register.filter
def notice(minutes: int) -> str:
    """240 → “4 hours”."""
    return notice_words(minutes)


@register.simple_tag(takes_context=True)
def start_minute(context: template.Context, booking: Booking) -> int:
    """The minute of the hour at which the reader's clock shows the start."""
    return in_zone(booking.start, context["viewer_zone"]).minute


@register.simple_tag(takes_context=True)
def now_minute(context: template.Context) -> int:
    return in_zone(context["now"], context["viewer_zone"]).minute


@register.simple_tag(takes_context=True)
def when_words(context: template.Context, start: datetime) -> str:
    """The start as plain words, for a page's title."""
    return when_text(start, zone=context["viewer_zone"], now=context["now"], hour12=context["viewer_hour12"])


@register.simple_tag(takes_context=True)
def answer_due(context: template.Context, offer: Offer, start: datetime) -> datetime | None:
    """By when the mentor would answer a request for this start; None for what is booked at once."""
    return None if offer.instant else request_deadline(offer, start, now=context["now"])


@register.simple_tag(takes_context=True)
def countdown(context: template.Context, booking: Booking) -> Countdown:
    return countdown_to(booking, context["now"])


@register.simple_tag(takes_context=True)
def starts(context: template.Context, booking: Booking) -> str:
    return starts_text(booking, context["now"])
