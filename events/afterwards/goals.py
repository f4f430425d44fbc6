"""What people want to have done in three months, and a mentor of the day who asks them then."""

from datetime import datetime, timedelta

from django.db.models import F
from django.utils.translation import gettext as _

from common.times import in_zone
from events.errors import EventError
from events.locks import lock_event
from events.models import Event, Goal, Registration, RegistrationState, Side, Went
from sessions_app.locks import atomic_act

from .answers import OPEN_FOR, held_pairs
from .notices import GOAL_SUBJECT, stop_asking, tell_goal

DUE_AFTER = timedelta(days=90)


def takes_goals(event: Event, now: datetime) -> bool:
    return event.is_over and now < event.closed_at + OPEN_FOR


def may_have_goal(registration: Registration) -> bool:
    """Mentors come for others' goals."""
    return registration.state == RegistrationState.IN and registration.side != Side.MENTOR


def witnesses_of(registration: Registration) -> list[Registration]:
    """Whom they met and may ask: the mentors; at a gathering of equals anyone."""
    partners = [pair.partner_of(registration) for pair in held_pairs(registration)]
    return [one for one in partners if one.side != Side.MENTEE]


def goal_of(registration: Registration) -> Goal | None:
    return Goal.objects.with_people().filter(registration=registration).first()


@atomic_act
def set_goal(*, registration: Registration, text: str, witness: Registration | None, now: datetime) -> Goal:
    """Write down a goal, or change it. The mentor who is asked to be its witness agrees with one press.

    Raises EventError: `closed`, `stranger` (a witness whom they didn't meet).
    """
    event = lock_event(registration.event_id)
    if not may_have_goal(registration) or not takes_goals(event, now):
        raise EventError("closed", _("A goal can be set or changed in the 30 days after the event."))
    if witness and witness not in witnesses_of(registration):
        raise EventError("stranger", _("Choose someone you met at this event."), field="witness")
    known = goal_of(registration)
    if known and (known.text, known.witness) == (text, witness):
        return known
    goal = known or Goal(registration=registration, version=0)
    keeps = known is not None and known.is_witnessed and known.witness == witness
    goal.text, goal.witness, goal.is_witnessed = text, witness, keeps
    goal.due, goal.set_at = in_zone(now, registration.person.zone_name).date() + DUE_AFTER, now
    goal.version += 1
    goal.save()
    tell_goal(goal, now=now)
    return goal


@atomic_act
def agree_to_witness(*, goal: Goal, witness: Registration, now: datetime) -> Goal:
    """Raises EventError `closed` if they aren't asked any more."""
    goal = _lock_goal(goal)
    if goal.witness_id != witness.pk:
        raise EventError("closed", _("They’ve asked someone else meanwhile, so there’s nothing left to do."))
    if not goal.is_witnessed:
        Goal.objects.filter(pk=goal.pk).update(is_witnessed=True, version=F("version") + 1)
        goal.refresh_from_db()
        tell_goal(goal, now=now)
    return goal


@atomic_act
def say_how_it_went(*, goal: Goal, went: Went, now: datetime) -> None:
    """What became of it, by the person who set it. Raises EventError `too_early`."""
    check_due(goal, goal.registration, now)
    Goal.objects.filter(pk=goal.pk).update(went=went)
    stop_asking(goal.registration.person, GOAL_SUBJECT, goal.pk, now=now)


@atomic_act
def say_in_touch(*, goal: Goal, witness: Registration, in_touch: bool, now: datetime) -> None:
    """Whether the two have stayed in touch, by the witness. Raises EventError `closed`, `too_early`."""
    goal = _lock_goal(goal)
    if goal.witness_id != witness.pk or not goal.is_witnessed:
        raise EventError("closed", _("They’ve asked someone else meanwhile, so there’s nothing left to do."))
    check_due(goal, witness, now)
    Goal.objects.filter(pk=goal.pk).update(in_touch=in_touch)
    stop_asking(witness.person, GOAL_SUBJECT, goal.pk, now=now)


def is_due(goal: Goal, reader: Registration, now: datetime) -> bool:
    """Whether its day has come where this person is."""
    return in_zone(now, reader.person.zone_name).date() >= goal.due


def check_due(goal: Goal, reader: Registration, now: datetime) -> None:
    if not is_due(goal, reader, now):
        raise EventError("too_early", _("There’s still time. We’ll ask you when the three months are over."))


def _lock_goal(goal: Goal) -> Goal:
    return Goal.objects.select_for_update(of=("self",)).with_people().get(pk=goal.pk)
