"""The states of a booking, and the sets of them that rules ask for. Each set has one name, here and nowhere else."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BookingState(models.TextChoices):
    HELD = "held", _("Held")
    REQUESTED = "requested", _("Waiting")
    COUNTERED = "countered", _("Other times offered")
    CONFIRMED = "confirmed", _("Confirmed")
    COMPLETED = "completed", _("Finished")
    MENTEE_NO_SHOW = "mentee_no_show", _("Missed by the mentee")
    MENTOR_NO_SHOW = "mentor_no_show", _("Missed by the mentor")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Expired")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    CANCELLED = "cancelled", _("Cancelled")


# Its time is taken, from everyone else.
OCCUPYING = (BookingState.HELD, BookingState.REQUESTED, BookingState.COUNTERED, BookingState.CONFIRMED)
# Waits for an answer. When the time for that has passed it is overdue, and counts as free.
PENDING = (BookingState.HELD, BookingState.REQUESTED, BookingState.COUNTERED)
# Both people know of it, and it is not over.
OPEN = (BookingState.REQUESTED, BookingState.COUNTERED, BookingState.CONFIRMED)
# A request: its mentor answers, or has offered other times and its mentee answers.
UNANSWERED = (BookingState.REQUESTED, BookingState.COUNTERED)
# Of one time, asked for or agreed; while other times are offered, nobody knows which it will be.
TIMED = (BookingState.REQUESTED, BookingState.CONFIRMED)
# Both agreed and nothing came between: it is still to come, goes on, or took place.
AGREED = (BookingState.CONFIRMED, BookingState.COMPLETED)
MISSED = (BookingState.MENTEE_NO_SHOW, BookingState.MENTOR_NO_SHOW)
OVER = (BookingState.COMPLETED, *MISSED)
# What someone has had or is still to have: what counts where a programme limits sessions.
OPEN_OR_OVER = (*OPEN, *OVER)
# What takes time, or took it
OCCUPYING_OR_OVER = (*OCCUPYING, *OVER)
AGREED_OR_MISSED = (*AGREED, *MISSED)
# It comes to nothing: its people can read of it, but it is in no calendar.
CALLED_OFF = (BookingState.CANCELLED, BookingState.DECLINED, BookingState.EXPIRED, BookingState.WITHDRAWN)
# What a visitor's hold can be before it has a mentee: held, or run out.
VISITORS_HOLD = (BookingState.HELD, BookingState.EXPIRED)
# What counts as a contact of an engagement: held, or still to be.
CONTACTS = (*OCCUPYING, BookingState.COMPLETED)
