"""The last minutes of a session: more time, takeaways, and the card to print."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from common.pages.posting import act_on_post
from common.pages.requests import post_data
from common.pages.seen import seen_by
from sessions_app.access import get_booking
from sessions_app.address import read_start
from sessions_app.afterwards.followups import why_not_next_step
from sessions_app.afterwards.takeaways import why_not_takeaway, write_takeaway
from sessions_app.booking.more_time import agree_more_time, ask_more_time
from sessions_app.errors import SessionError
from sessions_app.forms.takeaways import TakeawayForm
from sessions_app.pages.session_takeaways import takeaways_for
from sessions_app.session_rows import read_beside

from .sessions import render_session, session_context


@require_POST
def session_more_time(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Ask for five more minutes, or agree to them. The form sends the session's end as the page showed it (`seen`)."""
    now = timezone.now()
    booking = get_booking(uuid, reader=request.user)
    end = read_start(seen_by(request)) or booking.start
    overtime = booking.overtime
    try:
        if "agree" in request.POST:
            booking = agree_more_time(booking=booking, end=end, by=request.user, now=now)
        else:
            booking = ask_more_time(booking=booking, end=end, by=request.user, now=now)
    except SessionError as refused:
        context = {
            **session_context(request, get_booking(uuid, reader=request.user), now=now),
            "attendance_error": refused,
        }
        return render_session(request, context, now=now, status=refused.status)
    if booking.overtime > overtime:
        messages.success(request, _("You have five more minutes."))
    return redirect("session", booking.uuid)


@require_http_methods(["GET", "HEAD", "POST"])
def session_takeaway(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    now = timezone.now()
    booking = get_booking(uuid, reader=request.user)
    mine = booking.takeaways.filter(author=request.user).values_list("text", flat=True).first()
    form = TakeawayForm(post_data(request), initial={"text": mine or ""})
    result = act_on_post(
        request,
        lambda: write_takeaway(booking=booking, text=form.cleaned_data["text"], by=request.user, now=now),
        form,
        error=why_not_takeaway(booking, now=now),
    )
    if result.is_done:
        messages.success(request, _("Saved. You can both read it."))
        return redirect("session", booking.uuid)
    context = {"booking": booking, "form": form, "error": result.error, "nav": "sessions"}
    return render(request, "sessions_app/session/takeaway.html", context, status=result.status)


@require_safe
def session_card(request: SignedInRequest, uuid: UUID, *, plain: bool = False) -> HttpResponse:
    """What its reader took away, to print; as a text file with `plain`."""
    now = timezone.now()
    booking = get_booking(uuid, reader=request.user)
    if refusal := why_not_next_step(booking, now=now):
        messages.info(request, refusal.message, extra_tags=refusal.code)
        return redirect("session", booking.uuid)
    context = {
        "booking": booking,
        "other": booking.other_person(request.user),
        "is_mentor": request.user.pk == booking.mentor_id,
        "card": takeaways_for(
            booking, read_beside(booking, reader=request.user, now=now), reader=request.user, now=now
        ),
        "nav": "sessions",
    }
    if not plain:
        return render(request, "sessions_app/session/card.html", context)
    text = render_to_string("sessions_app/session/card.txt", context, request)
    lines = [line.strip() for line in text.strip().splitlines()]
    response = HttpResponse("\n".join([*lines, ""]), "text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="what-i-left-with.txt"'
    return response
