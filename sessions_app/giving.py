"""What a mentor has given: sessions and minutes, and how people answered from quarter to quarter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate, TruncQuarter
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from mentors.models import MentorProfile

from .followups import ANSWERS
from .left_with import answers_about
from .models import Booking, BookingState, Feedback, FollowUp, FollowUpQuestion, Resolution, Role
from .models.feedback import Agreement
from .proof import ENOUGH

QUARTERS = 8
ON_PAGE = 20
# In the mentor's own words for it; `prepared` is what they themselves said of their mentees.
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
class Given:
    sessions: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a mentee said later, and wanted their mentor to know."""

    booking: Booking
    asked: str | Promise
    answer: str | Promise


@dataclass(frozen=True, slots=True)
class Trend:
    """How many percent agreed in each quarter with enough answers, oldest first."""

    label: str | Promise
    quarters: Sequence[tuple[str, int]]


def sessions_given(mentor: User, first: date | None = None, last: date | None = None) -> QuerySet[Booking, Any]:
    """Those that took place and began within these days of the mentor's own zone."""
    given = Booking.objects.filter(mentor=mentor, state=BookingState.COMPLETED)
    given = given.annotate(day=TruncDate("during__startswith", tzinfo=mentor.zone))
    if first:
        given = given.filter(day__gte=first)
    return given.filter(day__lte=last) if last else given


def given_by(mentor: User, first: date | None = None, last: date | None = None) -> Given:
    """In one query."""
    length = F("during__endswith") - F("during__startswith")
    totals = sessions_given(mentor, first, last).aggregate(sessions=Count("pk"), time=Sum(length))
    return Given(totals["sessions"], round((totals["time"] or timedelta()).total_seconds() / 60))


def trends(profile: MentorProfile, *, now: datetime) -> list[Trend]:
    """Two queries. A quarter of fewer than five answers to a question is left out, so that no single tick shows."""
    own = Feedback.objects.filter(author=profile.person_id, role=Role.MENTOR)
    told = {
        **by_quarter(answers_about(profile, now=now), ("listened", "useful", "doable"), profile.person),
        **by_quarter(own, ("prepared",), profile.person),
    }
    return [Trend(label, told[name]) for name, label in TRENDS.items() if told[name]]


def by_quarter(
    answers: QuerySet[Feedback, Any], names: Sequence[str], mentor: User
) -> dict[str, list[tuple[str, int]]]:
    quarter = TruncQuarter("booking__during__startswith", tzinfo=mentor.zone)
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


def told_afterwards(mentor: User) -> list[Told]:
    """The newest first, in one query."""
    told = FollowUp.objects.filter(booking__mentor=mentor, tell_mentor=True)
    rows = told.select_related("booking__mentee", "booking__engagement__brief").order_by("-answered_at", "-pk")
    return [
        Told(row.booking, ASKED_THEM[row.question], ANSWERS[FollowUpQuestion(row.question)][Resolution(row.answer)])
        for row in rows[:ON_PAGE]
    ]


def length_text(minutes: int) -> str:
    """`12 hours 25 minutes`, for people who read it aloud."""
    hours, rest = divmod(minutes, 60)
    words = [ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}] if hours else []
    if rest or not hours:
        words.append(ngettext("%(n)d minute", "%(n)d minutes", rest) % {"n": rest})
    return " ".join(words)
