"""Works out fairer rests of evenings that desks asked for. Only workers import this: it loads the solver."""

import logging
from datetime import datetime

from django.db import transaction

from events.models import Plan, PlanState
from events.scheduling.checking import find_violations
from events.scheduling.planner import rebalance

from .evening import read_evening
from .rebalancing import read_remainder, store_options

logger = logging.getLogger(__name__)


def solve_rebalances(*, now: datetime) -> int:
    """All that were asked for and that no other worker is at. Returns how many."""
    asked = Plan.objects.of_rest().filter(state=PlanState.ASKED).order_by("asked_at")
    return sum(solve_rebalance(pk, now=now) for pk in list(asked.values_list("pk", flat=True)))


@transaction.atomic
def solve_rebalance(pk: int, *, now: datetime) -> bool:
    """The event isn't locked meanwhile: what is found counts only if nothing has changed when the desk takes it."""
    asked = Plan.objects.select_for_update(of=("self",), skip_locked=True).select_related("event")
    plan = asked.filter(pk=pk, state=PlanState.ASKED).first()
    if plan is None:
        return False
    try:
        with transaction.atomic():
            rest = read_remainder(read_evening(plan.event, now))
            found = rebalance(rest.problem, rest.meetings, plan.first or 1).meetings
            if broken := find_violations(rest.problem, found):
                raise AssertionError(broken)
            store_options(plan, rest, found, now=now)
    except Exception:
        logger.exception("rebalancing %s of event %s failed", plan.number, plan.event_id)
        plan.state, plan.reason, plan.solved_at = PlanState.FAILED, "error", now
        plan.save(update_fields=["state", "reason", "solved_at"])
    return True
