"""What has become of a way on which help was sought: read from what its mentor and its person have done."""

from datetime import datetime
from typing import Any

from notifications.services import show_in_inbox, withdraw_older_versions
from sessions_app.locks import atomic_act, lock_people
from sessions_app.models import Route, RouteKind, RouteState, WrittenState
from sessions_app.models.waiting import HeldTimeAnswer, WaitlistOutcome
from sessions_app.waiting.acts import end_entry
from sessions_app.written.settling import close_question

from .notices import ROUTE, over_due

OF_WRITTEN = {
    WrittenState.ANSWERED: RouteState.WON,
    WrittenState.CALL: RouteState.WON,
    WrittenState.DECLINED: RouteState.DECLINED,
    WrittenState.EXPIRED: RouteState.PASSED,
    WrittenState.WITHDRAWN: RouteState.ENDED,
}


def outcome_of(route: Route, *, now: datetime) -> RouteState | None:
    """What the route has come to; None while it is open."""
    is_over = not route.waiting.is_live(now)
    if route.kind == RouteKind.WRITING:
        state = WrittenState(route.written.state) if route.written else WrittenState.WITHDRAWN
        return OF_WRITTEN.get(state, RouteState.ENDED if is_over else None)
    if route.held and route.held.answer == HeldTimeAnswer.OPEN:
        return None
    if route.held:
        return RouteState.WON if route.held.answer == HeldTimeAnswer.TAKEN else RouteState.PASSED
    if is_over:
        return RouteState.ENDED
    return RouteState.PASSED if route.until <= now else None


@atomic_act
def settle_route(route: Route, *, now: datetime) -> None:
    """Note what the route has come to, if anything, and end what depends on it. Twice does no harm."""
    lock_people(route.waiting.person_id, route.mentor_id)
    known = Route.objects.open().select_related("waiting__person", "held", "written__engagement")
    found = known.filter(pk=route.pk).first()
    outcome = outcome_of(found, now=now) if found else None
    if found is None or outcome is None:
        return
    written = found.written
    if written and written.state == WrittenState.ASKED:
        close_question(written, WrittenState.WITHDRAWN, by=found.waiting.person, now=now)
    if written and outcome == RouteState.WON:
        is_call = written.state == WrittenState.CALL
        end_entry(found.waiting, WaitlistOutcome.BOOKED if is_call else WaitlistOutcome.ANSWERED, now=now)
    close_route(found, outcome, now=now)
    if outcome == RouteState.ENDED and found.kind == RouteKind.REQUEST:
        show_in_inbox(over_due(found))


def close_route(route: Route, state: RouteState, *, now: datetime) -> None:
    """Of an open route whose people are locked."""
    route.state, route.settled_at, route.version = state, now, route.version + 1
    route.save(update_fields=["state", "settled_at", "version"])
    about: dict[str, Any] = {"subject_type": ROUTE, "subject_id": route.pk, "version": route.version}
    withdraw_older_versions(**about)
