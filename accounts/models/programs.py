"""What programs that act for a person have: tokens, and what is kept of their requests."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.rules.validators import validate_plain_text

from .people import User

LONGEST_IN_AREA = timedelta(days=90)


class Scope(models.TextChoices):
    READ = "read", _("Read only")
    WRITE = "write", _("Read and change")


class AccessToken(models.Model):
    """Lets a program act as a person. Nobody can read the token back: only its hash is kept.

    `area`: the part of the site outside of which it opens nothing. Without one it opens what is theirs, and nothing of
    a role.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="access_tokens")
    name = models.CharField(_("name"), max_length=60, validators=[validate_plain_text])
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    scope = models.CharField(_("access"), max_length=5, choices=Scope)
    area = models.CharField(max_length=80, blank=True, default="", db_default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "name"], name="one_token_per_name"),
            models.CheckConstraint(
                condition=Q(area="") | Q(expires_at__lte=F("created_at") + LONGEST_IN_AREA),
                name="token_for_an_area_ends_soon",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.person}"

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at <= now


class KeptAnswer(models.Model):
    """What a request with an Idempotency-Key was answered, so that the same request again gets the same answer.

    Written in the transaction of the effect: either both are there, or neither is.
    """

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="one_answer_per_key")]
        indexes = [models.Index(fields=["created_at"], name="kept_answer_age")]

    def __str__(self) -> str:
        return f"{self.key}: {self.status}"


class RequestCount(models.Model):
    """How many requests someone has made since `began_at`; see `access.throttling`."""

    key = models.CharField(max_length=100, primary_key=True)
    began_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"
