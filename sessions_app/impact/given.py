"""What a mentor has given: sessions, minutes, answers in writing; and how people's feedback changed by quarter."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate, TruncQuarter
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.known import known
from mentors.models import MentorProfile
from sessions_app.afterwards.questions import ANSWERS
from sessions_app.afterwards.summaries import answers_about
from sessions_app.afterwards.track_record import ENOUGH
from sessions_app.models import (
    Booking,
    BookingState,
    Feedback,
    FollowUp,
    FollowUpQuestion,
    Resolution,
    Role,
    WrittenQuestion,
)
from sessions_app.models.feedback import Agreement, FeedbackQuerySet
from sessions_app.questions.contacts import moment_of, page_of

# Each counts the meetings of a mentor that are no sessions, from a day of their own zone on.
meeting_counts: list[Callable[[User, date], int]] = []

QUARTERS = 8
ON_PAGE = 20
# The questions of the feedback, worded for the mentor. `prepared` is the mentor's own answer about their mentees.
TRENDS: Mapping[str, str | Promise] = {
    "prepared": gettext_lazy("They came prepared, you said"),
    "listened": gettext_lazy("They felt listened to"),
    "useful": gettext_lazy("The advice was useful"),
    "doable": gettext_lazy("They can do what you found together"),
}
ASKED_THEM: Mapping[str, str | Promise] = {
    FollowUpQuestion.DONE: gettext_lazy("Did they take their step?"),
    FollowUpQuestion.SOLVED: gettext_lazy("Is their question solved?"),
    FollowUpQuestion.CONTACT: gettext_lazy("Would one more conversation help?"),
}


@dataclass(frozen=True, slots=True)
class Contribution:
    """`answers` are those in writing. Nobody knows how long one took, so they add no minutes."""

    sessions: int
    minutes: int
    answers: int


@dataclass(frozen=True, slots=True)
class SharedOutcome:
    """What a mentee answered later, and wanted their mentor to know."""

    name: str
    at: datetime
    page: str
    question: str
    asked: str | Promise
    answer: str | Promise


@dataclass(frozen=True, slots=True)
class AnswerTrend:
    label: str | Promise
    quarters: Sequence[tuple[str, int]]


def sessions_given(mentor: User, first: date | None = None, last: date | None = None) -> QuerySet[Booking, Any]:
    """Sessions that took place and began within these days of the mentor's own zone."""
    given = Booking.objects.filter(mentor=mentor, state=BookingState.COMPLETED)
    return limit_to_days(given, "during__startswith", mentor, first, last)


def answers_given(mentor: User, first: date | None = None, last: date | None = None) -> QuerySet[WrittenQuestion, Any]:
    given = WrittenQuestion.objects.answered().filter(mentor=mentor)
    return limit_to_days(given, "settled_at", mentor, first, last)


def limit_to_days(
    given: QuerySet[Any, Any], moment: str, mentor: User, first: date | None, last: date | None
) -> QuerySet[Any, Any]:
    given = given.annotate(day=TruncDate(moment, tzinfo=mentor.zone))
    if first:
        given = given.filter(day__gte=first)
    return given.filter(day__lte=last) if last else given


def given_by(mentor: User, first: date | None = None, last: date | None = None) -> Contribution:
    length = F("during__endswith") - F("during__startswith")
    totals = sessions_given(mentor, first, last).aggregate(sessions=Count("pk"), time=Sum(length))
    minutes = round((totals["time"] or timedelta()).total_seconds() / 60)
    return Contribution(totals["sessions"], minutes, answers_given(mentor, first, last).count())


def count_meetings(mentor: User, first: date) -> int:
    """Meetings at events that took place on this day of the mentor's own zone or later.

    Who met whom is kept for two years, so there is no number in all.
    """
    return sum(count(mentor, first) for count in meeting_counts)


def load_trends(profile: MentorProfile, *, now: datetime) -> list[AnswerTrend]:
    """In two queries.

    A quarter with fewer than five answers to a question is left out, so that no single answer shows.
    """
    own = Feedback.objects.filter(author=profile.person_id, role=Role.MENTOR)
    told = {
        **by_quarter(answers_about(profile, now=now), ("listened", "useful", "doable"), profile.person),
        **by_quarter(own, ("prepared",), profile.person),
    }
    return [AnswerTrend(label, told[name]) for name, label in TRENDS.items() if told[name]]


def by_quarter(answers: FeedbackQuerySet, names: Sequence[str], mentor: User) -> dict[str, list[tuple[str, int]]]:
    quarter = TruncQuarter("at", tzinfo=mentor.zone)
    counts = {f"{name}_all": Count(name) for name in names} | {
        f"{name}_agreed": Count("pk", filter=Q(**{f"{name}__gte": Agreement.RATHER})) for name in names
    }
    found: Any = answers.annotate(quarter=quarter).values("quarter").annotate(**counts)
    rows = list(found.order_by("quarter"))
    return {
        name: [
            (quarter_text(row["quarter"]), 100 * row[f"{name}_agreed"] // row[f"{name}_all"])
            for row in rows
            if row[f"{name}_all"] >= ENOUGH
        ][-QUARTERS:]
        for name in names
    }


def quarter_text(first_moment: datetime) -> str:
    """`Q4 2026`."""
    return _("Q%(number)d %(year)d") % {"number": (first_moment.month + 2) // 3, "year": first_moment.year}


def shared_outcomes_of(mentor: User) -> list[SharedOutcome]:
    told = FollowUp.objects.filter(tell_mentor=True).of_mentor(mentor)
    parts = [f"{contact}__{part}" for contact in ("booking", "written") for part in ("mentee", "engagement__brief")]
    rows = told.select_related(*parts).order_by("-answered_at", "-pk")
    return [shared_outcome_of(row) for row in rows[:ON_PAGE]]


def shared_outcome_of(row: FollowUp) -> SharedOutcome:
    contact = row.contact
    return SharedOutcome(
        name=known(contact.mentee).display_name,
        at=moment_of(contact),
        page=page_of(contact),
        question=contact.question,
        asked=ASKED_THEM[row.question],
        answer=ANSWERS[FollowUpQuestion(row.question)][Resolution(row.answer)],
    )
