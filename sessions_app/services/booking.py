"""Taking a slot: book it, hold it for a visitor, turn the hold into a booking."""

import hashlib
from dataclasses import asdict, astuple, dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from mentors.models import Format, MentorProfile, Offer
from notifications.services import schedule
from sessions_app.briefs import Answers, kept
from sessions_app.errors import BookingError
from sessions_app.misses import why_paused
from sessions_app.models import OCCUPYING, Booking, BookingState, Brief, Engagement, Occupancy, WrittenState
from sessions_app.models.bookings import CONTACTS
from sessions_app.notices import booking_notices
from sessions_app.pace import check_bookings, check_holds
from sessions_app.refusals import refuse
from sessions_app.set_aside import set_aside
from sessions_app.standing import Standing, standing_of
from sessions_app.timetable import load_timetable
from sessions_app.webhooks import tell

from .asking import Asked, lock_and_ask
from .base import booking_act, change, close_if_over, entry_of, expire, lock_people, log, occupy
from .carrying import carry_files
from .racing import refuse_second
from .settling import becomes_call
from .writing import write_booking

# In writing: what still waits for its answer, and what has it.
BECOMES_CALL = (WrittenState.ASKED, WrittenState.ANSWERED)


@dataclass(frozen=True, slots=True)
class BriefInput:
    """What the mentee says; only the question is required."""

    question: str
    issue_type: str = ""
    situation: str = ""
    tried: str = ""
    done_when: str = ""
    needed_by: date | None = None
    answers: Answers = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """For the row, without answers that its kind does not ask for. Raises ValueError for one that can’t be."""
        return asdict(self) | {"answers": kept(self.issue_type, self.answers)}

    @classmethod
    def carried(cls, brief: Brief, *, question: str) -> "BriefInput":
        """All that was written for one mentor, for the next, with the question as it is asked now."""
        rest = {part.name: getattr(brief, part.name) for part in fields(cls) if part.name != "question"}
        return cls(question=question, **rest)


def mark_of(key: str | None, offer: Offer, start: datetime, brief: BriefInput) -> str | None:
    """Tells a form that was sent twice from one that was changed before it was sent again."""
    if not key:
        return None
    parts = (key, offer.pk, start.timestamp(), *astuple(brief))
    return hashlib.sha256(repr([str(part) for part in parts]).encode()).hexdigest()


@booking_act
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
) -> Booking:
    """Book `start` for `mentee`: confirmed at once, or requested where the offer asks first.

    The same `key` of the same person with the same choice gets the same booking again. `continues` is the mentee's
    engagement whose question is asked once more, `with_files` takes their files along; what began in writing with this
    very mentor goes on as a call in that engagement, under its own brief.
    Raises BookingError with the engine's codes, or `closed`, `own_profile`, `paused`, `too_many_open`,
    `already_together`, `too_often`, `taken`, `changed` (that booking was ended meanwhile), `not_yours`.
    """
    check_own(continues, mentee)
    mark = mark_of(key, offer, start, brief)
    refuse_second(offer, mentee, start=start, now=now)
    asked = lock_and_ask(offer, mentee, now=now, mark=mark)
    offer, profile = asked.offer, asked.offer.profile
    if asked.standing.booked_before and (booked := booked_before(mentee, mark)):
        return booked
    if asked.standing.overdue:
        expire_for(profile.person_id, mentee.pk, now=now)
        asked = lock_and_ask(offer, mentee, now=now)
    check(asked, start=start, mentee=mentee, now=now)
    terms = agreed(offer, start, now=now)
    if continues and goes_on_as_call(continues, profile):
        becomes_call(mentee, profile.person, now=now)
        booking = insert_in(continues, offer, start, now=now, idempotency_key=mark, **terms)
        log(booking, from_state="", by=mentee, now=now)
    else:
        if asked.standing.engaged:
            close_earlier_engagement(mentee, profile, now=now)
        booking = insert(offer, start=start, brief=brief, mentee=mentee, now=now, mark=mark, **terms)
        follow(continues, booking, with_files=with_files, now=now)
    event = "confirmed" if booking.state == BookingState.CONFIRMED else "requested"
    schedule(*booking_notices(booking, event=event, by=mentee, now=now), now=now)
    return booking


@booking_act
def hold_slot(
    *,
    offer: Offer,
    start: datetime,
    brief: BriefInput,
    held_for: str,
    now: datetime,
    key: str | None = None,
    instead_of: Booking | None = None,
) -> Booking:
    """Keep `start` for a visitor who still has to sign in, for `HOLD_MINUTES`.

    `held_for` names the visitor's address (a hash) for the hourly limit; `instead_of` is the hold this browser has
    already, which is given up. The same `key` from the same address with the same choice gets the same hold again.
    Raises BookingError as `book_session`.
    """
    asked = lock_and_ask(offer, None, now=now, also=instead_of.mentor_id if instead_of else None)
    offer = asked.offer
    check_offer(offer)
    mark = mark_of(key, offer, start, brief)
    held = Booking.objects.filter(held_for=held_for, idempotency_key=mark, state=BookingState.HELD, expires_at__gt=now)
    if mark and (again := held.first()):
        return again
    check_holds(held_for, offer.profile.person_id, now=now)
    before = Booking.objects.get(pk=instead_of.pk) if instead_of else None
    # Not set aside before the visitor has what they want instead, which may be at the same time.
    given_up = before if before and give_up_hold(before, now=now, kept_back=False) else None
    expire_for(offer.profile.person_id, now=now)
    check_slot(offer, start=start, mentee=None, now=now)
    until = now + timedelta(minutes=settings.HOLD_MINUTES)
    booking = insert(
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
        set_aside(given_up, given_up.during, was=BookingState.HELD, now=now)
    return booking


@booking_act
def claim_hold(*, booking: Booking, mentee: User, now: datetime) -> Booking:
    """The visitor has signed in: the held slot becomes their booking.

    A hold that ran out is booked all the same if the time is still free. What the same form of theirs has booked
    before is that booking again. Raises BookingError as `book_session`.
    """
    lock_people(booking.mentor_id, mentee)
    booking = Booking.objects.with_people().select_related("offer__profile__person").get(pk=booking.pk)
    if booking.mentee_id == mentee.pk:
        return booking
    if booking.state not in (BookingState.HELD, BookingState.EXPIRED) or booking.mentee_id is not None:
        raise BookingError("changed", _("This hold has been used already. Choose a time again."))
    if booked := booked_before(mentee, booking.idempotency_key):
        give_up_hold(booking, now=now)
        return booked
    offer = booking.offer
    check_offer(offer)
    expire_for(offer.profile.person_id, mentee.pk, now=now, but=booking)
    standing = standing_of(mentee, booking.mentor_id, now=now, leave_out=booking)
    check_mentee(mentee, offer.profile, now=now, standing=standing)
    # What is still held is theirs, whatever came free around it; what ran out goes to whoever waits first.
    held = booking.state == BookingState.HELD
    check_slot(offer, start=booking.start, mentee=mentee, now=now, leave_out=booking, standing=standing, in_line=held)
    close_earlier_engagement(mentee, offer.profile, now=now)
    Brief.objects.filter(pk=booking.engagement.brief_id).update(author=mentee)
    Engagement.objects.filter(pk=booking.engagement_id).update(mentee=mentee, closed_at=None)
    Occupancy.objects.filter(booking=booking).delete()
    booking.mentee = mentee
    occupy(booking)
    terms = agreed(offer, booking.start, now=now)
    event = "confirmed" if terms["state"] == BookingState.CONFIRMED else "requested"
    return change(booking, terms.pop("state"), by=mentee, now=now, event=event, mentee=mentee, **terms)


def give_up_hold(booking: Booking, *, now: datetime, kept_back: bool = True) -> bool:
    """End a locked hold early, if it still is one. `kept_back` as in `change`."""
    if booking.state != BookingState.HELD:
        return False
    change(booking, BookingState.EXPIRED, by=None, now=now, event=None, kept_back=kept_back)
    close_if_over(booking, now=now)
    return True


def booked_before(mentee: User, mark: str | None) -> Booking | None:
    """What the same form made before; if that has been ended meanwhile, sending the form again doesn't revive it."""
    booked = Booking.objects.filter(mentee=mentee, idempotency_key=mark).first() if mark else None
    if booked and booked.state not in (*OCCUPYING, BookingState.COMPLETED):
        raise BookingError("changed", _("This session was ended meanwhile. Choose a time to book again."))
    return booked


def check(asked: Asked, *, start: datetime, mentee: User, now: datetime) -> None:
    """Raise what stands against this booking, if anything does."""
    check_offer(asked.offer)
    check_mentee(mentee, asked.offer.profile, now=now, standing=asked.standing)
    refuse(asked.offer, asked.timetable, start=start, length=asked.offer.length, now=now, own=asked.standing.own)


def check_offer(offer: Offer) -> None:
    if not (offer.is_active and offer.profile.is_public) or offer.format == Format.WRITING:
        raise closed(offer.profile)


def closed(profile: MentorProfile) -> BookingError:
    return BookingError(
        "closed", _("%(mentor)s does not take this kind of session now.") % {"mentor": profile.first_name}
    )


def check_mentee(mentee: User, profile: MentorProfile, *, now: datetime, standing: Standing | None = None) -> None:
    """The limits of domain.md that concern the person who books; `standing` where it has been asked already."""
    standing = standing or standing_of(mentee, profile.person_id, now=now)
    if mentee.pk == profile.person_id:
        raise BookingError("own_profile", _("This is your own profile. Other people can book you here."))
    if standing.never_again:
        # Nobody but the mentee knows why, so nobody else could read it off the words.
        raise closed(profile)
    if refusal := why_paused(mentee, now=now, ends=standing.missed_ends):
        raise refusal
    if profile.person_id in standing.mentors_ahead:
        raise BookingError(
            "already_together",
            _("You already have a session with %(mentor)s ahead. On its page you can move it or add dates.")
            % {"mentor": profile.first_name},
        )
    limit = settings.MAX_OPEN_BOOKINGS
    if len(standing.mentors_ahead) + standing.in_writing >= limit:
        raise BookingError(
            "too_many_open",
            ngettext(
                "You have %(limit)d session ahead, the most at one time. Book again after it, or cancel it.",
                "You have %(limit)d sessions ahead, the most at one time. Book again after one, or cancel one.",
                limit,
            )
            % {"limit": limit},
        )
    check_bookings(profile.first_name, standing.booked_lately, standing.together_lately, now=now)


def check_slot(
    offer: Offer,
    *,
    start: datetime,
    mentee: User | None,
    now: datetime,
    leave_out: Booking | None = None,
    standing: Standing | None = None,
    in_line: bool = False,
) -> None:
    """Ask the one engine, with fresh rows under the lock, why this start can't be had.

    `leave_out` is the booking that is moved: its time counts as free, and its own length holds, not the offer's of now.
    `in_line`: what is set aside is set aside for this person.
    """
    timetable = load_timetable(offer.profile, now=now, leave_out=leave_out)
    if timetable and in_line:
        timetable = timetable.in_line()
    if mentee and standing is None:
        standing = standing_of(mentee, offer.profile.person_id, now=now, leave_out=leave_out)
    length = leave_out.length if leave_out else offer.length
    refuse(offer, timetable, start=start, length=length, now=now, own=standing.own if standing else ())


def expire_for(*people: int, now: datetime, but: Booking | None = None) -> None:
    """End these locked people's overdue holds and requests: their time is free, but the database still holds it."""
    overdue = Booking.objects.overdue(now).filter(occupancies__person__in=people).distinct()
    for booking in overdue.select_related("offer", "engagement"):
        if but is None or booking.pk != but.pk:
            expire(booking, now=now)


def close_earlier_engagement(mentee: User, profile: MentorProfile, *, now: datetime) -> None:
    """A new question is a new engagement; the one before, whose sessions are over, ends with it."""
    becomes_call(mentee, profile.person, now=now)
    Engagement.objects.live().between(mentee, profile.person).update(closed_at=now)


def check_own(continues: Engagement | None, mentee: User) -> None:
    if continues and continues.mentee_id != mentee.pk:
        raise BookingError("not_yours", _("This session belongs to other people."))


def goes_on_as_call(engagement: Engagement, profile: MentorProfile) -> bool:
    """Whether a time with this mentor belongs to what the two began in writing and have not met about yet.

    Pages ask it too. Further times on the same question are `book_further`'s.
    """
    if engagement.mentor_id != profile.person_id:
        return False
    live = Engagement.objects.live().filter(pk=engagement.pk, written__state__in=BECOMES_CALL)
    return live.exclude(bookings__state__in=CONTACTS).exists()


def follow(continues: Engagement | None, booking: Booking, *, with_files: bool, now: datetime) -> None:
    """A booking's new engagement asks once more what another one asked."""
    if continues is None or booking.mentee is None:
        return
    Engagement.objects.filter(pk=booking.engagement_id).update(continues=continues)
    if with_files:
        carry_files(continues, booking.engagement, by=booking.mentee, now=now)


def agreed(offer: Offer, start: datetime, *, now: datetime) -> dict[str, Any]:
    """The state a fresh booking of this offer has, and its date or deadline."""
    if offer.instant:
        return {"state": BookingState.CONFIRMED, "confirmed_at": now, "expires_at": None}
    return {"state": BookingState.REQUESTED, "expires_at": request_deadline(offer, start, now=now)}


def request_deadline(offer: Offer, start: datetime, *, now: datetime) -> datetime:
    """When an unanswered request ends: a day from now, not within the notice before the start.

    A start that is only just outside the notice would leave no time to answer at all; then half of what is left counts.
    """
    notice = timedelta(minutes=offer.profile.schedule.notice)
    return min(now + settings.REQUEST_DEADLINE, max(start - notice, now + (start - now) / 2))


def insert(
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
) -> Booking:
    person = offer.profile.person
    engagement = Engagement(mentee=mentee, mentor=person, brief=Brief(author=mentee, **brief.values()))
    booking = Booking(
        engagement=engagement,
        offer=offer,
        mentor=person,
        mentee=mentee,
        during=DateTimeTZRange(start, start + timedelta(minutes=offer.length), "[)"),
        format=offer.format,
        state=state,
        idempotency_key=mark,
        held_for=held_for,
        expires_at=expires_at,
        confirmed_at=confirmed_at,
        created_at=now,
    )
    entry = entry_of(booking, from_state="", by=mentee, now=now)
    write_booking(booking, entry)
    tell(entry)
    return booking


def insert_in(engagement: Engagement, offer: Offer, start: datetime, *, now: datetime, **fields: Any) -> Booking:
    """One more contact of an engagement that there is, with everybody's time; the first line of its log comes after."""
    booking = Booking.objects.create(
        engagement=engagement,
        offer=offer,
        mentor=engagement.mentor,
        mentee=engagement.mentee,
        during=DateTimeTZRange(start, start + timedelta(minutes=offer.length), "[)"),
        format=offer.format,
        created_at=now,
        **fields,
    )
    occupy(booking)
    return booking
