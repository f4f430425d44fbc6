"""A question in writing: asked from the mentor's page, taken back or declined.

What a visitor typed waits in their browser's session until they have signed in. Unlike a held slot it takes nothing
from other people, so it needs no row in the database, no limit and no clean-up.
"""

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.requests import SignedInRequest
from accounts.signing_in.by_email import SIGN_IN_NOTE, answer_email_form
from accounts.viewing import signed_in
from common.pages.kept import find_kept, keep_in_session, take_kept
from common.pages.posting import act_on_post
from common.pages.requests import post_data
from common.pages.seen import seen_by
from mentors.models import MentorProfile, Offer
from sessions_app.access import get_written
from sessions_app.booking.changes import release_hold
from sessions_app.errors import SessionError
from sessions_app.forms.booking import CancelForm
from sessions_app.forms.guest import GuestForm
from sessions_app.forms.written import AskForm
from sessions_app.mentor_rows import rows_of
from sessions_app.models import Engagement, WrittenQuestion
from sessions_app.questions.brief_input import BriefInput
from sessions_app.questions.same_question import find_earlier_engagement
from sessions_app.written.acts import ask_in_writing, decline_written, why_not_ask, why_written_stale, withdraw_written
from trust.signals.helping import offer_help

from .mentor_page import HOLD, held_here, mentor_page

KEPT = "written"


class Kept(TypedDict):
    """What a visitor wants to ask, as their session keeps it."""

    slug: str
    question: str
    key: str


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_question(request: HttpRequest, slug: str) -> HttpResponse:
    """POST asks, or keeps the question of a visitor; GET is the page where that visitor says who they are."""
    profile = get_object_or_404(
        MentorProfile.objects.seen_by(signed_in(request)).select_related("person", "schedule"), slug=slug
    )
    if request.method != "POST":
        return check_page(request, profile)
    form = AskForm(request.POST)
    if not form.is_valid():
        return mentor_page(request, rows_of(profile), asking=form)
    data, now = form.cleaned_data, timezone.now()
    kept = Kept(slug=slug, question=data["question"], key=data["key"])
    try:
        if isinstance(request.user, User):
            earlier = find_earlier_engagement(request.user, request.POST.get("follows", ""))
            written = ask_now(profile, kept, request.user, earlier, with_files=data["with_files"], now=now)
            offer_help(request, [data["question"]])
            return redirect_to_asked(request, written)
        if refusal := why_not_ask(offer_of(profile), now=now):
            raise refusal
        # Who writes instead doesn't need the time that they held, and others may.
        if held := held_here(request):
            release_hold(booking=held, now=now)
    except SessionError as error:
        return mentor_page(request, rows_of(profile), asking=form, error=error)
    request.session.pop(HOLD, None)
    keep_in_session(request, KEPT, kept)
    offer_help(request, [data["question"]])
    return redirect("ask", slug)


@login_not_required
@require_POST
def ask_email(request: HttpRequest, slug: str) -> HttpResponse:
    """A visitor types their email address and is sent a code. Signing in with it asks (see `ask_after_sign_in`)."""
    profile = get_object_or_404(MentorProfile.objects.seen_by(signed_in(request)).select_related("person"), slug=slug)
    if kept_here(request, slug) is None:
        return redirect("mentor_detail", slug)
    if isinstance(request.user, User):
        return redirect(ask_after_sign_in(request, request.user) or reverse("mentor_detail", args=[slug]))
    form = GuestForm(request.POST)
    note = _("We’ve kept your question to %(name)s. It’s sent once you’ve finished signing in.")
    note %= {"name": profile.name}
    return answer_email_form(request, form, note=note) or check_page(request, profile, form=form)


def check_page(request: HttpRequest, profile: MentorProfile, form: GuestForm | None = None) -> HttpResponse:
    kept = kept_here(request, profile.slug)
    if kept is None:
        return redirect("mentor_detail", profile.slug)
    # The way back leads to the form of questions in writing.
    offer = profile.offers.active().in_writing().first()
    context = {
        "profile": profile,
        "offer": offer,
        "question": kept["question"],
        "form": form or GuestForm(),
        "nav": "find",
    }
    return render(request, "sessions_app/written/ask.html", context, status=422 if form else 200)


def ask_now(
    profile: MentorProfile,
    kept: Kept,
    mentee: User,
    earlier: Engagement | None = None,
    *,
    with_files: bool = False,
    now: datetime,
) -> WrittenQuestion:
    """With `earlier` its whole brief goes along, not only the question, and the mentee's files if they say so."""
    question = kept["question"]
    return ask_in_writing(
        offer=offer_of(profile),
        brief=BriefInput.carried_from(earlier.brief, question=question) if earlier else BriefInput(question=question),
        mentee=mentee,
        now=now,
        key=kept["key"],
        continues=earlier,
        with_files=with_files,
    )


def offer_of(profile: MentorProfile) -> Offer:
    """The mentor's offer in writing. Raises SessionError if they don't offer it any more."""
    offer = profile.offers.active().in_writing().select_related("profile__person").first()
    if offer is None:
        words = _("%(mentor)s isn’t answering in writing at the moment. Choose a time instead.")
        raise SessionError("closed", words % {"mentor": profile.first_name})
    return offer


def kept_here(request: HttpRequest, slug: str = "") -> Kept | None:
    """What this browser's visitor wanted to ask a little while ago."""
    kept: Kept | None = find_kept(request, KEPT)
    return None if kept is None or (slug and kept["slug"] != slug) else kept


def ask_after_sign_in(request: HttpRequest, user: User) -> str | None:
    """Ask the kept question of a visitor who has now signed in.

    Returns the address of its thread, or of a page where it can be asked another way. A visitor who has held a time
    since then wants that instead: the question is dropped.
    """
    kept: Kept | None = take_kept(request, KEPT)
    if kept is None or HOLD in request.session:
        return None
    request.session.pop(SIGN_IN_NOTE, None)
    profile = MentorProfile.objects.seen_by(user).select_related("person").filter(slug=kept["slug"]).first()
    query = QueryDict(mutable=True)
    query["q"] = kept["question"]
    if profile is None:
        messages.warning(request, _("This mentor is no longer here. These people can help with the same question."))
        return f"{reverse('mentor_list')}?{query.urlencode()}"
    try:
        written = ask_now(profile, kept, user, now=timezone.now())
    except SessionError as error:
        messages.warning(request, error.message, extra_tags=error.code)
        return f"{reverse('mentor_detail', args=[profile.slug])}?{query.urlencode()}"
    messages.success(request, asked_text(written))
    offer_help(request, [kept["question"]])
    return reverse("thread", args=[written.engagement.uuid])


def redirect_to_asked(request: HttpRequest, written: WrittenQuestion) -> HttpResponse:
    messages.success(request, asked_text(written))
    return redirect("thread", written.engagement.uuid)


def asked_text(written: WrittenQuestion) -> str:
    return _("We’ve sent your question to %(name)s.") % {"name": written.mentor.display_name}


@require_http_methods(["GET", "HEAD", "POST"])
def written_end(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The mentor declines, the mentee takes the question back; the page says who is told."""
    written, now = get_written(uuid, reader=request.user), timezone.now()
    is_mentor = written.mentor_id == request.user.pk
    form = CancelForm(post_data(request), name=written.other_person(request.user).first_name, needed=is_mentor)

    def end() -> None:
        end_question(request, written, reason=form.cleaned_data["reason"] if is_mentor else "", now=now)

    is_sent = request.method == "POST" and written.is_open(now)
    error = why_written_stale(written, seen_by(request)) if is_sent else None
    result = act_on_post(request, end, form if is_mentor else None, error=error)
    if result.is_done:
        return redirect("thread", uuid)
    if result.is_refused:
        written = get_written(uuid, reader=request.user)
    context = {
        "written": written,
        "other": written.other_person(request.user),
        "is_mentor": is_mentor,
        "is_open": written.is_open(now),
        "form": form,
        "error": result.error,
        "nav": "messages",
    }
    return render(request, "sessions_app/written/end.html", context, status=result.status)


def end_question(request: SignedInRequest, written: WrittenQuestion, *, reason: str, now: datetime) -> None:
    name = {"name": written.other_person(request.user).first_name}
    if written.mentor_id == request.user.pk:
        decline_written(written=written, by=request.user, reason=reason, now=now, seen=seen_by(request))
        messages.success(request, _("You’ve declined. We’ve told %(name)s and shown them who else can help.") % name)
    else:
        withdraw_written(written=written, by=request.user, now=now, seen=seen_by(request))
        messages.success(request, _("You’ve withdrawn the question. We’ve told %(name)s.") % name)
