"""To a service and back, to be allowed to read calendars there."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.limits import take_calendar
from accounts.requests import SignedInRequest
from calendars.errors import CalendarError
from calendars.models import Connection, ConnectionKind
from calendars.sources.opening import may_write
from calendars.sources.providers import CalendarProvider, find_calendar_provider
from common.views import too_many

from .connecting import connect_account
from .journeys import begin_journey, end_journey, read_account


@require_POST
@never_cache
def calendar_consent(request: SignedInRequest, slug: str) -> HttpResponse:
    """A form may not lead to another site (our content policy), so its answer is a page that leads on by itself."""
    provider, again = _find_or_404(slug), _again_in(request)
    if wait := take_calendar(request, request.user):
        return too_many(request, wait)
    address = begin_journey(
        request,
        provider,
        person=request.user.pk,
        again=again.uuid if again else None,
        writes="writes" in request.POST or _wrote_before(request, slug, again),
    )
    response = render(request, "calendars/leave.html", {"provider": provider, "address": address, "nav": "settings"})
    response["Refresh"] = f"0; url={address}"
    return response


@require_GET
@never_cache
def calendar_consent_return(request: SignedInRequest, slug: str) -> HttpResponse:
    """Where the service sends the browser back to. Whatever comes of it is said on the page of calendars."""
    provider = _find_or_404(slug)
    try:
        journey = end_journey(request, provider, person=request.user.pk)
        account = read_account(provider, request.GET.dict(), journey)
        connect_account(
            person=request.user,
            kind=ConnectionKind(provider.slug),
            account=account,
            again=journey.again_uuid,
            now=timezone.now(),
        )
    except CalendarError as error:
        messages.error(request, error.message, extra_tags=error.code)
    else:
        said = _("Connected. We’re reading the list of your calendars. Nothing counts before you’ve said which ones.")
        messages.success(request, _("Connected again. We’re reading your calendars.") if journey.again else said)
    return redirect("external_calendars")


def _find_or_404(slug: str) -> CalendarProvider:
    provider = find_calendar_provider(slug)
    if provider is None:
        raise Http404
    return provider


# What its person allowed before, they are asked for again: also while sessions are being taken out of it.
def _wrote_before(request: SignedInRequest, slug: str, again: Connection | None) -> bool:
    if again is not None:
        return may_write(again)
    ending = Connection.objects.filter(person=request.user, kind=slug, ending_at__isnull=False)
    return any(may_write(one) for one in ending)


# The connection of theirs that is to be mended, if the form names one. Raises Http404.
def _again_in(request: SignedInRequest) -> Connection | None:
    given = request.POST.get("again", "")
    if not given:
        return None
    try:
        return Connection.objects.get(person=request.user, uuid=UUID(given))
    except (ValueError, Connection.DoesNotExist):
        raise Http404 from None
