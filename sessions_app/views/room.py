"""The call of a session that two browsers hold on this site."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_permissions_policy.decorators import permissions_policy_override

from accounts.requests import SignedInRequest
from live.pages import let_page_hear
from live.streams import StreamKind, name_stream
from sessions_app.access import get_booking
from sessions_app.booking.meeting import is_held_here
from sessions_app.booking.stages import stage_of
from sessions_app.conversation.reading import thread_of
from sessions_app.pages.session_news import OF_ROOM, news_of
from sessions_app.pages.session_room import RoomPage

from .sessions import session_context

# The one page of the site that may ask for them.
POLICY: dict[str, str | list[str] | tuple[str]] = {
    **settings.PERMISSIONS_POLICY,
    **dict.fromkeys(("camera", "microphone", "display-capture"), "self"),
}


@permissions_policy_override(POLICY)
@require_safe
def session_call(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The page of the call. Before the call opens, people can try camera and microphone there."""
    now = timezone.now()
    booking = get_booking(uuid, reader=request.user)
    if not stage_of(booking, now).is_agreed:
        messages.info(request, _("There’s no call to join: this session is over or isn’t agreed."))
        return redirect("session", booking.uuid)
    if not is_held_here(booking):
        return redirect("session", booking.uuid)
    let_page_hear(request, booking.engagement.stream, name_stream(StreamKind.ROOM, booking.uuid))
    context = session_context(request, booking, now=now)
    thread = thread_of(booking.engagement, request.user, now=now, is_live=True)
    news = news_of(context, newest=thread.newest, now=now)
    context |= {
        "thread": thread,
        "news": news and news.only(OF_ROOM),
        "call": RoomPage(booking, request.user, now),
        "now": now,
    }
    return render(request, "sessions_app/session/room.html", context)
