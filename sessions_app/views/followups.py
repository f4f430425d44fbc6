"""The step that a mentee takes away, and the pages that the later mails lead to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedInRequest
from common.requests import posted
from notifications.registry import Nothing
from sessions_app.errors import BookingError
from sessions_app.followups import ANSWERS, ASKED, question_of, ways_on
from sessions_app.forms.followups import FollowUpForm, StepForm
from sessions_app.models import ActionItem, Booking, FollowUp, FollowUpQuestion, FollowUpStep
from sessions_app.services import answer_follow_up, drop_step, write_step
from sessions_app.services.followups import why_not_answer, why_not_step

from .sessions import get_booking


def get_own_booking(request: SignedInRequest, uuid: object) -> Booking:
    """Only its mentee finds it: what follows a session is theirs."""
    booking = get_booking(request, uuid)
    if booking.mentee_id != request.user.pk:
        raise Http404
    return booking


def status_of(request: SignedInRequest, error: BookingError | None, form: FollowUpForm | StepForm) -> int:
    return 409 if error and request.method == "POST" else 422 if form.errors else 200


@require_http_methods(["GET", "HEAD", "POST"])
def session_step(request: SignedInRequest, uuid: object) -> HttpResponse:
    """Write the next step, change it, or drop it."""
    now = timezone.now()
    booking = get_own_booking(request, uuid)
    if request.method == "POST" and "drop" in request.POST:
        drop_step(booking=booking, by=request.user)
        messages.success(request, _("The step is gone."))
        return redirect("session", booking.uuid)
    action = ActionItem.objects.filter(booking=booking).first()
    form = StepForm(posted(request), today=now.astimezone(request.user.zone).date(), action=action)
    error = why_not_step(booking, now=now)
    if request.method == "POST" and not error and form.is_valid():
        try:
            if form.step:
                write_step(booking=booking, step=form.step, by=request.user, now=now)
        except BookingError as refused:
            error = refused
        else:
            messages.success(request, _("Your step is saved."))
            return redirect("session", booking.uuid)
    context = {"booking": booking, "action": action, "form": form, "error": error, "nav": "sessions"}
    return render(request, "sessions_app/followup_step.html", context, status=status_of(request, error, form))


@dataclass(frozen=True, slots=True)
class Asked:
    """One step of one session as its page has it: `about` is what is asked, `given` what was answered before."""

    booking: Booking
    step: FollowUpStep
    action: ActionItem | None
    given: FollowUp | None
    about: FollowUpQuestion


@require_http_methods(["GET", "HEAD", "POST"])
def session_follow_up(request: SignedInRequest, uuid: object, step: str) -> HttpResponse:
    """`?about=` and `?answer=` from a mail only choose; nothing is kept before the button is pressed."""
    now = timezone.now()
    asked = read_asked(request, uuid, step, now=now)
    form = FollowUpForm(
        posted(request), about=asked.about, mentor=asked.booking.mentor, initial=chosen_before(request, asked)
    )
    error = why_not_answer(asked.booking, asked.step, action=asked.action, now=now)
    if request.method == "POST" and not error and form.is_valid():
        try:
            keep(request, asked, form, now=now)
        except BookingError as refused:
            error = refused
        else:
            return redirect("session_follow_up", asked.booking.uuid, step)
    context = {"form": form, "error": error, **page_context(request, asked)}
    return render(request, "sessions_app/followup.html", context, status=status_of(request, error, form))


def read_asked(request: SignedInRequest, uuid: object, step: str, *, now: datetime) -> Asked:
    """The question is the one that the mail asked, else the one answered before, else what would be asked now."""
    if step not in FollowUpStep.values:
        raise Http404
    booking, moment = get_own_booking(request, uuid), FollowUpStep(step)
    action = ActionItem.objects.filter(booking=booking).select_related("person").first()
    given = FollowUp.objects.filter(booking=booking, step=moment).first()
    named = request.GET.get("about", "") or (given.question if given else "")
    if (sent := request.POST.get("question", "")) in FollowUpQuestion.values:
        about = FollowUpQuestion(sent)
    elif named in ASKED[moment]:
        about = FollowUpQuestion(named)
    else:
        open_now = question_of(booking, moment, action=action, now=now)
        about = ASKED[moment][0] if isinstance(open_now, Nothing) else open_now
    return Asked(booking, moment, action, given, about)


def chosen_before(request: SignedInRequest, asked: Asked) -> dict[str, Any]:
    given = asked.given
    return {
        "question": asked.about,
        "answer": request.GET.get("answer", "") or (given.answer if given else ""),
        "tell_mentor": given is not None and given.tell_mentor,
    }


def keep(request: SignedInRequest, asked: Asked, form: FollowUpForm, *, now: datetime) -> None:
    """Raises BookingError."""
    answer_follow_up(
        booking=asked.booking,
        step=asked.step,
        question=asked.about,
        answer=form.cleaned_data["answer"],
        by=request.user,
        now=now,
        tell_mentor=form.cleaned_data["tell_mentor"],
    )


def page_context(request: SignedInRequest, asked: Asked) -> dict[str, Any]:
    """Who has answered sees what comes next; a mail's link, or a wish to change it, asks again."""
    booking, given = asked.booking, asked.given
    context = {
        "booking": booking,
        "other": booking.mentor,
        "action": asked.action,
        "about": asked.about,
        "nav": "sessions",
    }
    if given is None or request.method == "POST" or "answer" in request.GET:
        return context
    question = FollowUpQuestion(given.question)
    words = {value.value: label for value, label in ANSWERS[question].items()}
    return {
        **context,
        "said": words.get(given.answer, ""),
        "is_told": given.tell_mentor,
        "ways": ways_on(booking, question, given.answer),
    }
