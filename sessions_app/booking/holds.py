"""Holds: a slot kept for a visitor while they sign in, and turning it into a booking."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from mentors.models import Offer
from sessions_app.availability.pair_facts import EVERYTHING, locked_pair_rules
from sessions_app.availability.reserved_time import reserve_time
from sessions_app.errors import SessionError
from sessions_app.locks import atomic_act, lock_people
from sessions_app.models import Booking, BookingState, Brief, Engagement, Occupancy
from sessions_app.models.states import VISITORS_HOLD
from sessions_app.questions.brief_input import BriefInput
from sessions_app.questions.limits import check_mentee
from sessions_app.questions.mentee_standing import standing_of
from sessions_app.questions.pace import check_holds
from sessions_app.questions.programme_limits import check_offer_in, why_kept_out
from sessions_app.questions.self_harm import watch_question
from sessions_app.written.settling import close_earlier_engagement

from .book import (
    FIRST_EVENTS,
    agreed_state,
    booked_before,
    booking_mark,
    check_offer,
    check_slot,
    check_terms,
    expire_for,
    initial_state,
    insert_booking,
)
from .prefetch import lock_and_read
from .transitions import change_state, close_if_over, occupy_time


@atomic_act
def hold_slot(
    *,
    offer: Offer,
    start: datetime,
    brief: BriefInput,
    held_for: str,
    now: datetime,
    key: str | None = None,
    instead_of: Booking | None = None,
    terms: str | None = None,
) -> Booking:
    """Keep `start` for a visitor who still has to sign in, for `HOLD_MINUTES`.

    `held_for` names the visitor's address (a hash) for the hourly limit; `instead_of` is the hold this browser has
    already, which is given up. The same `key` from the same address with the same choice gets the same hold again.
    `terms` and refusals as `book_session`.
    """
    locked = lock_and_read(offer, None, now=now, also_lock=instead_of.mentor_id if instead_of else None)
    offer = locked.offer
    check_offer(offer)
    mark = booking_mark(key, offer, start, brief)
    held = Booking.objects.filter(held_for=held_for, idempotency_key=mark, state=BookingState.HELD, expires_at__gt=now)
    if mark and (again := held.first()):
        return again
    check_terms(offer, terms)
    if refusal := why_kept_out(offer.profile, locked.standing.shut_by, is_visitor=True):
        raise refusal
    check_holds(held_for, offer.profile.person_id, now=now)
    before = Booking.objects.get(pk=instead_of.pk) if instead_of else None
    # Its time is reserved for the waiting list only after the visitor has the new hold, which may overlap with it.
    given_up = before if before and give_up_hold(before, now=now, reserve=False) else None
    expire_for(offer.profile.person_id, now=now)
    check_slot(offer, start=start, mentee=None, now=now)
    until = now + timedelta(minutes=settings.HOLD_MINUTES)
    booking = insert_booking(
        offer,
        start=start,
        brief=brief,
        mentee=None,
        now=now,
        mark=mark,
        held_for=held_for,
        state=BookingState.HELD,
        expires_at=until,
    )
    if given_up:
        reserve_time(given_up, [given_up.during], was=BookingState.HELD, now=now)
    return booking


@atomic_act
def claim_hold(*, booking: Booking, mentee: User, now: datetime, is_agreed: bool = False) -> Booking:
    """The visitor has signed in, so the held slot becomes their booking.

    A hold that has run out is booked all the same if its time is still free. If the same form has made a booking
    before, that booking is returned. `is_agreed`: the mentor has said yes to this time, so they aren't asked first.
    Raises SessionError as `book_session`.
    """
    lock_people(booking.mentor_id, mentee)
    booking = Booking.objects.with_people().select_related("offer__profile__person").get(pk=booking.pk)
    if booking.mentee_id == mentee.pk:
        return booking
    if booking.state not in VISITORS_HOLD or booking.mentee_id is not None:
        raise SessionError("changed", _("This time is no longer held for you. Choose a time again."))
    if booked := booked_before(mentee, booking.idempotency_key):
        give_up_hold(booking, now=now)
        return booked
    offer = booking.offer
    check_offer(offer)
    expire_for(offer.profile.person_id, mentee.pk, now=now, except_for=booking)
    standing = standing_of(mentee, booking.mentor_id, now=now, excluding=booking)
    check_mentee(mentee, offer.profile, now=now, standing=standing)
    # A hold that is still valid is theirs, even if time around it is reserved. One that has run out is not: its time
    # goes to people on the waiting list first.
    held = booking.state == BookingState.HELD
    pair = locked_pair_rules(mentee, booking.mentor_id, shares=standing.shares_programme, now=now)
    check_offer_in(pair, offer)
    check_slot(
        offer,
        start=booking.start,
        mentee=mentee,
        now=now,
        excluding=booking,
        standing=standing,
        for_waitlist=held,
        pair=EVERYTHING if held else pair,
    )
    close_earlier_engagement(mentee, offer.profile, now=now)
    Brief.objects.filter(pk=booking.engagement.brief_id).update(author=mentee)
    Engagement.objects.filter(pk=booking.engagement_id).update(mentee=mentee, closed_at=None)
    watch_question(booking.engagement.brief, by=mentee, now=now)
    Occupancy.objects.filter(booking=booking).delete()
    booking.mentee = mentee
    occupy_time(booking)
    terms = agreed_state(now=now) if is_agreed else initial_state(offer, booking.start, now=now)
    state = terms.pop("state")
    terms |= {"mentee": mentee, "programme_id": standing.programme_id}
    return change_state(booking, state, by=mentee, now=now, event=FIRST_EVENTS[state], **terms)


def give_up_hold(booking: Booking, *, now: datetime, reserve: bool = True) -> bool:
    """End a locked hold early, if it still is one. `reserve` as in `change_state`."""
    if booking.state != BookingState.HELD:
        return False
    change_state(booking, BookingState.EXPIRED, by=None, now=now, event="", reserve=reserve)
    close_if_over(booking, now=now)
    return True
