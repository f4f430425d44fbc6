"""People who have lost their second step, and the two owners who let them in without it."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q

from .people import User


class FactorReset(models.Model):
    """Two owners approve, then `due_at` comes a day later: the next sign-in takes the second step away.

    It ends when that is done, or when the person uses a second step after all.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="factor_resets")
    asked_at = models.DateTimeField()
    first_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    second_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    due_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(ended_at=None), name="one_open_reset_of_a_person"),
            models.CheckConstraint(
                condition=(Q(first_by=None) | ~Q(first_by=F("person")))
                & (Q(second_by=None) | ~Q(second_by=F("person"))),
                name="nobody_approves_their_own_reset",
            ),
            models.CheckConstraint(
                condition=Q(second_by=None) | (Q(first_by__isnull=False) & ~Q(second_by=F("first_by"))),
                name="two_people_approve_a_reset",
            ),
            models.CheckConstraint(
                condition=Q(second_by=None, due_at=None) | Q(second_by__isnull=False, due_at__isnull=False),
                name="approved_reset_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"reset of {self.person_id}"

    def is_due(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at <= now
