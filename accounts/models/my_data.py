"""Copies of what is kept of a person, and removals of people."""

import uuid
from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .people import User

LONGEST_REASON = 300


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


class LetterAct(models.TextChoices):
    COPY = "copy", _("A copy of their data")
    REMOVAL = "removal", _("Deleting their account")


class LetterOutcome(models.TextChoices):
    SIGNED = "signed", _("Signed")
    DECLINED = "declined", _("Declined")


class LetterRequestQuerySet(models.QuerySet["LetterRequest"]):
    def open(self) -> Self:
        return self.filter(decided_at=None)


class LetterRequest(models.Model):
    """A wish about their own data from someone who can't sign in. One of staff prepares it, an owner signs it.

    `reason`: how we know that it is them. `export`: the copy that was asked for when it was signed.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="letter_requests")
    act = models.CharField(max_length=7, choices=LetterAct)
    reason = models.CharField(max_length=LONGEST_REASON, blank=True)
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=LetterOutcome, blank=True)
    export = models.ForeignKey(DataExport, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = LetterRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "act"], condition=Q(decided_at=None), name="one_open_letter_of_a_person_for_each_act"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None, decided_at=None, outcome="")
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(outcome=""),
                name="decided_letter_says_who_when_and_what",
            ),
            models.CheckConstraint(
                condition=~Q(prepared_by=F("person"))
                & (Q(decided_by=None) | ~Q(decided_by=F("prepared_by")) & ~Q(decided_by=F("person"))),
                name="letter_is_prepared_and_decided_by_two_others",
            ),
        ]
        indexes = [models.Index(fields=["prepared_at"], condition=Q(decided_at=None), name="letter_waits")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.act}"
