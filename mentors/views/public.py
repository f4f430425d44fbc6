"""A mentor's own profile, and the page that invites people to become mentors."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from common.pages.seen import seen_by
from common.pages.sharing import listed
from mentors.decorators import mentor_required, own_profile
from mentors.errors import ProfileError
from mentors.hooks import local_date
from mentors.models import Decision, MentorProfile, ProfileState
from mentors.moderation.completeness import missing_steps
from mentors.moderation.promises import apply_again_from, last_told_decision, points_of, review_deadline, state_tag
from mentors.services import discard_changes, draft_of, has_unpublished_changes, start_application, submit_profile


@login_not_required
@require_safe
@listed
def become_a_mentor(request: HttpRequest) -> HttpResponse:
    profile = own_profile(request) if request.user.is_authenticated else None
    return render(request, "mentors/become.html", {"profile": profile})


@require_safe
@mentor_required
def mentor_profile(request: SignedInRequest, profile: MentorProfile) -> HttpResponse:
    return profile_page(request, profile)


def profile_page(request: SignedInRequest, profile: MentorProfile, *, status: int = 200) -> HttpResponse:
    draft = draft_of(profile)
    now = timezone.now()
    today = local_date(profile, now)
    last = last_told_decision(profile)
    again_from = apply_again_from(profile)
    asked = last if last and last.decision == Decision.CHANGES and draft.submitted_at is None else None
    context = {
        "profile": profile,
        "draft": draft,
        "state_tag": state_tag(profile, today),
        "is_paused": profile.is_paused(today),
        "last": last,
        "asked": asked,
        "points": points_of(asked) if asked else [],
        "missing": missing_steps(draft),
        "changed": profile.state == ProfileState.APPROVED and has_unpublished_changes(profile, draft),
        "hear_by": review_deadline(draft.submitted_at, profile.person.zone) if draft.submitted_at else None,
        "apply_again_from": again_from,
        "may_apply_again": again_from is not None and now >= again_from,
        "offers": profile.offers.active(),
    }
    return render(request, "mentors/profile.html", context, status=status)


@require_POST
@mentor_required
def mentor_profile_send(request: SignedInRequest, profile: MentorProfile) -> HttpResponse:
    try:
        submit_profile(profile=profile, by=request.user, now=timezone.now(), seen=seen_by(request))
    except ProfileError as error:
        if error.code == "incomplete":
            return redirect("mentor_apply", 5)
        messages.error(request, str(error.message), extra_tags=error.code)
        profile.refresh_from_db()
        return profile_page(request, profile, status=409)
    messages.success(request, _("Your profile has been sent."))
    return redirect("mentor_profile")


@require_POST
@mentor_required
def mentor_profile_discard(request: SignedInRequest, profile: MentorProfile) -> HttpResponse:
    try:
        discard_changes(profile=profile, seen=seen_by(request))
    except ProfileError as error:
        messages.error(request, str(error.message), extra_tags=error.code)
        profile.refresh_from_db()
        return profile_page(request, profile, status=409)
    messages.success(request, _("Your changes have been discarded. The public version is back."))
    return redirect("mentor_profile")


@require_POST
@mentor_required
def mentor_apply_again(request: SignedInRequest, profile: MentorProfile) -> HttpResponse:
    try:
        start_application(person=profile.person, now=timezone.now())
    except ProfileError as error:
        messages.error(request, str(error.message), extra_tags=error.code)
        return redirect("mentor_profile")
    return redirect("mentor_apply", 1)
