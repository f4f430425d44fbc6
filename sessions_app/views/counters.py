"""Other times in answer to a request: its mentor offers up to three, its mentee chooses one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedInRequest
from accounts.viewing import viewer_zone
from common.known import known
from common.pages.parts import render_page
from common.pages.posting import act_on_post
from common.pages.requests import post_data
from common.pages.seen import seen_by
from sessions_app.access import get_booking_as_mentee, get_booking_as_mentor
from sessions_app.address import read_date, read_start
from sessions_app.availability.slot_picker import PickerView, SlotPicker
from sessions_app.availability.slots import Slot, overlaps_busy
from sessions_app.booking.counters import choose_time, counter_request
from sessions_app.booking.other_times import TimesLeft, find_times_left, pick_other_times
from sessions_app.booking.stages import SessionStage, stage_of
from sessions_app.forms.series import StartsForm
from sessions_app.models import Booking
from sessions_app.pages.openers import open_days_at

from .series import MOST_NAMED, Option, choice_address, read_starts
from .sessions import render_session, session_context


@dataclass(frozen=True, slots=True)
class CounterPage:
    """The mentor's own free times, `chosen` ones among them; `browser` is None for who has no times."""

    booking: Booking
    chosen: Sequence[Slot]
    browser: SlotPicker | None

    @property
    def is_full(self) -> bool:
        return len(self.chosen) >= settings.MAX_COUNTER_TIMES

    def open_picker(self, *, day: str) -> PickerView | None:
        if self.browser is None:
            return None
        near = self.chosen[-1].start if self.chosen else self.booking.start
        return self.browser.open_picker(day=read_date(day) or self.browser.local_date(near))

    def list_options(self, picker: PickerView) -> list[Option]:
        """Times that overlap with a chosen one can't be chosen too: all of them are kept at once."""
        starts = [slot.start for slot in self.chosen]
        spans = [(slot.start, slot.end) for slot in self.chosen]
        options = []
        for time in picker.times:
            is_chosen = time.slot.start in starts
            others = [start for start in starts if start != time.slot.start]
            gone = not is_chosen and (time.gone or overlaps_busy(time.slot, spans))
            wanted = others if is_chosen else [*others, time.slot.start]
            href = choice_address(wanted, day=picker.day.isoformat()) + "#times"
            options.append(Option(replace(time, gone=gone), is_chosen, href))
        return options


def counter_page_for(request: SignedInRequest, booking: Booking, starts: Sequence[str]) -> CounterPage:
    length = booking.end - booking.start
    named = sorted(set(read_starts(starts)))[:MOST_NAMED]
    chosen = [Slot(start, start + length) for start in named]
    return CounterPage(booking, chosen, pick_other_times(booking, zone=viewer_zone(request), now=timezone.now()))


@require_http_methods(["GET", "HEAD", "POST"])
def session_counter(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Every time is a link that chooses it or takes it back; POST offers all that are chosen."""
    booking = get_booking_as_mentor(uuid, reader=request.user)
    if stage_of(booking, timezone.now()) != SessionStage.WAITING and request.method != "POST":
        return redirect("session_respond", booking.uuid)
    form = StartsForm(post_data(request))

    def offer_times() -> Booking:
        starts = form.cleaned_data["start"]
        return counter_request(
            booking=booking, starts=starts, by=request.user, now=timezone.now(), seen=seen_by(request)
        )

    mentee = booking.other_person(request.user)
    result = act_on_post(request, offer_times, form)
    if result.is_done:
        words = ngettext(
            "We’ve sent your time to %(name)s and we’ll hold it until %(name)s has answered.",
            "We’ve sent your times to %(name)s and we’ll hold them until %(name)s chooses one.",
            booking.counter_times.count(),
        )
        messages.success(request, words % {"name": mentee.first_name})
        return redirect("session", booking.uuid)
    if result.is_refused:
        booking = get_booking_as_mentor(uuid, reader=request.user)
        if stage_of(booking, timezone.now()) != SessionStage.WAITING:
            messages.warning(request, known(result.error).message, extra_tags=known(result.error).code)
            return redirect("session_respond", booking.uuid)
    page = counter_page_for(request, booking, (request.POST or request.GET).getlist("start" if request.POST else "t"))
    left = find_times_left(page.browser, page.chosen, result.error) if page.browser else TimesLeft([*page.chosen])
    page = replace(page, chosen=left.free)
    day = request.GET.get("day", "")
    picker = page.open_picker(day=day)
    context = {
        "desk": page,
        "booking": booking,
        "mentee": mentee,
        "form": form,
        "error": result.error,
        "picker": picker,
        "opener": open_days_at(choice_address(slot.start for slot in page.chosen)),
        "options": page.list_options(picker) if picker else [],
        "chosen": [
            (slot, choice_address((other.start for other in page.chosen if other != slot), day=day))
            for slot in page.chosen
        ],
        "gone": left.gone,
        "instead": left.instead,
        "others_url": request.path + (choice_address(slot.start for slot in left.free) if left.free else ""),
        "is_full": page.is_full,
        "most": settings.MAX_COUNTER_TIMES,
        "their_zone": mentee.timezone,
        "their_name": mentee.first_name,
        "nav": "today",
    }
    part = "picker" if picker and request.method != "POST" else ""
    return render_page(request, "sessions_app/session/counter.html", context, part=part, status=result.status)


@require_POST
def session_choose(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One tap on a time books it; a refusal is told on the session's page, with the times that are left."""
    now = timezone.now()
    booking = get_booking_as_mentee(uuid, reader=request.user)
    start = read_start(request.POST.get("start", ""))
    result = act_on_post(
        request,
        lambda: choose_time(booking=booking, start=start or now, by=request.user, now=now, seen=seen_by(request)),
    )
    if result.is_done:
        messages.success(request, _("You’re booked with %(name)s.") % {"name": booking.mentor.first_name})
        return redirect("session", booking.uuid)
    booking = get_booking_as_mentee(uuid, reader=request.user)
    context = session_context(request, booking, now=now) | {"choice_error": result.error}
    return render_session(request, context, now=now, status=result.status)
