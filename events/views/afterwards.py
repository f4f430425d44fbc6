"""After an event: what one says of one's meetings, a goal, and the team's report."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from common.pages.posting import act_on_post, telling_refusals
from common.pages.requests import post_data
from events.access import get_event, get_led_event, get_own_registration
from events.afterwards.answers import answer, say_it_helped
from events.afterwards.goals import agree_to_witness, say_how_it_went, say_in_touch, set_goal, witnesses_of
from events.afterwards.report import FEWEST_ANSWERS
from events.forms.afterwards import AnswersForm, GoalForm, HelpedForm
from events.models import Goal, Went
from events.pages.after_page import AfterPage
from events.pages.report_page import report_rows


def get_page(request: SignedInRequest, slug: str) -> AfterPage:
    event = get_event(slug, request.user)
    registration = get_own_registration(event, request.user)
    if not registration.is_in:
        raise Http404
    return AfterPage(event, registration, timezone.now())


@require_http_methods(["GET", "HEAD", "POST"])
def event_after(request: SignedInRequest, slug: str) -> HttpResponse:
    page = get_page(request, slug)
    if not page.has_page:
        return redirect("event", slug)
    if not page.event.has_rounds:
        return ask_whether_it_helped(request, page)
    form = AnswersForm(post_data(request), registration=page.registration, pairs=page.pairs, known=page.answers)
    result = act_on_post(request, lambda: answer(registration=page.registration, said=form.said(), now=page.now), form)
    if result.is_done:
        messages.success(request, _("Saved. Thank you."))
        return redirect("event_after", slug)
    context = {"event": page.event, "page": page, "form": form, "error": result.error, "nav": "events"}
    return render(request, "events/afterwards/after.html", context, status=result.status)


def ask_whether_it_helped(request: SignedInRequest, page: AfterPage) -> HttpResponse:
    own = page.registration
    form = HelpedForm(post_data(request), initial={"helped": own.helped})
    result = act_on_post(
        request, lambda: say_it_helped(registration=own, helped=form.cleaned_data["helped"], now=page.now), form
    )
    if result.is_done:
        messages.success(request, _("Saved. Thank you."))
        return redirect("event_after", page.event.slug)
    context = {"event": page.event, "page": page, "form": form, "error": result.error, "nav": "events"}
    return render(request, "events/afterwards/helped.html", context, status=result.status)


@require_http_methods(["GET", "HEAD", "POST"])
def event_goal(request: SignedInRequest, slug: str) -> HttpResponse:
    """One's own goal: set it, change it, and, when its day has come, say what became of it."""
    page = get_page(request, slug)
    if not page.has_goal_page:
        return redirect("event", slug)
    if "went" in request.POST:
        return save_went(request, page)
    form = GoalForm(post_data(request), witnesses=witnesses_of(page.registration), goal=page.goal)
    result = act_on_post(
        request,
        lambda: set_goal(
            registration=page.registration, text=form.cleaned_data["text"], witness=form.chosen_witness, now=page.now
        ),
        form,
    )
    if result.is_done:
        messages.success(request, _("Saved. We’ll ask you in three months how it went."))
        return redirect("event_goal", slug)
    context = {
        "event": page.event,
        "page": page,
        "form": form,
        "went": Went,
        "error": result.error,
        "nav": "events",
    }
    return render(request, "events/afterwards/goal.html", context, status=result.status)


def save_went(request: SignedInRequest, page: AfterPage) -> HttpResponse:
    went = request.POST["went"]
    if page.goal and went in Went.values:
        with telling_refusals(request):
            say_how_it_went(goal=page.goal, went=Went(went), now=page.now)
            messages.success(request, _("Thank you for telling us."))
    return redirect("event_goal", page.event.slug)


@require_POST
def event_witness(request: SignedInRequest, slug: str, uuid: UUID) -> HttpResponse:
    """One press about the goal of another, of which one is asked to be the witness; `uuid` is their registration's."""
    page = get_page(request, slug)
    known = Goal.objects.with_people().filter(registration__event=page.event, witness=page.registration)
    goal = get_object_or_404(known, registration__uuid=uuid)
    with telling_refusals(request):
        if "in_touch" in request.POST:
            in_touch = request.POST["in_touch"] == "yes"
            say_in_touch(goal=goal, witness=page.registration, in_touch=in_touch, now=page.now)
            messages.success(request, _("Thank you for telling us."))
        else:
            agree_to_witness(goal=goal, witness=page.registration, now=page.now)
            messages.success(request, _("Thank you. We’ll ask you both in three months."))
    return redirect("event_after", slug)


@require_safe
def event_report(request: SignedInRequest, slug: str) -> HttpResponse:
    event = get_led_event(slug, request.user)
    if not event.is_over:
        return redirect("event", slug)
    rows = [] if event.is_archived else report_rows(event)
    context = {"event": event, "rows": rows, "fewest": FEWEST_ANSWERS, "nav": "events"}
    return render(request, "events/afterwards/report.html", context)
