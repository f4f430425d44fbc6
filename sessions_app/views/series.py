"""Further contacts on the same question: choose up to three times, look at them together, book all or nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import SignedInRequest
from accounts.viewing import viewer_zone
from common.known import known
from common.pages.parts import render_page
from common.pages.posting import act_on_post
from common.pages.requests import post_data
from common.pages.seen import seen_by, still_seen
from common.times import utc_text
from sessions_app.access import get_booking_as_mentee
from sessions_app.address import read_date, read_start
from sessions_app.availability.reader_times import reader_times_of
from sessions_app.availability.slot_picker import PickerTime, PickerView, SlotPicker
from sessions_app.availability.slots import Slot
from sessions_app.availability.timetable import load_timetable_for
from sessions_app.booking.series import book_further, room_for, terms_mark
from sessions_app.booking.series_plan import Planned, SeriesRoom, plan_dates, with_booked
from sessions_app.errors import SessionError
from sessions_app.forms.series import FurtherForm
from sessions_app.models import Booking
from sessions_app.pages.openers import open_days_at

# The most dates that are read from an address; `SeriesRoom` says how many can be booked.
MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Option:
    """A time of the opened day; following `href` chooses it, or removes it from the choice."""

    time: PickerTime
    chosen: bool
    href: str


class CheckedDate(NamedTuple):
    """A chosen date and its `problem`, if it has one; `href` takes the time `instead`."""

    slot: Slot
    problem: str
    instead: Slot | None = None
    href: str = ""


@dataclass(frozen=True, slots=True)
class SeriesPage:
    """What both pages need: the session, how many dates can be added, and the mentor's times."""

    booking: Booking
    room: SeriesRoom | None
    error: SessionError | None
    chosen: Sequence[Slot]
    browser: SlotPicker | None

    @property
    def is_full(self) -> bool:
        return self.room is not None and len(self.chosen) >= self.room.count

    @property
    def left(self) -> SeriesRoom:
        """How many dates can still be added to those chosen. Call it only where there is room."""
        return known(self.room).after_choosing(slot.start for slot in self.chosen)

    def open_picker(self, *, day: str) -> PickerView | None:
        if self.browser is None or self.room is None:
            return None
        free, left = with_booked(self.browser.timetable, self.chosen), self.left
        opened = read_date(day) or (self.browser.local_date(self.chosen[-1].start) if self.chosen else None)
        # Only starts that are near enough to the others: a day must not promise a time that can't be chosen.
        near = (left.last - left.span, left.until)
        return replace(self.browser, timetable=free, within=near).open_picker(day=opened)

    def list_options(self, picker: PickerView) -> list[Option]:
        """The times of the picker's day. A chosen one blocks those that overlap it, and is shown as chosen."""
        starts = [slot.start for slot in self.chosen]
        return [self.make_option(time, picker, starts) for time in picker.times]

    def make_option(self, time: PickerTime, picker: PickerView, starts: Sequence[datetime]) -> Option:
        start, chosen = time.slot.start, time.slot.start in starts
        # With room for one date only, a second choice replaces the first.
        others = [] if self.left.count == 1 else [other for other in starts if other != start]
        wanted = others if chosen else [*others, start]
        href = choice_address(wanted, day=picker.day.isoformat()) + "#times"
        return Option(replace(time, gone=time.gone and not chosen), chosen, href)

    def plan_chosen(self) -> list[Planned]:
        if self.browser is None or self.room is None:
            return []
        browser, offer = self.browser, self.booking.offer
        rows = plan_dates(
            browser.timetable,
            self.chosen,
            step=offer.step,
            busy=browser.busy,
            room=self.room,
            profile=offer.profile,
            zone=ZoneInfo(browser.zone),
            now=browser.now,
        )
        return list(rows)

    def check_date(self, row: Planned) -> CheckedDate:
        if not row.problem or self.browser is None or self.room is None:
            return CheckedDate(row.slot, row.problem)
        others = [slot for slot in self.chosen if slot != row.slot]
        room = self.room.after_choosing(slot.start for slot in others)
        free = with_booked(self.browser.timetable, others)
        picker = replace(self.browser, timetable=free, within=(room.last - room.span, room.until))
        near = picker.nearest_alternatives(row.slot.start, 1)
        if not near:
            return CheckedDate(row.slot, row.problem)
        return CheckedDate(row.slot, row.problem, near[0], choice_address(slot.start for slot in [*others, *near]))


def choice_address(starts: Iterable[datetime], **more: str) -> str:
    return "?" + urlencode([*(("t", utc_text(start)) for start in sorted(starts)), *more.items()])


def series_page_for(request: SignedInRequest, uuid: UUID, starts: Iterable[datetime], *, now: datetime) -> SeriesPage:
    booking = get_booking_as_mentee(uuid, reader=request.user)
    offer, room, error = booking.offer, None, None
    try:
        room = room_for(booking, by=request.user, now=now)
    except SessionError as refused:
        error = refused
    timetable = load_timetable_for(request.user, offer.profile, now=now, chosen=room.programme if room else None)
    length = timedelta(minutes=offer.length)
    chosen = [Slot(start, start + length) for start in sorted(set(starts))[:MOST_NAMED]]
    if timetable is None:
        return SeriesPage(booking, room, error, chosen, None)
    zone = viewer_zone(request)
    own = reader_times_of(request.user, now=now)
    browser = SlotPicker(timetable, offer.length, offer.step, zone, now, busy=own.sessions, elsewhere=own.elsewhere)
    return SeriesPage(booking, room, error, chosen, browser)


def page_context(desk: SeriesPage) -> dict[str, Any]:
    booking = desk.booking
    schedule = booking.offer.profile.schedule
    chosen = choice_address(slot.start for slot in desk.chosen)
    return {
        "desk": desk,
        "booking": booking,
        "other": booking.mentor,
        "offer": booking.offer,
        "error": desk.error,
        "their_zone": schedule.timezone,
        "their_name": booking.mentor.first_name,
        "choose_url": reverse("session_further", args=[booking.uuid]) + chosen,
        "check_url": reverse("session_further_check", args=[booking.uuid]) + chosen,
        "nav": "sessions",
    }


def read_starts(texts: Iterable[str]) -> list[datetime]:
    """Anyone can write addresses, so texts that aren't a time are ignored."""
    return [start for text in texts if (start := read_start(text))]


@require_safe
def session_further(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Choose dates. Each time is a link, and the address holds everything that is chosen so far."""
    desk = series_page_for(request, uuid, read_starts(request.GET.getlist("t")), now=timezone.now())
    picker = desk.open_picker(day=request.GET.get("day", "")) if not desk.error else None
    context = {
        **page_context(desk),
        "picker": picker,
        "opener": open_days_at(choice_address(slot.start for slot in desk.chosen)),
        "options": desk.list_options(picker) if picker else [],
        "is_full": desk.is_full and desk.room is not None and desk.room.count > 1,
        "chosen": [
            (
                slot,
                choice_address((other.start for other in desk.chosen if other != slot), day=request.GET.get("day", "")),
            )
            for slot in desk.chosen
        ],
    }
    return render_page(request, "sessions_app/session/series.html", context, part="picker" if picker else "")


@require_http_methods(["GET", "HEAD", "POST"])
def session_further_check(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """All chosen dates with both clocks and the problem of each, if any. POST books all of them or none."""
    now = timezone.now()
    sent = request.POST.getlist("start") if request.method == "POST" else request.GET.getlist("t")
    desk = series_page_for(request, uuid, read_starts(sent), now=now)
    form = FurtherForm(post_data(request))

    def book() -> Sequence[Booking]:
        return book_further(
            booking=desk.booking,
            starts=form.cleaned_data["start"],
            by=request.user,
            now=now,
            key=form.cleaned_data["key"],
            seen=seen_by(request),
        )

    result = act_on_post(request, book, form, error=desk.error)
    if result.made:
        messages.success(request, booked_text(result.made))
        return redirect("session", desk.booking.uuid)
    if result.is_refused:
        desk = series_page_for(request, uuid, read_starts(sent), now=now)
    if not form.is_bound and not desk.chosen and not result.error:
        return redirect("session_further", desk.booking.uuid)
    context = {**page_context(desk), "error": result.error, **rows_of(desk), "form": form}
    context["seen"] = still_seen(request, terms_mark(desk.booking), told=result.error is not None)
    context["key"] = form.data.get("key", "") if form.is_bound and not result.error else uuid4().hex
    return render(request, "sessions_app/session/series_check.html", context, status=result.status)


def rows_of(desk: SeriesPage) -> dict[str, Any]:
    rows = desk.plan_chosen()
    fits = desk.room is not None and len(rows) <= desk.room.count
    can_book = bool(rows) and fits and not any(row.problem for row in rows)
    return {"rows": [desk.check_date(row) for row in rows], "fits": fits, "can_book": can_book}


def booked_text(made: Sequence[Booking]) -> str:
    words = {"count": len(made), "name": made[0].mentor.first_name}
    if made[0].expires_at:
        text = ngettext(
            "%(count)d more date is on its way to %(name)s.",
            "%(count)d more dates are on their way to %(name)s.",
            len(made),
        )
    else:
        text = ngettext(
            "You’re booked with %(name)s for %(count)d more date.",
            "You’re booked with %(name)s for %(count)d more dates.",
            len(made),
        )
    return text % words
