"""A mentor's own schedule, read and saved whole."""

from dataclasses import replace
from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ApiView
from common.api.description import api_call
from common.api.fields import Day, Input, Text, WallClock, WholeNumber, Zone
from mentors.decorators import own_profile
from mentors.models import MentorProfile
from sessions_app.availability.schedule import MAX_EXCEPTIONS, MAX_WINDOWS_A_DAY
from sessions_app.availability.whole_schedule import WholeSchedule, read_schedule, refuse_repeated_dates, save_schedule

LONGEST_NOTICE = 20160
LONGEST_VERSION = 40


def at_most(number: int) -> dict[str, Any]:
    """The longest list allowed. The option belongs to the list that `many` makes, so the serializer's type lacks it."""
    return {"max_length": number}


class SpanShape(Input):
    start = WallClock()
    end = WallClock()


class WindowShape(SpanShape):
    weekday = WholeNumber(least=1, most=7, help_text="1 is Monday, 7 is Sunday.")


class OverrideShape(Input):
    date = Day()
    windows = SpanShape(many=True, **at_most(MAX_WINDOWS_A_DAY), help_text="Empty if the date can't be booked.")


class TimeOffShape(Input):
    first = Day()
    last = Day()


class ScheduleShape(Input):
    """Clock times are those of the mentor's zone; buffer and notice are minutes. Dates that are over are left out."""

    timezone = Zone()
    windows = WindowShape(many=True, **at_most(7 * MAX_WINDOWS_A_DAY))
    overrides = OverrideShape(many=True, **at_most(MAX_EXCEPTIONS))
    time_off = TimeOffShape(many=True, **at_most(MAX_EXCEPTIONS))
    buffer = WholeNumber(least=0, most=240)
    notice = WholeNumber(least=0, most=LONGEST_NOTICE)
    horizon_days = WholeNumber(least=1, most=365)
    max_per_day = WholeNumber(least=1, most=50, allow_null=True)
    max_per_week = WholeNumber(least=1, most=200, allow_null=True)
    paused_until = Day(allow_null=True, help_text="The first day on which people can book again.")
    example = {
        "timezone": "Asia/Kolkata",
        "windows": [{"weekday": 2, "start": "18:00", "end": "20:00"}],
        "overrides": [{"date": "2026-12-01", "windows": [{"start": "09:00", "end": "11:30"}]}],
        "time_off": [{"first": "2026-12-24", "last": "2027-01-02"}],
        "buffer": 5,
        "notice": 240,
        "horizon_days": 30,
        "max_per_day": None,
        "max_per_week": 2,
        "paused_until": None,
    }


class SavedSchedule(ScheduleShape):
    """The schedule as it was saved. Send its `version` when you save it again."""

    version = Text(max_length=LONGEST_VERSION)
    example = {**ScheduleShape.example, "version": "5d41402abc4b2a76"}


class SentSchedule(ScheduleShape):
    """The whole schedule as it should be saved."""

    version = Text(
        max_length=LONGEST_VERSION,
        help_text="The schedule’s `version` as you read it. If it has changed since, nothing is saved: 409 `stale`.",
    )
    example = SavedSchedule.example


class ScheduleView(ApiView):
    @api_call(name="read_schedule", summary="My schedule", answers=SavedSchedule, missing=True)
    def get(self, request: Request) -> Response:
        return self.answer_with(self.own_profile_or_404())

    @api_call(
        name="save_schedule", summary="Save my whole schedule", body=SentSchedule, answers=SavedSchedule, missing=True
    )
    def put(self, request: Request) -> Response:
        profile = self.own_profile_or_404()
        sent = self.read_body()
        wanted = schedule_of(sent, now=self.read_stored(profile))
        save_schedule(profile=profile, wanted=wanted, by=self.person, now=self.now, seen=sent["version"])
        profile.refresh_from_db()
        return self.answer_with(profile)

    def own_profile_or_404(self) -> MentorProfile:
        profile = own_profile(self.request._request)
        if profile is None:
            raise Http404
        return profile

    def read_stored(self, profile: MentorProfile) -> WholeSchedule:
        return read_schedule(profile, timezone=self.person.zone_name, now=self.now)

    def answer_with(self, profile: MentorProfile) -> Response:
        stored = self.read_stored(profile)
        return Response(SavedSchedule({**shape_of(stored), "version": stored.mark}).data)


def schedule_of(sent: dict[str, Any], *, now: WholeSchedule) -> WholeSchedule:
    """The schedule as it was sent. Rules that the API doesn't have, such as the notice to cancel, stay as they are."""
    named = ("timezone", "buffer", "notice", "horizon_days", "max_per_day", "max_per_week")
    rules = replace(now.rules, **{name: sent[name] for name in named})
    return WholeSchedule(
        rules=rules,
        windows=[(window["weekday"], window["start"], window["end"]) for window in sent["windows"]],
        overrides=refuse_repeated_dates([(one["date"], spans_of(one["windows"])) for one in sent["overrides"]]),
        time_off=[(away["first"], away["last"]) for away in sent["time_off"]],
        paused_until=sent["paused_until"],
    )


def spans_of(windows: list[dict[str, int]]) -> tuple[tuple[int, int], ...]:
    return tuple((window["start"], window["end"]) for window in windows)


def shape_of(schedule: WholeSchedule) -> dict[str, Any]:
    rules = schedule.rules
    return {
        "timezone": rules.timezone,
        "windows": [{"weekday": day, "start": start, "end": end} for day, start, end in schedule.windows],
        "overrides": [
            {"date": day, "windows": [{"start": start, "end": end} for start, end in spans]}
            for day, spans in schedule.overrides.items()
        ],
        "time_off": [{"first": first, "last": last} for first, last in schedule.time_off],
        "buffer": rules.buffer,
        "notice": rules.notice,
        "horizon_days": rules.horizon_days,
        "max_per_day": rules.max_per_day,
        "max_per_week": rules.max_per_week,
        "paused_until": schedule.paused_until,
    }
