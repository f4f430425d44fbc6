"""The waiting list: join it, leave it, and take a time that is held for you."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.requests import SignedInRequest
from accounts.signing_in.by_email import SIGN_IN_NOTE, answer_email_form
from accounts.viewing import signed_in
from common.pages.kept import find_kept, keep_in_session, take_kept
from common.pages.posting import act_on_post
from common.pages.requests import post_data
from common.pages.seen import seen_by, still_seen
from mentors.models import MentorProfile
from mentors.usual import usual_offer
from sessions_app.access import get_held_time, get_waitlist_entry
from sessions_app.asking.progress import ways_of
from sessions_app.availability.timetable import load_timetable_for
from sessions_app.errors import SessionError
from sessions_app.forms.guest import GuestForm
from sessions_app.forms.waiting import HeldTimeForm, WaitForm
from sessions_app.impact.help_sought import read_help_sought
from sessions_app.models import Booking, BookingState, HeldTime, WaitlistEntry
from sessions_app.models.waiting import HeldTimeAnswer
from sessions_app.questions.gatherings import find_gatherings
from sessions_app.waiting.acts import (
    TAKEN_BACK,
    decline_time,
    leave_waitlist,
    take_time,
    wait_for_help,
    wait_for_mentor,
    why_taken_back,
)
from sessions_app.waiting.choosing import free_slots
from trust.signals.helping import offer_help

from .booking import booked_text

WISH = "waits_for"
Wish = dict[str, Any]


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def start_waiting(request: HttpRequest) -> HttpResponse:
    """POST joins the waiting list; a visitor is asked for an email address first."""
    person = signed_in(request)
    if request.method != "POST":
        return email_page(request)
    form = WaitForm(request.POST)
    if not form.is_valid():
        messages.warning(
            request,
            _("Say what you’re stuck on, in up to 500 characters, then press the button again."),
            extra_tags="words",
        )
        return redirect("mentor_list")
    wish: Wish = form.cleaned_data
    if wish["mentor"]:
        get_object_or_404(MentorProfile.objects.seen_by(person), slug=wish["mentor"])
    if person:
        return redirect(join_and_report(request, person, wish, now=timezone.now()))
    keep_in_session(request, WISH, wish)
    return redirect("wait")


@login_not_required
@require_POST
def wait_email(request: HttpRequest) -> HttpResponse:
    """A visitor is sent a code. Signing in with it joins the waiting list (see `join_after_sign_in`)."""
    if find_kept(request, WISH) is None:
        return redirect("waiting_list" if request.user.is_authenticated else "mentor_list")
    if person := signed_in(request):
        return redirect(join_after_sign_in(request, person) or "waiting_list")
    form = GuestForm(request.POST)
    note = _("We’ll add you to the waiting list once you’ve finished signing in.")
    return answer_email_form(request, form, note=note) or email_page(request, form)


def email_page(request: HttpRequest, form: GuestForm | None = None) -> HttpResponse:
    wish = find_kept(request, WISH)
    if wish is None:
        return redirect("waiting_list" if request.user.is_authenticated else "mentor_list")
    profile = (
        MentorProfile.objects.seen_by(signed_in(request)).select_related("person").filter(slug=wish["mentor"]).first()
    )
    context = {"profile": profile, "words": wish["q"], "form": form or GuestForm(), "nav": "find"}
    return render(request, "sessions_app/waiting/wait.html", context, status=422 if form else 200)


def join_after_sign_in(request: HttpRequest, person: User) -> str | None:
    """Put a visitor who asked to wait and has now signed in on the waiting list. Returns the address of its page."""
    wish = take_kept(request, WISH)
    if wish is None:
        return None
    request.session.pop(SIGN_IN_NOTE, None)
    return join_and_report(request, person, wish, now=timezone.now())


def join_and_report(request: HttpRequest, person: User, wish: Wish, *, now: datetime) -> str:
    try:
        waiting = join_line(person, wish, now=now)
    except SessionError as refused:
        messages.warning(request, refused.message, extra_tags=refused.code)
    else:
        if held := HeldTime.objects.open().filter(waiting=waiting, until__gt=now).first():
            messages.info(request, _("A time is held for you already."))
            return reverse("held_time", args=[held.uuid])
        name = waiting.mentor.first_name if waiting.mentor else ""
        if waiting.asks_others:
            said = _("We’re looking for someone who can help you. You’ll hear from us.")
        elif name:
            said = _("We’ll tell you when %(name)s is free.")
        else:
            said = _("We’ll tell you when someone can help with this.")
        messages.success(request, said % {"name": name})
    return reverse("waiting_list")


def join_line(person: User, wish: Wish, *, now: datetime) -> WaitlistEntry:
    """Raises SessionError."""
    if not wish["mentor"]:
        return wait_for_help(
            words=wish["q"],
            filters=wish["filters"],
            person=person,
            now=now,
            asks_mentors=wish.get("asks_mentors", False),
            asks_writers=wish.get("asks_writers", False),
            parts=wish.get("parts", ()),
            days=wish.get("days", ()),
        )
    profile = MentorProfile.objects.select_related("person").filter(slug=wish["mentor"]).first()
    if profile is None:
        raise SessionError("closed", _("This mentor is no longer here. Look for someone else who can help."))
    offers, timetable = list(profile.offers.bookable()), load_timetable_for(person, profile, now=now)
    known = free_slots(timetable, usual_offer(offers), now=now) if timetable and offers else []
    starts = [slot.start for slot in known]
    return wait_for_mentor(profile=profile, words=wish["q"], known=starts, person=person, now=now)


@require_safe
def waiting_list(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    live = WaitlistEntry.objects.live(now).filter(person=request.user).select_related("person", "mentor__person")
    open_time = HeldTime.objects.open().filter(person=request.user, until__gt=now)
    waitings = [(waiting, ways_of(waiting, now=now)) for waiting in live.order_by("since")]
    context = {
        "waitings": waitings,
        "sought": read_help_sought(now=now) if waitings else None,
        "held": open_time.select_related("booking__mentor", "waiting").first(),
        "gatherings": find_gatherings(now=now, count=2),
        "nav": "sessions",
    }
    return render(request, "sessions_app/waiting/list.html", context)


@require_POST
def waiting_leave(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    waiting = get_waitlist_entry(uuid, reader=request.user)
    leave_waitlist(waiting=waiting, by=request.user, now=timezone.now())
    messages.success(request, _("You’re not waiting for this any more."))
    return redirect("waiting_list")


@require_http_methods(["GET", "HEAD", "POST"])
def held_time(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Book the time that is held, or decline it, so that it is offered to the next person."""
    now = timezone.now()
    held = get_held_time(uuid, reader=request.user)
    if held.answer == HeldTimeAnswer.TAKEN and request.method != "POST":
        return redirect("session", held.booking.uuid)
    declines = "decline" in request.POST
    form = HeldTimeForm(post_data(request), initial={"question": held.waiting.words})

    def answer() -> Booking | None:
        if declines:
            decline_time(held=held, by=request.user, now=now, seen=seen_by(request))
            return None
        question = form.cleaned_data["question"]
        return take_time(held=held, question=question, by=request.user, now=now, seen=seen_by(request))

    result = act_on_post(request, answer, None if declines else form)
    if booking := result.made:
        offer_help(request, [form.cleaned_data["question"]])
        messages.success(request, booked_text(booking))
        return redirect("session", booking.uuid)
    if result.is_done:
        messages.success(request, _("We’ll offer it to the next person. You keep your place on the waiting list."))
        return redirect("waiting_list")
    if result.is_refused:
        held = get_held_time(uuid, reader=request.user)
    error = result.error or why_not_offered(held, now=now)
    is_closed = error is not None and error.code in TAKEN_BACK
    return render(
        request,
        "sessions_app/waiting/held_time.html",
        {
            "held": held,
            "booking": held.booking,
            "profile": held.booking.offer.profile,
            "is_held": held.answer == HeldTimeAnswer.OPEN
            and held.until > now
            and held.booking.state == BookingState.HELD
            and not is_closed,
            "is_closed": is_closed,
            "is_given_back": held.answer == HeldTimeAnswer.DECLINED or held.is_helped,
            "is_helped": held.is_helped,
            "is_past": held.booking.start <= now,
            "is_taken": held.answer == HeldTimeAnswer.TAKEN,
            "seen": still_seen(request, str(held.version), told=result.is_refused),
            "form": form,
            "error": error,
            "nav": "sessions",
        },
        status=result.status,
    )


# What the mentor has archived since, or time that they have taken back, is not offered again on its page.
def why_not_offered(held: HeldTime, *, now: datetime) -> SessionError | None:
    if held.answer not in (HeldTimeAnswer.OPEN, HeldTimeAnswer.LAPSED) or held.booking.start <= now:
        return None
    return why_taken_back(held, now=now)
