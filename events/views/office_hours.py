"""Office hours: a mentor opens them, people say which questions they have too, and all meet under one address."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access.idempotency import make_once
from accounts.requests import SignedInRequest
from common.pages.posting import act_on_post, show_beside_field, telling_refusals
from common.pages.requests import post_data
from common.pages.secret_redirects import redirect_in_secret
from common.refusals import RefusalError
from common.zones import city_of
from events.access import get_event, get_own_registration, get_registration
from events.forms.office_hours import OfficeHoursForm
from events.models import EventKind
from events.registering.office_hours import (
    get_live_profile,
    next_free,
    offer_office_hours,
    open_hours_call,
    who_may_join,
    zone_of,
)
from events.registering.questions import say_me_too
from mentors.decorators import mentor_required
from mentors.models import MentorProfile
from sessions_app.availability.refusals import notice_words


@mentor_required
@require_http_methods(["GET", "HEAD", "POST"])
def event_hours_new(request: SignedInRequest, profile: MentorProfile) -> HttpResponse:
    now, zone = timezone.now(), zone_of(profile)
    try:
        refused = None
        get_live_profile(request.user)
    except RefusalError as error:
        refused = error
    form = OfficeHoursForm(post_data(request), zone=zone, free=next_free(profile, now=now))

    def offer() -> str:
        return offer_office_hours(host=request.user, said=form.cleaned_data["said"], now=now).slug

    result = act_on_post(request, lambda: make_once(request.user, request, now=now, make=offer), form, error=refused)
    if result.is_done and result.made:
        messages.success(request, _("Your office hours are open: people can register, each with a question."))
        return redirect("event", result.made)
    show_beside_field(form, result.error)
    notice = profile.schedule.notice
    ahead = notice_words(notice) if notice else ""
    context = {"form": form, "error": result.error, "city": city_of(zone), "ahead": ahead, "nav": "events"}
    return render(request, "events/office_hours.html", context, status=result.status)


@require_POST
def event_me_too(request: SignedInRequest, slug: str, uuid: UUID) -> HttpResponse:
    event = get_event(slug, request.user)
    registration = get_own_registration(event, request.user)
    question = get_registration(uuid, event)
    with telling_refusals(request):
        too = request.POST.get("too") != "no"
        say_me_too(question=question, registration=registration, too=too, now=timezone.now())
    return redirect("event", slug)


@require_safe
def event_call(request: SignedInRequest, slug: str) -> HttpResponse:
    """Lead to the call: the address may hold a token, so it is never shown."""
    event = get_event(slug, request.user)
    if event.kind != EventKind.OFFICE_HOURS or not who_may_join(event, request.user):
        raise Http404
    try:
        return redirect_in_secret(open_hours_call(event, request.user, now=timezone.now()))
    except RefusalError as refused:
        messages.warning(request, refused.message, extra_tags=refused.code)
        return redirect("event", slug)
