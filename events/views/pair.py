"""The page of one meeting, with its chat."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access.idempotency import act_once
from accounts.requests import SignedInRequest
from common.pages.parts import wants_part
from common.pages.posting import act_on_post
from common.pages.requests import post_data
from events.access import get_registration_at
from events.forms.evening import LineForm
from events.live.chat import write_line
from events.models import Pairing
from events.pages.pair import PairPage
from live.pages import let_page_hear

from .evening import SHOWN, answer_watch, mark_time, read_present


@require_http_methods(["GET", "HEAD", "POST"])
def event_pair(request: SignedInRequest, slug: str, uuid: UUID) -> HttpResponse:
    registration = get_registration_at(slug, request.user)
    event, now = registration.event, timezone.now()
    own = Pairing.objects.of(registration).filter(is_apart=False).with_people()
    pairing = get_object_or_404(own, uuid=uuid)
    if event.state not in SHOWN:
        return redirect("event", slug)
    form, key = LineForm(post_data(request)), request.headers.get("Idempotency-Key", "")

    def write() -> bool:
        said = form.cleaned_data["words"]
        return act_once(
            request.user,
            key,
            now=now,
            act=lambda: write_line(pairing=pairing, registration=registration, text=said, now=now),
        )

    result = act_on_post(request, write, form)
    if result.is_done:
        return redirect("event_pair", slug, uuid)
    evening = read_present(request, event)
    pairing.event = evening.event
    let_page_hear(request, pairing.stream)
    page = PairPage(evening, pairing, registration)
    part = wants_part(request) and request.method != "POST"
    if part and (answer := answer_watch(request, page.mark, evening)):
        return answer
    template = "events/live/_pair.html" if part else "events/live/pair.html"
    context = {"page": page, "event": evening.event, "form": form, "error": result.error, "nav": "events"}
    return mark_time(request, render(request, template, context, status=result.status), evening)
