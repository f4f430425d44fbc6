"""The desk of an event: checking people in and running the clock."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedInRequest
from common.pages.parts import wants_part
from common.pages.posting import act_on_post, show_beside_field, telling_refusals
from common.pages.requests import parse_number, post_data
from common.pages.seen import seen_by
from common.refusals import RefusalError
from events.access import get_registration, get_run_event
from events.forms.evening import MessageForm, WalkInForm
from events.live import rebalancing, running
from events.live.evening import read_evening
from events.live.presence import check_in, go_home
from events.live.walking_in import add_walk_in
from events.models import Event, Pairing, Registration
from events.models.states import RUNS
from events.pages.desk import DeskPage
from events.pages.desk_effects import PressEffect, find_effect

from .evening import SHOWN, answer_watch, mark_time, read_present


@require_http_methods(["GET", "HEAD", "POST"])
def event_desk(request: SignedInRequest, slug: str) -> HttpResponse:
    event = get_run_event(slug, request.user)
    if event.state not in SHOWN:
        return redirect("event", slug)
    error, effect, form = None, None, MessageForm(initial={"message": event.message})
    if request.method == "POST":
        form = MessageForm(request.POST if request.POST.get("act") == "message" else None, initial=form.initial)
        act = ACTS.get(request.POST.get("act", ""))
        try:
            if act is None or (form.is_bound and not form.is_valid()):
                error = None
            elif effect := effect_to_show(request, event):
                pass
            else:
                act(request, event, timezone.now())
                return redirect("event_desk", slug)
        except RefusalError as refused:
            error = refused
    event.refresh_from_db()
    evening = read_present(request, event)
    page = DeskPage(evening, request.GET.get("q", "")[:80])
    part = wants_part(request) and request.method != "POST"
    if part and (answer := answer_watch(request, page.mark, evening)):
        return answer
    template = "events/live/_desk.html" if part else "events/live/desk.html"
    context = {"page": page, "event": evening.event, "form": form, "error": error, "effect": effect, "nav": "events"}
    status = error.status if error else 422 if request.method == "POST" and not effect else 200
    return mark_time(request, render(request, template, context, status=status), evening)


def effect_to_show(request: SignedInRequest, event: Event) -> PressEffect | None:
    """Whom this press would make late, unless the desk has seen that, or saw another phase than there is now."""
    evening = read_evening(event, timezone.now())
    if request.POST.get("sure") or seen_by(request) != evening.mark:
        return None
    effect = find_effect(evening, request.POST.get("act", ""))
    return effect if effect and effect.people else None


Act = Callable[[SignedInRequest, Event, datetime], object]


def simple_act(act: Callable[..., Event]) -> Act:
    return lambda request, event, now: act(event=event, now=now, seen=seen_by(request))


def act_skip(request: SignedInRequest, event: Event, now: datetime) -> Event:
    number = parse_number(request.POST.get("round", ""), digits=3) or 0
    return running.skip_round(event=event, number=number, now=now, seen=seen_by(request))


def act_rebalance(request: SignedInRequest, event: Event, now: datetime) -> object:
    return rebalancing.ask_rebalance(event=event, by=request.user, now=now)


def act_choose(request: SignedInRequest, event: Event, now: datetime) -> Event:
    """Which of the two ways, says the button."""
    number = parse_number(request.POST.get("plan", ""), digits=3) or 0
    if request.POST["act"] == "fill":
        kept = rebalancing.keep_and_fill(event=event, number=number, now=now)
        messages.success(request, _("Nobody moves. We still fill holes as people come and go."))
        return kept
    changed = rebalancing.use_rebalance(event=event, number=number, now=now)
    messages.success(request, _("The timetable has changed. People see it on their page for the day."))
    return changed


def act_close(request: SignedInRequest, event: Event, now: datetime) -> Event:
    closed = running.close_event(event=event, now=now, seen=seen_by(request))
    messages.success(request, _("The event is closed. You find its report on the page of the event."))
    return closed


def act_message(request: SignedInRequest, event: Event, now: datetime) -> Event:
    form = MessageForm(request.POST)
    form.full_clean()
    return running.say_to_all(event=event, words=form.cleaned_data["message"], now=now)


ACTS: dict[str, Act] = {
    "call": simple_act(running.call_round),
    "start": simple_act(running.start_evening),
    "end": simple_act(running.end_now),
    "pause": simple_act(running.pause),
    "resume": simple_act(running.resume),
    "minute": simple_act(running.add_minute),
    "close": act_close,
    "skip": act_skip,
    "rebalance": act_rebalance,
    "use": act_choose,
    "fill": act_choose,
    "message": act_message,
}


@require_POST
def event_attendance(request: SignedInRequest, slug: str, uuid: UUID) -> HttpResponse:
    """The desk says of one person that they are here, or gone."""
    event = get_run_event(slug, request.user)
    registration = get_registration(uuid, event)
    act = go_home if request.POST.get("press") == "gone" else check_in
    with telling_refusals(request):
        act(registration=registration, by=request.user, now=timezone.now())
    # Back to the list, not to the clock above it: the next in the queue is waiting.
    return redirect(f"{reverse('event_desk', args=[slug])}#people")


@require_http_methods(["GET", "HEAD", "POST"])
def event_walk_in(request: SignedInRequest, slug: str) -> HttpResponse:
    """The desk adds a person who isn't on the list."""
    event = get_run_event(slug, request.user)
    if event.state not in RUNS:
        return redirect("event", slug)
    form = WalkInForm(post_data(request), event=event)
    result = act_on_post(
        request, lambda: add_walk_in(event=event, said=form.said(), by=request.user, now=timezone.now()), form
    )
    if result.is_done and result.made:
        messages.success(request, words_of_seats(result.made))
        return redirect("event_desk", slug)
    show_beside_field(form, result.error)
    context = {"event": event, "form": form, "error": result.error, "nav": "events"}
    return render(request, "events/live/walk_in.html", context, status=result.status)


def words_of_seats(registration: Registration) -> str:
    rounds = Pairing.objects.of(registration).that_stand().values("round").distinct().count()
    if not rounds:
        words = _("%(name)s is on the list. Nobody is free for them yet; they’re seated as soon as someone is.")
        return words % {"name": registration.board_name}
    words = ngettext(
        "%(name)s is on the list and meets someone in %(rounds)d round.",
        "%(name)s is on the list and meets someone in %(rounds)d rounds.",
        rounds,
    )
    return words % {"name": registration.board_name, "rounds": rounds}
