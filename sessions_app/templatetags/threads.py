"""A thread on a page, and people's words in it: paragraphs and links, nothing else of what they type is markup."""

import re

from django import template
from django.utils.html import Urlizer, format_html_join
from django.utils.safestring import SafeString, mark_safe

from sessions_app.conversation.reading import Thread, is_chat, thread_of
from sessions_app.models import Booking

register = template.Library()


class OurUrlizer(Urlizer):
    """Somebody's link is no word of ours: nobody is sent our address along, and search engines don't follow."""

    url_template = '<a href="{href}" rel="nofollow ugc noopener noreferrer" target="_blank"{attrs}>{url}</a>'


urlize = OurUrlizer()


@register.filter
def said(body: str) -> SafeString:
    """Escaped, with paragraphs, line breaks and links."""
    paragraphs = [part for part in re.split(r"\n{2,}", body.strip("\n")) if part.strip()]
    lines = (urlize(part, autoescape=True).replace("\n", "<br>") for part in paragraphs)
    return format_html_join("", "<p>{}</p>", ((mark_safe(line),) for line in lines))  # noqa: S308 - escaped above


@register.simple_tag(takes_context=True)
def thread_for(context: template.Context, booking: Booking) -> Thread:
    live = is_chat(booking, context["now"])
    return thread_of(booking.engagement, context["request"].user, is_live=live)


@register.simple_tag(takes_context=True)
def chat_is_open(context: template.Context, booking: Booking) -> bool:
    return is_chat(booking, context["now"])
