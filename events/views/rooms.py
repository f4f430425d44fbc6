"""The way into the call of a pair."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from common.pages.secret_redirects import redirect_in_secret
from common.refusals import RefusalError
from events.access import get_event, get_own_registration
from events.live.rooms import open_call
from events.models import Pairing


@require_safe
def event_join(request: SignedInRequest, slug: str, uuid: UUID) -> HttpResponse:
    """Lead to the call: the address holds a token, so it is never shown."""
    event = get_event(slug, request.user)
    registration = get_own_registration(event, request.user)
    own = Pairing.objects.of(registration).that_stand().with_people().select_related("event")
    pairing = get_object_or_404(own, uuid=uuid, event=event)
    try:
        return redirect_in_secret(open_call(pairing, registration, timezone.now()))
    except RefusalError as refused:
        messages.warning(request, refused.message, extra_tags=refused.code)
        if refused.code == "no_call":
            return redirect("event_pair", slug, uuid)
        return redirect("event_now", slug)
