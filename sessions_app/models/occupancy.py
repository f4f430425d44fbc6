"""Time of people that is taken, under the one constraint that nobody is promised to two places at once."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from accounts.models import User

from .bookings import Booking
from .states import PENDING, BookingState


class OccupancyQuerySet(models.QuerySet["Occupancy"]):
    def in_force(self, now: datetime) -> Self:
        """Without those of overdue holds and requests, which the next booking ends under the lock."""
        return self.exclude(booking__state__in=PENDING, booking__expires_at__lte=now)

    def given_by(self, mentor: User) -> Self:
        """Of sessions that this mentor gives or is asked for: these keep the buffer and count for caps. No holds."""
        return self.filter(booking__mentor=mentor).exclude(booking__state=BookingState.HELD)

    def without(self, booking: Booking | None) -> Self:
        """All but those of this booking. (`exclude(booking=None)` would leave out everything that is no booking.)"""
        return self if booking is None else self.exclude(booking=booking)


class Occupancy(models.Model):
    """Time of a person that is taken: one row for each participant of an occupying booking; never updated.

    Apps above this one take time too, such as an event's: then `subject` says what it is and `subject_id` is its row,
    as `availability.commitments` knows them. Such time has neither buffer nor cap, and no deadline. A statement that
    joins bookings needs a LEFT JOIN, or it takes that time for free.
    While a mentor offers several times instead, each `is_choice`: the mentor's time is kept until one is chosen.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="occupancies")
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, null=True, related_name="occupancies")
    subject = models.CharField(max_length=20, blank=True, default="", db_default="")
    subject_id = models.BigIntegerField(null=True)
    during = DateTimeRangeField(default_bounds="[)")
    is_choice = models.BooleanField(default=False, db_default=False)

    objects = OccupancyQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="nobody_is_promised_to_two_places_at_once",
                expressions=[
                    (
                        Func(F("person_id"), F("person_id"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
            models.UniqueConstraint(
                fields=["booking", "person"], condition=Q(is_choice=False), name="one_time_per_participant"
            ),
            models.CheckConstraint(
                condition=Q(booking__isnull=False, subject="", subject_id=None)
                | Q(booking=None, subject__gt="", subject_id__isnull=False),
                name="time_is_taken_by_one_thing",
            ),
            models.UniqueConstraint(
                fields=["subject", "subject_id"], condition=Q(booking=None), name="one_time_per_commitment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.during}"
