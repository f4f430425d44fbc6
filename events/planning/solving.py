"""Solves plans that were asked for. Only workers import this: it loads the solver."""

import logging
from datetime import datetime

from django.db import transaction

from events.models import Plan, PlanState
from events.scheduling.planner import propose

from .plans import facts_of, store_plan

logger = logging.getLogger(__name__)


def solve_asked(*, now: datetime) -> int:
    """Solve every plan that was asked for and that no other worker is at. Returns how many.

    The row stays locked meanwhile; a worker that dies lets go of it, and the next run begins it again.
    """
    solved = 0
    asked = Plan.objects.whole().filter(state=PlanState.ASKED).order_by("asked_at")
    for plan in list(asked.values_list("pk", flat=True)):
        solved += solve_plan(plan, now=now)
    return solved


@transaction.atomic
def solve_plan(pk: int, *, now: datetime) -> bool:
    asked = Plan.objects.select_for_update(of=("self",), skip_locked=True).select_related("event")
    plan = asked.filter(pk=pk, state=PlanState.ASKED).first()
    if plan is None:
        return False
    try:
        with transaction.atomic():
            facts = facts_of(plan)
            store_plan(plan, facts, propose(facts.problem), now=now)
    except Exception:
        logger.exception("plan %s of event %s failed", plan.number, plan.event_id)
        plan.state, plan.reason, plan.solved_at = PlanState.FAILED, "error", now
        plan.save(update_fields=["state", "reason", "solved_at"])
    return True
