"""Cases: what was reported about one person, the evidence of it, who read that, and what was decided."""

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rules.validators import validate_plain_text

REASON_LENGTH = 300
DECISION_LENGTH = 2000


class ReportKind(models.TextChoices):
    """The gravest first."""

    SAFETY = "safety", _("I don’t feel safe")
    PRIVACY = "privacy", _("It shows something private about me")
    CONDUCT = "conduct", _("Rude or hurtful")
    SELLING = "selling", _("Selling or recruiting")
    WRONG = "wrong", _("Wrong information")
    OTHER = "other", _("Something else")


# Of a case that no one reported: a rule found something (see `trust.signals`)
SIGNAL = "signal"
CASE_KINDS = [*ReportKind.choices, (SIGNAL, _("Found by a rule"))]


class CaseState(models.TextChoices):
    OPEN = "open", _("Open")
    TAKEN = "taken", _("Being looked at")
    DECIDED = "decided", _("Decided")
    APPEALED = "appealed", _("Appealed")


UNDECIDED = (CaseState.OPEN, CaseState.TAKEN)
SETTLED = (CaseState.DECIDED, CaseState.APPEALED)


class Outcome(models.TextChoices):
    NOTHING = "nothing", _("Nothing wrong")
    NOTE = "note", _("Note")
    LIMIT = "limit", _("No new sessions for a time")
    BREAK = "break", _("Break")
    SUSPENSION = "suspension", _("Suspension")
    REMOVAL = "removal", _("Removal")
    CONTENT = "content", _("Content removed")
    # Of reports that were settled before there were cases
    EARLIER = "earlier", _("Settled earlier")


# Outcomes of which the person is told, and to which they can object
ABOUT_SANCTIONS = (
    Outcome.NOTE,
    Outcome.LIMIT,
    Outcome.BREAK,
    Outcome.SUSPENSION,
    Outcome.REMOVAL,
    Outcome.CONTENT,
)
# After these, what was hidden because it shows something private stays so
KEEPS_HIDDEN = (Outcome.LIMIT, Outcome.BREAK, Outcome.SUSPENSION, Outcome.REMOVAL)


class Rule(models.TextChoices):
    SAFETY = "safety", _("Nobody is threatened, harassed or put at risk.")
    PRIVACY = "privacy", _("What someone shares here in private stays private.")
    RESPECT = "respect", _("Everyone is treated with respect, also when advice is frank.")
    SELLING = "selling", _("Sessions help the person who asks. They’re not for selling or recruiting.")
    HONESTY = "honesty", _("What people say about themselves and their work is true.")
    OTHER = "other", _("The terms of this site")


class CaseQuerySet(models.QuerySet["Case"]):
    def undecided(self) -> Self:
        return self.filter(state__in=UNDECIDED)

    def settled(self) -> Self:
        return self.filter(state__in=SETTLED)

    def hiding(self) -> Self:
        """Those for which what was reported as private stays hidden: until they are decided, and after a grave outcome
        that no appeal has ended.
        """
        upheld = Q(sanction__appeal__outcome="upheld")
        return self.filter(Q(state__in=UNDECIDED) | (Q(outcome__in=KEEPS_HIDDEN) & ~upheld))

    def overdue(self, now: datetime) -> Self:
        return self.undecided().filter(due_at__lt=now)

    def decidable_by(self, staff: User) -> Self:
        """Without those in which they are a party: who reported, and whom it is about, don't judge."""
        return self.exclude(about=staff).exclude(reports__by=staff)

    def waiting(self) -> Self:
        """For a decision, or for the answer to an appeal."""
        return self.exclude(state=CaseState.DECIDED)


class Case(models.Model):
    """All reports and signals about one person, from the first until the decision. Of an event that is reported,
    `topic` names it and there is no person.

    `version` grows with everything that happens, so that nobody decides on less than there is. `closes_at`: from then
    on it can't be appealed against; unknown while it is undecided or an appeal waits.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    about = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="cases")
    topic = models.CharField(max_length=40, blank=True)
    # The gravest of its reports, `SIGNAL` without one
    kind = models.CharField(max_length=7, choices=CASE_KINDS)
    state = models.CharField(max_length=8, choices=CaseState, default=CaseState.OPEN)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    rule = models.CharField(max_length=7, choices=Rule, blank=True)
    text = models.TextField(max_length=DECISION_LENGTH, blank=True, validators=[validate_plain_text])
    closes_at = models.DateTimeField(null=True, blank=True)
    # When its words were removed
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(about__isnull=False, topic="") | (Q(about=None) & ~Q(topic="")),
                name="case_is_about_a_person_or_an_event",
            ),
            models.UniqueConstraint(
                fields=["about", "topic"],
                condition=Q(state__in=UNDECIDED),
                nulls_distinct=False,
                name="one_open_case_about_a_person",
            ),
            models.CheckConstraint(
                condition=Q(state=CaseState.OPEN, taken_by=None, taken_at=None)
                | (~Q(state=CaseState.OPEN) & Q(taken_by__isnull=False, taken_at__isnull=False)),
                name="case_is_open_or_somebody_has_it",
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNDECIDED, decided_by=None, decided_at=None, outcome="", rule="", text="")
                | (
                    Q(state__in=SETTLED, decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(outcome="")
                    & ~Q(rule="")
                    & (~Q(text="") | Q(erased_at__isnull=False))
                ),
                name="decision_says_who_when_by_which_rule_and_why",
            ),
            models.CheckConstraint(
                condition=Q(about=None) | Q(taken_by=None) | ~Q(taken_by=F("about")),
                name="nobody_takes_a_case_about_themselves",
            ),
            models.CheckConstraint(
                condition=Q(about=None) | Q(decided_by=None) | ~Q(decided_by=F("about")),
                name="nobody_decides_about_themselves",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=("open", "taken")), name="case_due"),
            models.Index(fields=["about", "-opened_at"], name="case_history"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"

    @property
    def is_undecided(self) -> bool:
        return self.state in UNDECIDED

    def is_overdue(self, now: datetime) -> bool:
        return self.is_undecided and self.due_at < now


class Exhibit(models.Model):
    """One thing that was reported, as it was at that moment. Append-only, which a trigger ensures.

    `sha256` is that of the snapshot, and of the bytes where there is a file, whose name in the storage is `file`.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="exhibits")
    subject_type = models.CharField(max_length=10)
    subject_id = models.BigIntegerField()
    snapshot = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    file = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "subject_type", "subject_id", "sha256"], name="one_exhibit_of_what_did_not_change"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id} in {self.case_id}"


class Opening(models.Model):
    """Who of staff read the evidence of a case, when and why. Append-only, which a trigger ensures."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="openings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=REASON_LENGTH, validators=[validate_plain_text])
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.by_id} in {self.case_id}"
