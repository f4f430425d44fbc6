"""Who is there: arriving, a break, going home, coming back. The log only grows; its newest line holds."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from events.errors import EventError
from events.locks import lock_event, touch_event
from events.models import Chair, Event, Outcome, Pairing, Presence, PresenceKind, Registration, Round
from events.models.states import RUNS
from live.hints import tell_pages
from live.streams import Part
from sessions_app.locks import atomic_act
from trust.sanctions import Doing, why_barred

from .evening import Evening, Standing, read_evening, standing_of_one
from .seating import drop_pairs, fill_rounds
from .stamping import stamp

# From when people can check themselves in, and the desk can call the first round.
DOORS_OPEN = timedelta(hours=1)


def doors_open_at(event: Event) -> datetime:
    return event.start - DOORS_OPEN


@atomic_act
def check_in(*, registration: Registration, by: User, now: datetime) -> Standing:
    """They are here, for the first time or again. Twice does no harm.

    A person who comes late or comes back is seated in the rounds that aren't called yet, where someone is free.
    Raises EventError: `not_yet`, `closed`, `barred`.
    """
    evening, registration = begin_presence(registration, now=now)
    check_barred(registration.person, Doing.MEET, by=by, now=now)
    if now < doors_open_at(evening.event):
        raise EventError("not_yet", _("Check-in opens an hour before the start. Come back then."))
    before = standing_of_one(registration)
    if before == Standing.HERE:
        return before
    kind = PresenceKind.IN if before == Standing.ABSENT else PresenceKind.BACK
    note_presence(evening, registration, kind, by=by)
    # Who left before the first call and comes back has lost their partners by then.
    if kind == PresenceKind.BACK or len(evening.uncalled) < len(evening.rounds):
        fill_rounds(evening, evening.uncalled)
        touch_event(evening.event)
    return Standing.HERE


def check_barred(person: User, doing: Doing, *, by: User, now: datetime, field: str = "") -> None:
    """Others, as at the desk, aren't told what was decided of whom, only that they can't help here."""
    refusal = why_barred(person, doing, now=now)
    if refusal and by == person:
        raise EventError(refusal.code, refusal.message)
    if refusal:
        words = _("They can’t take part at the moment. We’ve emailed them why, and how to object.")
        raise EventError("barred", words, field=field)


@atomic_act
def take_break(*, registration: Registration, by: User, now: datetime) -> Standing:
    """They sit out until they say that they are back. Nobody asks why; their partners get someone else.

    Raises EventError `closed`, `not_here`.
    """
    evening, registration = begin_presence(registration, now=now)
    standing = check_here(registration)
    if standing == Standing.BREAK:
        return standing
    note_presence(evening, registration, PresenceKind.BREAK, by=by)
    leave_table(evening, registration)
    touch_event(evening.event)
    return Standing.BREAK


@atomic_act
def go_home(*, registration: Registration, by: User, now: datetime) -> Standing:
    """They leave for good: their partners of later rounds get someone else at once. Also for people who never came.

    Raises EventError `closed`.
    """
    evening, registration = begin_presence(registration, now=now)
    if standing_of_one(registration) == Standing.GONE:
        return Standing.GONE
    note_presence(evening, registration, PresenceKind.GONE, by=by)
    leave_table(evening, registration)
    drop_later(evening, registration)
    touch_event(evening.event)
    return Standing.GONE


def begin_presence(registration: Registration, *, now: datetime) -> tuple[Evening, Registration]:
    event = lock_event(registration.event_id)
    registration = Registration.objects.select_related("person").get(pk=registration.pk)
    registration.event = event
    if event.state not in RUNS:
        raise EventError("closed", _("The timetable of this event isn’t published, or the event is over."))
    if not registration.is_in:
        raise EventError("closed", _("This person has no place at this event any more. Ask the organisers."))
    return stamp(read_evening(event, now)), registration


def check_here(registration: Registration) -> Standing:
    standing = standing_of_one(registration)
    if standing in (Standing.ABSENT, Standing.GONE):
        raise EventError("not_here", _("You’re not checked in. Check in first."))
    return standing


def note_presence(evening: Evening, registration: Registration, kind: PresenceKind, *, by: User | None) -> None:
    # Who is here shows on the desk; pages of others change if their seats do.
    tell_pages(Part.PRESENCE, registration.event.stream)
    Presence.objects.create(
        registration=registration, kind=kind, from_round=evening.current or evening.next, by=by, at=evening.now
    )


def leave_table(evening: Evening, registration: Registration) -> None:
    """The meeting that is called or has just begun doesn't take place; one that is half over was held."""
    for place in (evening.current, evening.next):
        if place is None or place.called_at is None or is_half_over(place, evening):
            continue
        own = Q(one=registration) | Q(other=registration)
        Pairing.objects.filter(own, round=place, outcome=Outcome.PLANNED).update(outcome=Outcome.DROPPED)
        Chair.objects.filter(round=place, registration=registration).delete()


def is_half_over(place: Round, evening: Evening) -> bool:
    return evening.clock.moment - place.start >= (place.end - place.start) / 2


def drop_later(evening: Evening, registration: Registration) -> None:
    """In rounds that aren't called they meet nobody any more, and their partners get someone else."""
    own = Pairing.objects.filter(Q(one=registration) | Q(other=registration))
    if drop_pairs(own, evening.uncalled):
        fill_rounds(evening, evening.uncalled)
