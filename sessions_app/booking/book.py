"""Taking a slot: book it, hold it for a visitor, turn the hold into a booking."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from accounts.models import User
from common.hashing import form_mark
from common.statements import make_new
from common.zones import canonical_zone
from mentors.models import Format, MentorProfile, Offer
from mentors.offers import terms_mark
from programmes.models import Programme
from sessions_app.availability.pair_facts import EVERYTHING, locked_pair_rules
from sessions_app.availability.pair_rules import PairRules
from sessions_app.availability.refusals import refuse_start
from sessions_app.availability.timetable import Timetable, load_timetable
from sessions_app.errors import SessionError, stale_error
from sessions_app.locks import atomic_act
from sessions_app.models import Booking, BookingState, Brief, Engagement, WrittenState
from sessions_app.models.states import CONTACTS
from sessions_app.questions.brief_input import BriefInput
from sessions_app.questions.limits import check_mentee, check_own, closed_error
from sessions_app.questions.mentee_standing import MenteeStanding, standing_of
from sessions_app.questions.programme_limits import check_offer_in, not_shared_error
from sessions_app.questions.self_harm import watch_question
from sessions_app.questions.shared_files import carry_files
from sessions_app.written.settling import close_as_call, close_earlier_engagement

from .deadlines import answer_deadline
from .notices.how_told import HowTold
from .prefetch import LockedFacts, lock_and_read
from .race_gate import refuse_second
from .returning import back_at
from .transitions import begin_booking, expire_booking

# What people are told of a new booking in one of these states; nobody but the visitor knows of a hold.
FIRST_EVENTS: dict[str, str] = {
    BookingState.HELD: "",
    BookingState.REQUESTED: "requested",
    BookingState.CONFIRMED: "confirmed",
}
# States of a question in writing that can go on as a call: with an answer, or still waiting for one.
BECOMES_CALL = (WrittenState.ASKED, WrittenState.ANSWERED)


def booking_mark(
    key: str | None, offer: Offer, start: datetime, brief: BriefInput, programme: Programme | None = None
) -> str | None:
    chosen = [programme.pk] if programme else []
    return form_mark(key, offer.pk, start.timestamp(), *astuple(brief), *chosen) if key else None


@atomic_act
def book_session(
    *,
    offer: Offer,
    start: datetime,
    brief: BriefInput,
    mentee: User,
    now: datetime,
    key: str | None = None,
    continues: Engagement | None = None,
    with_files: bool = False,
    terms: str | None = None,
    programme: Programme | None = None,
) -> Booking:
    """Book `start` for `mentee`: confirmed at once, or requested where the offer asks first.

    The same `key` of the same person with the same choice gets the same booking again. `continues` is the mentee's
    engagement whose question is asked once more, `with_files` takes their files along; what began in writing with this
    very mentor goes on as a call in that engagement, under its own brief. `terms` is the mark of the offer
    as it was shown (`mentors.offers.terms_mark`), None where nobody was shown any. `programme` is the one that it is to
    count for, of those that the two share; without it, the only one, or none.
    Raises SessionError with the engine's codes, or `closed`, `own_profile`, `paused`, `too_many_open`, `programme`,
    `quota`, `already_together`, `too_often`, `taken`, `changed` (that booking was ended meanwhile), `not_yours`,
    `stale` (the offer has other terms now), `not_shared` (the two aren't in this programme together).
    """
    # The order matters. Before the lock: refuse the person who comes second, who would only queue for it. Under the
    # lock: read everything in one statement, since others wait; find out whether this form was sent before; end what is
    # overdue and read again; and only then refuse, with facts that can't change any more.
    check_own(continues, mentee)
    mark, chosen = booking_mark(key, offer, start, brief, programme), programme.pk if programme else None
    refuse_second(offer, mentee, start=start, now=now, chosen=chosen)
    locked = lock_and_read(offer, mentee, now=now, mark=mark, chosen=chosen)
    offer, profile = locked.offer, locked.offer.profile
    if locked.standing.booked_before and (booked := booked_before(mentee, mark)):
        return booked
    if locked.standing.overdue:
        expire_for(profile.person_id, mentee.pk, now=now)
        locked = lock_and_read(offer, mentee, now=now, chosen=chosen)
    check_terms(locked.offer, terms)
    check_booking(locked, start=start, mentee=mentee, now=now, chosen=chosen)
    if chosen not in (None, locked.standing.programme_id):
        raise not_shared_error()
    first_state = initial_state(offer, start, now=now)
    if continues and continues_as_call(continues, profile):
        close_as_call(mentee, profile.person, now=now)
        first_state |= {"idempotency_key": mark, "programme_id": locked.standing.programme_id}
        booking = further_booking(continues, offer, start, now=now, **first_state)
        begin_booking(booking, event=FIRST_EVENTS[booking.state], by=mentee, now=now, how_told=locked.how_told)
    else:
        if locked.standing.engaged:
            close_earlier_engagement(mentee, profile, now=now)
        booking = insert_booking(
            offer,
            start=start,
            brief=brief,
            mentee=mentee,
            now=now,
            mark=mark,
            how_told=locked.how_told,
            programme=locked.standing.programme_id,
            **first_state,
        )
        link_earlier_engagement(continues, booking, with_files=with_files, now=now)
        watch_question(booking.engagement.brief, by=mentee, now=now)
    return booking


def booked_before(mentee: User, mark: str | None) -> Booking | None:
    """The booking that the same form made before.

    If that has been ended since, sending the form again doesn't revive it.
    """
    booked = Booking.objects.filter(mentee=mentee, idempotency_key=mark).first() if mark else None
    if booked and booked.state not in CONTACTS:
        raise SessionError("changed", _("This session has ended in the meantime. Choose a time to book again."))
    return booked


def check_booking(
    locked: LockedFacts, *, start: datetime, mentee: User, now: datetime, chosen: int | None = None
) -> None:
    """Raises SessionError for the first thing that stands against this booking."""
    check_offer(locked.offer)
    check_mentee(mentee, locked.offer.profile, now=now, standing=locked.standing)
    mentor, shares = locked.offer.profile.person_id, locked.standing.shares_programme
    pair = locked_pair_rules(mentee, mentor, shares=shares, now=now, chosen=chosen)
    own, zone = locked.standing.own, mentee.zone
    check_start(locked.offer, locked.timetable, pair, start=start, now=now, own=own, zone=zone)


def check_start(
    offer: Offer,
    timetable: Timetable | None,
    pair: PairRules,
    *,
    start: datetime,
    now: datetime,
    own: Iterable[Sequence[datetime]] = (),
    zone: ZoneInfo | None = None,
) -> None:
    """Raises SessionError for what stands against this offer at this start, where nothing stands against the mentee.

    `own`: the mentee's spans elsewhere. `zone`: in which moments are told.
    """
    check_offer_in(pair, offer)
    free = timetable and timetable.for_pair(pair)
    refuse_start(offer, free, start=start, length=offer.length, now=now, own=own, zone=zone)


def check_terms(offer: Offer, seen: str | None) -> None:
    """Raises SessionError `stale`, in words that say what the offer is now, where a person was shown other terms."""
    if seen is None or seen == terms_mark(offer):
        return
    facts = {"name": offer.profile.person.first_name, "minutes": offer.length, "format": offer.get_format_display()}
    if offer.instant:
        words = _("%(name)s has changed this offer: it’s now %(minutes)d min, %(format)s, and booked straight away.")
    else:
        words = _(
            "%(name)s has changed this offer: it’s now %(minutes)d min, %(format)s, and they confirm each request."
        )
    raise stale_error(" ".join([words % facts, _("If that suits you, send it again.")]))


def check_offer(offer: Offer) -> None:
    if not (offer.is_active and offer.profile.is_public) or offer.profile.is_resting or offer.format == Format.WRITING:
        raise closed_error(offer.profile)


def check_slot(
    offer: Offer,
    *,
    start: datetime,
    mentee: User | None,
    now: datetime,
    excluding: Booking | None = None,
    standing: MenteeStanding | None = None,
    for_waitlist: bool = False,
    pair: PairRules = EVERYTHING,
) -> None:
    """Raises SessionError if this start can't be booked, asking the slot engine with rows read under the lock.

    `excluding` is the booking that is being moved: its time counts as free, and its own length is used, since the
    offer's may have changed. `for_waitlist`: this person waits in line, so time that is reserved for the line is free
    to them. `pair`: what their programme leaves to them, of a new session.
    """
    timetable = load_timetable(offer.profile, now=now, excluding=excluding)
    if timetable:
        timetable = timetable.for_pair(pair)
    if timetable and for_waitlist:
        timetable = timetable.for_waitlist()
    if mentee and standing is None:
        standing = standing_of(mentee, offer.profile.person_id, now=now, excluding=excluding)
    length = excluding.length if excluding else offer.length
    own, zone = standing.own if standing else (), mentee.zone if mentee else None
    refuse_start(offer, timetable, start=start, length=length, now=now, own=own, zone=zone)


def expire_for(*people: int, now: datetime, except_for: Booking | None = None) -> None:
    """End overdue holds and requests of these locked people.

    Their time counts as free, but their rows still block it.
    """
    overdue = Booking.objects.overdue(now).filter(occupancies__person__in=people).distinct()
    for booking in overdue.select_related("offer", "engagement"):
        if except_for is None or booking.pk != except_for.pk:
            expire_booking(booking, now=now)


def continues_as_call(engagement: Engagement, profile: MentorProfile) -> bool:
    """Whether a session with this mentor belongs to a question in writing about which the two haven't met yet.

    Pages ask this too. Further sessions on the same question are for `book_further`.
    """
    if engagement.mentor_id != profile.person_id:
        return False
    live = Engagement.objects.live().filter(pk=engagement.pk, written__state__in=BECOMES_CALL)
    return live.exclude(bookings__state__in=CONTACTS).exists()


def link_earlier_engagement(continues: Engagement | None, booking: Booking, *, with_files: bool, now: datetime) -> None:
    """Note that the booking's new engagement asks the same question as an earlier one."""
    if continues is None or booking.mentee is None:
        return
    Engagement.objects.filter(pk=booking.engagement_id).update(continues=continues)
    if with_files:
        carry_files(continues, booking.engagement, by=booking.mentee, now=now)


def initial_state(offer: Offer, start: datetime, *, now: datetime) -> dict[str, Any]:
    """The fields for the state of a new booking of this offer, with its date or deadline."""
    if offer.instant:
        return agreed_state(now=now)
    return {"state": BookingState.REQUESTED, "expires_at": request_deadline(offer, start, now=now)}


def agreed_state(*, now: datetime) -> dict[str, Any]:
    return {"state": BookingState.CONFIRMED, "confirmed_at": now, "expires_at": None}


def request_deadline(offer: Offer, start: datetime, *, now: datetime) -> datetime:
    """When an unanswered request for this start would end; its mentor answers, so it is never in their night.

    The time to answer counts from when they are back from days off, if that is before the start.
    """
    schedule = offer.profile.schedule
    notice = timedelta(minutes=schedule.notice)
    zone = canonical_zone(schedule.timezone) or schedule.timezone
    back = back_at(offer, now=now)
    begins = back if back < start else now
    return answer_deadline(start=start, notice=notice, zone=zone, now=begins, at_most=settings.REQUEST_DEADLINE)


def insert_booking(
    offer: Offer,
    *,
    start: datetime,
    brief: BriefInput,
    mentee: User | None,
    now: datetime,
    state: BookingState,
    mark: str | None = None,
    held_for: str = "",
    expires_at: datetime | None = None,
    confirmed_at: datetime | None = None,
    how_told: HowTold | None = None,
    programme: int | None = None,
) -> Booking:
    person = offer.profile.person
    row = make_new(Brief, {"author": mentee}, **brief.values())
    engagement = make_new(Engagement, {"mentee": mentee, "mentor": person, "brief": row})
    booking = make_new(
        Booking,
        {"engagement": engagement, "offer": offer, "mentor": person, "mentee": mentee},
        programme_id=programme,
        during=DateTimeTZRange(start, start + timedelta(minutes=offer.length), "[)"),
        format=offer.format,
        state=state,
        idempotency_key=mark,
        held_for=held_for,
        expires_at=expires_at,
        confirmed_at=confirmed_at,
        created_at=now,
    )
    return begin_booking(booking, event=FIRST_EVENTS[state], by=mentee, now=now, how_told=how_told)


def further_booking(engagement: Engagement, offer: Offer, start: datetime, *, now: datetime, **fields: Any) -> Booking:
    """One more contact of an engagement that there is; `begin_booking` writes it."""
    return Booking(
        engagement=engagement,
        offer=offer,
        mentor=engagement.mentor,
        mentee=engagement.mentee,
        during=DateTimeTZRange(start, start + timedelta(minutes=offer.length), "[)"),
        format=offer.format,
        created_at=now,
        **fields,
    )
