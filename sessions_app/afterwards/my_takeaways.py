"""What a mentee took away: from each session their question, their words and their step; and each answer in writing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, QuerySet, Value

from accounts.models import User
from sessions_app.models import Booking, Feedback, NextStep, Takeaway, WrittenQuestion


@dataclass(frozen=True, slots=True)
class Entry:
    """A session or an answer. Its `own_words` are this person's feedback, if they gave any."""

    booking: Booking | None = None
    written: WrittenQuestion | None = None


def takeaway_entries(mentee: User) -> QuerySet[Any, Any]:
    """Sessions that left a takeaway, and answered questions, newest first, for `load_entries`."""
    sessions = sessions_with_takeaways(mentee).annotate(at=F("during__startswith"), in_writing=Value(False))
    answers = WrittenQuestion.objects.answered().filter(mentee=mentee)
    answers = answers.order_by().annotate(at=F("settled_at"), in_writing=Value(True))
    columns = ("at", "in_writing", "pk")
    found: QuerySet[Any, Any] = sessions.order_by().values(*columns).union(answers.values(*columns), all=True)
    return found.order_by("-at", "-pk")


def with_open_next_step(mentee: User) -> QuerySet[Any, Any]:
    """Sessions whose step is still to be done, the first one due first; for `load_entries`."""
    mine = Booking.objects.visible_to(mentee).filter(mentee=mentee)
    steps = mine.filter(next_step__person=mentee, next_step__done_at=None)
    found: QuerySet[Any, Any] = steps.annotate(in_writing=Value(False)).values("in_writing", "pk")
    return found.order_by("next_step__due_on", "-during", "-pk")


def sessions_with_takeaways(mentee: User) -> QuerySet[Booking, Booking]:
    steps = NextStep.objects.filter(person=mentee)
    mine = Booking.objects.visible_to(mentee).filter(mentee=mentee)
    return mine.filter(
        Exists(kept_words_of(mentee).filter(booking=OuterRef("pk")))
        | Exists(steps.filter(booking=OuterRef("pk")))
        | Exists(Takeaway.objects.filter(booking=OuterRef("pk")))
    )


def load_entries(rows: Iterable[dict[str, Any]], mentee: User) -> list[Entry]:
    """What a page shows of these rows, in a few queries for any number of them."""
    rows = list(rows)
    own = Prefetch("feedback", queryset=kept_words_of(mentee), to_attr="own_words")
    sessions = Booking.objects.with_people().select_related("next_step").prefetch_related(own, "takeaways__author")
    answers = WrittenQuestion.objects.with_people().select_related("answer").prefetch_related(own)
    bookings = sessions.in_bulk([row["pk"] for row in rows if not row["in_writing"]])
    written = answers.in_bulk([row["pk"] for row in rows if row["in_writing"]])
    return [Entry(written=written[row["pk"]]) if row["in_writing"] else Entry(bookings[row["pk"]]) for row in rows]


def kept_words_of(mentee: User) -> QuerySet[Feedback, Feedback]:
    return Feedback.objects.filter(author=mentee).exclude(left_with="")
