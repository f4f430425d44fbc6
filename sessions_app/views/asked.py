"""A mentor who is asked to help a person who waits: offer a time, say no, or never be asked again."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedInRequest
from accounts.viewing import viewer_zone
from common.pages.posting import act_on_post
from common.pages.requests import post_data
from common.times import in_zone
from sessions_app.access import get_route
from sessions_app.asking.acts import decline_route, extra_times, offer_of, offer_time, stop_being_asked, times_to_offer
from sessions_app.asking.settling import offered_times
from sessions_app.availability.slots import Slot
from sessions_app.forms.waiting import OfferTimeForm
from sessions_app.models import HeldTime, Route
from sessions_app.models.schedules import Weekday
from sessions_app.models.waiting import DayPart


@require_http_methods(["GET", "HEAD", "POST"])
def asked_for_help(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    now = timezone.now()
    route = get_route(uuid, reader=request.user)
    name = {"name": route.waiting.person.first_name}
    form = OfferTimeForm(post_data(request))
    says_no = "no" in request.POST or "never" in request.POST

    def answer() -> None:
        if not says_no:
            offer_time(route=route, start=form.cleaned_data["start"], by=request.user, now=now)
            return
        if "never" in request.POST:
            stop_being_asked(profile=request.user.mentor_profile)
        decline_route(route=route, by=request.user, now=now)

    result = act_on_post(request, answer, None if says_no else form)
    # That they don't want to be asked again holds even where this answer isn't needed any more.
    if result.is_done or "never" in request.POST:
        messages.success(request, _said(request) % name)
        return redirect("asked_for_help", route.uuid)
    route = get_route(uuid, reader=request.user)
    is_open = Route.objects.unanswered(now).filter(pk=route.pk).exists()
    has_time = is_open and HeldTime.objects.open().filter(person=route.waiting.person_id).exists()
    offer = offer_of(route, now=now) if is_open and not has_time else None
    context = {
        "route": route,
        "person": route.waiting.person,
        "passed": offered_times(route)[-1:] if is_open else [],
        "their_zone": route.waiting.person.timezone,
        "is_open": is_open,
        "has_time": has_time,
        "offer": offer,
        "parts": [DayPart(part).label for part in route.waiting.parts],
        "could_on": [Weekday(day).label for day in route.waiting.days],
        "days": group_by_day(times_to_offer(route, offer, now=now), viewer_zone(request)) if offer else [],
        "extra_days": group_by_day(extra_times(route, offer, now=now), viewer_zone(request)) if offer else [],
        "form": form,
        "error": result.error,
        "nav": "today",
    }
    return render(request, "sessions_app/mentor/asked.html", context, status=result.status)


def group_by_day(slots: Sequence[Slot], zone: str) -> list[tuple[date, list[Slot]]]:
    """Slots, which are in order, under their dates in `zone`."""
    by_day = groupby(slots, key=lambda slot: in_zone(slot.start, zone).date())
    return [(day, list(group)) for day, group in by_day]


def _said(request: SignedInRequest) -> str:
    if "never" in request.POST:
        return _("We won’t ask you again. You can change that in your booking rules.")
    if "no" in request.POST:
        return _("That’s fine. We’ll ask someone else for %(name)s.")
    return _("We’re holding this time for %(name)s, and we’ve told them.")
