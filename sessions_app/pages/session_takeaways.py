"""What both took away from a session, as its page and the card have it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import User
from sessions_app.afterwards.followups import why_not_next_step
from sessions_app.afterwards.takeaways import why_not_takeaway
from sessions_app.forms.takeaways import TakeawayForm
from sessions_app.models import Booking, NextStep
from sessions_app.session_rows import SessionRows

LAST_MINUTES = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Takeaways:
    """Of one booking for one of the two. `step` is the mentee's own, and shown to nobody else."""

    booking: Booking
    mine: str
    theirs: str
    step: NextStep | None
    is_shown: bool
    can_write: bool
    form: TakeawayForm

    @property
    def has_any(self) -> bool:
        return bool(self.mine or self.theirs or self.step)


def takeaways_for(booking: Booking, rows: SessionRows, *, reader: User, now: datetime) -> Takeaways:
    # From the last minutes as they were booked: what is being written must not vanish because both agreed to go on.
    shown_from = booking.start + timedelta(minutes=booking.booked_length) - LAST_MINUTES
    is_shown = why_not_next_step(booking, now=now) is None and now >= shown_from
    lines = {line.author_id: line.text for line in rows.takeaways} if is_shown else {}
    mine, theirs = lines.get(reader.pk, ""), lines.get(booking.other_person(reader).pk, "")
    is_mentee = reader.pk == booking.mentee_id
    step = rows.step if is_shown and is_mentee else None
    can_write = why_not_takeaway(booking, now=now) is None
    form = TakeawayForm(initial={"text": mine})
    return Takeaways(booking, mine, theirs, step, is_shown, can_write, form)
