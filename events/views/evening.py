"""A person's own page during an event, and what they press there."""

from collections.abc import Callable
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access.idempotency import act_once
from accounts.requests import SignedInRequest
from accounts.viewing import viewer_hour12, viewer_zone
from common.pages.parts import vary_by_part, wants_part
from common.pages.posting import telling_refusals
from common.pages.requests import parse_uuid
from common.times import clock_text
from events.access import get_registration_at
from events.forms.evening import TakeawayForm
from events.live.evening import Evening, read_evening, standing_of_one
from events.live.partners import join_alone, report_missing, write_takeaway
from events.live.presence import check_in, go_home, take_break
from events.live.stamping import is_clock_due, stamp_due
from events.models import Event, EventState, Pairing, Registration
from events.pages.cards import code_address, draw_code
from events.pages.now import NowPage
from live.pages import let_page_hear

# The states in which there is an evening to look at.
SHOWN = (EventState.SCHEDULED, EventState.LIVE, EventState.OVER, EventState.ARCHIVED)
# How long the clock has to go, so that pages needn't trust the phone's clock; and the time of day for their reader.
LEFT, READ = "Clock-Left", "Clock-Read"


def read_present(request: HttpRequest, event: Event) -> Evening:
    """The evening as it is now, with what the clock made due. The page that shows it hears of changes."""
    let_page_hear(request, event.stream)
    now = timezone.now()
    evening = read_evening(event, now)
    if not is_clock_due(evening):
        return evening
    return read_evening(stamp_due(event=event, now=now, wait=False), now)


def answer_watch(request: HttpRequest, mark: str, evening: Evening) -> HttpResponse | None:
    """204 for a page that asks for news and has all there is."""
    has_all = request.GET.get("seen", "") == mark
    return mark_time(request, HttpResponse(status=204), evening) if has_all else None


def mark_time(request: HttpRequest, response: HttpResponse, evening: Evening) -> HttpResponse:
    response[LEFT] = f"{evening.clock.left.total_seconds():.1f}" if evening.clock.counts_down else ""
    response[READ] = quote(clock_text(evening.now, viewer_zone(request), viewer_hour12(request)))
    return vary_by_part(response)


@require_http_methods(["GET", "HEAD", "POST"])
def event_now(request: SignedInRequest, slug: str) -> HttpResponse:
    registration = get_registration_at(slug, request.user)
    event = registration.event
    if event.state not in SHOWN or not registration.is_in:
        return redirect("event", slug)
    if request.method == "POST":
        return act_on_press(request, registration)
    evening = read_present(request, event)
    page = NowPage(evening, registration, standing_of_one(registration))
    part = wants_part(request)
    if part and (answer := answer_watch(request, page.mark, evening)):
        return answer
    template = "events/live/_now.html" if part else "events/live/now.html"
    code = None if part or page.is_over else draw_code(code_address(registration.uuid))
    context = {"page": page, "event": evening.event, "form": TakeawayForm(), "code": code, "nav": "events"}
    return mark_time(request, render(request, template, context), evening)


def act_on_press(request: SignedInRequest, registration: Registration) -> HttpResponse:
    """One press; which one, says the button. A script gives it a key, and may send it again."""
    press = PRESSES.get(request.POST.get("press", ""))
    key = request.headers.get("Idempotency-Key", "")
    with telling_refusals(request):
        if press:
            act_once(request.user, key, now=timezone.now(), act=lambda: press(request, registration))
    return redirect("event_now", registration.event.slug)


def press_here(request: SignedInRequest, registration: Registration) -> None:
    check_in(registration=registration, by=request.user, now=timezone.now())


def press_break(request: SignedInRequest, registration: Registration) -> None:
    take_break(registration=registration, by=request.user, now=timezone.now())


def press_gone(request: SignedInRequest, registration: Registration) -> None:
    go_home(registration=registration, by=request.user, now=timezone.now())


def press_missing(request: SignedInRequest, registration: Registration) -> None:
    pairing = get_own_pairing(request, registration)
    report_missing(registration=registration, pairing=pairing, now=timezone.now())


def press_join(request: SignedInRequest, registration: Registration) -> None:
    others = Registration.objects.who_are_in().filter(event=registration.event)
    other = get_object_or_404(others, uuid=parse_uuid(request.POST.get("whom", "")))
    join_alone(registration=registration, other=other, now=timezone.now())


def press_takeaway(request: SignedInRequest, registration: Registration) -> None:
    pairing, form = get_own_pairing(request, registration), TakeawayForm(request.POST)
    if not form.is_valid():
        messages.warning(request, " ".join(map(str, form.errors["words"])), extra_tags="words")
        return
    write_takeaway(registration=registration, pairing=pairing, words=form.cleaned_data["words"], now=timezone.now())
    messages.success(request, _("Saved. Only you see it."))


PRESSES: dict[str, Callable[[SignedInRequest, Registration], None]] = {
    "here": press_here,
    "break": press_break,
    "gone": press_gone,
    "missing": press_missing,
    "join": press_join,
    "takeaway": press_takeaway,
}


def get_own_pairing(request: SignedInRequest, registration: Registration) -> Pairing:
    own = Pairing.objects.of(registration).filter(is_apart=False)
    return get_object_or_404(own, uuid=parse_uuid(request.POST.get("pairing", "")))
