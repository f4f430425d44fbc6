"""What only pages about sessions need: links that keep what was typed."""

from datetime import datetime
from urllib.parse import quote, urlencode

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.models import User
from common.templatetags.ui import tag
from common.times import in_zone, utc_text, when_text
from sessions_app.afterwards.feedback import why_not_feedback
from sessions_app.availability.refusals import notice_words
from sessions_app.availability.slots import Slot
from sessions_app.booking.stages import Countdown, countdown_to, starts_text, status_tag_of
from sessions_app.models import Booking, Engagement
from sessions_app.questions.same_question import same_question_address

register = template.Library()


@register.simple_tag
def mentor_url(
    slug: str,
    *,
    offer: object = None,
    slot: Slot | None = None,
    words: str = "",
    day: str = "",
    follows: str = "",
    about: str = "",
) -> str:
    """A mentor's page with day, length, time and question already chosen, and whose brief goes along.

    `about`: the slug of the topic by which a search found the mentor.
    """
    chosen = {
        "offer": getattr(offer, "uuid", ""),
        "day": day,
        "q": words,
        "follows": follows,
        "about": about,
    }
    query = urlencode({name: value for name, value in chosen.items() if value})
    page = reverse("mentor_detail", args=[slug]) + (f"?{query}" if query else "")
    if slot:
        return at_start(page, slot.start)
    return f"{page}#book" if day else page


@register.filter
def at_start(page: str, start: datetime) -> str:
    """The page that `mentor_url` gives, with this start chosen on it."""
    return f"{page}{'&' if '?' in page else '?'}t={quote(utc_text(start))}#book"


@register.simple_tag
def same_question_url(engagement: Engagement, *, in_writing: bool = False) -> str:
    """Where its mentee finds somebody else for the whole brief."""
    return same_question_address(engagement, in_writing=in_writing)


@register.simple_tag(takes_context=True)
def status(context: template.Context, booking: Booking) -> SafeString:
    """The booking's state as a tag, in this reader's words."""
    return tag(*status_tag_of(booking, reader=context["request"].user, now=context["now"]))


@register.filter
def notice(minutes: int) -> str:
    """240 → “4 hours”."""
    return notice_words(minutes)


@register.simple_tag(takes_context=True)
def other_side(context: template.Context, booking: Booking) -> User:
    return booking.other_person(context["request"].user)


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
def countdown(context: template.Context, booking: Booking) -> Countdown:
    return countdown_to(booking, context["now"])


@register.simple_tag(takes_context=True)
def starts(context: template.Context, booking: Booking) -> str:
    return starts_text(booking, context["now"])


@register.filter
def joinable(booking: Booking, now: datetime) -> bool:
    return booking.is_join_open(now)


@register.filter
def can_be_asked(booking: Booking, now: datetime) -> bool:
    """Whether this person may still be asked how it went."""
    return why_not_feedback(booking, now=now) is None
