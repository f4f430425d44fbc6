"""What providers of sign-ins say of people that makes them members of a programme."""

from typing import Self

from django.db import models
from django.db.models import Q

from accounts.models import User

from .programmes import Programme

LONGEST_PROVIDER, LONGEST_CLAIM = 30, 200


class ClaimRuleQuerySet(models.QuerySet["ClaimRule"]):
    def live(self) -> Self:
        return self.filter(ended_at=None)


class ClaimRule(models.Model):
    """Of whom this provider says that `claim` has `value`, is in the programme. It stays when it is ended, as history.

    `provider`: its id in the settings.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="claims")
    provider = models.CharField(max_length=LONGEST_PROVIDER)
    claim = models.CharField(max_length=LONGEST_CLAIM)
    value = models.CharField(max_length=LONGEST_CLAIM)
    gives = models.BooleanField(default=False)
    asks = models.BooleanField(default=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ClaimRuleQuerySet.as_manager()

    class Meta:
        constraints = [
            # The provider first: each sign-in with it looks for its own.
            models.UniqueConstraint(
                fields=["provider", "claim", "value", "programme"],
                condition=Q(ended_at=None),
                name="claim_once_in_a_programme",
            ),
            models.CheckConstraint(condition=Q(gives=True) | Q(asks=True), name="claim_lets_people_give_or_ask"),
            models.CheckConstraint(
                condition=~Q(provider="") & ~Q(claim="") & ~Q(value=""), name="claim_says_what_it_looks_for"
            ),
            models.CheckConstraint(
                condition=Q(ended_by=None, ended_at=None) | Q(ended_by__isnull=False, ended_at__isnull=False),
                name="claim_is_ended_by_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme}: {self.provider} {self.claim}={self.value}"
