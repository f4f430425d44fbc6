"""Words for how long something takes."""

from datetime import timedelta

from django import template
from django.utils.translation import gettext as _

from common.times import span_text
from sessions_app.impact.survival import Quantile

register = template.Library()
MINUTE = 60


@register.filter
def takes(quantile: Quantile | None) -> str:
    """`at once`, `2 h 14 min`, `more than 12 days`; a dash where nobody asked."""
    if quantile is None:
        return "–"
    text = span_text(timedelta(seconds=quantile.seconds))
    if quantile.is_more:
        return _("more than %(span)s") % {"span": text}
    return text if quantile.seconds >= MINUTE else _("straight away")
