"""Marks of what a person had before them when they acted: each form that acts sends one along.

A page may be hours old. If what it showed has changed since, the act is not done. The page is shown again as things are
now, with what was typed, and doing it all the same takes one more click.
"""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.hashing import hash_text

FIELD = "seen"
CHANGED_MEANWHILE = _("This was changed in another window since you opened this page. Check it, then save again.")


def mark_of(*parts: object) -> str:
    """A short hash of these values: equal for equal values."""
    return hash_text(repr(parts))[:16]


def still_seen(request: HttpRequest, present: str, *, told: bool = False) -> str:
    """The mark for a page that is shown again: its old one, unless the page has `told` the person what has changed."""
    return present if told else request.POST.get(FIELD, present)


def seen_by(request: HttpRequest) -> str:
    """The mark that a form sent along; empty, which equals no mark, if it sent none."""
    return request.POST.get(FIELD, "")
