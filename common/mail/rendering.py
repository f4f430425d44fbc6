"""Mails from templates. One template per mail says everything once, so that text and HTML can't differ:

    {% extends layout %}{% load i18n mail %}
    {% block subject %}{% translate "Your profile is live" %}{% endblock %}
    {% block preheader %}…one more fact, shown beside the subject…{% endblock %}
    {% block head %}{% lead %}…{% endlead %}{% title first second %}{% note %}…{% endnote %}{% endblock %}
    {% block body %}{% paragraph %}…{% endparagraph %}{% button url label %}{% aside %}…{% endaside %}{% endblock %}
    {% block reason %}{% translate "You get this because you applied as a mentor." %}{% endblock %}

`common.templatetags.mail` writes each piece as HTML or as text. Addresses must be absolute: see `absolute`.
"""

import re
from collections.abc import Mapping

import css_inline
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from .headers import Mailbox

INLINER = css_inline.CSSInliner(minify_css=True, load_remote_stylesheets=False)
NAME_AND_ADDRESS = re.compile(r"\s*(?P<name>.*?)\s*<(?P<address>[^<>]*)>\s*")
LAYOUTS = ("mail/subject.txt", "mail/base.txt", "mail/base.html")
# Where the foot of a text begins, as in templates/mail/base.txt
FOOT = "\n--\n"


def render_mail(
    template: str, context: Mapping[str, object], *, zone: str, language: str, hour12: bool
) -> tuple[str, str, str]:
    """Subject, text and HTML of `templates/mail/<template>.html`, for a reader of this zone, language and clock."""
    facts = {
        "SITE_NAME": settings.SITE_NAME,
        "SITE_URL": settings.SITE_URL,
        "choices_url": absolute_url("notification_settings"),
        "viewer_zone": zone,
        "viewer_hour12": hour12,
        **context,
    }
    with translation.override(language), timezone.override(zone):
        language_facts = {**facts, "language": language, "rtl": translation.get_language_bidi()}
        subject, text, html = (_render_layout(template, layout, language_facts) for layout in LAYOUTS)
    return " ".join(subject.split()), _tidy_text(text), INLINER.inline(html)


def absolute_url(name: str, *args: object, **kwargs: object) -> str:
    return settings.SITE_URL + reverse(name, args=args, kwargs=kwargs)


def sender(name: str = "") -> Mailbox:
    """The sender of our mails: the address of the settings, with this name or the one in the settings."""
    whole = NAME_AND_ADDRESS.fullmatch(settings.DEFAULT_FROM_EMAIL)
    ours, address = (whole["name"].strip('"'), whole["address"]) if whole else ("", settings.DEFAULT_FROM_EMAIL)
    return Mailbox(name or ours, address)


def _render_layout(template: str, layout: str, facts: Mapping[str, object]) -> str:
    return render_to_string(f"mail/{template}.html", {**facts, "layout": layout})


def _tidy_text(text: str) -> str:
    """The text with at most one empty line between pieces, and none at the ends or in the foot."""
    lines = "\n".join(line.strip() for line in text.splitlines())
    body, mark, foot = lines.rpartition(FOOT)
    foot = "\n".join(line for line in foot.splitlines() if line)
    return re.sub(r"\n{3,}", "\n\n", body + mark + foot).strip() + "\n"


Context = dict[str, object]
