"""What staff do about mentors: the queue, one profile, a decision."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.requests import SignedInRequest
from accounts.roles import role_required
from accounts.rules.roles import Power
from accounts.viewing import viewer_hour12, viewer_zone
from common.pages.requests import post_data
from common.pages.tabs import tab_links
from common.times import when_text, zone_label
from mentors.errors import MOVED_ON, ProfileError
from mentors.hooks import local_date
from mentors.models import MentorProfile, ProfileDraft, ProfileState
from mentors.services import approve_profile, ask_for_changes
from sessions_app.availability.timetable import load_timetable

from .profile_acts import ACTS, StaffAct, acts_for
from .profile_changes import changes_of
from .profile_forms import APPROVE, CHANGES, ReasonForm, ReviewForm
from .profile_queue import (
    CHANGED,
    NEW,
    TABS,
    has_times,
    list_findings,
    next_to_review,
    profiles_in,
    rows_of,
    tab_counts,
)

PAGE_SIZE = 25
LONGEST_SEARCH = 80


@require_safe
@role_required(Power.REVIEW)
def staff_profiles(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    tab = request.GET.get("state", "new")
    if tab not in TABS:
        raise Http404
    search = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
    page = Paginator(profiles_in(tab, search=search, now=now), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": rows_of(page.object_list, now=now),
        "tabs": tab_links(TABS, tab, counts=tab_counts(now)),
        "tab": tab,
        "tab_label": TABS[tab],
        # Among those to review, all have the same.
        "shows_state": tab not in (NEW, CHANGED),
        "search": search,
        "nav": "profiles",
    }
    return render(request, "staff/profiles.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Power.REVIEW)
def staff_profile(request: SignedInRequest, slug: str) -> HttpResponse:
    profile = find_profile(slug)
    now = timezone.now()
    stale = False
    found = list_findings(profile, words_to_review(profile), times=times_fact(request, profile, now))
    form = ReviewForm(post_data(request), findings=found, initial={"seen": profile.version})
    if request.method == "POST" and form.is_valid():
        try:
            decide_profile(request, profile, form, now)
        except ProfileError as error:
            form.add_error(None, error.as_form_error())
            stale = error.code == MOVED_ON
        else:
            return to_next(profile, by=request.user)
    if stale:
        profile = find_profile(slug)
        form.show_version(profile.version)
    context = review_context(profile, form, by=request.user, now=now)
    return render(request, "staff/profile.html", context, status=response_status(form, stale=stale))


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Power.REVIEW)
def staff_profile_act(request: SignedInRequest, slug: str, act: str) -> HttpResponse:
    profile = find_profile(slug)
    if act not in ACTS:
        raise Http404
    chosen = ACTS[act]
    form = reason_form(request, chosen, profile)
    stale = False
    if request.method == "POST" and form.is_valid():
        try:
            chosen.run(profile, request.user, timezone.now(), form.cleaned_data)
        except ProfileError as error:
            form.add_error(None, error.as_form_error())
            stale = error.code == MOVED_ON
        else:
            messages.success(request, str(chosen.done) % {"name": profile.name})
            return to_next(profile, by=request.user) if act == "turn-down" else redirect("staff_profile", slug)
    if stale:
        form.show_version(find_profile(slug).version)
    names = {"name": profile.name}
    context = {
        "form": form,
        "profile": profile,
        "act": chosen,
        "heading": str(chosen.title) % names,
        "nav": "profiles",
    }
    return render(request, "staff/act.html", context, status=response_status(form, stale=stale))


def response_status(form: ReviewForm | ReasonForm, *, stale: bool) -> int:
    return 409 if stale else 422 if form.errors else 200


def reason_form(request: SignedInRequest, act: StaffAct, profile: MentorProfile) -> ReasonForm:
    return ReasonForm(
        post_data(request),
        initial={"seen": profile.version},
        asks_date=act.asks_date,
        needs_reason=act.needs_reason,
        hint=str(act.hint),
    )


def find_profile(slug: str) -> MentorProfile:
    return get_object_or_404(MentorProfile.objects.select_related("person", "draft"), slug=slug)


def words_to_review(profile: MentorProfile) -> MentorProfile | ProfileDraft:
    """What was sent, or will be; for a live profile without changes the words that the public sees."""
    draft: ProfileDraft | None = getattr(profile, "draft", None)
    if draft is None or (profile.approved_at is not None and draft.submitted_at is None):
        return profile
    return draft


def waits_for_review(profile: MentorProfile) -> bool:
    draft: ProfileDraft | None = getattr(profile, "draft", None)
    return profile.state == ProfileState.SUBMITTED or (
        profile.state == ProfileState.APPROVED and draft is not None and draft.submitted_at is not None
    )


def times_fact(request: SignedInRequest, profile: MentorProfile, now: datetime) -> str:
    """When this mentor can be booked, in the reviewer's time; empty when never."""
    timetable = load_timetable(profile, now=now)
    if timetable is None or not has_times(timetable):
        return ""
    offer = profile.offers.bookable().first()
    last = now + timetable.last_bookable
    slots = timetable.slots(length=offer.length if offer else 25, now=now, first=now, last=last, limit=1)
    if not slots:
        return _("Times are set, but none are free now.")
    zone = viewer_zone(request)
    when = when_text(slots[0].start, zone=zone, now=now, hour12=viewer_hour12(request))
    return _("The soonest is %(when)s, %(zone)s.") % {"when": when, "zone": zone_label(zone, slots[0].start)}


def review_context(profile: MentorProfile, form: ReviewForm, *, by: User, now: datetime) -> dict[str, Any]:
    waits = waits_for_review(profile)
    compares = waits and profile.state == ProfileState.APPROVED
    return {
        "profile": profile,
        "words": words_to_review(profile),
        "changes": changes_of(profile, profile.draft) if compares else None,
        "form": form,
        "waits": waits,
        "acts": acts_for(profile, by=by, waits=waits, now=now),
        "may_decide": profile.is_decided_by(by),
        "offers": profile.offers.active(),
        "decisions": profile.decisions.select_related("by"),
        "approve": APPROVE,
        "ask": CHANGES,
        "paused": profile.is_paused(local_date(profile, now)),
        "nav": "profiles",
    }


def decide_profile(request: SignedInRequest, profile: MentorProfile, form: ReviewForm, now: datetime) -> None:
    seen = form.cleaned_data["seen"]
    if form.cleaned_data["decision"] == APPROVE:
        approve_profile(profile=profile, by=request.user, now=now, seen=seen)
        messages.success(request, _("%(name)s is live.") % {"name": profile.name})
    else:
        ask_for_changes(profile=profile, points=form.requested_changes(), by=request.user, now=now, seen=seen)
        messages.success(request, _("We’ve asked %(name)s for changes.") % {"name": profile.name})


def to_next(profile: MentorProfile, *, by: User) -> HttpResponse:
    following = next_to_review(by=by, after=profile)
    return redirect("staff_profile", following.slug) if following else redirect("staff_profiles")
