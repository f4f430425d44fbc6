"""The rules of time zones when people agreed on their times, and what a later release of them has changed."""

from django.db import models

from .bookings import Booking

WALL_CHANGE_SUBJECT = "wall_change"


class ZoneRules(models.Model):
    """The changes of one zone's clocks in `release` of the zone database: see `booking.zone_rules`."""

    zone = models.CharField(max_length=64, unique=True)
    release = models.CharField(max_length=10)
    offsets = models.JSONField()

    def __str__(self) -> str:
        return f"{self.zone} {self.release}"


class WallChange(models.Model):
    """A session whose start is at another time of day since this release of the zone database.

    `mentor_before` and `mentee_before`: minutes ahead of UTC that their clocks would have shown; None if nothing
    changed.
    """

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="wall_changes")
    release = models.CharField(max_length=10)
    start = models.DateTimeField()
    mentor_before = models.SmallIntegerField(null=True)
    mentee_before = models.SmallIntegerField(null=True)
    version = models.PositiveSmallIntegerField(default=0, db_default=0)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["booking", "release", "start"], name="told_once_of_a_zone_release"),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} since {self.release}"
