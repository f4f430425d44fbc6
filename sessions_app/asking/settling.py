"""How asking a mentor (a `Route`) has ended: read from what the mentor and the person who waits have done since."""

from datetime import datetime

from django.conf import settings

from notifications.services import schedule_notices, show_in_inbox, withdraw_older_versions
from sessions_app.booking.deadlines import add_waking_hours
from sessions_app.locks import atomic_act, lock_people
from sessions_app.models import HeldTime, Route, RouteKind, RouteState, Schedule, WrittenState
from sessions_app.models.waiting import HELPED, HeldTimeAnswer, WaitlistOutcome
from sessions_app.waiting.acts import end_entry
from sessions_app.written.settling import close_question

from .notices import ROUTE, asked_due, over_due

# Times that one mentor offers a person, one after the other
MOST_OFFERS = 2

OF_WRITTEN = {
    WrittenState.ANSWERED: RouteState.WON,
    WrittenState.CALL: RouteState.WON,
    WrittenState.DECLINED: RouteState.DECLINED,
    WrittenState.EXPIRED: RouteState.PASSED,
    WrittenState.WITHDRAWN: RouteState.ENDED,
}


def outcome_of(route: Route, *, now: datetime) -> RouteState | None:
    """What the route has come to; None while it is open. Of several that brought help only the first is won."""
    waiting = route.waiting
    if route.kind == RouteKind.WRITING:
        state = WrittenState(route.written.state) if route.written else WrittenState.WITHDRAWN
        outcome = OF_WRITTEN.get(state, None if waiting.is_live(now) else RouteState.ENDED)
        return RouteState.ENDED if outcome == RouteState.WON and waiting.ended_at else outcome
    if route.held and route.held.answer == HeldTimeAnswer.OPEN:
        return None
    if route.held:
        return outcome_of_held(route, route.held)
    if not waiting.is_live(now):
        return RouteState.ENDED
    return RouteState.PASSED if route.until <= now else None


def outcome_of_held(route: Route, held: HeldTime) -> RouteState:
    if held.answer == HeldTimeAnswer.TAKEN and route.waiting.ended == WaitlistOutcome.BOOKED:
        return RouteState.WON
    return RouteState.ENDED if route.waiting.ended in HELPED else RouteState.PASSED


@atomic_act
def settle_route(route: Route, *, now: datetime) -> None:
    """Note what the route has come to, if anything, and end what depends on it. Twice does no harm."""
    lock_people(route.waiting.person_id, route.mentor_id)
    known = Route.objects.to_settle().select_related("waiting__person", "mentor", "held", "written__engagement")
    found = known.filter(pk=route.pk).first()
    outcome = outcome_of(found, now=now) if found else None
    if found is None or outcome in (None, found.state):
        return
    if outcome == RouteState.PASSED and may_offer_again(found, now=now):
        ask_again(found, now=now)
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


def may_offer_again(route: Route, *, now: datetime) -> bool:
    """Whether the person said that the first time of this mentor doesn't suit them: they may have one that does."""
    if route.held is None or route.held.answer != HeldTimeAnswer.DECLINED or not route.waiting.is_live(now):
        return False
    return len(offered_times(route)) < MOST_OFFERS


def offered_times(route: Route) -> list[HeldTime]:
    """What this mentor has offered the person so far, in order."""
    theirs = HeldTime.objects.filter(waiting=route.waiting_id, booking__mentor=route.mentor_id)
    return list(theirs.select_related("booking").order_by("at", "pk"))


def ask_again(route: Route, *, now: datetime) -> None:
    route.held, route.until = None, answer_until(route, now=now)
    route.version += 1
    route.save(update_fields=["held", "until", "version"])
    withdraw_older(route)
    schedule_notices(asked_due(route), now=now)


def answer_until(route: Route, *, now: datetime) -> datetime:
    """When an answer of the mentor would come too late, by the hours in which they are awake."""
    schedule = Schedule.objects.filter(profile__person=route.mentor_id).first()
    zone = schedule.timezone if schedule else route.mentor.zone_name
    return min(add_waking_hours(now, settings.ROUTE_LASTS, zone=zone), route.waiting.until)


def close_route(route: Route, state: RouteState, *, now: datetime) -> None:
    """Of a route whose people are locked."""
    route.state, route.settled_at, route.version = state, now, route.version + 1
    route.save(update_fields=["state", "settled_at", "version"])
    withdraw_older(route)


def withdraw_older(route: Route) -> None:
    """What earlier versions told isn't sent any more, and leaves the inbox."""
    withdraw_older_versions(subject_type=ROUTE, subject_id=route.pk, version=route.version)
