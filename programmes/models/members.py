"""Who manages a programme, and who is in it."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .claims import ClaimRule
from .programmes import Programme
from .states import ENDED, INSIDE, LIVE, SHUT_OUT, MembershipState

LONGEST_REASON, LONGEST_UNIT = 300, 80
# What a mentor may say that they give in a programme in a week
LEAST_MINUTES, MOST_MINUTES = 10, 2400


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


class Source(models.TextChoices):
    LINK = "link", _("Link")
    MANAGER = "manager", _("Manager")
    LIST = "list", _("List")
    DOMAIN = "domain", _("Domain")
    CLAIM = "claim", _("Sign-in")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def live(self) -> Self:
        return self.filter(state=LIVE, person__is_active=True)


class Membership(models.Model):
    """One person in one programme, in one row for ever: who leaves and comes back has the same one.

    `gives`: they mentor in it. `asks`: they look for mentors in it. `joined_at`: of someone who asked, when they did.
    `reason`: what the manager who removed or declined them wrote to them. `version` grows with each change of state.
    `unit`: the team or department where they work, as managers call it; capitals make no difference.
    `minutes_a_week`: the most that a mentor gives in this programme in a calendar week, by their own choice.
    `shown_outside`: they chose to be seen by everyone as a mentor, though the programme's directory is for its members
    (see `programmes.audiences`).
    `claim_rule`: by which the sign-ins of this person keep it, end it and bring it back; none once someone has chosen
    otherwise.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="memberships")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    gives = models.BooleanField(default=False)
    asks = models.BooleanField(default=True)
    source = models.CharField(max_length=7, choices=Source)
    state = models.CharField(max_length=8, choices=MembershipState, default=LIVE)
    joined_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=LONGEST_REASON, blank=True, default="", db_default="")
    version = models.PositiveIntegerField(default=1, db_default=1)
    unit = models.CharField(_("unit"), max_length=LONGEST_UNIT, blank=True, default="", db_default="")
    minutes_a_week = models.PositiveSmallIntegerField(_("minutes in a week"), null=True, blank=True)
    shown_outside = models.BooleanField(default=False, db_default=False)
    claim_rule = models.ForeignKey(
        ClaimRule, on_delete=models.PROTECT, null=True, blank=True, related_name="memberships"
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "person"], name="one_membership_in_a_programme"),
            models.CheckConstraint(condition=Q(gives=True) | Q(asks=True), name="member_gives_or_asks"),
            models.CheckConstraint(
                condition=Q(state__in=INSIDE, ended_at=None) | Q(state__in=ENDED, ended_at__isnull=False),
                name="membership_has_an_end_when_it_is_over",
            ),
            models.CheckConstraint(
                condition=Q(reason="") | Q(state__in=SHUT_OUT), name="reason_is_of_a_removal_or_a_decline"
            ),
            models.CheckConstraint(
                condition=Q(minutes_a_week=None) | Q(minutes_a_week__range=(LEAST_MINUTES, MOST_MINUTES)),
                name="member_minutes_in_range",
            ),
            models.CheckConstraint(
                condition=Q(claim_rule=None) | Q(source=Source.CLAIM, state__in=(LIVE, MembershipState.LEFT)),
                name="claims_keep_only_what_they_brought",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme}: {self.person}"
