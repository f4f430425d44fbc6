"""Works out fairer rests of evenings that desks asked for. Only workers import this: it loads the solver."""

from datetime import datetime

from events.models import Plan
from events.planning.solving import solve_each, solve_one
from events.scheduling.checking import find_violations
from events.scheduling.planner import rebalance

from .evening import read_evening
from .rebalancing import read_remainder, store_options


def solve_rebalances(*, now: datetime) -> int:
    """All that were asked for and that no other worker is at. Returns how many."""
    return solve_each(Plan.objects.of_rest(), solve_rebalance, now=now)


def solve_rebalance(pk: int, *, now: datetime) -> bool:
    """The event isn't locked meanwhile: what is found counts only if nothing has changed when the desk takes it."""

    def find_rest(plan: Plan) -> None:
        rest = read_remainder(read_evening(plan.event, now))
        found = rebalance(rest.problem, rest.meetings, plan.first or 1).meetings
        if broken := find_violations(rest.problem, found):
            raise AssertionError(broken)
        store_options(plan, rest, found, now=now)

    return solve_one(pk, find_rest, now=now)
