"""What the organisation says about itself, and what people write to it."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rules.validators import validate_plain_text
from common.mail.addresses import readable_address

LONGEST_TEXT = 60_000
LONGEST_MESSAGE = 5_000


class TextKind(models.TextChoices):
    TERMS = "terms", _("Terms")
    PRIVACY = "privacy", _("Privacy")
    LONG_TERM = "long_term", _("Long-term mentoring")


class PublishedTextQuerySet(models.QuerySet["PublishedText"]):
    def newest_first(self) -> Self:
        return self.order_by("-pk")


class PublishedText(models.Model):
    """One version of a text that staff wrote. The newest of its kind is shown; an empty one takes the text away.

    Append-only, which a trigger ensures: what people agreed to can be read years later.
    """

    kind = models.CharField(max_length=10, choices=TextKind)
    body = models.TextField(max_length=LONGEST_TEXT, blank=True, validators=[validate_plain_text])
    published_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = PublishedTextQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["kind", "-id"], name="published_text_newest")]

    def __str__(self) -> str:
        return f"{self.kind}, {self.published_at:%Y-%m-%d}"


class ContactMessageQuerySet(models.QuerySet["ContactMessage"]):
    def open(self) -> Self:
        return self.filter(answered_at=None)

    def answered(self) -> Self:
        return self.exclude(answered_at=None)


class ContactMessage(models.Model):
    """A message from the contact page. `key` is that of the form, so that sending it twice makes one."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=80)
    email = models.EmailField(_("email address"), max_length=254)
    text = models.TextField(_("message"), max_length=LONGEST_MESSAGE)
    # Who was signed in. The address alone proves nothing: anyone can type any.
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = ContactMessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["sent_at"], condition=Q(answered_at=None), name="contact_to_answer"),
            models.Index(fields=["sent_at"], name="contact_age"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.sent_at:%Y-%m-%d}"

    @property
    def readable_email(self) -> str:
        return readable_address(self.email)


class PolicyReport(models.Model):
    """How often browsers reported on one day that they blocked the same kind of thing on the same route."""

    day = models.DateField()
    directive = models.CharField(max_length=40)
    origin = models.CharField(max_length=130)
    route = models.CharField(max_length=60)
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "directive", "origin", "route"], name="policy_reports_are_counted_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.directive} {self.origin}: {self.count}"
