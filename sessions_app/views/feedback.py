"""A person's feedback about a session, and taking back words that they let us show."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedInRequest
from common.pages.posting import PostResult, act_on_post
from common.pages.requests import post_data
from sessions_app.access import get_booking
from sessions_app.afterwards.feedback import give_feedback, why_not_change, why_not_feedback
from sessions_app.afterwards.testimonials import withdraw_testimonial
from sessions_app.forms.feedback import FeedbackForm, MenteeFeedbackForm, MentorFeedbackForm, is_any_given
from sessions_app.forms.followups import NextStepForm
from sessions_app.models import Booking, Contact, Feedback, NextStep, Resolution
from sessions_app.models.contacts import key_of


@require_http_methods(["GET", "HEAD", "POST"])
def session_feedback(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """`?answer=` in a mail's link only fills the form in; nothing is saved before the button is pressed."""
    now = timezone.now()
    booking = get_booking(uuid, reader=request.user)
    form = feedback_form(request, booking)
    step = step_form(request, booking, now=now) if request.user.pk == booking.mentee_id else None

    def save() -> None:
        answers, taken = form.cleaned_data, step.step if step else None
        give_feedback(booking=booking, by=request.user, now=now, answers=answers, step=taken)

    error = why_not_feedback(booking, now=now) or why_not_change(booking.feedback.all(), by=request.user)
    result = act_on_post(request, save, form, step, error=error)
    if result.is_done:
        messages.success(request, _("Thanks. Your answer is saved."))
        return redirect("session", booking.uuid)
    return feedback_page(request, booking, form=form, step=step, result=result)


def feedback_form(request: SignedInRequest, booking: Booking) -> FeedbackForm:
    answer = request.GET.get("answer", "")
    form_class = MentorFeedbackForm if request.user.pk == booking.mentor_id else MenteeFeedbackForm
    return form_class(
        post_data(request),
        instance=Feedback.objects.filter(booking=booking, author=request.user).first(),
        initial={"resolution": answer} if answer in Resolution.values else None,
        other=booking.other_person(request.user),
    )


def step_form(request: SignedInRequest, booking: Booking, *, now: datetime) -> NextStepForm:
    return NextStepForm(
        post_data(request),
        today=now.astimezone(request.user.zone).date(),
        action=NextStep.objects.filter(booking=booking).first(),
        optional=True,
    )


def feedback_page(
    request: SignedInRequest,
    booking: Booking,
    *,
    form: FeedbackForm,
    step: NextStepForm | None,
    result: PostResult[None],
) -> HttpResponse:
    context = {
        "booking": booking,
        "other": booking.other_person(request.user),
        "is_mentor": request.user.pk == booking.mentor_id,
        "form": form,
        "step": step,
        "has_errors": bool(form.errors or (step and step.errors)),
        "has_more": form.has_more or (step is not None and is_any_given(step)),
        "error": result.error,
        "nav": "sessions",
    }
    return render(request, "sessions_app/afterwards/feedback.html", context, status=result.status)


@require_POST
def session_words(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Take back the consent to show one's words, at once."""
    booking = get_booking(uuid, reader=request.user)
    take_back_words(request, booking)
    return redirect("session", booking.uuid)


def take_back_words(request: SignedInRequest, contact: Contact) -> None:
    """Raises Http404 if the reader has no words here that they let us show."""
    feedback = Feedback.objects.filter(author=request.user, **key_of(contact)).exclude(left_with="").first()
    if feedback is None:
        raise Http404
    withdraw_testimonial(feedback=feedback, by=request.user, now=timezone.now())
    messages.success(request, _("Nobody else sees your words any more."))
