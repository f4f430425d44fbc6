"""What a programme allows one mentee: with whom they can meet, how often, and how much they have open."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from mentors.models import MentorProfile, Offer
from programmes.models import Programme
from programmes.models.programmes import MOST_SESSIONS
from programmes.pairs import OTHERS, UNIT, list_shared, mentors_shut_to, why_shut
from sessions_app.availability.pair_rules import PairRules
from sessions_app.errors import SessionError

from .mentee_standing import MenteeStanding
from .pace import FOUR_WEEKS, MINUTE, wait_for_room

# The codes of what keeps two people from meeting at all, at any time and in writing
KEPT_OUT = ("programme", "unit")


class ProgrammeLimitError(SessionError):
    """The refusal of a further session in a programme. Questions in writing and mentors outside of it are left."""


def check_sessions_in(standing: MenteeStanding, mentee: User, *, now: datetime, besides: int | None = None) -> None:
    """Raises ProgrammeLimitError `quota` or `too_many_open` for what stands against a session that would count.

    `besides`: as for `check_open`.
    """
    check_open_in(standing, besides=besides)
    check_quota(standing, mentee, now=now)


def check_quota(standing: MenteeStanding, mentee: User, *, now: datetime) -> None:
    """Raises ProgrammeLimitError `quota` if no further session of this mentee can count for the programme yet."""
    if standing.most_sessions is not None and not sessions_left(standing):
        opens = now + wait_for_room(standing.counted, standing.most_sessions, FOUR_WEEKS, now=now)
        words = ngettext(
            "You can book %(limit)d session within 28 days in %(programme)s. You can book the next one from %(day)s.",
            "You can book %(limit)d sessions within 28 days in %(programme)s. You can book the next one from %(day)s.",
            standing.most_sessions,
        )
        # Rounded up, so that the minute named is one at which it can be booked.
        day = date_format(localtime(opens + MINUTE, mentee.zone), "j F, H:i")
        said = {
            "limit": standing.most_sessions,
            "programme": Programme.objects.name_of(standing.programme_id),
            "day": day,
        }
        raise ProgrammeLimitError("quota", words % said)


def why_kept_out(profile: MentorProfile, shut_by: str | None, *, is_visitor: bool) -> SessionError | None:
    if shut_by == UNIT:
        words = _(
            "You and %(mentor)s are in the same unit, and in your programme people meet others. Look for someone from"
            " another unit."
        )
        return SessionError("unit", words % {"mentor": profile.first_name})
    kept_out = why_shut(shut_by, mentor=profile.first_name, is_visitor=is_visitor)
    return SessionError("programme", kept_out) if kept_out else None


def check_offer_in(pair: PairRules, offer: Offer) -> None:
    """Raises ProgrammeLimitError `session_kind` for a length or format that the programme doesn't have."""
    if not pair.allows(offer.length, offer.format):
        raise other_kind_error()


def other_kind_error() -> ProgrammeLimitError:
    words = _("Your programme has sessions of another length or kind. Choose another offer, or another mentor.")
    return ProgrammeLimitError("session_kind", words)


def not_shared_error() -> SessionError:
    words = _("The two of you aren’t in this programme together. Choose another, or none, then book again.")
    return SessionError("not_shared", words)


def find_shared(slug: str, reader: User | None, mentor: User, *, now: datetime) -> Programme:
    """The programme of this name that the two share. Raises SessionError `not_shared`, whether or not there is one."""
    found = next((shared for shared in list_shared(reader, mentor, now=now) if shared.slug == slug), None)
    if found is None:
        raise not_shared_error()
    return found


def why_visitor_kept_out(profile: MentorProfile, *, now: datetime) -> SessionError | None:
    """Why a visitor can't book this mentor: asked only of mentors who are in a programme."""
    is_shut = profile.person.is_in_programmes and mentors_shut_to(None, [profile.person_id], now=now)
    return why_kept_out(profile, OTHERS if is_shut else None, is_visitor=True)


def check_open_in(standing: MenteeStanding, *, besides: int | None) -> None:
    """Raises ProgrammeLimitError `too_many_open`; all dates with one mentor count once."""
    limit = standing.most_open
    if limit is not None and len(set(standing.open_with) - {besides}) >= limit:
        words = ngettext(
            "In %(programme)s you can have upcoming sessions with %(limit)d mentor at a time. Cancel them, or come back"
            " when they’re over.",
            "In %(programme)s you can have upcoming sessions with %(limit)d mentors at a time. Cancel one, or come back"
            " when one is over.",
            limit,
        )
        raise ProgrammeLimitError(
            "too_many_open", words % {"limit": limit, "programme": Programme.objects.name_of(standing.programme_id)}
        )


def sessions_left(standing: MenteeStanding) -> int:
    """How many more a mentee can book in the programme; where it has no limit, more than anyone books at once."""
    if standing.most_sessions is None:
        return MOST_SESSIONS
    return max(0, standing.most_sessions - len(standing.counted))
