"""Links that let people into a programme."""

from datetime import datetime, timedelta
from enum import StrEnum

from django.db import models
from django.db.models import F, Q

from accounts.models import User

from .programmes import Programme

LONGEST = timedelta(days=180)
LONGEST_LABEL = 60


class LinkStage(StrEnum):
    OPEN = "open"
    REVOKED = "revoked"
    ENDED = "ended"
    USED_UP = "used_up"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open_at(self, now: datetime) -> "InvitationQuerySet":
        return self.filter(revoked_at=None, expires_at__gt=now, uses__lt=F("most"))


class Invitation(models.Model):
    """A link into a programme, as a hash of its token. It is kept when it has ended, so that its page can say why.

    `label`: what managers call it, to tell it from others. Nobody else reads it.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="invitations")
    label = models.CharField(max_length=LONGEST_LABEL, blank=True, default="", db_default="")
    token_hash = models.CharField(max_length=64, unique=True)
    gives = models.BooleanField(default=False)
    asks = models.BooleanField(default=True)
    # Who comes by it is let in by a manager.
    needs_yes = models.BooleanField(default=False, db_default=False)
    uses = models.PositiveIntegerField(default=0)
    most = models.PositiveIntegerField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(most__gte=1) & Q(uses__lte=F("most")), name="link_is_used_no_more_than_allowed"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")) & Q(expires_at__lte=F("made_at") + LONGEST),
                name="link_ends_within_180_days",
            ),
            models.CheckConstraint(condition=Q(gives=True) | Q(asks=True), name="link_lets_people_give_or_ask"),
        ]

    def __str__(self) -> str:
        return f"{self.programme}: {self.uses} of {self.most}"

    def stage_at(self, now: datetime) -> LinkStage:
        if self.revoked_at is not None:
            return LinkStage.REVOKED
        if now >= self.expires_at:
            return LinkStage.ENDED
        return LinkStage.OPEN if self.uses < self.most else LinkStage.USED_UP

    @property
    def left(self) -> int:
        return self.most - self.uses
