"""The pages that move and cancel a session."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedInRequest
from accounts.viewing import viewer_zone
from common.pages.parts import render_page
from common.pages.posting import act_on_post
from common.pages.requests import post_data
from common.pages.seen import seen_by
from common.times import minutes_text
from sessions_app.access import get_booking
from sessions_app.address import read_date, read_start
from sessions_app.booking.changes import (
    call_off,
    call_off_dates,
    dates_mark,
    is_late,
    list_dates_ahead,
    move_booking,
    why_no_other_time,
    why_not_cancel,
    why_not_move,
)
from sessions_app.booking.other_times import pick_other_times
from sessions_app.errors import SessionError
from sessions_app.forms.booking import CallOffForm, MoveForm
from sessions_app.locks import why_stale
from sessions_app.models import Booking, BookingState
from sessions_app.models.states import UNANSWERED
from sessions_app.pages.openers import open_days_at


@require_http_methods(["GET", "HEAD", "POST"])
def session_move(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    now = timezone.now()
    booking = get_booking(uuid, reader=request.user)
    form = MoveForm(request.POST) if request.method == "POST" else None
    seen = seen_by(request) if form else None
    immovable = why_no_other_time(booking, by=request.user, now=now)
    error = immovable or why_stale(booking, seen)
    if form and form.is_valid() and (not error or form.cleaned_data["start"] == booking.start):
        try:
            move_booking(booking=booking, start=form.cleaned_data["start"], by=request.user, now=now, seen=seen)
        except SessionError as refused:
            error, booking = refused, get_booking(uuid, reader=request.user)
            immovable = why_no_other_time(booking, by=request.user, now=now)
        else:
            other = booking.other_person(request.user).first_name
            messages.success(request, _("Rescheduled. We’ve told %(name)s.") % {"name": other})
            return redirect("session", booking.uuid)
    return move_page(request, booking, form=form, error=error, can_move=immovable is None, now=now)


def move_page(
    request: SignedInRequest,
    booking: Booking,
    *,
    form: MoveForm | None,
    error: SessionError | None,
    can_move: bool,
    now: datetime,
) -> HttpResponse:
    browser = pick_other_times(booking, zone=viewer_zone(request), now=now)
    theirs = browser.timetable.rules.zone if browser else "UTC"
    data = form.data if form else request.GET
    chosen = read_start(data.get("start" if form else "t", ""))
    context = {
        "booking": booking,
        "profile": booking.offer.profile,
        "offer": booking.offer,
        "picker": browser.open_picker(day=read_date(data.get("day", "")), chosen=chosen) if browser else None,
        "opener": open_days_at(),
        "their_zone": theirs if request.user.pk != booking.mentor_id else booking.other_person(request.user).zone_name,
        "their_name": booking.other_person(request.user).first_name,
        "form": form or MoveForm(),
        "error": error,
        "instead": browser.suggest_instead(error, chosen) if browser and can_move else [],
        "can_move": can_move,
        "nav": "sessions",
    }
    status = error.status if error and form else 422 if form else 200
    return render_page(request, "sessions_app/session/move.html", context, part="" if form else "picker", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def session_cancel(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Cancel a session, or take a request back; the page says who is told, and asks again if it has changed.

    Other sessions for the same question can be called off along with it.
    """
    now = timezone.now()
    booking = get_booking(uuid, reader=request.user)
    other = booking.other_person(request.user)
    waiting = booking.state in UNANSWERED
    if waiting and booking.mentor_id == request.user.pk and request.method != "POST":
        # What ends it for its mentor is an answer.
        return redirect("session_respond", booking.uuid)
    dates = list_dates_ahead(booking, now=now)
    agreed = [one for one in (booking, *dates) if one.state not in UNANSWERED]
    late = not waiting and is_late(booking, now=now)
    form = CallOffForm(
        post_data(request),
        name=other.first_name,
        ahead=len(dates),
        asks_why=bool(agreed),
        needed=late,
        needed_for_all=any(is_late(one, now=now) for one in agreed),
    )

    def end() -> None:
        ended = call_off_as_chosen(request, booking, form, now=now)
        tell_what_ended(request, ended, other.first_name)

    seen = seen_by(request) if request.method == "POST" else None
    error = why_not_cancel(booking, by=request.user, now=now) or why_stale(booking, seen)
    result = act_on_post(request, end, form, error=error)
    if result.is_done:
        return redirect("session", booking.uuid)
    if result.is_refused:
        booking = get_booking(uuid, reader=request.user)
        dates = list_dates_ahead(booking, now=now)
    context = {
        "booking": booking,
        "other": other,
        "waiting": waiting,
        "late": late,
        "dates": dates,
        "dates_seen": dates_mark(dates),
        "notice": minutes_text(booking.offer.profile.schedule.cancel_notice),
        "can_move": why_not_move(booking, by=request.user, now=now) is None,
        "form": form,
        "error": result.error,
        "nav": "sessions",
    }
    return render(request, "sessions_app/session/cancel.html", context, status=result.status)


def call_off_as_chosen(
    request: SignedInRequest, booking: Booking, form: CallOffForm, *, now: datetime
) -> Sequence[Booking]:
    """Those that were ended, in their present state."""
    reason, seen = form.cleaned_data.get("reason", ""), seen_by(request)
    if form.is_for_all:
        others = request.POST.get("dates_seen", "")
        return call_off_dates(booking=booking, by=request.user, reason=reason, now=now, seen=seen, others_seen=others)
    return [call_off(booking=booking, by=request.user, reason=reason, now=now, seen=seen)]


def tell_what_ended(request: SignedInRequest, ended: Sequence[Booking], name: str) -> None:
    if len(ended) > 1:
        words = _("All %(count)d are cancelled. We’ve told %(name)s.")
    elif ended[0].state == BookingState.WITHDRAWN:
        words = _("You’ve withdrawn the request. We’ve told %(name)s.")
    else:
        words = _("The session is cancelled. We’ve told %(name)s.")
    messages.success(request, words % {"count": len(ended), "name": name})
