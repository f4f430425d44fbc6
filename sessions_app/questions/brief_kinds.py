"""What a brief asks besides the question, by the kind of need; and hints for a question that is still vague.

Every answer is optional. A hint never keeps anyone from booking: at most two are shown, after saving.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mentors.models import IssueType

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

Answers = Mapping[str, str | int]

LINE, TEXT = 200, 600
MOST_SURE = 10
# How many words a person reads in half a minute, at 240 a minute.
HALF_A_MINUTE = 120
MOST_HINTS = 2
WHEN = gettext_lazy("When do you need it?")


class Shape(Enum):
    LINE = "line"
    TEXT = "text"
    SURE = "sure"


@dataclass(frozen=True, slots=True)
class BriefQuestion:
    """A question for one kind of brief. `label` is what the mentee reads, `term` the heading above the answer."""

    key: str
    label: "StrPromise | str"
    term: "StrPromise | str"
    hint: "StrPromise | str" = ""
    shape: Shape = Shape.LINE

    @property
    def limit(self) -> int:
        return TEXT if self.shape is Shape.TEXT else LINE


@dataclass(frozen=True, slots=True)
class BriefKind:
    """`needed_by` is how this kind asks for its date."""

    questions: tuple[BriefQuestion, ...] = ()
    needed_by: "StrPromise | str" = WHEN


BRIEF_KINDS: Mapping[str, BriefKind] = {
    IssueType.CAREER: BriefKind(
        (
            BriefQuestion(
                "heading_for",
                gettext_lazy("Where would you like to get to?"),
                gettext_lazy("Would like to get to"),
                gettext_lazy("A role, a field, a way of working."),
            ),
        )
    ),
    IssueType.SKILL: BriefKind(
        (
            BriefQuestion(
                "level", gettext_lazy("What can you do already?"), gettext_lazy("Can do already"), shape=Shape.TEXT
            ),
            BriefQuestion("used_for", gettext_lazy("What do you need it for?"), gettext_lazy("Needed for")),
        )
    ),
    IssueType.FEEDBACK: BriefKind(
        (
            BriefQuestion(
                "look_at",
                gettext_lazy("What should be looked at?"),
                gettext_lazy("Look at"),
                gettext_lazy("“The first page only”, or “whether the story holds”."),
            ),
            BriefQuestion("audience", gettext_lazy("Who is it for?"), gettext_lazy("Made for")),
        )
    ),
    IssueType.DECISION: BriefKind(
        (
            BriefQuestion(
                "options",
                gettext_lazy("What are your options?"),
                gettext_lazy("Options"),
                gettext_lazy("One on each line."),
                Shape.TEXT,
            ),
            BriefQuestion(
                "leaning", gettext_lazy("Which one are you leaning towards, and why?"), gettext_lazy("Leaning towards")
            ),
            BriefQuestion(
                "sure",
                gettext_lazy("How sure are you?"),
                gettext_lazy("How sure"),
                gettext_lazy("0 means not at all, 10 means certain."),
                Shape.SURE,
            ),
        ),
        gettext_lazy("When do you have to decide by?"),
    ),
    IssueType.INTERVIEW: BriefKind(
        (
            BriefQuestion(
                "interview",
                gettext_lazy("Which interview is it?"),
                gettext_lazy("Interview"),
                gettext_lazy("The role, what kind of place, which round."),
            ),
            BriefQuestion("practise", gettext_lazy("What do you want to practise?"), gettext_lazy("Practise")),
        ),
        gettext_lazy("When is the interview?"),
    ),
    IssueType.OTHER: BriefKind(),
}
EVERY_QUESTION = {question.key: question for kind in BRIEF_KINDS.values() for question in kind.questions}


def kind_of(issue_type: str) -> BriefKind:
    """The kind; a brief without one asks what “something else” asks."""
    return BRIEF_KINDS.get(issue_type) or BRIEF_KINDS[IssueType.OTHER]


def kept_answers(issue_type: str, given: Answers) -> dict[str, str | int]:
    """The non-empty answers that belong to this kind. Raises ValueError for an impossible one.

    Answers to questions of another kind are left out: the mentor reads what was on the mentee's page, nothing more.
    """
    answers: dict[str, str | int] = {}
    for question in kind_of(issue_type).questions:
        value = given.get(question.key)
        if value in (None, ""):
            continue
        if not fits_question(question, value):
            raise ValueError(f"{value!r} is no answer to {question.key}.")
        answers[question.key] = value
    return answers


def fits_question(question: BriefQuestion, value: object) -> bool:
    if question.shape is Shape.SURE:
        return type(value) is int and 0 <= value <= MOST_SURE
    return isinstance(value, str) and len(value) <= question.limit


@dataclass(frozen=True, slots=True)
class Fact:
    term: str
    words: str


def facts_of(issue_type: str, answers: Answers) -> Iterator[Fact]:
    """The answers in the order of their kind, in words, without empty ones."""
    for question in kind_of(issue_type).questions:
        value = answers.get(question.key)
        if value in (None, ""):
            continue
        words = _("%(sure)s of 10") % {"sure": value} if question.shape is Shape.SURE else str(value)
        yield Fact(str(question.term), words)


VAGUE = re.compile(
    r"\b(pick (?:your|his|her|their) brains?|any (?:advice|tips?|thoughts|help|feedback)"
    r"|(?:some|general) (?:advice|tips)|career advice|just (?:chat|talk)|(?:learn|know) more|everything about)\b",
    re.IGNORECASE,
)
ASKING = re.compile(
    r"[?？؟;]|\b(how|what|which|whether|when|where|who|why|should|can|could|do|does|is|are|am|will|would)\b",
    re.IGNORECASE,
)
SHORT_WORDS, SHORT_LENGTH = 4, 25


def hints_for(
    question: str,
    issue_type: str = "",
    answers: Answers | None = None,
    others: Iterable[str] = (),
    *,
    has_files: bool = True,
) -> list[str]:
    """What would make this brief easier to help with, the most useful first. `others` are its other texts.

    Understands English words only. For other languages it looks at lengths and question marks.
    """
    answers = answers or {}
    found = [*_of_question(question.strip()), *_of_kind(issue_type, answers, has_files)]
    return [*found, *_of_length([question, *others, *map(str, answers.values())])][:MOST_HINTS]


def _of_question(question: str) -> Iterator[str]:
    asked = len(re.findall(r"[?？؟]", question))
    if len(question.split()) < SHORT_WORDS and len(question) < SHORT_LENGTH:
        yield _("Your question is short. Add what it’s about, and what you want to be able to do or decide afterwards.")
    elif found := VAGUE.search(question):
        yield _("“%(words)s” can mean many things. Name the one step or choice you’re stuck on.") % {
            "words": found.group(0)
        }
    elif question.isascii() and not ASKING.search(question):
        yield _("This doesn’t ask anything yet. What do you want to know at the end that you don’t know now?")
    if asked > 2:
        yield _("You’re asking %(count)d questions. Time is short: which one matters most?") % {"count": asked}


def _of_kind(issue_type: str, answers: Answers, has_files: bool) -> Iterator[str]:
    if issue_type == IssueType.DECISION and len(str(answers.get("options", "")).split("\n")) < 2:
        yield _("Name at least two options, one per line: a choice is easier to talk about than a worry.")
    if issue_type == IssueType.FEEDBACK and not answers.get("look_at"):
        yield _("Say what to look at, so that the time goes to what matters to you.")
    if issue_type == IssueType.FEEDBACK and not has_files:
        yield _("Share the work itself below: a PDF, a picture, slides.")


def _of_length(texts: list[str]) -> Iterator[str]:
    words = sum(len(text.split()) for text in texts)
    if words > HALF_A_MINUTE:
        yield _(
            "This takes about %(seconds)d seconds to read. People usually read for half a minute before a call."
        ) % {"seconds": round(words / 4, -1)}
