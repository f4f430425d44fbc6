"""Sessions in Django's admin, for looking only. Changes go through the services."""

from collections.abc import Iterable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import ModelAdmin, TabularInline

from accounts.viewing import signed_in
from common.admin import ReadOnly, moment_text
from common.known import known
from common.times import count_days, minutes_text
from sessions_app.availability.schedule import wall_text
from sessions_app.booking.changes import cancel_booking
from sessions_app.booking.clock import expire_overdue

from .errors import SessionError
from .models import (
    AttendanceAct,
    AvailabilityWindow,
    Booking,
    BookingEvent,
    BookingState,
    CounterTime,
    DateOverride,
    Engagement,
    Feedback,
    Schedule,
    TimeOff,
)


class ReadOnlyInline(ReadOnly, TabularInline):
    extra = 0
    hide_title = True  # each row says the same in its columns


class EventInline(ReadOnlyInline):
    model = BookingEvent
    verbose_name_plural = gettext_lazy("log")
    fields = ["at", "before", "after", "by", "begins", "reason"]
    readonly_fields = fields

    @admin.display(description=gettext_lazy("before"))
    def before(self, event: BookingEvent) -> str:
        return state_text(event.from_state)

    @admin.display(description=gettext_lazy("after"))
    def after(self, event: BookingEvent) -> str:
        return state_text(event.to_state)

    @admin.display(description=gettext_lazy("start"))
    def begins(self, event: BookingEvent) -> str:
        return moment_text(event.during.lower)


class CounterTimeInline(ReadOnlyInline):
    model = CounterTime
    verbose_name_plural = gettext_lazy("times offered instead")
    fields = ["begins"]
    readonly_fields = fields

    @admin.display(description=gettext_lazy("start"))
    def begins(self, offered: CounterTime) -> str:
        return moment_text(offered.during.lower)


class AttendanceInline(ReadOnlyInline):
    model = AttendanceAct
    verbose_name_plural = gettext_lazy("attendance")
    fields = ["at", "person", "kind", "words", "start"]
    readonly_fields = fields


@admin.register(Booking)
class BookingAdmin(ReadOnly, ModelAdmin):
    list_display = ["begins", "state", "mentor", "mentee", "length_text"]
    list_filter = ["state"]
    list_select_related = ["mentor", "mentee"]
    search_fields = [
        "uuid",
        "mentor__name__plain__icontains",
        "mentor__email",
        "mentee__name__plain__icontains",
        "mentee__email",
    ]
    # Not the room, which opens the call, nor what only machines compare.
    fields = [
        ("begins", "length_text"),
        "state",
        ("mentor", "mentee"),
        ("offer", "format"),
        "engagement",
        ("reason", "ended_by", "late"),
        ("expires_at", "extended"),
        ("moves", "overtime"),
        ("version", "sequence"),
        ("created_at", "confirmed_at"),
    ]
    readonly_fields = ["begins", "length_text"]
    inlines = [EventInline, CounterTimeInline, AttendanceInline]
    actions = ["cancel", "expire"]

    @admin.display(description=gettext_lazy("start"), ordering="during")
    def begins(self, booking: Booking) -> str:
        return moment_text(booking.start)

    @admin.display(description=gettext_lazy("length"))
    def length_text(self, booking: Booking) -> str:
        return _("%(minutes)d min") % {"minutes": booking.length}

    @admin.action(description=gettext_lazy("Cancel, and tell both people"), permissions=["act"])
    def cancel(self, request: HttpRequest, bookings: QuerySet[Booking]) -> None:
        done, by, reason = 0, known(signed_in(request)), _("Cancelled by the team.")
        for booking in bookings.filter(state=BookingState.CONFIRMED):
            try:
                cancel_booking(booking=booking, by=by, reason=reason, now=timezone.now())
                done += 1
            except SessionError as error:
                self.message_user(request, f"{booking}: {error.message}", messages.ERROR)
        words = ngettext("%(count)d session is cancelled.", "%(count)d sessions are cancelled.", done)
        self.message_user(request, words % {"count": done}, messages.SUCCESS if done else messages.WARNING)

    @admin.action(description=gettext_lazy("End what’s overdue now"), permissions=["act"])
    def expire(self, request: HttpRequest, bookings: QuerySet[Booking]) -> None:
        count = expire_overdue(now=timezone.now())
        self.message_user(request, _("%(count)d ended.") % {"count": count}, messages.SUCCESS)


@admin.register(Engagement)
class EngagementAdmin(ReadOnly, ModelAdmin):
    list_display = ["mentee", "mentor", "created_at", "closed_at"]
    list_select_related = ["mentee", "mentor"]
    search_fields = [
        "mentor__name__plain__icontains",
        "mentor__email",
        "mentee__name__plain__icontains",
        "mentee__email",
    ]


@admin.register(Feedback)
class FeedbackAdmin(ReadOnly, ModelAdmin):
    """Feedback without what was written to one person alone: advice and lessons are not shown."""

    list_display = ["created_at", "author", "role", "resolution", "about"]
    list_filter = ["role", "resolution"]
    list_select_related = ["author", "booking", "written"]
    exclude = ["advice", "learned", "again"]

    @admin.display(description=gettext_lazy("about"))
    def about(self, feedback: Feedback) -> str:
        return _("Session on %s") % feedback.booking if feedback.booking else _("Answer in writing")


class WindowInline(ReadOnlyInline):
    model = AvailabilityWindow
    verbose_name_plural = gettext_lazy("every week")
    fields = ["weekday", "opens"]
    readonly_fields = fields

    @admin.display(description=gettext_lazy("open"))
    def opens(self, window: AvailabilityWindow) -> str:
        return spans_text([(window.start, window.end)])


class OverrideInline(ReadOnlyInline):
    model = DateOverride
    verbose_name_plural = gettext_lazy("on single dates")
    fields = ["date", "opens"]
    readonly_fields = fields

    @admin.display(description=gettext_lazy("open"))
    def opens(self, override: DateOverride) -> str:
        return spans_text(override.spans)


class TimeOffInline(ReadOnlyInline):
    model = TimeOff
    verbose_name_plural = gettext_lazy("time off")
    fields = ["first", "last"]
    readonly_fields = fields


@admin.register(Schedule)
class ScheduleAdmin(ReadOnly, ModelAdmin):
    list_display = ["profile", "timezone", "to_book", "between", "max_per_day", "max_per_week"]
    list_select_related = ["profile__person"]
    search_fields = ["profile__person__name__plain__icontains", "profile__person__email"]
    fields = [
        "profile",
        "timezone",
        "to_book",
        "to_reschedule",
        "to_cancel",
        "between",
        "ahead",
        "max_per_day",
        "max_per_week",
        "max_written",
        "asked_for_others",
        "meeting_url",
    ]
    readonly_fields = ["to_book", "to_reschedule", "to_cancel", "between", "ahead"]
    inlines = [WindowInline, OverrideInline, TimeOffInline]

    @admin.display(description=gettext_lazy("notice to book"), ordering="notice")
    def to_book(self, schedule: Schedule) -> str:
        return minutes_text(schedule.notice)

    @admin.display(description=gettext_lazy("notice to reschedule"))
    def to_reschedule(self, schedule: Schedule) -> str:
        return minutes_text(schedule.move_notice)

    @admin.display(description=gettext_lazy("notice to cancel"))
    def to_cancel(self, schedule: Schedule) -> str:
        return minutes_text(schedule.cancel_notice)

    @admin.display(description=gettext_lazy("break"), ordering="buffer")
    def between(self, schedule: Schedule) -> str:
        return minutes_text(schedule.buffer) if schedule.buffer else _("None")

    @admin.display(description=gettext_lazy("how far ahead"))
    def ahead(self, schedule: Schedule) -> str:
        return count_days(schedule.horizon_days)


def state_text(state: str) -> str:
    return str(BookingState(state).label) if state else ""


def spans_text(spans: Iterable[tuple[int, int]]) -> str:
    """Minutes of a day as clock times, such as "18:30–21:30"."""
    return ", ".join(f"{wall_text(start)}–{wall_text(end)}" for start, end in spans) or _("Closed")
