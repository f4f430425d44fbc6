"""The clock's part in reminders: it sends those that are due, and notes who has taken the step since."""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts.models import User
from notifications.services import Due, schedule_notices
from programmes.models import COUNTS_FOR, MOST_NUDGES, RUNNING, RUNNING_STATES, Nudge, NudgeStage, Programme
from programmes.words.inviting import remind_invited
from programmes.words.reminding import REST, is_held_out

from .steps import find_with_times, list_steps, read_doings

NUDGE = "nudge"
WORTH_TELLING_FOR = timedelta(days=5)
# How long after the time that counts it is looked whether a step was taken in it: a worker may have been away.
LOOKS_LATER = timedelta(days=7)
AT_ONCE = 1000


def send_reminders(*, now: datetime) -> int:
    """Of each programme as many as a run allows. Returns how many were sent or held out.

    Running it twice, by two workers at once, or again after one was killed, does no harm.
    """
    note_steps(now=now)
    count = 0
    for programme in Programme.objects.filter(reminds=True, state__in=RUNNING_STATES):
        most = settings.REMINDERS_A_RUN
        count += remind_invited(programme, now=now, most=most)
        due = find_due(programme, now)
        count += sum(_remind(programme, person, now) for person in list(due)[:most])
    return count


def find_due(programme: Programme, now: datetime, people: Collection[int] | None = None) -> dict[int, NudgeStage]:
    """Whom to remind of what now: the first step that is due and of which they haven't been reminded twice."""
    if not programme.reminds or programme.stage_at(now) not in RUNNING:
        return {}
    steps: defaultdict[int, list[NudgeStage]] = defaultdict(list)
    for person, stage in list_steps(programme, now, people):
        steps[person].append(stage)
    rested = set(Nudge.objects.filter(person__in=steps, at__gt=now - REST).values_list("person", flat=True))
    addresses = Nudge.objects.filter(invitee__isnull=False, at__gt=now - REST).values("invitee__address")
    rested |= set(User.objects.filter(pk__in=steps, email__in=addresses).values_list("pk", flat=True))
    sent = Counter(Nudge.objects.filter(programme=programme, person__in=steps).values_list("person", "stage"))
    order = list(NudgeStage)
    return {
        person: left[0]
        for person, stages in steps.items()
        if person not in rested
        and (left := sorted((one for one in stages if sent[person, one] < MOST_NUDGES), key=order.index))
    }


# One at a time, if it is still due: the reminder is promised in the transaction that writes it down.
@transaction.atomic
def _remind(programme: Programme, person: int, now: datetime) -> bool:
    User.objects.lock_rows(person)
    programme = Programme.objects.get(pk=programme.pk)
    stage = find_due(programme, now, [person]).get(person)
    if stage is None:
        return False
    nudge = Nudge.objects.create(
        programme=programme,
        stage=stage,
        person_id=person,
        number=Nudge.objects.filter(programme=programme, person=person, stage=stage).count() + 1,
        at=now,
        is_held_out=is_held_out(programme, person),
    )
    if not nudge.is_held_out:
        schedule_notices(Due(NUDGE, person, NUDGE, nudge.pk, 0, now, now + WORTH_TELLING_FOR), now=now)
    return True


def note_steps(*, now: datetime) -> int:
    """Write down who has taken the step of a reminder within the time that counts. Returns how many.

    Those who came in by an invitation are noted when they do. Of times it isn't known when they were entered, so it is
    the moment at which they are first seen.
    """
    open_rows = Nudge.objects.filter(
        done_at=None, person__isnull=False, at__gt=now - COUNTS_FOR - LOOKS_LATER, at__lte=now
    )
    rows, count = list(open_rows.order_by("pk")), 0
    for first in range(0, len(rows), AT_ONCE):
        count += _note_some(rows[first : first + AT_ONCE], now)
    return count


def _note_some(rows: list[Nudge], now: datetime) -> int:
    people = {row.person_id for row in rows if row.person_id is not None}
    doings, ready = read_doings(people), find_with_times(people, now)
    done = []
    for row in rows:
        if row.person_id is None:
            continue
        if row.stage == NudgeStage.NO_TIMES:
            row.done_at = now if row.person_id in ready else None
        else:
            row.done_at = doings[row.person_id].step_taken(row.stage, row.at)
        if row.done_at is not None and row.done_at <= min(now, row.at + COUNTS_FOR):
            done.append(row)
    return Nudge.objects.bulk_update(done, ["done_at"])
