"""What a session's page says once the session is over."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User

from .followup_notices import action_dues
from .models import ActionItem, Booking, Feedback
from .models.feedback import Again
from .services.feedback import said_by_other, why_not_change, why_not_feedback


@dataclass(frozen=True, slots=True)
class Afterwards:
    """`theirs`: what the other side said, None until it may be known. `step`: the mentee's own."""

    theirs: Feedback | None
    is_hidden: bool
    can_change: bool
    words: str
    step: ActionItem | None
    is_reminded: bool
    meets_again: bool


def afterwards(booking: Booking, *, reader: User, own: Feedback | None, now: datetime) -> Afterwards:
    is_mentee = reader.pk == booking.mentee_id
    theirs = said_by_other(booking, reader=reader, now=now)
    closed = why_not_feedback(booking, now=now)
    step = ActionItem.objects.filter(booking=booking).select_related("person").first() if is_mentee else None
    return Afterwards(
        theirs=theirs,
        is_hidden=own is not None and theirs is None and closed is None,
        can_change=own is not None and closed is None and why_not_change(booking, by=reader) is None,
        words=state_of_words(own),
        step=step,
        is_reminded=step is not None and any(due.due_at > now for due in action_dues(step)),
        meets_again=is_mentee and not (own and own.again == Again.NO),
    )


def state_of_words(own: Feedback | None) -> str:
    """`waiting`, `shown`, `not shown`; empty for words that were never offered or were taken back."""
    if own is None or not own.may_publish:
        return ""
    return "shown" if own.published_at else "not shown" if own.declined_at else "waiting"
