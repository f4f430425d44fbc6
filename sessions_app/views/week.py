"""The page on which a mentor says when people can book them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.viewing import viewer_hour12, viewer_zone
from common.pages.parts import render_page
from common.pages.seen import seen_by, still_seen
from mentors.decorators import mentor_required
from mentors.models import MentorProfile
from sessions_app.availability.busy_week import busy_week_of
from sessions_app.availability.preview import preview_of, shortest_length, timetable_for, windows_too_short
from sessions_app.availability.schedule import (
    DEFAULT_WINDOWS,
    ScheduleError,
    Window,
    local_today,
    proposed_schedule,
    save_week,
    week_mark,
)
from sessions_app.availability.walltime import Spans
from sessions_app.availability.wording import date_text, wall_range_text
from sessions_app.forms.schedule import RulesForm, add_schedule_error, rules_values
from sessions_app.forms.week import Week, WeekForm, edited_week, sensible_spans, spans_of, typed_week, windows_of
from sessions_app.models import DateOverride, Schedule, TimeOff
from sessions_app.models.schedules import Weekday

RULE_NAMES = {
    "timezone": "zone",
    "away_until": "paused_until",
    **{name: name for name in ("buffer", "notice", "horizon_days", "max_per_day", "max_per_week")},
}


@dataclass(frozen=True, slots=True)
class WeekPage:
    """The stored schedule of a mentor, or a proposal if there is none, at the moment of the request."""

    profile: MentorProfile
    schedule: Schedule
    spans: Mapping[int, Spans]
    now: datetime

    @property
    def can_pause(self) -> bool:
        return self.profile.is_public

    @property
    def away_until(self) -> date | None:
        today = local_today(self.schedule, self.now)
        return self.profile.paused_until if self.profile.is_paused(today) else None

    @property
    def mark(self) -> str:
        """A hash of everything that the page shows of the week, by which a save notices changes made elsewhere."""
        return week_mark(self.profile, self.schedule, now=self.now)

    def rules_form(self, data: Any = None, **kwargs: Any) -> RulesForm:
        return RulesForm(data, schedule=self.schedule, can_pause=self.can_pause, **kwargs)


@require_http_methods(["GET", "HEAD", "POST"])
@mentor_required
def availability_page(request: HttpRequest, profile: MentorProfile) -> HttpResponse:
    desk = _load_week_page(request, profile)
    if request.method != "POST":
        stored = rules_values(desk.schedule) | {"away_until": desk.away_until}
        week = WeekForm.of_spans(desk.spans)
        return _render_page(request, desk, week, desk.rules_form(initial=stored), _typed_rules(desk, {}, {}))
    change = edited_week(typed_week(request.POST), request.POST)
    return _save_posted(request, desk) if change is None else _show_edit(request, desk, *change)


def _load_week_page(request: HttpRequest, profile: MentorProfile) -> WeekPage:
    now = timezone.now()
    schedule = Schedule.objects.filter(profile=profile).first()
    if schedule is None:
        proposed = proposed_schedule(profile, timezone=viewer_zone(request))
        return WeekPage(profile, proposed, spans_of(DEFAULT_WINDOWS), now)
    return WeekPage(profile, schedule, spans_of(schedule.windows.values_list("weekday", "start", "end")), now)


def _show_edit(request: HttpRequest, desk: WeekPage, week: Week, focus: tuple[int, int] | None) -> HttpResponse:
    """The page after a row was added, removed or copied, or a day switched. Nothing is saved or checked."""
    typed = desk.rules_form(request.POST)
    typed.is_valid()
    rules = _typed_rules(desk, sensible_spans(week), typed.cleaned_data)
    shown = desk.rules_form(initial=request.POST.dict())
    return _render_page(request, desk, WeekForm.showing(week, focus=focus), shown, rules)


def _save_posted(request: HttpRequest, desk: WeekPage) -> HttpResponse:
    week, rules, stale = WeekForm(request.POST), desk.rules_form(request.POST), False
    if week.is_valid() & rules.is_valid():
        try:
            save_week(
                profile=desk.profile,
                rules=rules.rules,
                windows=windows_of(week.spans),
                away_until=rules.cleaned_data.get("away_until"),
                by=desk.profile.person,
                now=desk.now,
                seen=seen_by(request),
            )
        except ScheduleError as error:
            add_schedule_error(rules, error)
            stale = error.is_stale
            desk = _load_week_page(request, desk.profile)
        else:
            _say_saved(request, desk.profile, windows_of(week.spans))
            return redirect("mentor_availability")
    seen = _typed_rules(desk, week.spans, rules.cleaned_data)
    return _render_page(request, desk, week, rules, seen, status=409 if stale else 422)


def _say_saved(request: HttpRequest, profile: MentorProfile, windows: list[Window]) -> None:
    shortest, hour12 = shortest_length(profile), viewer_hour12(request)
    short = windows_too_short(windows, shortest)
    times = [f"{Weekday(day).label} {wall_range_text(start, end, hour12=hour12)}" for day, start, end in short]
    tell_saved(request, _("Your availability is saved."), times, shortest)


def tell_saved(request: HttpRequest, saved: str, too_short: Sequence[str], shortest: int) -> None:
    """Say that it is saved, and which of the times are `too_short` for the mentor's shortest session."""
    if not too_short:
        messages.success(request, saved)
        return
    words = _("No session fits into these times, because your shortest takes %(minutes)d min: %(times)s.")
    messages.warning(request, " ".join([saved, words % {"minutes": shortest, "times": ", ".join(too_short)}]))


def _typed_rules(desk: WeekPage, spans: Mapping[int, Spans], rules: Mapping[str, Any]) -> dict[str, Any]:
    """The rules whose effect the preview shows: what was typed as far as it is valid, else what is stored."""
    values = rules_values(desk.schedule) | {"away_until": desk.away_until} | dict(rules)
    changes = {RULE_NAMES[name]: value for name, value in values.items() if name in RULE_NAMES}
    return changes | {"windows": tuple(windows_of({**desk.spans, **spans}))}


def _render_page(
    request: HttpRequest,
    desk: WeekPage,
    week: WeekForm,
    rules: RulesForm,
    seen: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    timetable = timetable_for(desk.profile, desk.schedule, now=desk.now, **seen)
    context = {
        "nav": "availability",
        "profile": desk.profile,
        "schedule": desk.schedule,
        "zone": timetable.rules.zone,
        "week": week,
        "rules": rules,
        "seen": still_seen(request, desk.mark, told=status == 409),
        "has_errors": status != 200,
        "preview": preview_of(desk.profile, timetable, now=desk.now),
        "elsewhere": busy_week_of(desk.profile.person, zone=timetable.rules.zone, now=desk.now),
        "exceptions": exceptions_of(desk.schedule, now=desk.now, hour12=viewer_hour12(request)),
    }
    return render_page(request, "sessions_app/mentor/availability.html", context, part="week-form", status=status)


def exceptions_of(schedule: Schedule, *, now: datetime, hour12: bool) -> list[dict[str, Any]]:
    """Upcoming dates that differ from the normal week, in order."""
    if not schedule.pk:
        return []
    today = local_today(schedule, now)
    away = list(schedule.time_off.filter(last__gte=today))
    rows = [(item.first, _time_off_row(item, now)) for item in away]
    for override in schedule.overrides.filter(date__gte=today):
        hidden = any(item.first <= override.date <= item.last for item in away)
        rows.append((override.date, _override_row(override, now, hour12) | {"hidden": hidden}))
    return [row for _first, row in sorted(rows, key=lambda pair: pair[0])]


def _override_row(override: DateOverride, now: datetime, hour12: bool) -> dict[str, Any]:
    what = ", ".join(wall_range_text(*span, hour12=hour12) for span in override.spans)
    return {
        "label": date_text(override.date, now),
        "what": what or _("Away all day"),
        "href": reverse("mentor_date", args=[override.pk]),
    }


def _time_off_row(item: TimeOff, now: datetime) -> dict[str, Any]:
    days = (item.last - item.first).days + 1
    label = date_text(item.first, now) if days == 1 else f"{date_text(item.first, now)} – {date_text(item.last, now)}"
    return {"label": label, "what": _("Time off"), "href": reverse("mentor_time_off", args=[item.pk])}
