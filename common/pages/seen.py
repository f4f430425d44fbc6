"""What a person had before them when they decided: a mark of it goes with every form that acts.

A page may be hours old. Where what it showed has changed since, the act is not done; the page is shown as things are
now, with what was typed, and the same act one press away.
"""

from hashlib import sha256

from django.http import HttpRequest

FIELD = "seen"


def mark_of(*parts: object) -> str:
    """A short name of these values: the same for the same values, another for others."""
    return sha256(repr(parts).encode()).hexdigest()[:16]


def still_seen(request: HttpRequest, present: str, *, told: bool = False) -> str:
    """The mark for a page that is drawn once more: the one it had, unless it has `told` what has changed since."""
    return present if told else request.POST.get(FIELD, present)


def seen_by(request: HttpRequest) -> str:
    """The mark that a form brought along; empty, which is no mark of anything, where it brought none."""
    return request.POST.get(FIELD, "")
