"""Solves plans that were asked for. Only workers import this: it loads the solver."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from events.models import Plan, PlanState
from events.models.plans import PlanQuerySet
from events.scheduling.planner import propose

from .plans import facts_of, store_plan

logger = logging.getLogger(__name__)


def solve_asked(*, now: datetime) -> int:
    """Solve every timetable that was asked for and that no other worker is at. Returns how many."""
    return solve_each(Plan.objects.whole(), solve_plan, now=now)


def solve_each(plans: PlanQuerySet, solve: Callable[..., bool], *, now: datetime) -> int:
    asked = plans.filter(state=PlanState.ASKED).order_by("asked_at").values_list("pk", flat=True)
    return sum(solve(pk, now=now) for pk in list(asked))


def solve_plan(pk: int, *, now: datetime) -> bool:
    def find_timetable(plan: Plan) -> None:
        facts = facts_of(plan)
        store_plan(plan, facts, propose(facts.problem), now=now)

    return solve_one(pk, find_timetable, now=now)


@transaction.atomic
def solve_one(pk: int, solve: Callable[[Plan], None], *, now: datetime) -> bool:
    """`solve` writes what it finds into the plan; if it fails, the plan says so. Returns whether the plan was to solve.

    The row stays locked meanwhile; a worker that dies lets go of it, and the next run begins it again.
    """
    asked = Plan.objects.select_for_update(of=("self",), skip_locked=True).select_related("event")
    plan = asked.filter(pk=pk, state=PlanState.ASKED).first()
    if plan is None:
        return False
    try:
        with transaction.atomic():
            solve(plan)
    except Exception:
        logger.exception("plan %s of event %s failed", plan.number, plan.event_id)
        plan.state, plan.reason, plan.solved_at = PlanState.FAILED, "error", now
        plan.save(update_fields=["state", "reason", "solved_at"])
    return True
