"""The button that saves a mentor or removes them again; the view that it asks answers with the same button."""

from functools import cache

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from common.templatetags.ui import icon_svg

register = template.Library()

# The form `saving` of `mentors/_saving_form.html` goes along: the token, and the page to return to.
WITH_SAVING = 'form="saving" name="{}" value="{}"'
# The form of the search goes along, so that words which weren't searched for yet come back. That form is sent by GET
# otherwise, and must not write the token into an address: so the token is the button's own value.
WITH_SEARCH = 'form="ask" formmethod="post" formaction="{}?{}={}" name="csrfmiddlewaretoken" value="{}"'
BUTTON = (
    '<span class="save"><button class="savebtn" type="submit" {} id="save-{}" '
    'hx-post="{}?{}={}" hx-include="#saving, #id_question" hx-target="closest .save" hx-swap="outerHTML">{} {}'
    '<span class="vh"> {}</span></button>{}</span>'
)
REFUSED = '<span class="save__no" role="alert">{}</span>'


@cache
def _find_address() -> str:
    return reverse("save_mentor")


@register.simple_tag
def save_button(slug: str, name: str, is_saved: bool, refused: str = "", token: str = "") -> SafeString:
    """`refused`: why the mentor could not be saved. `token` against forgery: on pages with the form of the search."""
    if is_saved:
        act, drawing, label, more = "remove", "bookmark-check", _("Saved"), _("%(name)s: remove")
    else:
        act, drawing, label, more = "save", "bookmark", _("Save"), "%(name)s"
    address = _find_address()
    return format_html(
        BUTTON,
        format_html(WITH_SEARCH, address, act, slug, token) if token else format_html(WITH_SAVING, act, slug),
        slug,
        address,
        act,
        slug,
        icon_svg(drawing, False, ""),
        label,
        more % {"name": name},
        format_html(REFUSED, refused) if refused else "",
    )
