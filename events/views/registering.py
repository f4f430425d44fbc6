"""Registering for an event and everything a person can do about their own registration."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.requests import SignedInRequest
from accounts.signing_in.by_email import SIGN_IN_NOTE, answer_email_form
from accounts.viewing import signed_in
from common.pages.kept import find_kept, keep_in_session, take_kept
from common.pages.posting import act_on_post, telling_refusals
from common.pages.requests import post_data
from events.access import get_event, get_own_registration, registration_of
from events.forms.registration import RegistrationForm
from events.models import Event, Registration, Side
from events.pages.event_page import EventPage
from events.registering.acts import (
    cancel_registration,
    confirm_coming,
    register,
    take_place,
)
from events.registering.inputs import choose_side
from events.registering.inviting import accept_invitation
from events.registering.waiting import pass_on
from sessions_app.forms.guest import GuestForm
from trust.signals.helping import offer_help

# What a visitor typed, as their browser's session keeps it until they have signed in.
KEPT = "registers_for"
# The same, of which no registration came once they had signed in.
REFUSED = "could_not_register_for"


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def event_register(request: HttpRequest, slug: str) -> HttpResponse:
    """Register, or change what was said. A visitor is sent a code; signing in with it registers them."""
    person, now = signed_in(request), timezone.now()
    event = get_event(slug, person)
    known = registration_of(event, person)
    side = choose_side(event, known, request.POST.get("side", request.GET.get("as", "")))
    data = typed_data(request, slug)
    form = RegistrationForm(data, event=event, side=side, person=person, known=stated(known))
    guest = None if person else GuestForm(post_data(request))
    if person is None and request.method == "POST" and guest and form.is_valid() and guest.is_valid():
        keep_in_session(request, KEPT, {"slug": slug, "side": side, "data": request.POST.urlencode()})
        note = _("We’ll register you for %(title)s once you’ve finished signing in.") % {"title": event.title}
        if answer := answer_email_form(request, guest, note=note):
            return answer
    result = act_on_post(request, lambda: save(event, person, side, form), form, guest)
    if result.is_done and result.made:
        request.session.pop(REFUSED, None)
        offer_help(request, [result.made.question])
        messages.success(request, said_of(result.made))
        return redirect("event", slug)
    page = EventPage(event, person, known, now)
    context = {
        "page": page,
        "event": event,
        "form": form,
        "guest": guest,
        "side": side,
        "is_mentor": side == Side.MENTOR,
        "is_change": stated(known) is not None,
        "error": result.error,
        # For who signs in with an account elsewhere first
        "next": request.get_full_path(),
        "nav": "events",
    }
    return render(request, "events/register.html", context, status=result.status)


# What stands in the form: what was posted, or what this person had typed before they signed in, in vain
def typed_data(request: HttpRequest, slug: str) -> QueryDict | None:
    kept = find_kept(request, REFUSED) if request.method != "POST" else None
    return QueryDict(kept["data"]) if kept and kept["slug"] == slug else post_data(request)


def save(event: Event, person: User | None, side: str, form: RegistrationForm) -> Registration | None:
    if person is None:
        return None
    return register(event=event, person=person, side=side, said=form.said(), now=timezone.now())


def stated(known: Registration | None) -> Registration | None:
    """The registration, if it stands; one that has ended is begun again."""
    return known if known and (known.is_in or known.is_waiting) else None


def said_of(registration: Registration) -> str:
    if registration.is_in:
        return _("You have a place. We’ve sent you an email with the calendar entry.")
    return _("All places are taken. You’re on the waiting list, and we’ll email you when one comes free.")


def register_after_sign_in(request: HttpRequest, person: User) -> str | None:
    """Register a visitor who filled in the form and has now signed in. Returns the address of the event's page, or of
    the form with what they typed."""
    kept = take_kept(request, KEPT)
    if kept is None:
        return None
    request.session.pop(SIGN_IN_NOTE, None)
    event = Event.objects.visible_to(person).filter(slug=kept["slug"]).first()
    if event is None:
        return None
    side = choose_side(event, registration_of(event, person), kept["side"])
    form = RegistrationForm(QueryDict(kept["data"]), event=event, side=side, person=person)
    if form.is_valid():
        with telling_refusals(request):
            made = register(event=event, person=person, side=side, said=form.said(), now=timezone.now())
            offer_help(request, [made.question])
            messages.success(request, said_of(made))
            return reverse("event", args=[event.slug])
    keep_in_session(request, REFUSED, kept)
    return reverse("event_register", args=[event.slug]) + f"?as={side}"


@require_POST
def event_answer(request: SignedInRequest, slug: str) -> HttpResponse:
    """One press about one's own registration; which one, says the button."""
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=slug)
    registration = get_own_registration(event, request.user)
    press = PRESSES.get(request.POST.get("answer", ""))
    if press is None:
        return redirect("event", slug)
    with telling_refusals(request):
        press.act(registration, request.user, timezone.now())
        messages.success(request, press.words)
    return redirect("event", slug)


@dataclass(frozen=True, slots=True)
class Press:
    """A button about one's own registration: what it does, and what the page says then."""

    act: Callable[[Registration, User, datetime], object]
    words: Any


CANCEL = Press(
    lambda one, by, now: cancel_registration(registration=one, by=by, now=now),
    gettext_lazy("You’ve given up your place. Thank you for telling us."),
)
PRESSES = {
    "cancel": CANCEL,
    "leave": replace(CANCEL, words=gettext_lazy("You’ve left the waiting list.")),
    "decline": replace(CANCEL, words=gettext_lazy("Thank you for telling us. We won’t ask again for this event.")),
    "take": Press(
        lambda one, by, now: take_place(registration=one, now=now),
        gettext_lazy("The place is yours. We’ve sent you the calendar entry."),
    ),
    "pass": Press(
        lambda one, by, now: pass_on(registration=one, now=now),
        gettext_lazy("We’ll ask the next person. You stay on the waiting list."),
    ),
    "confirm": Press(
        lambda one, by, now: confirm_coming(registration=one, now=now),
        gettext_lazy("Good to know. See you there."),
    ),
    "accept": Press(
        lambda one, by, now: accept_invitation(registration=one, now=now),
        gettext_lazy("Thank you. You’re in, and we’ve sent you the calendar entry."),
    ),
}
