"""People's words in a thread, as paragraphs and links; any other markup in them is shown as text."""

import re

from django import template
from django.utils.html import Urlizer, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


class OurUrlizer(Urlizer):
    """Links in people's messages: other sites aren't told our address, and search engines don't follow."""

    url_template = '<a href="{href}" rel="nofollow ugc noopener noreferrer" target="_blank"{attrs}>{url}</a>'


urlize = OurUrlizer()


@register.filter
def said(body: str) -> SafeString:
    paragraphs = [part for part in re.split(r"\n{2,}", body.strip("\n")) if part.strip()]
    lines = (urlize(part, autoescape=True).replace("\n", "<br>") for part in paragraphs)
    return format_html_join("", "<p>{}</p>", ((mark_safe(line),) for line in lines))  # noqa: S308 - escaped above
