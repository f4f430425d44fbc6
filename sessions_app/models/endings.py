"""The last minutes of a session: a little more time, and the line that each takes away."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.rules.validators import validate_plain_text

from .bookings import Booking

TAKEAWAY_LENGTH = 500


class MoreTime(models.Model):
    """A request for five more minutes; `ends_at` is the end before it. It counts when the other agrees."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="more_times")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    ends_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["booking", "ends_at"], name="more_time_is_asked_once_for_each_end"),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} after {self.ends_at:%H:%M}"


class Takeaway(models.Model):
    """What one of the two wants to remember, for both to read. Each has a line of their own."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="takeaways")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="takeaways")
    text = models.CharField(max_length=TAKEAWAY_LENGTH, validators=[validate_plain_text])
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="takeaway_says_something"),
            models.UniqueConstraint(fields=["booking", "author"], name="one_takeaway_for_each_side"),
        ]

    def __str__(self) -> str:
        return self.text[:60]
