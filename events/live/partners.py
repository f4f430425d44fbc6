"""What people do about the person they sit with: nobody's here, join someone who is alone, a line to remember."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from events.errors import EventError, stale_error
from events.locks import touch_event
from events.models import Answer, Chair, Outcome, Pairing, PresenceKind, Registration, Round, Side
from events.planning.problems import key_of, read_facts
from events.scheduling.problem import Problem
from sessions_app.locks import atomic_act

from .evening import Evening, Standing, standing_of_one, standings_of
from .presence import begin_presence, drop_later, note_presence
from .seating import make_pairing, order_pair

# How long people wait before they say that nobody came.
WAITS = timedelta(seconds=90)


def can_report_missing(evening: Evening, pairing: Pairing | None) -> bool:
    place = evening.current
    if place is None or pairing is None or pairing.round_id != place.pk or pairing.outcome != Outcome.PLANNED:
        return False
    return has_waited(evening, place)


def has_waited(evening: Evening, place: Round) -> bool:
    return evening.clock.moment - place.start >= WAITS


@atomic_act
def report_missing(*, registration: Registration, pairing: Pairing, now: datetime) -> Pairing:
    """The person who was to sit there hasn't come. Someone who is free can then join the person who waits.

    Raises EventError: `closed`, `stale` (that round is over, or it is known already), `wait`.
    """
    evening, registration = begin_presence(registration, now=now)
    pairing = Pairing.objects.of(registration).with_people().get(pk=pairing.pk)
    place = evening.current
    if place is None or pairing.round_id != place.pk or pairing.outcome != Outcome.PLANNED:
        raise stale_error(_("That meeting isn’t on any more. Look at your table again."))
    if not can_report_missing(evening, pairing):
        raise EventError("wait", _("Give them a minute and a half from the start, then say so."))
    partner = pairing.partner_of(registration)
    Pairing.objects.filter(pk=pairing.pk).update(outcome=Outcome.MISSED)
    Chair.objects.filter(round=place, registration=partner).delete()
    note_presence(evening, partner, PresenceKind.MISSING, by=registration.person)
    if standing_of_one(partner) == Standing.MISSING:
        drop_later(evening, partner)
    touch_event(evening.event)
    pairing.refresh_from_db()
    return pairing


def is_free(registration: Registration, place: Round) -> bool:
    return not Pairing.objects.of(registration).that_stand().filter(round=place).exists()


def find_alone(evening: Evening, registration: Registration, place: Round) -> list[Chair]:
    """People who sit alone in this round, or in a pod with a free seat, and whom this free person could join.

    Nobody sees why others aren't named.
    """
    seated = (
        Chair.objects.filter(round=place).exclude(registration=registration).select_related("registration", "table")
    )
    pairs = Pairing.objects.that_stand().filter(round=place).values_list("one", "other")
    beside: defaultdict[int, list[int]] = defaultdict(list)
    for low, high in pairs:
        beside[low].append(high)
        beside[high].append(low)
    alone = [one for one in seated if len(beside[one.registration_id]) < seats_beside(evening, one.registration)]
    if not alone:
        return []
    standings, problem = standings_of(evening.event), read_facts(evening.event).problem
    known = partners_of(registration)
    return [
        chair
        for chair in alone
        if standings.get(chair.registration_id) == Standing.HERE
        and chair.registration_id not in known
        and may_meet(problem, registration, chair.registration)
        and not problem.clashes(key_of(registration.pk), map(key_of, beside[chair.registration_id]))
    ]


def seats_beside(evening: Evening, registration: Registration) -> int:
    """How many can sit with this person at once: several with the host of a pod."""
    is_host = evening.event.has_pods and registration.side == Side.MENTOR
    return evening.event.group_size if is_host else 1


# The registrations that this one has met, or is to meet in some round
def partners_of(registration: Registration) -> set[int]:
    pairs = Pairing.objects.of(registration).that_stand().values_list("one", "other")
    return {key for pair in pairs for key in pair} - {registration.pk}


# Whether nothing keeps these two apart; whether they have met already isn't asked
def may_meet(problem: Problem, one: Registration, other: Registration) -> bool:
    pair = order_pair(problem, key_of(one.pk), key_of(other.pk))
    return problem.are_sides(*pair) and problem.obstacle(*pair) is None


@atomic_act
def join_alone(*, registration: Registration, other: Registration, now: datetime) -> Pairing:
    """Take the free chair beside someone who sits alone in a round that is called; the first who presses has it.

    Raises EventError: `closed`, `not_here`, `taken` (someone else sits there now, or this person is not free any more).
    """
    evening, registration = begin_presence(registration, now=now)
    place = evening.shown
    if standing_of_one(registration) != Standing.HERE:
        raise EventError("not_here", _("You’re not checked in. Check in first."))
    found = find_alone(evening, registration, place) if place and is_free(registration, place) else []
    chair = next((chair for chair in found if chair.registration_id == other.pk), None)
    if place is None or chair is None:
        raise EventError("taken", _("Someone was faster, or the round is over. Look again: others may be alone."))
    problem = read_facts(evening.event).problem
    keys = key_of(registration.pk), key_of(other.pk)
    pair = order_pair(problem, *keys)
    pairing = make_pairing(evening, problem, pair, place, chair.table, is_standby=True)
    pairing.save()
    Chair.objects.update_or_create(round=place, registration=registration, defaults={"table": chair.table})
    touch_event(evening.event)
    return pairing


@atomic_act
def write_takeaway(*, registration: Registration, pairing: Pairing, words: str, now: datetime) -> Answer:
    """One line about a meeting, for the person who writes it. The last one stands."""
    defaults = {"takeaway": words, "at": now}
    answer, _is_new = Answer.objects.update_or_create(pairing=pairing, registration=registration, defaults=defaults)
    return answer
