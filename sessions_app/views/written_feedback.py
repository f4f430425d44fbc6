"""A mentee's feedback about an answer in writing, and taking back words that they let us show."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedInRequest
from common.pages.posting import act_on_post
from common.pages.requests import post_data
from sessions_app.access import get_written_as_mentee
from sessions_app.afterwards.feedback import give_written_feedback, why_not_feedback_in_writing
from sessions_app.forms.feedback import WrittenFeedbackForm
from sessions_app.models import Feedback, Resolution, WrittenQuestion

from .feedback import take_back_words


@require_http_methods(["GET", "HEAD", "POST"])
def written_feedback(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """All the questions; the thread asks only the first one.

    `?answer=` in a mail's link only fills the form in; nothing is saved before the button is pressed.
    """
    now, written = timezone.now(), get_written_as_mentee(uuid, reader=request.user)
    form = WrittenFeedbackForm(post_data(request), **form_arguments(request, written))
    result = act_on_post(
        request,
        lambda: give_written_feedback(written=written, by=request.user, now=now, answers=form.cleaned_data),
        form,
        error=why_not_feedback_in_writing(written, now=now),
    )
    if result.is_done:
        messages.success(request, _("Thanks. Your answer is saved."))
        return redirect("thread", uuid)
    context = {"written": written, "other": written.mentor, "form": form, "error": result.error, "nav": "messages"}
    return render(request, "sessions_app/afterwards/written_feedback.html", context, status=result.status)


def form_arguments(request: SignedInRequest, written: WrittenQuestion) -> dict[str, Any]:
    """What was said before, and what a mail's link chooses."""
    answer = request.GET.get("answer", "")
    return {
        "instance": Feedback.objects.filter(written=written, author=request.user).first(),
        "initial": {"resolution": answer} if answer in Resolution.values else None,
        "other": written.mentor,
    }


@require_POST
def written_words(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Take back the consent to show one's words, at once."""
    take_back_words(request, get_written_as_mentee(uuid, reader=request.user))
    return redirect("thread", uuid)
