"""Single dates on which a mentor's week is different, and time off."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.viewing import viewer_hour12
from common.pages.seen import seen_by, still_seen
from mentors.decorators import mentor_required
from mentors.models import MentorProfile
from sessions_app.address import read_start
from sessions_app.availability.preview import shortest_length, spans_too_short
from sessions_app.availability.schedule import (
    ScheduleError,
    present_mark,
    remove_override,
    remove_time_off,
    set_override,
    set_time_off,
)
from sessions_app.availability.timetable import load_timetable
from sessions_app.availability.walltime import Spans
from sessions_app.availability.wording import date_text, wall_range_text
from sessions_app.forms.schedule import OverrideForm, TimeOffForm, add_schedule_error
from sessions_app.forms.week import FIRST_RANGE, DayRow, TypedDay, edited_day
from sessions_app.models import DateOverride, Schedule, TimeOff

from .week import tell_saved

READS_AND_POSTS = ["GET", "HEAD", "POST"]


@require_http_methods(READS_AND_POSTS)
@mentor_required
def mentor_date_add(request: HttpRequest, profile: MentorProfile) -> HttpResponse:
    """A moment in the address fills in its day; if that is an exception already, this leads to it."""
    if request.method == "POST":
        return _edit_date(request, profile, None)
    schedule = Schedule.objects.filter(profile=profile).first()
    if schedule is None:
        return _lead_to_week(request)
    moment = read_start(request.GET.get("t", ""))
    day = moment.astimezone(ZoneInfo(schedule.timezone)).date() if moment else None
    present = DateOverride.objects.filter(schedule=schedule, date=day).first() if day else None
    return redirect("mentor_date", present.pk) if present else _edit_date(request, profile, None, day)


@require_http_methods(READS_AND_POSTS)
@mentor_required
def mentor_date(request: HttpRequest, profile: MentorProfile, pk: int) -> HttpResponse:
    override = get_object_or_404(DateOverride, pk=pk, schedule__profile=profile)
    if request.method == "POST" and "delete" in request.POST:
        return _remove_date(request, profile, override)
    return _edit_date(request, profile, override)


# What is saved without a normal week is refused, so who has none is told before they fill in the form.
def _lead_to_week(request: HttpRequest) -> HttpResponse:
    messages.info(request, _("Save your normal week first"), extra_tags="no_schedule")
    return redirect("mentor_availability")


def _remove_date(request: HttpRequest, profile: MentorProfile, override: DateOverride) -> HttpResponse:
    now = timezone.now()
    try:
        remove_override(profile=profile, override=override, by=profile.person, now=now, seen=seen_by(request))
    except ScheduleError as error:
        override.refresh_from_db()
        form = OverrideForm(initial=_initial_values(override))
        times = _typed_times(form.initial["times"])
        return _date_page(request, profile, override, form, times, refusal=error, status=409)
    messages.success(request, _("%s is back to your normal hours.") % date_text(override.date, now))
    return redirect("mentor_availability")


def _edit_date(
    request: HttpRequest, profile: MentorProfile, override: DateOverride | None, day: date | None = None
) -> HttpResponse:
    if request.method != "POST":
        form = OverrideForm(initial=_usual_values(profile, day) if day else _initial_values(override))
        return _date_page(request, profile, override, form, _typed_times(form.initial["times"]))
    change = edited_day(TypedDay.from_data(request.POST, "times", on=True), request.POST)
    if change is not None:
        form = OverrideForm(initial=request.POST.dict())
        return _date_page(request, profile, override, form, *change)
    form, error = OverrideForm(request.POST), None
    if form.is_valid():
        error = _save_date(request, profile, override, form)
        if error is None:
            return redirect("mentor_availability")
    typed = _typed_times(TypedDay.from_data(request.POST, "times", on=True))
    status = 409 if error and error.is_stale else 422
    return _date_page(request, profile, override, form, typed, status=status)


def _initial_values(override: DateOverride | None) -> dict[str, Any]:
    if override is None:
        return {"times": TypedDay(on=True)}
    kind = OverrideForm.WINDOWS if override.minutes else OverrideForm.CLOSED
    return {"day": override.date, "kind": kind, "times": TypedDay.from_spans(override.spans)}


def _usual_values(profile: MentorProfile, day: date) -> dict[str, Any]:
    usual = profile.schedule.windows.filter(weekday=day.isoweekday()).values_list("start", "end")
    return {"day": day, "times": TypedDay.from_spans(tuple(usual))}


def _typed_times(day: TypedDay) -> TypedDay:
    return day if day.ranges else TypedDay(on=True, ranges=(FIRST_RANGE,))


def _save_date(
    request: HttpRequest, profile: MentorProfile, override: DateOverride | None, form: OverrideForm
) -> ScheduleError | None:
    """Returns the refusal, if there is one."""
    day: date = form.cleaned_data["day"]
    now = timezone.now()
    try:
        set_override(
            profile=profile,
            day=day,
            spans=form.spans,
            override=override,
            by=profile.person,
            now=now,
            seen=seen_by(request),
        )
    except ScheduleError as error:
        add_schedule_error(form, error)
        return error
    _say_saved(request, profile, day, form.spans, now=now)
    return None


def _say_saved(request: HttpRequest, profile: MentorProfile, day: date, spans: Spans, *, now: datetime) -> None:
    shortest, hour12 = shortest_length(profile), viewer_hour12(request)
    timetable = load_timetable(profile, now=now)
    short = spans_too_short(spans, day, timetable.rules, shortest) if timetable else ()
    times = [wall_range_text(*span, hour12=hour12) for span in short]
    tell_saved(request, _("%s is saved.") % date_text(day, now), times, shortest)


def _date_page(
    request: HttpRequest,
    profile: MentorProfile,
    override: DateOverride | None,
    form: OverrideForm,
    times: TypedDay,
    focus: int | None = None,
    *,
    refusal: ScheduleError | None = None,
    status: int = 200,
) -> HttpResponse:
    row = DayRow(1, form["times"], times, focus)
    context = {
        "nav": "availability",
        "profile": profile,
        "override": override,
        "seen": _mark_for(request, override, told=status == 409),
        "refusal": refusal,
        "form": form,
        "row": row,
    }
    return render(request, "sessions_app/mentor/date.html", context, status=status)


def _mark_for(request: HttpRequest, row: DateOverride | TimeOff | None, *, told: bool) -> str:
    """The version of the row that the page shows; empty for a date that is being added."""
    present = type(row).objects.filter(pk=row.pk).first() if row else None
    return still_seen(request, present_mark(present), told=told) if row else ""


@require_http_methods(READS_AND_POSTS)
@mentor_required
def mentor_time_off_add(request: HttpRequest, profile: MentorProfile) -> HttpResponse:
    if request.method != "POST" and not Schedule.objects.filter(profile=profile).exists():
        return _lead_to_week(request)
    return _time_off(request, profile, None)


@require_http_methods(READS_AND_POSTS)
@mentor_required
def mentor_time_off(request: HttpRequest, profile: MentorProfile, pk: int) -> HttpResponse:
    time_off = get_object_or_404(TimeOff, pk=pk, schedule__profile=profile)
    if request.method == "POST" and "delete" in request.POST:
        try:
            remove_time_off(
                profile=profile, time_off=time_off, by=profile.person, now=timezone.now(), seen=seen_by(request)
            )
        except ScheduleError as error:
            time_off.refresh_from_db()
            form = TimeOffForm(initial={"first": time_off.first, "last": time_off.last})
            return _time_off_page(request, profile, time_off, form, refusal=error, status=409)
        messages.success(request, _("The time off has been removed."))
        return redirect("mentor_availability")
    return _time_off(request, profile, time_off)


def _time_off(request: HttpRequest, profile: MentorProfile, time_off: TimeOff | None) -> HttpResponse:
    if request.method != "POST":
        form = TimeOffForm(initial={"first": time_off.first, "last": time_off.last} if time_off else {})
        return _time_off_page(request, profile, time_off, form)
    form, status = TimeOffForm(request.POST), 422
    if form.is_valid():
        try:
            set_time_off(
                profile=profile,
                **form.cleaned_data,
                time_off=time_off,
                by=profile.person,
                now=timezone.now(),
                seen=seen_by(request),
            )
        except ScheduleError as error:
            add_schedule_error(form, error)
            status = 409 if error.is_stale else 422
        else:
            messages.success(request, _("Your time off is saved. Sessions that are already booked stay."))
            return redirect("mentor_availability")
    return _time_off_page(request, profile, time_off, form, status=status)


def _time_off_page(
    request: HttpRequest,
    profile: MentorProfile,
    time_off: TimeOff | None,
    form: TimeOffForm,
    *,
    refusal: ScheduleError | None = None,
    status: int = 200,
) -> HttpResponse:
    seen = _mark_for(request, time_off, told=status == 409)
    context = {
        "nav": "availability",
        "profile": profile,
        "time_off": time_off,
        "seen": seen,
        "refusal": refusal,
        "form": form,
    }
    return render(request, "sessions_app/mentor/time_off.html", context, status=status)
