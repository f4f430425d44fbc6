"""Copies of what is kept of a person, and removals of people."""

import uuid
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .people import User


class ExportState(models.TextChoices):
    ASKED = "asked", _("Being prepared")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")
    GONE = "gone", _("Deleted")


class DataExport(models.Model):
    """A copy of what is kept about a person. A worker writes it at `due_at`; its file is deleted at `expires_at`."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="data_exports")
    state = models.CharField(max_length=6, choices=ExportState, default=ExportState.ASKED)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    # The name of the stored file
    key = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(state=ExportState.ASKED), name="one_copy_is_prepared_at_a_time"
            ),
            models.CheckConstraint(
                condition=(Q(state=ExportState.READY, expires_at__isnull=False) & ~Q(key=""))
                | (~Q(state=ExportState.READY) & Q(key="")),
                name="copy_that_is_ready_has_a_file",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="asked"), name="export_due"),
            models.Index(fields=["expires_at"], condition=Q(state="ready"), name="export_expires"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.state}"

    def can_be_downloaded(self, now: datetime) -> bool:
        return self.state == ExportState.READY and self.expires_at is not None and now < self.expires_at


class ErasureState(models.TextChoices):
    ASKED = "asked", _("Asked for")
    BEGUN = "begun", _("Begun")
    KEPT = "kept", _("Account kept")
    DONE = "done", _("Done")


UNFINISHED = (ErasureState.ASKED, ErasureState.BEGUN)


class Erasure(models.Model):
    """A person's wish to be removed. Until `due_at` they can take it back; then it is done step by step.

    The account is closed from the beginning. `version` grows when it is taken back, so that mails about it fall silent.
    """

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="erasures")
    state = models.CharField(max_length=5, choices=ErasureState, default=ErasureState.ASKED)
    version = models.PositiveIntegerField(default=1)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    # When all that the person had ahead was ended
    left_at = models.DateTimeField(null=True, blank=True)
    steps_done = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(state__in=UNFINISHED), name="one_removal_of_a_person_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNFINISHED, ended_at=None)
                | (~Q(state__in=UNFINISHED) & Q(ended_at__isnull=False)),
                name="removal_that_ended_has_a_date",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=("asked", "begun")), name="erasure_due"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.state}"

    def can_be_taken_back(self, now: datetime) -> bool:
        return self.state == ErasureState.ASKED and now < self.due_at
