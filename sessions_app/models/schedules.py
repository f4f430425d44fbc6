"""A mentor's rules for time, in the wall-clock time of their own zone. `availability` turns them into instants."""

from collections.abc import Sequence
from datetime import timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from accounts.rules.validators import validate_timezone
from common.addresses import validate_meeting_address
from common.pages.seen import mark_of
from mentors.models import MentorProfile

# How many questions in writing a mentor has open at a time, unless they choose another number
MOST_WRITTEN = 2
LONGEST_READY = timedelta(hours=2)


class Weekday(models.IntegerChoices):
    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")


class Schedule(models.Model):
    """One for each mentor. Notices and buffer are minutes; caps count the mentor's local days and ISO weeks."""

    profile = models.OneToOneField(MentorProfile, on_delete=models.CASCADE, related_name="schedule")
    timezone = models.CharField(_("time zone"), max_length=64, validators=[validate_timezone])
    buffer = models.PositiveSmallIntegerField(
        _("break between sessions"), default=5, validators=[MaxValueValidator(240)]
    )
    notice = models.PositiveIntegerField(_("notice to book"), default=240, validators=[MaxValueValidator(20160)])
    move_notice = models.PositiveIntegerField(
        _("notice to reschedule"), default=120, validators=[MaxValueValidator(20160)]
    )
    cancel_notice = models.PositiveIntegerField(
        _("notice to cancel"), default=720, validators=[MaxValueValidator(20160)]
    )
    horizon_days = models.PositiveSmallIntegerField(
        _("how far ahead"), default=30, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    max_per_day = models.PositiveSmallIntegerField(
        _("most sessions in a day"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    max_per_week = models.PositiveSmallIntegerField(
        _("most sessions in a week"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(200)]
    )

    max_written = models.PositiveSmallIntegerField(
        _("most open written questions"),
        default=MOST_WRITTEN,
        db_default=MOST_WRITTEN,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
    )
    # Whether they are asked to help people who wait with a question: see `asking`.
    asked_for_others = models.BooleanField(_("asked for others"), default=True, db_default=True)
    # When the mentor said that they are free now; it isn't emptied when it is over: see `availability.ready`
    ready_from = models.DateTimeField(null=True, blank=True)
    ready_until = models.DateTimeField(null=True, blank=True)
    # The mentor's own meeting room; empty for one of ours. Shown only to the people of a session, around its time.
    meeting_url = models.CharField(
        _("your own meeting address"),
        max_length=300,
        blank=True,
        default="",
        db_default="",
        validators=[validate_meeting_address],
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(buffer__lte=240), name="schedule_buffer_is_sane"),
            models.CheckConstraint(
                condition=Q(horizon_days__gte=1, horizon_days__lte=365), name="schedule_horizon_is_sane"
            ),
            models.CheckConstraint(
                condition=Q(max_per_day=None) | Q(max_per_day__gte=1), name="schedule_day_cap_is_sane"
            ),
            models.CheckConstraint(
                condition=Q(max_per_week=None) | Q(max_per_week__gte=1), name="schedule_week_cap_is_sane"
            ),
            models.CheckConstraint(
                condition=Q(max_written__gte=1, max_written__lte=20), name="schedule_written_cap_is_sane"
            ),
            models.CheckConstraint(
                condition=Q(ready_from=None, ready_until=None)
                | Q(ready_until__gt=F("ready_from"), ready_until__lte=F("ready_from") + LONGEST_READY),
                name="schedule_is_ready_for_two_hours_at_most",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profile}: {self.timezone}"


def _single_value_range(expression: str) -> Func:
    """`expression` as a range of one value: equality inside a GiST index without any extension."""
    return Func(F(expression), F(expression), Value("[]"), function="int8range")


class AvailabilityWindow(models.Model):
    """Open every week. Minutes from local midnight, half-open; 1440 is the midnight that ends the day."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="windows")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    start = models.PositiveSmallIntegerField()
    end = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["weekday", "start"]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__gte=1, weekday__lte=7), name="window_weekday_is_iso"),
            models.CheckConstraint(condition=Q(start__lt=F("end"), end__lte=1440), name="window_lies_within_a_day"),
            ExclusionConstraint(
                name="windows_of_a_weekday_do_not_overlap",
                expressions=[
                    (_single_value_range("schedule_id"), RangeOperators.OVERLAPS),
                    (_single_value_range("weekday"), RangeOperators.OVERLAPS),
                    (Func(F("start"), F("end"), Value("[)"), function="int4range"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.start}–{self.end}"


def spans_of(minutes: Sequence[int]) -> tuple[tuple[int, int], ...]:
    return tuple(zip(minutes[::2], minutes[1::2], strict=True))


class DateOverride(models.Model):
    """The windows of one local date instead of its weekday's: start, end, start, end in a flat list; none closes it."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="overrides")
    date = models.DateField()
    minutes = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)

    class Meta:
        ordering = ["date"]
        constraints = [models.UniqueConstraint(fields=["schedule", "date"], name="one_override_per_date")]

    def __str__(self) -> str:
        return f"{self.date}: {self.minutes}"

    @property
    def mark(self) -> str:
        return mark_of(self.date, self.minutes)

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        return spans_of(self.minutes)


class TimeOff(models.Model):
    """Local dates without slots; `first` and `last` are included."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="time_off")
    first = models.DateField()
    last = models.DateField()

    class Meta:
        ordering = ["first"]
        constraints = [models.CheckConstraint(condition=Q(first__lte=F("last")), name="time_off_ends_after_it_starts")]

    def __str__(self) -> str:
        return f"{self.first}–{self.last}"

    @property
    def mark(self) -> str:
        return mark_of(self.first, self.last)
