"""The line that each side takes away from a session."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from live.hints import tell_pages
from live.streams import Part
from sessions_app.booking.clock import CLOSES_AFTER
from sessions_app.errors import SessionError
from sessions_app.locks import atomic_act, lock_for
from sessions_app.models import Booking, Takeaway

from .followups import why_not_next_step


def why_not_takeaway(booking: Booking, *, now: datetime) -> SessionError | None:
    if refusal := why_not_next_step(booking, now=now):
        return refusal
    if now >= booking.end + CLOSES_AFTER:
        return SessionError(
            "too_late", _("You could write this within two weeks of the session, and that time has passed.")
        )
    return None


@atomic_act
def write_takeaway(*, booking: Booking, text: str, by: User, now: datetime) -> None:
    """Save a line for both to read; an empty one deletes it. Raises from `why_not_takeaway`, `not_yours`."""
    booking = lock_for(booking, by)
    if refusal := why_not_takeaway(booking, now=now):
        raise refusal
    tell_pages(Part.TAKEAWAYS, booking.engagement.stream)
    if text:
        fields = {"text": text, "written_at": now}
        Takeaway.objects.update_or_create(booking=booking, author=by, defaults=fields)
    else:
        Takeaway.objects.filter(booking=booking, author=by).delete()
