"""Who is told what after an event, and when. The words of the mails are in `emails.py`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta

from django.db.models import Q

from accounts.models import User
from events.models import Event, Goal, Registration
from events.registering.notices import REGISTRATION
from notifications.inbox import mark_subject_read
from notifications.services import Due, reschedule_notices, schedule_notices, show_in_inbox, silence_subjects
from sessions_app.questions.asked_later import at_local

ASKED, ASKED_AGAIN = "event_asked", "event_asked_again"
# The inbox at once when people have packed up, the mail when they are home.
SHOWN_AFTER, MAILED_AFTER, ASKED_AGAIN_AFTER = timedelta(minutes=10), timedelta(hours=2), timedelta(hours=48)
ASKED_UNTIL = timedelta(days=7)
ANSWERED = "answered"

# About a registration; its version is the number of people who want to talk again, so that each mail names all.
AGAIN, AGAIN_SUBJECT = "event_again", "event_again"

GOAL_SUBJECT = "event_goal"
WITNESS_ASKED, GOAL_DUE, IN_TOUCH = "event_witness_asked", "event_goal_due", "event_in_touch"
MORNING = time(9)
GOAL_ASKED_UNTIL = timedelta(days=7)


def ask_people(event: Event, registrations: Sequence[Registration], *, now: datetime) -> None:
    """Ask those who met someone how it was, and once more if they haven't said."""
    closed = event.closed_at
    until = closed + ASKED_UNTIL
    dues = []
    for one in registrations:
        about = (one.person_id, REGISTRATION, one.pk, one.version)
        dues.append(Due(ASKED, *about, closed + MAILED_AFTER, until, shows_at=closed + SHOWN_AFTER))
        dues.append(Due(ASKED_AGAIN, *about, closed + ASKED_AGAIN_AFTER, until))
    schedule_notices(*dues, now=now)


def stop_asking(person: User, subject_type: str, subject_id: int, *, now: datetime) -> None:
    """They have answered: no mail asks them any more, and no line of their inbox."""
    mark_subject_read(person, subject_type=subject_type, subject_id=subject_id, now=now)
    silence_subjects(subject_type=subject_type, subjects=[subject_id], people=[person.pk], reason=ANSWERED, now=now)


def tell_again(
    event: Event,
    registrations: Sequence[Registration],
    mutual: Mapping[int, Collection[int]],
    *,
    by: Registration | None,
    now: datetime,
) -> None:
    """Tell these, if they are in `mutual`, who wants to talk again. `by`: whose answer it follows from."""
    mailed, shown = max(now, event.closed_at + MAILED_AFTER), max(now, event.closed_at + SHOWN_AFTER)
    dues = [
        Due(
            AGAIN,
            one.person_id,
            AGAIN_SUBJECT,
            one.pk,
            len(mutual[one.pk]),
            mailed,
            mailed + ASKED_UNTIL,
            shows_at=shown,
            by_recipient=by is not None and by.pk == one.pk,
        )
        for one in registrations
        if mutual.get(one.pk)
    ]
    schedule_notices(*dues, now=now)


def tell_goal(goal: Goal, *, now: datetime) -> None:
    """The person is reminded in the morning of its day, and so is a witness who agreed; one who didn't is asked now."""
    about = (GOAL_SUBJECT, goal.pk, goal.version)
    schedule_notices(*_goal_dues(goal), now=now)
    if goal.witness and not goal.is_witnessed:
        show_in_inbox(Due(WITNESS_ASKED, goal.witness.person_id, *about, now, now + ASKED_UNTIL))


def follow_zone(person: User, now: datetime) -> None:
    """Goals whose day may still come are asked about in the morning of where this person is now."""
    theirs = Goal.objects.filter(Q(registration__person=person) | Q(witness__person=person))
    ahead = theirs.filter(due__gte=(now - timedelta(days=1)).date()).with_people()
    dues = [due for goal in ahead for due in _goal_dues(goal) if due.recipient_id == person.pk]
    reschedule_notices(*dues, now=now)


def _goal_dues(goal: Goal) -> list[Due]:
    dues = [_goal_due(GOAL_DUE, goal, goal.registration)]
    if goal.witness and goal.is_witnessed:
        dues.append(_goal_due(IN_TOUCH, goal, goal.witness))
    return dues


def _goal_due(kind: str, goal: Goal, reader: Registration) -> Due:
    due_at = at_local(goal.due, MORNING, reader.person.zone)
    about = (GOAL_SUBJECT, goal.pk, goal.version)
    return Due(kind, reader.person_id, *about, due_at, due_at + GOAL_ASKED_UNTIL)
