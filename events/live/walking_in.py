"""People who come to an evening without having registered: the desk adds them, and they get what is free."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import create_person
from common.mail.addresses import canonical_address
from events.errors import EventError
from events.locks import touch_event
from events.models import Event, Place, PresenceKind, Registration, RegistrationState
from events.models.events import MOST_PLACES
from events.planning.plans import make_tables
from events.registering.acts import check_side
from events.registering.giving import take_event_time
from events.registering.notices import silence
from events.registering.places import take_free_place
from sessions_app.locks import atomic_act, lock_people
from trust.sanctions import Doing

from .evening import Evening, Standing, standing_of_one
from .presence import check_barred, doors_open_at, note_presence
from .running import begin_act
from .seating import fill_rounds


@dataclass(frozen=True, slots=True)
class WalkIn:
    """What the desk is told by a person who isn't on the list.

    `has_chosen_languages`: the desk didn't leave them as the form had them.
    """

    email: str
    name: str
    side: str
    languages: Sequence[str]
    has_chosen_languages: bool


@atomic_act
def add_walk_in(*, event: Event, said: WalkIn, by: User, now: datetime) -> Registration:
    """Register and check in a person at the door. Without an account they get one, which their email address opens.

    They take a free place or, as a standby, one more; and are seated in the rounds to come wherever someone is free.
    Raises EventError: `closed`, `not_yet`, `too_late`, `wrong_side`, `not_a_mentor`, `removed`, `barred`, `no_account`,
    `own_overlap`, `no_places`.
    """
    evening = begin_act(event, seen=None, now=now)
    check_doors(evening)
    person = find_person(said, zone=evening.event.timezone)
    lock_people(person)
    known = Registration.objects.select_related("event", "person").filter(event=event, person=person).first()
    if known and known.state == RegistrationState.REMOVED:
        raise EventError("removed", _("They’ve been taken off the list of this event. Ask who organises it."))
    has_place = known is not None and known.is_in
    check_barred(person, Doing.MEET if has_place else Doing.ASK, by=by, now=now, field="email")
    registration = known if known and has_place else put_on_list(evening, person, known, said)
    registration.event, registration.person = evening.event, person
    if said.has_chosen_languages and registration.languages != list(said.languages):
        registration.languages = list(said.languages)
        registration.save(update_fields=["languages"])
    if standing_of_one(registration) != Standing.HERE:
        note_presence(evening, registration, PresenceKind.IN, by=by)
    make_tables(evening.event)
    fill_rounds(evening, evening.uncalled)
    touch_event(evening.event)
    return registration


def check_doors(evening: Evening) -> None:
    if evening.now < doors_open_at(evening.event):
        raise EventError("not_yet", _("People can be added at the desk from an hour before the start."))
    if evening.is_over or not evening.uncalled:
        raise EventError("too_late", _("All rounds are called, so it’s too late to join. Tell them of the next event."))


def find_person(said: WalkIn, *, zone: str) -> User:
    """The account of this address, or a new one. The name of one that exists stays as it is."""
    email = canonical_address(said.email)
    person = User.objects.filter(email=email).first()
    if person is None:
        try:
            with transaction.atomic():
                person = create_person(email=email, name=said.name, timezone=zone, verified=False)
        except IntegrityError:
            person = User.objects.get(email=email)
    if not person.is_active:
        raise EventError("no_account", _("The account of this address is closed. Use another address."), field="email")
    return person


def put_on_list(evening: Evening, person: User, known: Registration | None, said: WalkIn) -> Registration:
    """Give a person a place, without any mail: pages are faster. What they said when they registered before stays, but
    for languages that the desk has chosen."""
    event, now = evening.event, evening.now
    check_side(event, person, said.side, None)
    registration = known or Registration(event=event, person=person, languages=list(said.languages))
    place = take_free_place(event, said.side)
    registration.side, registration.state, registration.board_name = said.side, RegistrationState.IN, said.name
    registration.is_standby = place is None
    registration.place = place or add_place(event, said.side)
    registration.registered_at, registration.ended_at, registration.answer_by = now, None, None
    # Their time is taken from the first round that they can still have.
    is_late = len(evening.uncalled) < len(evening.rounds)
    registration.attends = [one.number for one in evening.uncalled] if is_late else []
    registration.version += bool(known)
    registration.save()
    if known:
        silence(registration)
    try:
        take_event_time(registration, now=now)
    except EventError as error:
        words = _("They have a session or another event at this time, so they can’t take part until they cancel it.")
        raise EventError(error.code, words, field="email") from error
    return registration


def add_place(event: Event, side: str) -> Place:
    places = Place.objects.filter(event=event, side=side)
    if places.count() >= MOST_PLACES:
        raise EventError("no_places", _("There are as many people as an event can have."))
    last = places.aggregate(last=Max("number"))["last"] or 0
    return Place.objects.create(event=event, side=side, number=last + 1)
