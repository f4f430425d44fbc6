"""Reports: what someone says is wrong, with what, and what they add to it later."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rules.validators import validate_plain_text

from .cases import Case, ReportKind

__all__ = ["WORDS_LENGTH", "Report", "ReportAddition", "ReportKind"]

WORDS_LENGTH = 1000


class Report(models.Model):
    """One person's report of one subject, which the registry of `trust.subjects` knows by type and number.

    It is never taken back. `about` is whose subject it is; nobody's, if it is an event.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject_type = models.CharField(max_length=10)
    subject_id = models.BigIntegerField()
    about = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reports")
    kind = models.CharField(max_length=7, choices=ReportKind, verbose_name=_("what’s wrong"))
    words = models.TextField(max_length=WORDS_LENGTH, blank=True, validators=[validate_plain_text])
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reports")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "by"], name="one_report_per_person_and_subject"
            ),
            models.CheckConstraint(condition=Q(about=None) | ~Q(about=F("by")), name="nobody_reports_themselves"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("words"), WORDS_LENGTH), name="report_has_a_thousand_letters"
            ),
        ]
        indexes = [models.Index(fields=["by", "-at"], name="report_pace")]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"


class ReportAddition(models.Model):
    """What someone added to their report."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="additions")
    kind = models.CharField(max_length=7, choices=ReportKind, verbose_name=_("what’s wrong"))
    words = models.TextField(max_length=WORDS_LENGTH, blank=True, validators=[validate_plain_text])
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("words"), WORDS_LENGTH), name="addition_has_a_thousand_letters"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.report_id}"
