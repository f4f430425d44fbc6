"""Further sessions on the same question: one to three dates, booked all together or not at all."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from common.hashing import form_mark
from common.known import known
from common.pages import seen as marks
from mentors import offers
from sessions_app.availability.pair_facts import locked_pair_rules
from sessions_app.availability.pair_rules import PairRules
from sessions_app.errors import SessionError, UnavailableTimeError, stale_error
from sessions_app.ledger.ledgers import why_paused
from sessions_app.locks import atomic_act, lock_booking
from sessions_app.models import Booking, Engagement
from sessions_app.models.states import AGREED
from sessions_app.questions.limits import check_open, closed_error
from sessions_app.questions.mentee_standing import standing_of
from sessions_app.questions.pace import bookings_left, check_bookings
from sessions_app.questions.programme_limits import check_offer_in, check_sessions_in, sessions_left, why_kept_out

from .book import (
    FIRST_EVENTS,
    booked_before,
    check_offer,
    check_slot,
    expire_for,
    further_booking,
    initial_state,
)
from .series_plan import SeriesRoom, too_far_text
from .transitions import begin_booking


def room_for(booking: Booking, *, by: User, now: datetime, contacts: Sequence[Booking] | None = None) -> SeriesRoom:
    """The room for further sessions, for pages and services. Raises SessionError if there is none.

    Its codes: `not_yours`, `closed`, `paused`, `programme`, `quota`, `too_many_open`, `too_often`, and those of
    `room_in`. `contacts`: those of the booking's engagement, in order, if they were read already.
    """
    if booking.mentee_id != by.pk:
        raise SessionError("not_yours", _("You don’t have access to this session."))
    check_offer(booking.offer)
    standing = standing_of(by, booking.mentor_id, now=now, chosen=booking.programme_id)
    if standing.is_apart:
        raise closed_error(booking.offer.profile)
    if refusal := why_paused(by, now=now, ledger=standing.ledger):
        raise refusal
    if contacts is None:
        contacts = list(Booking.objects.contacts_of(booking.engagement))
    room = room_in(booking.engagement, contacts, now=now)
    if refusal := why_kept_out(booking.offer.profile, standing.shut_by, is_visitor=False):
        raise refusal
    check_sessions_in(standing, by, now=now, besides=booking.mentor_id)
    check_open(standing, besides=booking.mentor_id)
    lately = standing.booked_lately, standing.together_lately
    check_bookings(booking.mentor.first_name, *lately, now=now)
    shares = standing.shares_programme
    pair = locked_pair_rules(by, booking.mentor_id, shares=shares, now=now, chosen=booking.programme_id)
    check_offer_in(pair, booking.offer)
    count = min(room.count, bookings_left(*lately, now=now), sessions_left(standing))
    return replace(room, count=count, programme=standing.programme_id, shares_programme=shares)


def room_in(engagement: Engagement, contacts: Sequence[Booking], *, now: datetime) -> SeriesRoom:
    """The room in an engagement with these contacts, in order.

    Raises SessionError `engagement_closed`, `not_agreed`, `series_full`, `series_over`.
    """
    mentor = {"mentor": engagement.mentor.first_name}
    if engagement.closed_at:
        words = _("This question is closed. To ask something new, book %(mentor)s again.")
        raise SessionError("engagement_closed", words % mentor)
    if not any(contact.state in AGREED for contact in contacts):
        raise SessionError("not_agreed", _("You can add dates once %(mentor)s has accepted the first.") % mentor)
    most = settings.MAX_CONTACTS
    left = most - len(contacts)
    if left < 1:
        words = _(
            "You can have up to %(count)d sessions about one question. For a new question, book %(mentor)s again."
        )
        raise SessionError("series_full", words % {**mentor, "count": most})
    room = SeriesRoom(left, most, contacts[0].start, contacts[-1].start, settings.SERIES_SPAN)
    if room.until <= now:
        words = _("A question closes four weeks after its first session. Book %(mentor)s again.")
        raise SessionError("series_over", words % mentor)
    return room


@atomic_act
def book_further(
    *,
    booking: Booking,
    starts: Sequence[datetime],
    by: User,
    now: datetime,
    key: str | None = None,
    seen: str | None = None,
) -> list[Booking]:
    """Book all of `starts` as further contacts of `booking`'s engagement, or none of them.

    The same `key` with the same dates gets the same bookings again. Where the offer asks first, each is a request of
    its own. `seen` is the mark of what was agreed to (`terms_mark`). Raises SessionError from `room_for`, the engine's
    codes, or `no_dates`, `too_many_dates`, `series_span`, `taken`, `changed`, `stale`, `too_often`.
    """
    booking = lock_booking(booking)
    starts = sorted(set(starts))
    mark = series_mark(key, booking, starts)
    if again := booked_before(by, mark):
        return list(again.booked_together.order_by("during")) or [again]
    expire_for(booking.mentor_id, by.pk, now=now)
    room = room_for(booking, by=by, now=now)
    check_dates(starts, room)
    if refusal := why_terms_stale(booking, seen):
        raise refusal
    made: list[Booking] = []
    for start, pair in pairs_of_dates(booking, starts, room, now=now):
        check_slot(booking.offer, start=start, mentee=by, now=now, pair=pair)
        terms = initial_state(booking.offer, start, now=now) | {"programme_id": room.programme}
        terms |= {"booked_with": made[0]} if made else {"idempotency_key": mark}
        contact = further_booking(booking.engagement, booking.offer, start, now=now, **terms)
        is_first_of_several = not made and len(starts) > 1
        event = FIRST_EVENTS[contact.state]
        made.append(begin_booking(contact, event=event, by=by, now=now, is_first_of_several=is_first_of_several))
    return made


def pairs_of_dates(
    booking: Booking, starts: Sequence[datetime], room: SeriesRoom, *, now: datetime
) -> Iterator[tuple[datetime, PairRules]]:
    """Each date with what the programme leaves of the mentor's times, after those before it have been booked.

    Which times are kept for first-timers is decided once, as the page did: a date that they book themselves changes
    nothing of it.
    """
    shares, by = room.shares_programme, known(booking.mentee)
    kept = locked_pair_rules(by, booking.mentor_id, shares=shares, now=now, chosen=room.programme)
    offer = booking.offer
    if kept.share is not None:
        for start in starts:
            check_slot(offer, start=start, mentee=by, now=now, pair=replace(kept, minutes=None))
    for start in starts:
        pair = locked_pair_rules(by, booking.mentor_id, shares=shares, now=now, chosen=room.programme)
        yield start, replace(pair, share=None)


def terms_mark(booking: Booking) -> str:
    """A hash of what further dates depend on: the session itself, and how its mentor meets now."""
    return marks.mark_of(booking.version, offers.terms_mark(booking.offer))


def why_terms_stale(booking: Booking, seen: str | None) -> SessionError | None:
    if seen is None or seen == terms_mark(booking):
        return None
    return stale_error(_("This session, or how it can be booked, has changed since you looked. Check it, then book."))


def check_dates(starts: Sequence[datetime], room: SeriesRoom) -> None:
    if not starts:
        raise SessionError("no_dates", _("Choose at least one time."))
    if len(starts) > room.count:
        words = ngettext(
            "There’s room for %(count)d more date. Remove the others.",
            "There’s room for %(count)d more dates. Remove the others.",
            room.count,
        )
        raise SessionError("too_many_dates", words % {"count": room.count})
    if not all(room.after_choosing(starts).has_room_for(start) for start in starts):
        raise UnavailableTimeError("series_span", too_far_text())


def check_span(booking: Booking, *, start: datetime) -> None:
    """Raises SessionError `series_span` if a moved session would be more than four weeks from the others."""
    span = span_of(booking)
    if span and not span[0] <= start <= span[1]:
        raise UnavailableTimeError("series_span", too_far_text())


def span_of(booking: Booking) -> tuple[datetime, datetime] | None:
    """The first and the last start that the other sessions on the same question leave to this one; None for any."""
    starts = [other.start for other in Booking.objects.contacts_of(booking.engagement).exclude(pk=booking.pk)]
    return (max(starts) - settings.SERIES_SPAN, min(starts) + settings.SERIES_SPAN) if starts else None


def series_mark(key: str | None, booking: Booking, starts: Sequence[datetime]) -> str | None:
    return form_mark(key, booking.pk, *(start.timestamp() for start in starts)) if key else None
