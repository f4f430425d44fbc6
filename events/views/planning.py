"""Wishes, plans, and the timetable that is published."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from common.pages.posting import act_on_post, telling_refusals
from common.pages.requests import parse_number, post_data
from common.refusals import RefusalError
from events.access import get_event, get_led_event, get_own_registration
from events.forms.planning import PairForm, TablesForm, WishesForm
from events.models import Event, EventTable, Plan, PlanState, Registration
from events.pages.absence import absence_text, why_not_together
from events.pages.cards import all_cards, code_address, door_code
from events.pages.paper import list_signs, read_rounds
from events.pages.plan_page import PlanPage
from events.pages.timetable_page import timetable_rows
from events.planning.editing import (
    OF_LOCKS,
    Change,
    Edit,
    Effect,
    check_editable,
    edit_plan,
    is_editable,
    preview_edit,
    use_plan_again,
)
from events.planning.plans import ask_plan
from events.planning.publishing import publish_plan
from events.planning.tables import set_tables
from events.planning.wishes import is_asked_side, most_refusals, others_of, set_wishes


@require_http_methods(["GET", "HEAD", "POST"])
def event_wishes(request: SignedInRequest, slug: str) -> HttpResponse:
    """Whom a person wants to meet. Mentors choose among questions, without names."""
    now = timezone.now()
    event = get_event(slug, request.user)
    registration = get_own_registration(event, request.user)
    if not registration.is_in:
        raise Http404
    others = others_of(registration)
    known = dict(registration.wishes.values_list("about", "kind"))
    by_question = is_asked_side(registration.side)
    form = WishesForm(post_data(request), others=others, known=known, by_question=by_question)
    result = act_on_post(
        request,
        lambda: set_wishes(registration=registration, wishes=form.cleaned_data["wishes"], now=now),
        form,
    )
    if result.is_done:
        messages.success(request, _("Saved. Nobody else sees this."))
        return redirect("event_wishes", slug)
    context = {
        "event": event,
        "form": form,
        "by_question": by_question,
        "is_open": event.takes_wishes(now),
        "most_noes": most_refusals(len(others)),
        "error": result.error,
        "nav": "events",
    }
    return render(request, "events/wishes.html", context, status=result.status)


@require_http_methods(["GET", "HEAD", "POST"])
def event_plan(request: SignedInRequest, slug: str) -> HttpResponse:
    """The newest plan, or the one with `?number=`; with `one` and `other`, what it says of these two.

    POST asks for a new plan, publishes one, or uses one again.
    """
    event, now = get_led_event(slug, request.user), timezone.now()
    if request.method == "POST":
        return act_on_plan(request, event)
    page = PlanPage(event, now, parse_number(request.GET.get("number", ""), digits=4))
    pair_form = PairForm(request.GET, event=event, people=page.registrations.values()) if "one" in request.GET else None
    if page.shown and pair_form and pair_form.is_valid():
        pair = pair_form.cleaned_data
        return redirect("event_meeting", slug, page.shown.number, pair["one"], pair["other"])
    tables_form = TablesForm(tables=list(EventTable.objects.filter(event=event)))
    return render_plan(request, page, tables_form=tables_form, pair_form=pair_form)


def render_plan(
    request: HttpRequest,
    page: PlanPage,
    *,
    tables_form: TablesForm,
    pair_form: PairForm | None = None,
    error: RefusalError | None = None,
    status: int = 200,
) -> HttpResponse:
    if page.shown and pair_form is None:
        pair_form = PairForm(event=page.event, people=page.registrations.values())
    forms = {"tables_form": tables_form, "pair_form": pair_form}
    context = {"event": page.event, "page": page, **forms, "error": error, "nav": "events"}
    return render(request, "events/plan.html", context, status=status)


def act_on_plan(request: SignedInRequest, event: Event) -> HttpResponse:
    now = timezone.now()
    number = parse_number(request.POST.get("number", ""), digits=4)
    plan = Plan.objects.whole().filter(event=event, number=number).first() if number else None
    with telling_refusals(request):
        if "publish" in request.POST and plan:
            publish_plan(plan=plan, now=now)
            messages.success(request, _("The timetable is out, and everyone is being told."))
        elif "again" in request.POST and plan:
            use_plan_again(plan=plan, by=request.user, now=now)
            messages.success(request, _("This is the newest plan now."))
        else:
            locks = [tuple(row) for row in plan.locks] if plan else []
            ask_plan(event=event, by=request.user, now=now, locks=locks)
    return redirect("event_plan", event.slug)


@require_POST
def event_tables(request: SignedInRequest, slug: str) -> HttpResponse:
    event, now = get_led_event(slug, request.user), timezone.now()
    form = TablesForm(request.POST, tables=[])
    result = act_on_post(request, lambda: set_tables(event=event, tables=form.cleaned_data["tables"], now=now), form)
    if result.is_done:
        messages.success(request, _("Saved. Ask for a new plan to use these tables."))
        return redirect("event_plan", slug)
    page = PlanPage(event, now)
    return render_plan(request, page, tables_form=form, error=result.error, status=result.status)


@dataclass(frozen=True, slots=True)
class NamedEffect:
    """An effect with the names of people, for the page that asks for a second press. Wishes are only counted: whose
    they are is nobody's business but theirs."""

    counts: list[tuple[str, int, int]]
    lost: int
    won: int


@require_http_methods(["GET", "HEAD", "POST"])
def event_meeting(request: SignedInRequest, slug: str, number: int, mentee: int, mentor: int) -> HttpResponse:
    """One meeting of a plan. A first POST shows what a change would bring; a second one with `sure` does it."""
    event, now = get_led_event(slug, request.user), timezone.now()
    if event.is_for_equals:
        mentee, mentor = (int(key) for key in sorted((str(mentee), str(mentor))))
    plan = Plan.objects.whole().filter(event=event, number=number).select_related("event").first()
    people = {one.pk: one for one in Registration.objects.who_are_in().filter(event=event)}
    if plan is None or mentee not in people or mentor not in people:
        raise Http404
    found = next((row for row in plan.meetings if row[:2] == [mentee, mentor]), None)
    edit = read_edit(request, mentee, mentor)
    effect, error, status = None, None, 200
    if request.method == "POST" and edit:
        try:
            check_editable(plan, now)
            if "sure" in request.POST or edit.change in OF_LOCKS:
                edit_plan(plan=plan, edit=edit, by=request.user, now=now)
                messages.success(request, _("Changed. The plan before it is kept."))
                return redirect("event_plan", slug)
            effect = name_effect(preview_edit(plan, edit), people)
        except RefusalError as refused:
            error, status = refused, refused.status
    absence = None if found else why_not_together(plan, mentee, mentor)
    context = {
        "event": event,
        "plan": plan,
        "mentee": people[mentee],
        "mentor": people[mentor],
        "round": found[2] if found else 0,
        "absence": absence,
        "why_not": absence_text(absence, people) if absence else "",
        "is_locked": any(row[:2] == [mentee, mentor] for row in plan.locks),
        "rounds": [one for one in range(1, event.rounds_count + 1) if not found or one != found[2]],
        "mentees": [
            one for one in people.values() if one.side == people[mentee].side and one.pk not in (mentee, mentor)
        ],
        "edit": edit,
        "effect": effect,
        "can_edit": is_editable(plan, now),
        "error": error,
        "nav": "events",
    }
    return render(request, "events/meeting.html", context, status=status)


def read_edit(request: HttpRequest, mentee: int, mentor: int) -> Edit | None:
    change = request.POST.get("change", "")
    if change not in list(Change):
        return None
    numbers = [request.POST.get(name, "") for name in ("round", "other")]
    to_round, other = (parse_number(one, digits=17) or 0 for one in numbers)
    return Edit(Change(change), mentee, mentor, to_round, other)


def name_effect(effect: Effect, people: dict[int, Registration]) -> NamedEffect:
    def name(pk: int) -> str:
        return people[pk].board_name if pk in people else ""

    return NamedEffect(
        [(name(pk), before, after) for pk, before, after in effect.counts],
        len(effect.musts_lost),
        len(effect.musts_won),
    )


@require_safe
def event_timetable(request: SignedInRequest, slug: str) -> HttpResponse:
    """A person's own timetable, once there is one, as long as they have a place."""
    event = get_event(slug, request.user)
    registration = get_own_registration(event, request.user)
    rows = timetable_rows(registration) if registration.is_in else []
    if not rows:
        return redirect(reverse("event", args=[slug]))
    context = {"event": event, "registration": registration, "rows": rows, "nav": "events"}
    return render(request, "events/timetable.html", context)


@require_safe
def event_print(request: SignedInRequest, slug: str) -> HttpResponse:
    """The published timetable on paper: a list for the desk, sheets for rounds, signs for tables, cards for people."""
    event = get_led_event(slug, request.user)
    published = Plan.objects.filter(event=event, state=PlanState.PUBLISHED).first()
    if published is None:
        return redirect("event_plan", slug)
    rounds = read_rounds(event)
    context = {
        "event": event,
        "plan_number": published.number,
        "rounds": rounds,
        "signs": list_signs(rounds),
        "cards": all_cards(event),
        "door_code": door_code(event),
        "door_address": code_address(event.door_key),
        "is_large": request.GET.get("large") == "yes",
        "printed": timezone.now(),
        "nav": "events",
    }
    return render(request, "events/print.html", context)
