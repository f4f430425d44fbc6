"""“Which kind of help fits?”: up to four questions, and where their answers lead.

Answers stand in the address of the page, so no account is needed and Back works. What is asked next, and where it
ends, follows from the answers alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Ending(StrEnum):
    SEARCH = "search"
    SERIES = "series"
    SEVERAL = "several"
    WRITING = "writing"
    EVENTS = "events"
    LONG_TERM = "long_term"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Choice:
    """`ending` is where this answer leads whatever else would be asked."""

    value: str
    label: str | Promise
    hint: str | Promise
    ending: Ending | None = None


@dataclass(frozen=True, slots=True)
class GuideStep:
    """One question. `name` is its parameter in the address."""

    name: str
    question: str | Promise
    choices: tuple[Choice, ...]

    def choice(self, value: str | None) -> Choice | None:
        return next((choice for choice in self.choices if choice.value == value), None)


STEPS = (
    GuideStep(
        "about",
        _("What do you need help with?"),
        (
            Choice("question", _("One question or decision"), _("I’m stuck on something specific")),
            Choice(
                "direction", _("My direction"), _("My career or studies over the next year or more"), Ending.LONG_TERM
            ),
            Choice(
                "other",
                _("I’m in danger, or I need a doctor or lawyer"),
                _("Mentors can’t help with that, but others can"),
                Ending.ELSEWHERE,
            ),
        ),
    ),
    GuideStep(
        "time",
        _("How long will it take?"),
        (
            Choice("hour", _("One conversation"), _("15 to 45 minutes, then I can go on by myself")),
            Choice("weeks", _("A few weeks"), _("I’ll try things, and come back with what happened")),
            Choice("year", _("A year or more"), _("I’d like someone who stays with me"), Ending.LONG_TERM),
        ),
    ),
    GuideStep(
        "way",
        _("How would you like to do it?"),
        (
            Choice("talk", _("Talk"), _("By video, audio or chat, at a time that we agree on")),
            Choice("write", _("Write"), _("I ask now and read the answer later, without a call"), Ending.WRITING),
            Choice(
                "meet", _("Meet many people"), _("Several mentors in one evening, a few minutes each"), Ending.EVENTS
            ),
        ),
    ),
    GuideStep(
        "views",
        _("One view, or several?"),
        (
            Choice("one", _("One is enough"), _("Someone who has done it before")),
            Choice("several", _("Several"), _("Two or three people on the same question"), Ending.SEVERAL),
        ),
    ),
)


def read_answers(data: Mapping[str, str]) -> dict[str, str]:
    """The answers in the order of the questions, up to the first that is missing, unknown, or the last one needed."""
    answers: dict[str, str] = {}
    for step in STEPS:
        choice = step.choice(data.get(step.name))
        if choice is None:
            break
        answers[step.name] = choice.value
        if choice.ending:
            break
    return answers


def ending_of(answers: Mapping[str, str]) -> Ending | None:
    """None while there is a question left to ask. `answers` as `read_answers` gives them."""
    for step in STEPS:
        choice = step.choice(answers.get(step.name))
        if choice is None:
            return None
        if choice.ending:
            return choice.ending
    return Ending.SERIES if answers["time"] == "weeks" else Ending.SEARCH
