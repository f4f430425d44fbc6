"""Mails to one of the two about what the other says of who came."""

from notifications.services import Due
from sessions_app.booking.notices.due import booking_due
from sessions_app.models import AttendanceAct, Booking

from .facts import CONTEST_WITHIN, answer_by


def absent_due(claim: AttendanceAct, booking: Booking) -> Due:
    """The question to the person said to be missing, to be sent for as long as an answer counts."""
    asked = booking.other_person(claim.person).pk
    return booking_due("not_here", booking, asked, claim.at, answer_by(claim, booking))


def contested_due(contest: AttendanceAct, booking: Booking) -> Due:
    """To the other of the two, who can say how it was for them while staff decide."""
    other = booking.other_person(contest.person).pk
    return booking_due("contested", booking, other, contest.at, contest.at + CONTEST_WITHIN)
