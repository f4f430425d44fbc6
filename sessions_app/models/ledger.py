"""What belongs to the ledger and isn't told by bookings: excuses, sessions to confirm, people whom staff look at."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rules.validators import validate_plain_text

from .bookings import Booking
from .feedback import Role

REVIEW_WORDS_LENGTH = 500


class ExcuseKind(models.TextChoices):
    ILL = "ill", _("I was ill")
    EMERGENCY = "emergency", _("There was an emergency")
    TECHNICAL = "technical", _("Something technical failed")
    # The other person says that it needn't count.
    FORGIVEN = "forgiven", _("The other person said it needn’t count")


OWN_EXCUSES = (ExcuseKind.ILL, ExcuseKind.EMERGENCY, ExcuseKind.TECHNICAL)


class Excuse(models.Model):
    """Why a booking doesn't count against one of its people. `by`: that person, or the other one, who forgives."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="excuses")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="excuses")
    kind = models.CharField(max_length=10, choices=ExcuseKind)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["booking", "person"], name="a_person_is_excused_once_for_a_booking"),
            models.CheckConstraint(
                condition=Q(kind__in=OWN_EXCUSES, by=F("person")) | (Q(kind=ExcuseKind.FORGIVEN) & ~Q(by=F("person"))),
                name="only_the_other_person_forgives",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id}: {self.person_id} {self.kind}"


class ConfirmationQuerySet(models.QuerySet["Confirmation"]):
    def waiting(self, now: datetime) -> Self:
        """Of sessions that still stand at the time that was asked about."""
        open_ones = self.filter(confirmed_at=None, booking__state="confirmed")
        return open_ones.filter(start=F("booking__during__startswith"), start__gt=now)

    def freed(self) -> Self:
        """Those whose session ended because they weren't confirmed."""
        return self.filter(freed_at__isnull=False)


class Confirmation(models.Model):
    """One person was asked at `asked_at` to confirm a session that starts at `start`, until `due_at`.

    `freed_at`: when the session was cancelled because they hadn't. Only they are told that this was why.
    """

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="confirmations")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    start = models.DateTimeField()
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    freed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ConfirmationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["booking", "start", "person"], name="a_time_is_confirmed_once_by_each"),
            models.CheckConstraint(
                condition=Q(due_at__gt=F("asked_at"), due_at__lt=F("start")),
                name="a_confirmation_leaves_time_to_answer",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(confirmed_at=None), name="confirmation_due")]

    def __str__(self) -> str:
        return f"{self.booking_id}: {self.person_id}"


class LedgerReview(models.Model):
    """A person whose number has become so high that someone of staff looks, and what came of it."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    side = models.CharField(max_length=6, choices=Role)
    number = models.FloatField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    words = models.TextField(max_length=REVIEW_WORDS_LENGTH, blank=True, validators=[validate_plain_text])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "side"], condition=Q(closed_at=None), name="one_open_ledger_review_per_side"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None) | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="a_closed_ledger_review_says_by_whom",
            ),
            models.CheckConstraint(condition=~Q(closed_by=F("person")), name="nobody_reviews_their_own_ledger"),
        ]
        indexes = [models.Index(fields=["opened_at"], condition=Q(closed_at=None), name="ledger_review_open")]

    def __str__(self) -> str:
        return f"{self.person_id} as {self.side}"
