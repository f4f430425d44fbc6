"""What a mentee left with: for each session their question, their words, and the step they wanted to take."""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from accounts.models import User

from .models import ActionItem, Booking, Feedback, Takeaway


def left_with_of(mentee: User) -> QuerySet[Booking, Any]:
    """Sessions that left words, a line or a step, the newest first; `.own_words` has this person's feedback, if any."""
    words = Feedback.objects.filter(author=mentee).exclude(left_with="")
    steps = ActionItem.objects.filter(person=mentee)
    mine = Booking.objects.visible_to(mentee).filter(mentee=mentee)
    left = mine.filter(
        Exists(words.filter(booking=OuterRef("pk")))
        | Exists(steps.filter(booking=OuterRef("pk")))
        | Exists(Takeaway.objects.filter(booking=OuterRef("pk")))
    )
    own = Prefetch("feedback", queryset=words, to_attr="own_words")
    with_words = left.with_people().select_related("action").prefetch_related(own, "takeaways__author")
    return with_words.order_by("-during", "-pk")


def with_open_step(left: QuerySet[Booking, Any]) -> QuerySet[Booking, Any]:
    """Those whose step is still to be done, what is due first."""
    return left.filter(action__isnull=False, action__done_at=None).order_by("action__due_on", "-during", "-pk")
