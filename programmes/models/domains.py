"""Domains of email addresses whose people belong to a programme."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models import User

from .free_mail import FREE_MAIL
from .programmes import Programme


class DomainRuleQuerySet(models.QuerySet["DomainRule"]):
    def live(self) -> Self:
        return self.filter(ended_at=None)


class DomainRule(models.Model):
    """Who has a proven address at this domain, and not below it, may come in; `needs_yes`: a manager lets them in.

    It stays when it is ended, as history.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="domains")
    domain = models.CharField(max_length=253)
    gives = models.BooleanField(default=False)
    asks = models.BooleanField(default=True)
    needs_yes = models.BooleanField(default=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = DomainRuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["domain", "programme"], condition=Q(ended_at=None), name="live_domain_once_in_a_programme"
            ),
            models.CheckConstraint(
                condition=Q(domain=Lower("domain"), domain__regex=r"^[a-z0-9.-]+\.[a-z0-9-]+$"),
                name="domain_in_small_letters",
            ),
            models.CheckConstraint(condition=~Q(domain__in=FREE_MAIL), name="domain_is_not_of_free_mail"),
            models.CheckConstraint(condition=Q(gives=True) | Q(asks=True), name="domain_lets_people_give_or_ask"),
            models.CheckConstraint(
                condition=Q(ended_by=None, ended_at=None) | Q(ended_by__isnull=False, ended_at__isnull=False),
                name="domain_is_ended_by_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme}: {self.domain}"
