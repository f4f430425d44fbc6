"""The mentee's next step, and the questions that mails ask some days after a session or an answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedInRequest
from common.pages.posting import act_on_post
from common.pages.requests import post_data
from notifications.registry import Nothing
from sessions_app.access import get_booking_as_mentee, get_written_as_mentee
from sessions_app.afterwards.followups import (
    answer_follow_up,
    drop_next_step,
    why_not_answer,
    why_not_next_step,
    write_next_step,
)
from sessions_app.afterwards.questions import ANSWERS, asked_of, question_of, ways_on
from sessions_app.booking.series_plan import session_ahead
from sessions_app.forms.followups import FollowUpForm, NextStepForm
from sessions_app.models import Booking, Contact, FollowUp, FollowUpQuestion, FollowUpStep, NextStep, WrittenQuestion
from sessions_app.questions.contacts import moment_of, page_of


@require_http_methods(["GET", "HEAD", "POST"])
def session_step(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Write the next step, change it, or drop it."""
    now = timezone.now()
    booking = get_booking_as_mentee(uuid, reader=request.user)
    if request.method == "POST" and "drop" in request.POST:
        drop_next_step(booking=booking, by=request.user)
        messages.success(request, _("The step has been removed."))
        return redirect("session", booking.uuid)
    action = NextStep.objects.filter(booking=booking).first()
    form = NextStepForm(post_data(request), today=now.astimezone(request.user.zone).date(), action=action)

    def save() -> None:
        if form.step:
            write_next_step(booking=booking, step=form.step, by=request.user, now=now)

    result = act_on_post(request, save, form, error=why_not_next_step(booking, now=now))
    if result.is_done:
        messages.success(request, _("Your step is saved."))
        return redirect("session", booking.uuid)
    context = {"booking": booking, "action": action, "form": form, "error": result.error, "nav": "sessions"}
    return render(request, "sessions_app/afterwards/step.html", context, status=result.status)


@dataclass(frozen=True, slots=True)
class FollowUpPage:
    """The page of one follow-up: `about` is the question asked, `given` the answer from an earlier time."""

    contact: Contact
    step: FollowUpStep
    action: NextStep | None
    given: FollowUp | None
    about: FollowUpQuestion


@require_http_methods(["GET", "HEAD", "POST"])
def session_follow_up(request: SignedInRequest, uuid: UUID, step: str) -> HttpResponse:
    booking, moment = get_booking_as_mentee(uuid, reader=request.user), read_step(step)
    return follow_up_page(request, booking, moment, action=next_step_of(booking))


@require_http_methods(["GET", "HEAD", "POST"])
def written_follow_up(request: SignedInRequest, uuid: UUID, step: str) -> HttpResponse:
    """Asked some days after an answer in writing, which has no next step."""
    written, moment = get_written_as_mentee(uuid, reader=request.user), read_step(step)
    if moment == FollowUpStep.NEXT_STEP:
        raise Http404
    return follow_up_page(request, written, moment, action=None)


def read_step(step: str) -> FollowUpStep:
    if step not in FollowUpStep.values:
        raise Http404
    return FollowUpStep(step)


def next_step_of(booking: Booking) -> NextStep | None:
    return NextStep.objects.filter(booking=booking).select_related("person").first()


def follow_up_page(
    request: SignedInRequest, contact: Contact, step: FollowUpStep, *, action: NextStep | None
) -> HttpResponse:
    """`?about=` and `?answer=` in a mail's link only fill the form in; the button saves."""
    now = timezone.now()
    asked = read_asked(request, contact, step, action=action, now=now)
    form = FollowUpForm(
        post_data(request), about=asked.about, mentor=contact.mentor, initial=chosen_before(request, asked)
    )
    error = why_not_answer(contact, step, action=action, now=now)
    result = act_on_post(request, lambda: save_answer(request, asked, form, now=now), form, error=error)
    if result.is_done:
        return redirect(request.path)
    context = {"form": form, "error": result.error, **page_context(request, asked)}
    return render(request, "sessions_app/afterwards/follow_up.html", context, status=result.status)


def read_asked(
    request: SignedInRequest, contact: Contact, step: FollowUpStep, *, action: NextStep | None, now: datetime
) -> FollowUpPage:
    """The question that the mail asked, else the one that was answered before, else the one that is due now."""
    given = contact.follow_ups.filter(step=step).first()
    named = request.GET.get("about", "") or (given.question if given else "")
    may_ask = asked_of(contact, step)
    if (sent := request.POST.get("question", "")) in FollowUpQuestion.values:
        about = FollowUpQuestion(sent)
    elif named in may_ask:
        about = FollowUpQuestion(named)
    else:
        open_now = question_of(contact, step, action=action, now=now)
        about = may_ask[0] if isinstance(open_now, Nothing) else open_now
    return FollowUpPage(contact, step, action, given, about)


def chosen_before(request: SignedInRequest, asked: FollowUpPage) -> dict[str, Any]:
    given = asked.given
    return {
        "question": asked.about,
        "answer": request.GET.get("answer", "") or (given.answer if given else ""),
        "tell_mentor": given is not None and given.tell_mentor,
    }


def save_answer(request: SignedInRequest, asked: FollowUpPage, form: FollowUpForm, *, now: datetime) -> None:
    """Raises SessionError."""
    answer_follow_up(
        contact=asked.contact,
        step=asked.step,
        question=asked.about,
        answer=form.cleaned_data["answer"],
        by=request.user,
        now=now,
        tell_mentor=form.cleaned_data["tell_mentor"],
    )


def page_context(request: SignedInRequest, asked: FollowUpPage) -> dict[str, Any]:
    """A person who has answered sees what they can do next, unless a mail's link or "Change your answer" asks again."""
    contact, given = asked.contact, asked.given
    is_written = isinstance(contact, WrittenQuestion)
    context = {
        "contact": contact,
        "is_written": is_written,
        "moment": moment_of(contact),
        "back_url": page_of(contact),
        "other": contact.mentor,
        "action": asked.action,
        "about": asked.about,
        "nav": "messages" if is_written else "sessions",
    }
    if given is None or request.method == "POST" or "answer" in request.GET:
        return context
    question = FollowUpQuestion(given.question)
    words = {value.value: label for value, label in ANSWERS[question].items()}
    now = timezone.now()
    return {
        **context,
        "said": words.get(given.answer, ""),
        "is_told": given.tell_mentor,
        "ways": ways_on(contact, question, given.answer, now=now),
        "ahead": session_ahead(Booking.objects.contacts_of(contact.engagement), now=now),
    }
