"""Look up a person or a session. Opening either is noted (`accounts.models.Trace`)."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import Trace, TracedAct, User
from accounts.requests import SignedInRequest
from accounts.roles import role_required
from accounts.rules.roles import Power
from common.known import known
from sessions_app.address import clean_words
from sessions_app.models import Booking

from .lookup import MOST_PAST, MOST_PEOPLE, MOST_UPCOMING, find_named_in, find_people, gather_facts, sessions_for_staff
from .session_history import list_history

LONGEST_SEARCH = 200


@require_safe
@role_required(Power.LOOK_UP)
def staff_people(request: SignedInRequest) -> HttpResponse:
    """`?q=` is the beginning of a name or an address, or the address or uuid of a session's or person's page."""
    text = clean_words(request.GET.get("q", ""))[:LONGEST_SEARCH]
    named = find_named_in(text)
    if named is not None:
        return redirect("staff_session" if isinstance(named, Booking) else "staff_person", named.uuid)
    found = find_people(text) if text else None
    context = {"search": text, "found": found, "most": MOST_PEOPLE, "nav": "staff"}
    return render(request, "staff/people.html", context)


@require_safe
@role_required(Power.LOOK_UP)
def staff_person(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    now = timezone.now()
    person = get_object_or_404(User, uuid=uuid)
    context = {
        "person": person,
        "facts": gather_facts(person, now=now),
        "most_upcoming": MOST_UPCOMING,
        "most_past": MOST_PAST,
        "has_admin": request.user.has_perm("accounts.view_user"),
        "nav": "staff",
    }
    Trace.objects.note_look(by=request.user, about=[person], looked_at=TracedAct.PERSON, now=now)
    return render(request, "staff/person.html", context)


@require_safe
@role_required(Power.LOOK_UP)
def staff_session(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """When, who and what became of it; neither the question nor what the two wrote to each other."""
    booking = get_object_or_404(sessions_for_staff(), uuid=uuid)
    context = {
        "booking": booking,
        "history": list_history(booking),
        "has_admin": request.user.has_perm("sessions_app.view_booking"),
        "nav": "staff",
    }
    people = [booking.mentor, known(booking.mentee)]
    Trace.objects.note_look(
        by=request.user, about=people, looked_at=TracedAct.SESSION, subject=str(uuid), now=timezone.now()
    )
    return render(request, "staff/session.html", context)
