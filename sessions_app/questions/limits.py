"""The limits on how much one mentee can have open, and whom they can book."""

from dataclasses import replace
from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from mentors.models import MentorProfile
from sessions_app.barred import refuse_barred
from sessions_app.errors import SessionError
from sessions_app.ledger.ledgers import why_paused
from sessions_app.models import Booking, Engagement
from trust.sanctions import Doing

from .mentee_standing import MenteeStanding, standing_of
from .pace import check_bookings
from .programme_limits import check_sessions_in, why_kept_out, why_visitor_kept_out


def closed_error(profile: MentorProfile) -> SessionError:
    return SessionError(
        "closed",
        _("%(mentor)s isn’t taking this kind of session at the moment. Look for someone else who can help.")
        % {"mentor": profile.first_name},
    )


class AlreadyTogetherError(SessionError):
    def __init__(self, code: str, message: str, *, ahead: QuerySet[Booking]) -> None:
        super().__init__(code, message)
        self._ahead = ahead

    @cached_property
    def booking(self) -> Booking | None:
        """The next session of the two, for a page that leads to it; read only there."""
        return self._ahead.only("uuid", "during").order_by("during").first()


def check_mentee(
    mentee: User,
    profile: MentorProfile,
    *,
    now: datetime,
    standing: MenteeStanding | None = None,
    in_writing: bool = False,
) -> None:
    """Raises SessionError if the person who books, or asks `in_writing`, has reached a limit.

    `standing`: if it was read already.
    """
    standing = standing or standing_of(mentee, profile.person_id, now=now)
    if mentee.pk == profile.person_id:
        raise SessionError("own_profile", _("This is your own profile. Other people can book you here."))
    if not mentee.name:
        words = _("Add your first name, so that %(mentor)s knows who they’re meeting.")
        raise SessionError("no_name", words % {"mentor": profile.first_name})
    if standing.is_barred:
        refuse_barred(mentee, Doing.ASK, now=now)
    if standing.is_apart or standing.mentor_is_barred:
        # Neither may learn that the other said so: the words are those of any offer that is closed.
        raise closed_error(profile)
    if refusal := why_paused(mentee, now=now, ledger=standing.ledger):
        raise refusal
    if profile.person_id in standing.mentors_ahead:
        raise AlreadyTogetherError(
            "already_together",
            _("You already have a session coming up with %(mentor)s, or have asked for one. Change it on its page.")
            % {"mentor": profile.first_name},
            ahead=Booking.objects.open_for(mentee, now).filter(mentor=profile.person_id),
        )
    if refusal := why_kept_out(profile, standing.shut_by, is_visitor=False):
        raise refusal
    check_open(standing)
    check_bookings(profile.first_name, standing.booked_lately, standing.together_lately, now=now)
    # Last, so that a question in writing is possible where nothing but this is in the way of a session.
    if not in_writing:
        check_sessions_in(standing, mentee, now=now)


def why_not_book(
    mentee: User | None, profile: MentorProfile, *, now: datetime, standing: MenteeStanding | None = None
) -> SessionError | None:
    """Why this person can't book this mentor at any time: pages say it before they write. None for a visitor.

    Not that the two are apart: a page then shows no times, as of any mentor who has none.
    """
    try:
        if mentee:
            standing = standing or standing_of(mentee, profile.person_id, now=now)
            check_mentee(mentee, profile, now=now, standing=replace(standing, is_apart=False, mentor_is_barred=False))
    except SessionError as refused:
        return refused
    return None


def read_standing(
    profile: MentorProfile, reader: User | None, *, now: datetime, chosen: int | None = None
) -> MenteeStanding | None:
    """None for a visitor, and for a mentor who looks at their own times. `chosen`: as for `standing_of`."""
    if reader is None or reader == profile.person:
        return None
    return standing_of(reader, profile.person_id, now=now, chosen=chosen)


def read_limit(
    profile: MentorProfile, reader: User | None, standing: MenteeStanding | None, *, now: datetime
) -> SessionError | None:
    """Why the reader, or a visitor, can't book this mentor at any time. `standing`: from `read_standing`."""
    if reader is None:
        return why_visitor_kept_out(profile, now=now)
    return why_not_book(reader, profile, now=now, standing=standing) if standing else None


def why_not_book_anyone(mentee: User | None, *, now: datetime) -> SessionError | None:
    """Why this person can't book any mentor at the moment, if they can't. None for a visitor."""
    if mentee is None:
        return None
    standing = standing_of(mentee, mentee.pk, now=now)
    try:
        if standing.is_barred:
            refuse_barred(mentee, Doing.ASK, now=now)
        check_open(standing)
        check_bookings("", standing.booked_lately, [], now=now)
    except SessionError as refused:
        return refused
    return why_paused(mentee, now=now, ledger=standing.ledger)


def check_open(standing: MenteeStanding, *, besides: int | None = None) -> None:
    """Raises SessionError `too_many_open` for a mentee who has as many sessions and questions open as they may.

    All dates with one mentor count once, since they are about one question. `besides`: a mentor whose dates don't
    count.
    """
    limit = settings.MAX_OPEN_BOOKINGS
    if len(set(standing.mentors_ahead) - {besides}) + standing.in_writing >= limit:
        words = ngettext(
            "You can have %(limit)d upcoming session or open question at a time. Cancel it, or come back when it’s"
            " over.",
            "You can have %(limit)d upcoming sessions and open questions at a time. Cancel one, or come back when one"
            " is over.",
            limit,
        )
        raise SessionError("too_many_open", words % {"limit": limit})


def check_own(continues: Engagement | None, mentee: User) -> None:
    if continues and continues.mentee_id != mentee.pk:
        raise SessionError("not_yours", _("You don’t have access to this session."))
