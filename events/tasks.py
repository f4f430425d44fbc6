"""The tasks that the clock starts. Running one twice, or in two workers at once, does no harm."""

from celery import shared_task

from common.clock import agreed_now

from .afterwards.clock import ask_after_events
from .afterwards.forgetting import forget_old_events
from .live.solving import solve_rebalances
from .live.stamping import run_evenings
from .planning.solving import solve_asked
from .registering import clock


@shared_task
def run_registrations() -> int:
    return clock.run_registrations(now=agreed_now())


@shared_task
def solve_plans() -> int:
    """Runs by the clock, and whenever an organiser asks for a plan."""
    return solve_asked(now=agreed_now())


@shared_task
def rebalance_evenings() -> int:
    """Runs by the clock, and whenever a desk asks for a fairer rest of the evening."""
    return solve_rebalances(now=agreed_now())


@shared_task
def run_clocks() -> int:
    return run_evenings(now=agreed_now())


@shared_task
def ask_after() -> int:
    return ask_after_events(now=agreed_now())


@shared_task
def forget_old() -> int:
    return forget_old_events(now=agreed_now())
