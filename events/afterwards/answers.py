"""What people say of their meetings, and who both want to talk again."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from events.errors import EventError
from events.locks import lock_event
from events.models import Answer, Event, EventState, Outcome, Pairing, Registration
from events.registering.notices import REGISTRATION
from sessions_app.locks import atomic_act

from .notices import stop_asking, tell_again

# How long after an event answers and goals can be given and changed.
OPEN_FOR = timedelta(days=30)
BOTH = 2


@dataclass(frozen=True, slots=True)
class AnswerInput:
    """`useful` is from 1 to 4. `again`: whether they want to talk again. `takeaway` is for their own eyes."""

    useful: int | None = None
    again: bool | None = None
    takeaway: str = ""

    @property
    def is_empty(self) -> bool:
        return self == AnswerInput()


def held_pairs(registration: Registration) -> list[Pairing]:
    """A person's meetings that took place, in their order."""
    pairs = Pairing.objects.filter(event=registration.event_id, outcome=Outcome.HELD, is_apart=False).of(registration)
    return list(pairs.with_people().order_by("round__number", "pk"))


def takes_answers(event: Event, now: datetime) -> bool:
    """From the first meeting on, until some weeks after the end."""
    return event.state == EventState.LIVE or (event.is_over and now < event.closed_at + OPEN_FOR)


@atomic_act
def answer(*, registration: Registration, said: Mapping[int, AnswerInput], now: datetime) -> None:
    """Keep what a person says of their meetings, by the ids of pairings; the last word stands.

    Once the event is over, two who both want to talk again are told so. Of anything else nobody hears.
    Raises EventError: `closed`, `stranger` (a meeting that isn't theirs, or didn't take place).
    """
    event = lock_event(registration.event_id)
    if not takes_answers(event, now):
        raise EventError("closed", _("Answers can be given from the first meeting until 30 days after the event."))
    pairs = {pair.pk: pair for pair in held_pairs(registration)}
    if said.keys() - pairs.keys():
        raise EventError("stranger", _("One of these meetings didn’t take place. Check the list, then save again."))
    known = {one.pairing_id: one for one in Answer.objects.filter(registration=registration)}
    for key, one in said.items():
        if not one.is_empty or key in known:
            Answer.objects.update_or_create(
                pairing=pairs[key],
                registration=registration,
                defaults={"useful": one.useful, "again": one.again, "takeaway": one.takeaway, "at": now},
            )
    if event.is_over:
        if has_said_how_it_was(registration):
            stop_asking(registration.person, REGISTRATION, registration.pk, now=now)
        mutual = mutual_meetings(event)
        others = [pairs[key].partner_of(registration) for key in said if key in mutual.get(registration.pk, ())]
        tell_again(event, [registration, *others], mutual, by=registration, now=now)


def has_said_how_it_was(registration: Registration) -> bool:
    """Whether nobody need ask them any more."""
    said = Answer.objects.filter(registration=registration, useful__isnull=False)
    return registration.helped is not None or said.exists()


@atomic_act
def say_it_helped(*, registration: Registration, helped: int, now: datetime) -> None:
    """How much office hours helped a person who had a place; the last word stands. Raises EventError `closed`."""
    event = lock_event(registration.event_id)
    registration = Registration.objects.get(pk=registration.pk)
    if event.has_rounds or not takes_answers(event, now) or not registration.is_in:
        raise EventError(
            "closed", _("This can be answered in the 30 days after office hours, by people who had a place.")
        )
    Registration.objects.filter(pk=registration.pk).update(helped=helped)
    stop_asking(registration.person, REGISTRATION, registration.pk, now=now)


def mutual_meetings(event: Event, pairs: Collection[Pairing] | None = None) -> dict[int, list[int]]:
    """By the ids of registrations: after which meetings, of these or of all, both want to talk again.

    Empty before the event is over: until then nobody hears of anything.
    """
    if not event.is_over:
        return {}
    yes = Answer.objects.filter(pairing__event=event, pairing__outcome=Outcome.HELD, again=True)
    if pairs is not None:
        yes = yes.filter(pairing__in=pairs)
    wishing: dict[int, list[int]] = defaultdict(list)
    for pairing, registration in yes.order_by("pairing").values_list("pairing", "registration"):
        wishing[pairing].append(registration)
    found: dict[int, list[int]] = defaultdict(list)
    for pairing, people in wishing.items():
        for person in people if len(people) == BOTH else ():
            found[person].append(pairing)
    return dict(found)
