"""What people agreed to beyond what the service needs."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .people import User


class ConsentHow(models.TextChoices):
    PAGE = "page", _("in a form on this site")
    PROGRAM = "program", _("by a program with your token")
    EARLIER = "earlier", _("before we kept this list")


class ConsentQuerySet(models.QuerySet["Consent"]):
    def live(self) -> Self:
        return self.filter(withdrawn_at=None)


class Consent(models.Model):
    """That a person agreed to one purpose, when, and to which version of its text (`accounts.privacy.consents`).

    It proves what was said. Whether the thing is on is known where it is switched, and only there. `withdrawn_at` is
    also set when nothing is left that it was about, or when the person agreed to a newer text.
    """

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=20)
    text_version = models.PositiveSmallIntegerField()
    how = models.CharField(max_length=7, choices=ConsentHow)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"],
                condition=Q(withdrawn_at=None),
                name="one_live_consent_of_a_person_for_each_purpose",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("given_at")),
                name="consent_ends_after_it_was_given",
            ),
            models.CheckConstraint(condition=Q(text_version__gte=1), name="consent_is_to_a_text"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.purpose}"
