"""Registering for an event, changing and cancelling it, and taking a place that came free."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import ConsentHow, User
from events.errors import EventError, stale_error
from events.locks import check_registration_seen, is_called, lock_event, lock_registration
from events.models import Event, EventKind, EventState, Registration, RegistrationState, Side
from events.models.registrations import ASKED_SUBJECT
from events.models.states import BEFORE_START, NOT_ENDED, STANDING
from mentors.models import MentorProfile
from sessions_app.locks import atomic_act, lock_people
from trust.sanctions import Doing, why_barred
from trust.separations import are_apart
from trust.signals.looking import watch_for_self_harm

from .consents import note_needs
from .giving import check_time, end_registration, give_place, take_event_time, time_at
from .inputs import RegistrationInput
from .notices import News, tell
from .places import count_places
from .waiting import admit_waiting, can_take_place, is_place_left


@atomic_act
def register(
    *,
    event: Event,
    person: User,
    side: str,
    said: RegistrationInput,
    now: datetime,
    how: ConsentHow = ConsentHow.PAGE,
) -> Registration:
    """Give this person a place, or put them on the waiting list where there is none. Registering again changes what
    they said, until the event runs.

    Raises EventError: `closed`, `wrong_side`, `not_a_mentor`, `too_few_rounds`, `removed`, `own_overlap`, `barred`.
    """
    event = lock_event(event)
    lock_people(person)
    known = Registration.objects.select_related("event", "person").filter(event=event, person=person).first()
    if known and known.state in STANDING:
        return rewrite(event, known, said, now=now, how=how)
    check_open(event, now=now)
    check_host(event, person, now=now)
    if refusal := why_barred(person, Doing.ASK, now=now):
        raise EventError(refusal.code, refusal.message)
    check_side(event, person, side, known)
    check_removed(known)
    registration = known or Registration(event=event, person=person, registered_at=now)
    for name, value in said.values().items():
        setattr(registration, name, value)
    registration.side, registration.ended_at, registration.answer_by = side, None, None
    registration.registered_at, registration.confirmed_at = now, None
    check_rounds(registration)
    check_time(registration, now=now)
    has_place = is_place_left(event, side, now=now)
    registration.state = RegistrationState.WAITING
    registration.waiting_since = now
    if known:
        registration.version += 1
    registration.save()
    registration.topics.set(said.topics)
    note_needs(registration, now=now, how=how)
    watch_for_self_harm(ASKED_SUBJECT, registration.pk, registration.person, [registration.question], now=now)
    if has_place:
        return give_place(registration, news=News.REGISTERED, now=now)
    tell(registration, news=News.WAITING, now=now)
    return registration


def check_open(event: Event, *, now: datetime) -> None:
    """People who were invited may answer until registration closes, as all others may."""
    if not event.takes_registrations(now):
        if event.state == EventState.CANCELLED:
            words = _("This event has been cancelled. Look for another one.")
        elif event.start <= now:
            words = _("This event has started. Look for another one.")
        else:
            words = _("Registration has closed. Look for another event.")
        raise EventError("closed", words)


def check_host(event: Event, person: User, *, now: datetime) -> None:
    """Who is apart from the host can't come to their office hours; the words are those of any that have closed."""
    if event.host_id and are_apart(event.host_id, person.pk, now=now):
        raise EventError("closed", _("Registration has closed. Look for another event."))


def check_side(event: Event, person: User, side: str, known: Registration | None) -> None:
    if side not in event.sides:
        words = _("You can’t register for this event that way. Choose how you’d like to take part.")
        raise EventError("wrong_side", words)
    if event.kind == EventKind.OFFICE_HOURS and person.pk == event.host_id:
        raise EventError("wrong_side", _("These are your own office hours: you don’t need a place."))
    if side != Side.MENTOR or (known and known.side == Side.MENTOR):
        return
    if not MentorProfile.objects.public().filter(person=person).exists():
        words = _("Only mentors with a live profile can take part as mentors. Register as a mentee instead.")
        raise EventError("not_a_mentor", words)


def check_removed(known: Registration | None) -> None:
    if known and known.state == RegistrationState.REMOVED:
        words = _("The organisers have removed you from this event. Write to them if you think that’s a mistake.")
        raise EventError("removed", words)


def check_rounds(registration: Registration) -> None:
    wrong = [number for number in registration.attends if not 1 <= number <= registration.event.rounds_count]
    if wrong:
        raise EventError("too_few_rounds", _("Choose among the rounds of this event."), field="attends")


def rewrite(
    event: Event,
    registration: Registration,
    said: RegistrationInput,
    *,
    now: datetime,
    how: ConsentHow = ConsentHow.PAGE,
) -> Registration:
    """Change what was said in a registration whose event and person are locked."""
    if event.state not in BEFORE_START or registration.state not in STANDING:
        raise EventError("closed", _("This can’t be changed any more."))
    before = time_at(registration)
    # The version stays: with another one, the notices that are scheduled for them would count as out of date.
    Registration.objects.filter(pk=registration.pk).update(**said.values())
    registration.refresh_from_db()
    registration.topics.set(said.topics)
    note_needs(registration, now=now, how=how)
    watch_for_self_harm(ASKED_SUBJECT, registration.pk, registration.person, [registration.question], now=now)
    check_rounds(registration)
    if registration.is_in and time_at(registration) != before:
        take_event_time(registration, now=now)
    return registration


@atomic_act
def take_place(*, registration: Registration, now: datetime, seen: str | None = None) -> Registration:
    """Take a place that came free, by a person on the waiting list: the one that is kept for them, or in the last hours
    any, where the first press wins.

    Raises EventError `closed`, `stale` (they don't wait any more), `full`, `own_overlap`.
    """
    registration = lock_registration(registration)
    check_registration_seen(registration, seen)
    if registration.is_in:
        return registration
    if not registration.is_waiting:
        raise stale_error(_("You’re not on the waiting list any more. Register again if you’d like to come."))
    event = registration.event
    if event.state not in BEFORE_START or event.start <= now:
        raise EventError("closed", _("It’s too late for this event. Look for another one."))
    if not can_take_place(registration, count_places(event, now), now=now):
        words = _("Someone else was faster, and all places are taken. You’re still on the waiting list.")
        raise EventError("full", words)
    return give_place(registration, news=News.ADMITTED, now=now)


@atomic_act
def cancel_registration(
    *, registration: Registration, by: User, now: datetime, seen: str | None = None
) -> Registration:
    """End it for a person who doesn't come, or whom the team removes; their place goes to the next.

    Raises EventError `stale`, and `closed` once the event has begun.
    """
    registration = lock_registration(registration)
    check_registration_seen(registration, seen)
    if registration.state not in NOT_ENDED:
        return registration
    if refusal := why_not_end(registration, by):
        raise refusal
    end_registration(registration, by=by, now=now)
    admit_waiting(registration.event, registration.side, now=now)
    return registration


def why_not_end(registration: Registration, by: User) -> EventError | None:
    """What keeps `by`, the person or someone of the team, from ending a registration that stands."""
    event = registration.event
    # Who only waits, or was invited, has no partners who would sit alone.
    is_needed = registration.is_in and is_called(event)
    if event.state in (*BEFORE_START, EventState.DRAFT) and not is_needed:
        return None
    words = _("The event has begun. If you have to go, say so on its page, so that your partners get someone else.")
    if by.pk != registration.person_id:
        words = _("The event has begun. Say at the desk that they’re gone, so that their partners get someone else.")
    return EventError("closed", words)


@atomic_act
def confirm_coming(*, registration: Registration, now: datetime) -> Registration:
    """They still come. Changes no notice that is scheduled. Raises EventError `stale` if they have no place now."""
    if not Registration.objects.filter(pk=registration.pk, state=RegistrationState.IN).update(confirmed_at=now):
        raise stale_error(_("You don’t have a place at this event any more. Look at its page for what you can do."))
    registration.refresh_from_db()
    return registration
