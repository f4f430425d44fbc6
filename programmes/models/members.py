"""Who manages a programme, and who is in it."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .programmes import Programme


class ManagerQuerySet(models.QuerySet["Manager"]):
    def live(self) -> Self:
        return self.filter(ended_at=None, person__is_active=True)


class Manager(models.Model):
    """Someone who manages a programme, or did. Named by an owner or by another manager."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="managers")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="managed")
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ManagerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "person"], condition=Q(ended_at=None), name="manager_once_in_a_programme"
            ),
            models.CheckConstraint(condition=~Q(given_by=F("person")), name="nobody_makes_themselves_a_manager"),
        ]

    def __str__(self) -> str:
        return f"{self.programme}: {self.person}"


class MembershipState(models.TextChoices):
    LIVE = "live", _("Member")
    LEFT = "left", _("Left")
    REMOVED = "removed", _("Removed")


LIVE = MembershipState.LIVE


class Source(models.TextChoices):
    """How someone came in last."""

    LINK = "link", _("Link")
    MANAGER = "manager", _("Manager")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def live(self) -> Self:
        return self.filter(state=LIVE, person__is_active=True)


class Membership(models.Model):
    """One person in one programme, in one row for ever: who leaves and comes back has the same one.

    `gives`: they mentor in it. `asks`: they look for mentors in it.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="memberships")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    gives = models.BooleanField(default=False)
    asks = models.BooleanField(default=True)
    source = models.CharField(max_length=7, choices=Source)
    state = models.CharField(max_length=7, choices=MembershipState, default=LIVE)
    joined_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "person"], name="one_membership_in_a_programme"),
            models.CheckConstraint(condition=Q(gives=True) | Q(asks=True), name="member_gives_or_asks"),
            models.CheckConstraint(
                condition=Q(state=MembershipState.LIVE, ended_at=None)
                | Q(state__in=[MembershipState.LEFT, MembershipState.REMOVED], ended_at__isnull=False),
                name="membership_has_an_end_when_left_or_removed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme}: {self.person}"
