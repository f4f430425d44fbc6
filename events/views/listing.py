"""Public pages: all events, and one."""

from io import BytesIO

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.viewing import signed_in
from common.branding.files import let_others_show
from common.pages.sharing import listed
from events.access import get_event, registration_of
from events.models import Event
from events.pages.event_list import list_events
from events.pages.event_page import EventPage
from events.pages.share_card import event_card_content
from events.registering.calendar import build_event_file, build_registration_file
from sessions_app.invites.ics import PUBLISH
from sessions_app.views.calendars import calendar_response


@login_not_required
@require_safe
@listed
def events_page(request: HttpRequest) -> HttpResponse:
    person, now = signed_in(request), timezone.now()
    context = {"page": list_events(person, now=now), "nav": "events"}
    return render(request, "events/list.html", context)


@login_not_required
@require_safe
@listed
def event_page(request: HttpRequest, slug: str) -> HttpResponse:
    person = signed_in(request)
    event = get_event(slug, person)
    page = EventPage(event, person, registration_of(event, person), timezone.now())
    return render(request, "events/event.html", {"page": page, "event": event, "nav": "events"})


@login_not_required
@require_safe
def event_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    person = signed_in(request)
    event = get_event(slug, person)
    own = registration_of(event, person)
    # The entry that was mailed with their place: a second one would be neither moved nor cancelled with it.
    if own and own.is_in:
        content = build_registration_file(own, method=PUBLISH, at=timezone.now())
    else:
        content = build_event_file(event, at=event.created_at)
    return calendar_response(content, method=PUBLISH, name=event.slug)


@login_not_required
@require_safe
@listed
def event_card(request: HttpRequest, slug: str, version: int) -> FileResponse:
    """`version` only makes a new address of a changed event, so that nobody shows an old card."""
    event = get_object_or_404(Event.objects.public(), slug=slug)
    return let_others_show(FileResponse(BytesIO(event_card_content(event)), content_type="image/png"))
