"""Asks the side that is said to be missing from a session."""

from notifications.services import Due
from sessions_app.booking.notices.due import booking_due
from sessions_app.models import AttendanceAct, Booking

from .facts import answer_by


def absent_due(claim: AttendanceAct, booking: Booking) -> Due:
    """The question to the person said to be missing, to be sent for as long as an answer counts."""
    asked = booking.other_person(claim.person).pk
    return booking_due("not_here", booking, asked, claim.at, answer_by(claim, booking))
