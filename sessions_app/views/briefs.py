"""The brief's own page: what the mentee says beside the question, until the session starts."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedInRequest
from common.pages.parts import render_page
from common.pages.seen import seen_by, still_seen
from sessions_app.access import get_booking
from sessions_app.booking.changes import edit_brief, why_not_edit
from sessions_app.errors import SessionError
from sessions_app.forms.briefs import BriefForm
from sessions_app.models import Booking, Brief
from trust.signals.helping import offer_help


@require_http_methods(["GET", "HEAD", "POST"])
def session_question(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """POST saves the brief. With `show` it only shows the questions of the kind of issue that was chosen."""
    booking = get_booking(uuid, reader=request.user)
    now = timezone.now()
    if request.method != "POST":
        if refusal := why_not_edit(booking, by=request.user, now=now):
            if request.user.pk == booking.mentee_id:
                messages.info(request, refusal.message, extra_tags=refusal.code)
            return redirect("session", booking.uuid)
        return brief_page(request, booking, BriefForm(brief=booking.engagement.brief))
    if "show" in request.POST:
        return brief_page(request, booking, BriefForm(brief=booking.engagement.brief, typed=request.POST.dict()))
    form = BriefForm(request.POST, brief=booking.engagement.brief)
    if not form.is_valid():
        return brief_page(request, booking, form, status=422)
    try:
        edit_brief(booking=booking, brief=form.brief(), by=request.user, now=now, seen=seen_by(request))
    except SessionError as refused:
        return brief_page(request, get_booking(uuid, reader=request.user), form, error=refused, status=refused.status)
    offer_help(request, Brief(**form.brief().values()).texts)
    messages.success(
        request, _("Saved. %(name)s will read it before the session.") % {"name": booking.mentor.first_name}
    )
    return redirect("session", booking.uuid)


def brief_page(
    request: SignedInRequest, booking: Booking, form: BriefForm, *, error: SessionError | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "booking": booking,
        "other": booking.other_person(request.user),
        "form": form,
        "error": error,
        "seen": still_seen(request, booking.engagement.brief.mark, told=error is not None),
        "present": booking.engagement.brief if error and error.is_stale else None,
        "nav": "sessions",
    }
    return render_page(request, "sessions_app/session/question.html", context, part="brief", status=status)
