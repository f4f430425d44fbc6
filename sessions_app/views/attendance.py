"""Join the call, say on the session's page who came and who did not, confirm and excuse; and what counts against me."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.requests import SignedInRequest
from common.pages.secret_redirects import redirect_in_secret
from common.pages.seen import seen_by
from mentors.models import Format
from sessions_app.access import get_booking
from sessions_app.attendance.acts import answer_absent, join_call, run_late, say_absent, take_back_absent
from sessions_app.attendance.confirming import confirm_session
from sessions_app.attendance.disputes import contest_missed, explain_missed
from sessions_app.attendance.excuses import excuse, excused_again_at
from sessions_app.attendance.facts import attendance_of
from sessions_app.booking.meeting import is_held_here, meeting_host, room_address
from sessions_app.errors import SessionError
from sessions_app.forms.ledger import ExcuseForm
from sessions_app.locks import why_stale
from sessions_app.models import Booking, ExcuseKind
from sessions_app.pages.ledger import ledger_pages
from sessions_app.pages.session_attendance import Form, attendance_panel_for, new_form

from .sessions import render_session, session_context


@require_http_methods(["GET", "HEAD", "POST"])
def session_join(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A POST notes who joins and when, and redirects to the room's page. That page redirects to the call.

    Two steps, because our content policy forbids a form to lead to another site.
    """
    now = timezone.now()
    booking = get_booking(uuid, reader=request.user)
    if request.method == "POST":
        try:
            join_call(booking=booking, by=request.user, now=now)
        except SessionError as refused:
            messages.info(request, refused.message, extra_tags=refused.code)
            return redirect("session", booking.uuid)
        if booking.format == Format.CHAT or is_held_here(booking):
            # From a page that can't hold a call: the two can write to each other.
            return redirect(f"{reverse('session', args=[booking.uuid])}#messages")
        return redirect("session_join", booking.uuid)
    if is_held_here(booking):
        return redirect("session_call", booking.uuid)
    if not may_enter_room(booking, request.user, now=now):
        return redirect_to_join(request, booking)
    context = {
        "booking": booking,
        "other": booking.other_person(request.user),
        "host": meeting_host(booking),
        "nav": "sessions",
    }
    response = render(request, "sessions_app/session/join.html", context)
    response["Refresh"] = f"0; url={reverse('session_room', args=[booking.uuid])}"
    return response


@require_safe
def session_room(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Redirect a person who has pressed Join into the call. Its secret address is in this answer alone."""
    now = timezone.now()
    booking = get_booking(uuid, reader=request.user)
    if not may_enter_room(booking, request.user, now=now):
        return redirect_to_join(request, booking)
    return redirect_in_secret(room_address(booking, request.user))


def may_enter_room(booking: Booking, person: User, *, now: datetime) -> bool:
    return booking.is_join_open(now) and attendance_of(booking).last_join(person.pk) is not None


def redirect_to_join(request: SignedInRequest, booking: Booking) -> HttpResponse:
    messages.info(request, _("Join the call from this page while it’s open."))
    return redirect("session", booking.uuid)


def _handle_late(booking: Booking, by: User, now: datetime, words: str, seen: str) -> str:
    run_late(booking=booking, by=by, now=now, seen=seen)
    return _("We’ve told %(name)s you’re running late.")


def _handle_absent(booking: Booking, by: User, now: datetime, words: str, seen: str) -> str:
    say_absent(booking=booking, by=by, now=now, seen=seen)
    return _("We’ve asked %(name)s.")


def _handle_arrived(booking: Booking, by: User, now: datetime, words: str, seen: str) -> str:
    take_back_absent(booking=booking, by=by, now=now, seen=seen)
    return _("Good. Nothing is recorded about %(name)s.")


def _handle_came(booking: Booking, by: User, now: datetime, words: str, seen: str) -> str:
    answer_absent(booking=booking, by=by, came=True, words=words, now=now, seen=seen)
    return _("We’ve told %(name)s you came.")


def _handle_missed(booking: Booking, by: User, now: datetime, words: str, seen: str) -> str:
    answer_absent(booking=booking, by=by, came=False, words=words, now=now, seen=seen)
    return _("Thanks for telling us. We’ve let %(name)s know.")


def _handle_explanation(booking: Booking, by: User, now: datetime, words: str, seen: str) -> str:
    explain_missed(booking=booking, by=by, words=words, now=now, seen=seen)
    return _("We’ve told %(name)s what happened.")


def _handle_contest(booking: Booking, by: User, now: datetime, words: str, seen: str) -> str:
    contest_missed(booking=booking, by=by, words=words, now=now, seen=seen)
    return _("Our team is looking into it. Until then, it doesn’t count against anyone.")


# The value of each button, the act it does, and the form that goes with it, if any
SAYINGS: Mapping[str, tuple[Callable[[Booking, User, datetime, str, str], str], str]] = {
    "late": (_handle_late, ""),
    "absent": (_handle_absent, ""),
    "arrived": (_handle_arrived, ""),
    "came": (_handle_came, "answer"),
    "missed": (_handle_missed, "answer"),
    "explain": (_handle_explanation, "explain"),
    "contest": (_handle_contest, "contest"),
}


@require_POST
def session_attendance(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    now = timezone.now()
    booking = get_booking(uuid, reader=request.user)
    act, name = SAYINGS.get(request.POST.get("say", ""), (None, ""))
    form = new_form(name, request.POST) if name else None
    if act is None:
        unknown = SessionError("unknown", _("Nothing was sent. Press one of the buttons on this page."))
        return render_session_again(request, booking, form=None, error=unknown, now=now, status=422)
    if stale := why_stale(booking, seen_by(request)):
        return render_session_again(request, booking, form=form, error=stale, now=now, status=409)
    if form and not form.is_valid():
        return render_session_again(request, booking, form=form, error=None, now=now, status=422)
    try:
        said = act(booking, request.user, now, form.cleaned_data["words"] if form else "", seen_by(request))
    except SessionError as refused:
        return render_session_again(
            request, get_booking(uuid, reader=request.user), form=form, error=refused, now=now, status=refused.status
        )
    messages.success(request, said % {"name": booking.other_person(request.user).first_name})
    return redirect("session", booking.uuid)


def render_session_again(
    request: SignedInRequest,
    booking: Booking,
    *,
    form: Form | None,
    error: SessionError | None,
    now: datetime,
    status: int,
) -> HttpResponse:
    """The session's page as it is now, with what was typed."""
    context = session_context(request, booking, now=now)
    context["who"] = attendance_panel_for(context["who"].attendance, reader=request.user, now=now, sent=form)
    context["attendance_error"] = error
    return render_session(request, context, now=now, status=status)


@require_safe
def my_ledger(request: SignedInRequest) -> HttpResponse:
    return render_ledger(request)


def render_ledger(
    request: SignedInRequest, *, sent: ExcuseForm | None = None, error: SessionError | None = None
) -> HttpResponse:
    now = timezone.now()
    context = {
        "pages": ledger_pages(request.user, now=now),
        "again": excused_again_at(request.user, now=now),
        "kinds": ExcuseForm.base_fields["kind"].choices,  # type: ignore[attr-defined]
        "sent": sent,
        "error": error,
        "nav": "settings",
    }
    status = error.status if error else 422 if sent else 200
    return render(request, "sessions_app/attendance/ledger.html", context, status=status)


@require_POST
def session_excuse(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """With a `kind` the reader excuses themselves, without one the other person."""
    now = timezone.now()
    booking = get_booking(uuid, reader=request.user)
    if "kind" not in request.POST:
        other = booking.other_person(request.user)
        try:
            excuse(booking=booking, person=other, kind=ExcuseKind.FORGIVEN, by=request.user, now=now)
        except SessionError as refused:
            context = session_context(request, booking, now=now) | {"attendance_error": refused}
            return render_session(request, context, now=now, status=refused.status)
        messages.success(request, _("Done. It doesn’t count against %(name)s.") % {"name": other.first_name})
        return redirect("session", booking.uuid)
    form = ExcuseForm(request.POST)
    if not form.is_valid():
        return render_ledger(request, sent=form)
    try:
        excuse(booking=booking, person=request.user, kind=form.cleaned_data["kind"], by=request.user, now=now)
    except SessionError as refused:
        return render_ledger(request, error=refused)
    messages.success(request, _("Done. It doesn’t count any more."))
    return redirect("my_ledger")


@require_POST
def session_confirm(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    now = timezone.now()
    booking = get_booking(uuid, reader=request.user)
    try:
        confirm_session(booking=booking, by=request.user, now=now, seen=seen_by(request))
    except SessionError as refused:
        context = session_context(request, get_booking(uuid, reader=request.user), now=now)
        return render_session(request, context | {"attendance_error": refused}, now=now, status=refused.status)
    messages.success(request, _("Thanks for confirming. See you there."))
    return redirect("session", booking.uuid)
