"""Sessions in people's own calendars: one as a file, all of them at an address that calendar programs fetch."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import SignedInRequest
from accounts.viewing import viewer_zone
from common.mail.rendering import absolute_url
from common.times import in_zone
from sessions_app.access import get_booking
from sessions_app.invites.feeds import feed_of, fetch_feed, find_feed, make_feed, stop_feed
from sessions_app.invites.ics import PUBLISH, build_invite
from sessions_app.models import BookingState
from sessions_app.models.states import AGREED


@require_safe
def session_calendar(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    booking = get_booking(uuid, reader=request.user)
    if booking.state not in (*AGREED, BookingState.CANCELLED):
        messages.info(request, _("Only a confirmed session goes into a calendar."))
        return redirect("session", booking.uuid)
    method = "CANCEL" if booking.state == BookingState.CANCELLED else PUBLISH
    content = build_invite(booking, for_person=request.user, method=method)
    day = in_zone(booking.start, viewer_zone(request)).date()
    return calendar_response(content, method=method, name=f"session-{day.isoformat()}")


def calendar_response(content: bytes, *, method: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=f"text/calendar; charset=utf-8; method={method}")
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return response


@login_not_required
@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """Knowing the address is enough to read the feed. A wrong one is a 404 like any other."""
    feed = find_feed(token)
    if feed is None:
        raise Http404
    response = calendar_response(fetch_feed(feed, now=timezone.now()), method=PUBLISH, name="sessions")
    modified = int(feed.changed_at.timestamp())
    response["ETag"] = quote_etag(feed.content_hash)
    response["Last-Modified"] = http_date(modified)
    response["Cache-Control"] = "private, no-cache"
    etag = response["ETag"]
    return get_conditional_response(request, etag=etag, last_modified=modified, response=response) or response


@require_http_methods(["GET", "HEAD", "POST"])
def calendar_settings(request: SignedInRequest) -> HttpResponse:
    """A new address is shown in answer to the form and never again: nobody can read it back."""
    address = ""
    if "stop" in request.POST:
        stop_feed(request.user)
        messages.success(request, _("The calendar address is off."))
        return redirect("calendar_settings")
    if request.method == "POST":
        feed = feed_of(request.user)
        seen = feed is not None and request.POST.get("replaces") == str(feed.pk)
        token = make_feed(person=request.user, replaces=feed if seen else None, now=timezone.now())
        if token is None:
            words = _("You already have a calendar address. If you’ve lost it, create a new one.")
            messages.info(request, words, extra_tags="exists")
            return redirect("calendar_settings")
        address = absolute_url("calendar_feed", token)
    context = {
        "address": address,
        "program_address": "webcal" + address[address.find(":") :] if address else "",
        "feed": feed_of(request.user),
        "nav": "settings",
    }
    return render(request, "sessions_app/calendar/settings.html", context)
