"""Sessions in Django's admin, for looking only. Changes go through the services."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import ModelAdmin, TabularInline

from accounts.viewing import signed_in
from common.admin import ReadOnly
from common.known import known
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


class EventInline(ReadOnly, TabularInline):
    model = BookingEvent
    fields = ["at", "from_state", "to_state", "event", "by", "begins", "reason"]
    readonly_fields = fields
    extra = 0

    @admin.display(description=gettext_lazy("start"))
    def begins(self, event: BookingEvent) -> str:
        return date_format(timezone.localtime(event.during.lower), "DATETIME_FORMAT")


class CounterTimeInline(ReadOnly, TabularInline):
    model = CounterTime
    fields = ["during"]
    readonly_fields = fields
    extra = 0


class AttendanceInline(ReadOnly, TabularInline):
    model = AttendanceAct
    fields = ["at", "person", "kind", "words", "start"]
    readonly_fields = fields
    extra = 0


@admin.register(Booking)
class BookingAdmin(ReadOnly, ModelAdmin):
    list_display = ["begins", "state", "mentor", "mentee", "length_text"]
    list_filter = ["state"]
    list_select_related = ["mentor", "mentee"]
    search_fields = ["uuid", "mentor__name", "mentor__email", "mentee__name", "mentee__email"]
    exclude = ["room", "idempotency_key", "held_for", "during"]
    readonly_fields = ["begins", "length_text"]
    inlines = [EventInline, CounterTimeInline, AttendanceInline]
    actions = ["cancel", "expire"]

    @admin.display(description=gettext_lazy("start"), ordering="during")
    def begins(self, booking: Booking) -> str:
        return date_format(timezone.localtime(booking.start), "DATETIME_FORMAT")

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
    search_fields = ["mentor__name", "mentor__email", "mentee__name", "mentee__email"]


@admin.register(Feedback)
class FeedbackAdmin(ReadOnly, ModelAdmin):
    """Feedback without what was written to one person alone: advice and lessons are not shown."""

    list_display = ["booking", "written", "role", "resolution", "created_at"]
    list_filter = ["role", "resolution"]
    exclude = ["advice", "learned", "again"]


class WindowInline(ReadOnly, TabularInline):
    model = AvailabilityWindow
    extra = 0


class OverrideInline(ReadOnly, TabularInline):
    model = DateOverride
    extra = 0


class TimeOffInline(ReadOnly, TabularInline):
    model = TimeOff
    extra = 0


@admin.register(Schedule)
class ScheduleAdmin(ReadOnly, ModelAdmin):
    list_display = ["profile", "timezone", "notice", "buffer", "max_per_day", "max_per_week"]
    list_select_related = ["profile__person"]
    search_fields = ["profile__person__name", "profile__person__email"]
    inlines = [WindowInline, OverrideInline, TimeOffInline]
