"""What a mentor's record says of times that are long past, counted once a day instead of on every page."""

from datetime import datetime

from django.conf import settings
from django.db import models


class MentorTallyQuerySet(models.QuerySet["MentorTally"]):
    def forget(self, mentor: int, ended_at: datetime) -> None:
        """For an act that changes what ended then. Until the next count, pages count all of this mentor's rows."""
        self.filter(person=mentor, until__gte=ended_at).delete()


class MentorTally(models.Model):
    """Of sessions that ended, and questions that were answered, until that moment; see `afterwards.tallies`.

    It is only a shorter way to numbers that the rows themselves give. Without it they are the same.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="tally"
    )
    until = models.DateTimeField()
    sessions = models.PositiveIntegerField()
    answers = models.PositiveIntegerField()
    helped = models.PositiveIntegerField()
    written = models.PositiveIntegerField()
    missed = models.PositiveIntegerField()

    objects = MentorTallyQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["until"], name="tally_until")]

    def __str__(self) -> str:
        return f"{self.person_id} until {self.until:%Y-%m-%d %H:%M}"
