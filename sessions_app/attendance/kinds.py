"""The kinds of notices about who came to a session."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from mentors.models import MentorProfile
from mentors.moderation.acts import SUBJECT_TYPE
from notifications.digests import digest_kind
from notifications.models import InboxItem
from notifications.registry import InboxLine, Kind
from sessions_app.booking.notices.inbox import booking_inbox_lines
from sessions_app.booking.notices.kinds import booking_kind
from sessions_app.models import Booking, BookingState
from sessions_app.models.bookings import BOOKING_SUBJECT
from sessions_app.models.states import AGREED, AGREED_OR_MISSED, MISSED, OVER

from . import confirming, digests, emails, reviews


def _line_only(name: str, *, passing: bool = True) -> Kind:
    """Of use at once or not at all, so no mail is sent."""
    return Kind(name, BOOKING_SUBJECT, render=None, lines=booking_inbox_lines, model=Booking, passing=passing)


def mentor_paused_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    line = InboxLine(_("Your profile is away for two weeks, because of missed sessions"), reverse("my_ledger"))
    return {item.pk: line for item in items}


KINDS = [
    _line_only("running_late"),
    booking_kind("not_here", AGREED, emails.render_not_here_email, passing=True),
    _line_only("says_came"),
    booking_kind("missed", MISSED, emails.render_missed_email),
    booking_kind("did_not_join", MISSED, emails.render_did_not_join_email),
    _line_only("explained", passing=False),
    booking_kind("contested", AGREED_OR_MISSED, emails.render_contested_email, passing=True),
    digest_kind(digests.KIND, BOOKING_SUBJECT, digests.render_disputes_email, model=Booking),
    booking_kind("attendance_decided", OVER, emails.render_decided_email),
    booking_kind(confirming.KIND, (BookingState.CONFIRMED,), emails.render_confirm_email, passing=True),
    Kind(
        reviews.PAUSED_KIND,
        SUBJECT_TYPE,
        render=emails.render_mentor_paused_email,
        lines=mentor_paused_lines,
        model=MentorProfile,
    ),
]
