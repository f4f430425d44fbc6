"""A brief as it is entered, before it is a row."""

from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from sessions_app.models import Brief

from .brief_kinds import Answers, kept_answers


@dataclass(frozen=True, slots=True)
class BriefInput:
    """What the mentee writes. Only the question is required."""

    question: str
    issue_type: str = ""
    situation: str = ""
    tried: str = ""
    done_when: str = ""
    needed_by: date | None = None
    answers: Answers = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """The columns of the row, without answers that its kind doesn't ask for.

        Raises ValueError for an impossible answer.
        """
        entered = {part.name: getattr(self, part.name) for part in fields(self)}
        return entered | {"answers": kept_answers(self.issue_type, self.answers)}

    @classmethod
    def carried_from(cls, brief: Brief, *, question: str) -> "BriefInput":
        """All that was written for one mentor, for the next, with the question as it is asked now."""
        rest = {part.name: getattr(brief, part.name) for part in fields(cls) if part.name != "question"}
        return cls(question=question, **rest)
