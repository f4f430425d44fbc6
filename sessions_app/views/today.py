"""A mentor's day, and the requests that wait for an answer."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.requests import SignedInRequest
from accounts.viewing import viewer_zone
from common.pages.posting import act_on_post, show_beside_field, telling_refusals
from common.pages.seen import seen_by
from mentors.decorators import mentor_required
from mentors.models import MentorProfile, ProfileState
from sessions_app.access import get_booking_as_mentor
from sessions_app.attendance.facts import LATE_FROM, attendance_of
from sessions_app.availability.free_now import CHOICES, end_ready, get_ready
from sessions_app.booking.requests import accept_booking, decline_booking, extend_request
from sessions_app.booking.stages import SessionStage, stage_of, starts_text
from sessions_app.errors import SessionError
from sessions_app.forms.requests import AwayForm, DeclineForm
from sessions_app.locks import why_stale
from sessions_app.models import Booking
from sessions_app.pages.mentor_day import later_deadline, mentor_day
from sessions_app.pages.rows import open_written_rows, upcoming_rows
from sessions_app.pages.session_attendance import AttendancePanel, attendance_panel_for
from sessions_app.quiet.acts import say_away, say_here, say_stop


@require_safe
@mentor_required
def today_page(request: HttpRequest, profile: MentorProfile) -> HttpResponse:
    now = timezone.now()
    day = mentor_day(profile, zone=viewer_zone(request), now=now)
    context = {
        "nav": "today",
        "now": now,
        "profile": profile,
        "day": day,
        "ready_choices": CHOICES,
        "rows": upcoming_rows(day.others, reader=profile.person, now=now),
        "written": open_written_rows(day.written, reader=profile.person),
        "rail": [(booking.start, booking.end) for booking in day.sessions],
        "starts": starts_text(day.next, now) if day.next else "",
        "next_is_near": day.next is not None and stage_of(day.next, now).is_near,
        "join_open": day.next is not None and day.next.is_join_open(now),
        "who": _find_presence(day.next, profile, now=now) if day.next else None,
    }
    return render(request, "sessions_app/mentor/today.html", context)


def _find_presence(booking: Booking, profile: MentorProfile, *, now: datetime) -> AttendancePanel | None:
    """Whether the mentee is there or late, from when they can say so."""
    if now < booking.start - LATE_FROM:
        return None
    return attendance_panel_for(attendance_of(booking), reader=profile.person, now=now)


@require_POST
@mentor_required
def free_now(request: HttpRequest, profile: MentorProfile) -> HttpResponse:
    """Free for some minutes from now on, or, without a number, not any more."""
    minutes, now = request.POST.get("minutes", ""), timezone.now()
    with telling_refusals(request):
        if minutes:
            number = int(minutes) if minutes in map(str, CHOICES) else 0
            get_ready(profile=profile, minutes=number, by=profile.person, now=now)
            messages.success(
                request, _("You’re free now. Keep an eye on your email: someone may book you in a minute.")
            )
        else:
            end_ready(profile=profile, by=profile.person, now=now)
            messages.success(request, _("You’re not free right now any more. What’s booked stays."))
    return redirect("mentor_today")


@require_http_methods(["GET", "HEAD", "POST"])
@mentor_required
def still_here(request: HttpRequest, profile: MentorProfile) -> HttpResponse:
    """Still here, away until a day, or stop for now: one press each."""
    now = timezone.now()
    answer = request.POST.get("answer", "")
    form = AwayForm(request.POST if answer == "away" else None)
    answers: dict[str, Callable[[], object]] = {
        "here": lambda: say_here(profile=profile, now=now),
        "away": lambda: say_away(profile=profile, until=form.cleaned_data["until"], by=profile.person, now=now),
        "stop": lambda: say_stop(profile=profile, now=now),
    }
    put_away = list(profile.offers.exclude(put_away_at=None))
    returns = profile.is_resting or put_away
    result = act_on_post(request, answers.get(answer, say_nothing), form if answer == "away" else None)
    if result.is_done:
        messages.success(request, SAID["back" if answer == "here" and returns else answer])
        return redirect("mentor_today")
    show_beside_field(form, result.error)
    context = {"profile": profile, "put_away": put_away, "form": form, "error": result.error, "nav": "today"}
    return render(request, "sessions_app/mentor/still_here.html", context, status=result.status)


SAID = {
    # Who answers may have no free times, so neither says that they can be booked.
    "here": _lazy("Thanks for letting us know. Your profile stays as it is."),
    "back": _lazy("Welcome back. Your profile and your offers are as they were."),
    "away": _lazy("Nobody can book you before then. After that, everything is as it was."),
    "stop": _lazy("Your profile is out of search. Press “I’m back” whenever you like."),
}


def say_nothing() -> None:
    raise SessionError("unknown", _("Nothing was sent. Press one of the buttons on this page."))


def start_page_of_mentor(user: User) -> str | None:
    """Their day, for people who have sent their profile in. An application that nobody finished makes no mentor."""
    begun = (ProfileState.DRAFT, ProfileState.DECLINED)
    is_mentor = MentorProfile.objects.filter(person=user).exclude(state__in=begun).exists()
    return reverse("mentor_today") if is_mentor else None


@require_http_methods(["GET", "HEAD", "POST"])
def respond_to_request(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One request: accept, decline with a reason, or take more time. Only its mentor finds it."""
    booking = get_booking_as_mentor(uuid, reader=request.user)
    now = timezone.now()
    stage = stage_of(booking, now)
    if stage == SessionStage.COUNTERED and request.POST.get("answer") == "decline":
        return _take_back(request, booking)
    if stage != SessionStage.WAITING:
        return _render_answered(request, booking)
    answer = request.POST.get("answer", "") if request.method == "POST" else ""
    form = DeclineForm(request.POST if answer == "decline" else None)
    if answer and (refusal := why_stale(booking, seen_by(request))):
        return _request_page(request, booking, form, error=refusal, status=409)
    if answer == "decline" and not form.is_valid():
        return _request_page(request, booking, form, status=422)
    if not answer:
        return _request_page(request, booking, form)
    try:
        return _answer_request(request, booking, answer, form)
    except SessionError as error:
        booking = get_booking_as_mentor(uuid, reader=request.user)
        if stage_of(booking, now) != SessionStage.WAITING:
            return _render_answered(request, booking, status=409)
        return _request_page(request, booking, form, error=error, status=error.status)


def _take_back(request: SignedInRequest, booking: Booking) -> HttpResponse:
    """The mentor can't keep the times they offered, so the request ends."""
    reason, now = _("The times I offered are no longer free."), timezone.now()
    try:
        decline_booking(booking=booking, by=request.user, reason=reason, now=now, seen=seen_by(request))
    except SessionError as error:
        messages.warning(request, error.message, extra_tags=error.code)
    else:
        name = booking.other_person(request.user).first_name
        messages.success(request, _("We’ve told %(name)s that you can’t make these times.") % {"name": name})
    return redirect("session", booking.uuid)


def _answer_request(request: HttpRequest, booking: Booking, answer: str, form: DeclineForm) -> HttpResponse:
    """Do what the button says and redirect to what comes next. Raises SessionError."""
    by, now = booking.mentor, timezone.now()
    name = {"name": booking.other_person(by).first_name}
    if answer == "accept":
        read = request.POST.get("brief")
        accept_booking(booking=booking, by=by, now=now, seen=seen_by(request), brief_seen=read)
        messages.success(request, _("You’re meeting %(name)s. We’ve let them know.") % name)
        return redirect("session", booking.uuid)
    if answer == "decline":
        decline_booking(booking=booking, by=by, reason=form.reason, now=now, seen=seen_by(request))
        messages.success(request, _("We’ve told %(name)s you can’t make it.") % name)
        return redirect("mentor_today")
    if answer == "more":
        extend_request(booking=booking, by=by, now=now, seen=seen_by(request))
        messages.success(request, _("You have more time. We’ve told %(name)s.") % name)
    return redirect("session_respond", booking.uuid)


def _request_page(
    request: HttpRequest, booking: Booking, form: DeclineForm, *, error: SessionError | None = None, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    context = {
        "nav": "today",
        "now": now,
        "booking": booking,
        "mentee": booking.other_person(booking.mentor),
        "their_zone": booking.other_person(booking.mentor).timezone,
        "brief": booking.engagement.brief,
        "form": form,
        "error": error,
        "later": later_deadline(booking, now=now),
    }
    return render(request, "sessions_app/mentor/respond.html", context, status=status)


def _render_answered(request: HttpRequest, booking: Booking, *, status: int = 200) -> HttpResponse:
    now = timezone.now()
    context = {
        "nav": "today",
        "now": now,
        "booking": booking,
        "mentee": booking.other_person(booking.mentor),
        "stage": stage_of(booking, now).value,
        "was_countered": booking.counter_times.exists(),
    }
    return render(request, "sessions_app/mentor/answered.html", context, status=status)
