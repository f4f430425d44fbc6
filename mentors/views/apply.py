"""The application to become a mentor: one page for each thing, saved page by page."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedInRequest
from common.pages.requests import post_data
from common.pages.seen import seen_by, still_seen
from mentors.decorators import own_profile
from mentors.errors import MOVED_ON, ProfileError
from mentors.forms.profile import HowForm, LengthsForm, QuestionsForm, WhoForm
from mentors.models import MentorProfile, ProfileState
from mentors.moderation.completeness import missing_steps
from mentors.moderation.drafts import words_mark
from mentors.offers import lengths_mark
from mentors.services import ProfileTexts, draft_of, save_words, set_lengths, start_application, submit_profile

STEPS = 5
TITLES = {
    1: gettext_lazy("Who you are"),
    2: gettext_lazy("Three questions you’re good at"),
    3: gettext_lazy("How you work"),
    4: gettext_lazy("Lengths"),
    5: gettext_lazy("Check and send"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def mentor_apply(request: SignedInRequest, step: int) -> HttpResponse:
    profile = own_profile(request)
    if step not in PAGES:
        raise Http404
    if profile is None and step > 1:
        return redirect("mentor_apply", 1)
    if profile is not None and not profile.is_writable:
        return redirect("mentor_profile")
    try:
        return PAGES[step](request, profile)
    except ProfileError as error:
        messages.error(request, str(error.message), extra_tags=error.code)
        return redirect("mentor_profile" if profile else "become_a_mentor")


def who_page(request: SignedInRequest, profile: MentorProfile | None) -> HttpResponse:
    draft = draft_of(profile) if profile else None
    has_photo = bool(draft and draft.photo)
    initial = WhoForm.initial_of(request.user, draft)
    form = WhoForm(
        post_data(request), request.FILES if request.method == "POST" else None, initial=initial, has_photo=has_photo
    )
    if request.method != "POST":
        return _render_step(request, profile, 1, form, draft=draft)
    photo = form.cleaned_data.get("photo") if form.is_valid() or "photo" in form.cleaned_data else None
    if form.is_valid():
        data = form.cleaned_data
        profile = profile or start_application(person=request.user, now=timezone.now(), name=data["name"])
        removed = data.get("remove_photo", False) and photo is None
        try:
            save_words(
                profile=profile,
                words=form.profile_texts(),
                name=data["name"],
                photo=photo,
                remove_photo=removed,
                seen=seen_by(request) if draft else None,
            )
        except ProfileError as error:
            return _stale_page(request, profile, 1, form, error, draft=draft)
        return _go_on(request, profile, 1)
    if photo and profile:
        # A browser doesn't send a file again by itself, so a good photo is kept even if another field is wrong.
        draft = save_words(profile=profile, words=ProfileTexts(), photo=photo)
    return _render_step(request, profile, 1, form, draft=draft, photo_lost=bool(photo and not profile))


def questions_page(request: SignedInRequest, profile: MentorProfile) -> HttpResponse:
    form = QuestionsForm(post_data(request), initial=QuestionsForm.initial_of(draft_of(profile)))
    kept = False
    if request.method == "POST" and form.is_valid():
        try:
            save_words(
                profile=profile, words=form.profile_texts(), topics=form.cleaned_data["topics"], seen=seen_by(request)
            )
        except ProfileError as error:
            more = {"draft": draft_of(profile), "asks": form.written_asks}
            return _stale_page(request, profile, 2, form, error, **more)
        if "stay" not in request.POST:
            return _go_on(request, profile, 2)
        kept = True
    return _render_step(request, profile, 2, form, draft=draft_of(profile), asks=form.written_asks, fresh=kept)


def how_page(request: SignedInRequest, profile: MentorProfile) -> HttpResponse:
    form = HowForm(post_data(request), initial=HowForm.initial_of(draft_of(profile)))
    if request.method == "POST" and form.is_valid():
        try:
            save_words(profile=profile, words=form.profile_texts(), seen=seen_by(request))
        except ProfileError as error:
            return _stale_page(request, profile, 3, form, error)
        return _go_on(request, profile, 3)
    return _render_step(request, profile, 3, form)


def lengths_page(request: SignedInRequest, profile: MentorProfile) -> HttpResponse:
    if profile.state not in (ProfileState.DRAFT, ProfileState.NEEDS_CHANGES):
        return redirect("mentor_offers")
    form = LengthsForm(post_data(request), initial=LengthsForm.initial_of(profile))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            set_lengths(
                profile=profile,
                lengths=data["lengths"],
                format=data["format"],
                instant=data["at_once"] == "yes",
                seen=seen_by(request),
            )
        except ProfileError as error:
            return _stale_page(request, profile, 4, form, error)
        return _go_on(request, profile, 4)
    return _render_step(request, profile, 4, form)


def send_page(request: SignedInRequest, profile: MentorProfile) -> HttpResponse:
    draft = draft_of(profile)
    if request.method == "POST":
        try:
            submit_profile(profile=profile, by=request.user, now=timezone.now(), seen=seen_by(request))
        except ProfileError as error:
            if error.code == MOVED_ON:
                messages.error(request, str(error.message), extra_tags=error.code)
                profile.refresh_from_db()
                return _stale_page(request, profile, 5, None, error, draft=draft_of(profile), missing=[])
            if error.code != "incomplete":
                raise
        else:
            messages.success(request, _("Your profile has been sent."))
            return redirect("mentor_profile")
    missing = missing_steps(draft)
    wrong = request.method == "POST" and bool(missing)
    return _render_step(request, profile, 5, None, draft=draft, missing=missing, has_errors=wrong)


PAGES: Mapping[int, Callable[[SignedInRequest, Any], HttpResponse]] = {
    1: who_page,
    2: questions_page,
    3: how_page,
    4: lengths_page,
    5: send_page,
}
TEMPLATES = {1: "apply_who", 2: "apply_questions", 3: "apply_how", 4: "apply_lengths", 5: "apply_send"}


# The fields of each page, to tell whether any of them was changed elsewhere since the page was opened
WORDS_OF = {1: ("headline", "name"), 2: ("asks", "languages", "topics"), 3: ("how_i_work",)}


def _mark_of_page(profile: MentorProfile | None, step: int) -> str:
    """A hash of what the page shows, as it is stored; empty before there is a profile."""
    if profile is None:
        return ""
    if step in WORDS_OF:
        return words_mark(profile, draft_of(profile), *WORDS_OF[step])
    return lengths_mark(profile) if step == 4 else str(profile.version)


def _stale_page(
    request: SignedInRequest, profile: MentorProfile, step: int, form: Any, error: ProfileError, **extra: Any
) -> HttpResponse:
    """The page with what was typed, and the mark of what is stored now. Other errors are raised again."""
    if error.code != MOVED_ON:
        raise error
    if form:
        form.add_error(None, error.as_form_error())
    profile.person.refresh_from_db(fields=["name"])
    return _render_step(request, profile, step, form, fresh=True, status=409, **extra)


def _render_step(
    request: SignedInRequest,
    profile: MentorProfile | None,
    step: int,
    form: Any,
    *,
    fresh: bool = False,
    status: int = 200,
    **extra: Any,
) -> HttpResponse:
    """Render one page. `fresh`: the reader has just been told what is stored now, so the page gets a new mark."""
    context = {
        "profile": profile,
        "form": form,
        "step": step,
        "steps": STEPS,
        "heading": TITLES[step],
        "applying": profile is None or profile.state == ProfileState.DRAFT,
        "previous": step - 1,
        "seen": still_seen(request, _mark_of_page(profile, step), told=fresh),
        **extra,
    }
    wrong = bool(form and form.is_bound and form.errors) or extra.get("has_errors")
    status = 422 if wrong and status == 200 else status
    return render(request, f"mentors/{TEMPLATES[step]}.html", context, status=status)


def _go_on(request: SignedInRequest, profile: MentorProfile, step: int) -> HttpResponse:
    """Go to the next page of an application; or back to the profile, if only one thing was to be changed."""
    if profile.state == ProfileState.DRAFT:
        return redirect("mentor_apply", step + 1)
    messages.success(request, _("Saved."))
    return redirect("mentor_profile")
