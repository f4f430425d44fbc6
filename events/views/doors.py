"""The board in the room, which needs no signing in, and the codes at the door and on people's cards."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import SignedInRequest
from common.pages.parts import wants_part
from common.pages.requests import parse_number, parse_uuid
from common.refusals import RefusalError
from events.access import registration_of
from events.live.presence import check_in
from events.models import Event, Registration
from events.pages.board import BoardPage
from events.pages.door_page import DoorPage

from .evening import SHOWN, answer_watch, mark_time, read_present


@login_not_required
@require_safe
def event_board(request: HttpRequest, key: str) -> HttpResponse:
    event = get_object_or_404(Event.objects.filter(state__in=SHOWN), board_key=key)
    asked = request.GET.get("page", "")
    evening = read_present(request, event)
    page = BoardPage(evening, parse_number(asked, digits=3))
    part = wants_part(request)
    if part and (answer := answer_watch(request, page.mark, evening)):
        return answer
    template = "events/live/_board.html" if part else "events/live/board.html"
    return mark_time(request, render(request, template, {"page": page, "event": evening.event}), evening)


@require_http_methods(["GET", "HEAD", "POST"])
def event_door(request: SignedInRequest, code: str) -> HttpResponse:
    """The door's code, for oneself; or the code of a person's card, for them or for the desk."""
    registration = find_registration(request, code)
    now = timezone.now()
    event = registration.event
    is_own = registration.person_id == request.user.pk
    if request.method == "POST":
        try:
            check_in(registration=registration, by=request.user, now=now)
        except RefusalError as refused:
            messages.warning(request, refused.message, extra_tags=refused.code)
            return redirect("event_door", code)
        words = _("You’re checked in.") if is_own else _("%(name)s is checked in.")
        messages.success(request, words % {"name": registration.board_name})
        return redirect("event_now", event.slug) if is_own else redirect("event_door", code)
    page = DoorPage(registration, request.user, now)
    return render(request, "events/live/door.html", {"page": page, "event": event, "nav": "events"})


def find_registration(request: SignedInRequest, code: str) -> Registration:
    """What the code stands for, if it is this reader's business; else 404, as for a code that doesn't exist."""
    if event := Event.objects.public().filter(door_key=code).first():
        registration = registration_of(event, request.user)
    else:
        uuid = parse_uuid(code)
        known = Registration.objects.select_related("event", "person").filter(uuid=uuid).first() if uuid else None
        may = known and (
            known.person_id == request.user.pk or Event.objects.run_by(request.user).filter(pk=known.event_id).exists()
        )
        registration = known if may else None
    if registration is None:
        raise Http404
    return registration
