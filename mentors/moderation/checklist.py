"""The five points that a reviewer checks, and what a program can find out about each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

TIMES = "times"

# Links in prose, where node.js is none: a host with a well-known ending, or with a path behind it.
LINK = re.compile(r"://|www\.|@|\.(?:com|net|org|io|ru|info|biz|xyz)\b|\b[\w-]+(?:\.[\w-]+)+/\S*", re.IGNORECASE)
PHONE = re.compile(r"(?:\+|00)?\d(?:[\s./()-]*\d){7,}")
SELLING = re.compile(
    r"[$€£]\s?\d"
    r"|\b(?:discount|free trial|my (?:course|agency|book|programme)|hire me|sign up|subscribe|whatsapp|telegram)\b",
    re.IGNORECASE,
)
WORDS_OF_A_QUESTION = 3


@dataclass(frozen=True, slots=True)
class Point:
    """`key` names it in the log; `step` is the page of the application where its mentor can fix it."""

    key: str
    title: str | Promise
    short: str | Promise
    step: int | None


POINTS = (
    Point("face", gettext_lazy("The photo shows a person, or there’s no photo"), gettext_lazy("Photo"), 1),
    Point("name", gettext_lazy("The name is plausible"), gettext_lazy("Name"), 1),
    Point("questions", gettext_lazy("The three questions can be answered in 25 minutes"), gettext_lazy("Questions"), 2),
    Point("contact", gettext_lazy("No contact details, nothing for sale"), gettext_lazy("Contact details"), 3),
    Point(TIMES, gettext_lazy("There are times to book"), gettext_lazy("Times"), None),
)
POINT_BY_KEY = {point.key: point for point in POINTS}
# The points that a person has to judge. Whether there are times is a fact.
JUDGED = tuple(point for point in POINTS if point.key != TIMES)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a program finds about one point. A first look, never the decision."""

    point: Point
    passed: bool
    note: str


def first_look(
    *, name: str, headline: str, asks: Sequence[str], how_i_work: str, has_photo: bool, times: str
) -> list[Finding]:
    """One finding for each point. `times` describes when the mentor can be booked; empty for never."""
    notes = {
        "face": "" if has_photo else _("No photo: people see the initials."),
        "name": "" if is_plausible_name(name) else _("The name has an unusual form."),
        "questions": _questions_note(asks),
        "contact": _contact_note(" \n ".join([headline, *asks, how_i_work])),
        TIMES: times or _("No times set. Nobody can book until there are some."),
    }
    passed = {key: not note for key, note in notes.items()} | {"face": True, TIMES: bool(times)}
    return [Finding(point, passed[point.key], notes[point.key]) for point in POINTS]


def is_plausible_name(name: str) -> bool:
    """Whether it is made of letters and not all in capitals. Names of one word are usual in some places."""
    letters = sum(character.isalpha() for character in name)
    plain = not any(character.isdigit() for character in name)
    shouted = letters > 4 and name.isupper() and name.lower() != name
    return letters >= 2 and plain and not shouted


def _questions_note(asks: Sequence[str]) -> str:
    short = [ask for ask in asks if len(ask.split()) < WORDS_OF_A_QUESTION]
    if short:
        return _("“%(ask)s” is a topic rather than a question.") % {"ask": short[0]}
    if len(set(asks)) < len(asks):
        return _("Two of the questions are the same.")
    return ""


def _contact_note(text: str) -> str:
    for pattern in (LINK, PHONE, SELLING):
        if found := pattern.search(text):
            return _("Check “%(found)s”.") % {"found": found.group().strip()}
    return ""
