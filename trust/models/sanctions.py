"""What follows from a case for the person it is about: always with an end, unless two people removed them."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rules.validators import validate_plain_text

from .cases import Case

APPEAL_LENGTH = 2000


class SanctionKind(models.TextChoices):
    NOTE = "note", _("Note")
    LIMIT = "limit", _("No new sessions for a time")
    BREAK = "break", _("Break")
    SUSPENSION = "suspension", _("Suspension")
    REMOVAL = "removal", _("Removal")
    CONTENT = "content", _("Content removed")


# These have no end: what was removed is gone, and a removal takes two people.
WITHOUT_END = (SanctionKind.REMOVAL, SanctionKind.CONTENT)
# These end what the person has ahead.
ENDS_WHAT_IS_AHEAD = (SanctionKind.SUSPENSION, SanctionKind.REMOVAL)


def in_force_sql(row: str) -> str:
    """`SanctionQuerySet.in_force` as a condition of a larger statement, on the sanction `row` at the moment `now`."""
    return f"{row}.begins <= %(now)s AND ({row}.until IS NULL OR {row}.until > %(now)s) AND {row}.lifted_at IS NULL"


def is_barred_sql(person: str, kinds: Iterable[str]) -> str:
    """Whether a sanction of these kinds is in force against this person, as a condition of a larger statement."""
    named = ", ".join(f"'{kind}'" for kind in sorted(str(kind) for kind in kinds))
    return (
        f"EXISTS (SELECT FROM trust_sanction AS barring WHERE barring.person_id = {person}"
        f" AND barring.kind IN ({named}) AND {in_force_sql('barring')})"
    )


class SanctionQuerySet(models.QuerySet["Sanction"]):
    def in_force(self, now: datetime | Now) -> Self:
        return self.filter(Q(until=None) | Q(until__gt=now), begins__lte=now, lifted_at=None)

    def to_sign(self) -> Self:
        """Removals that wait for a second person."""
        return self.filter(begins=None, lifted_at=None)

    def signable_by(self, staff: User) -> Self:
        """Those of `to_sign` in which they have no part: not decided by them, not about them, not reported by them."""
        others = self.to_sign().exclude(decided_by=staff).exclude(person=staff)
        return others.exclude(case__reports__by=staff)


class Sanction(models.Model):
    """`begins` is unknown while a removal waits for its second signature. `lifted_at`: someone ended it early, or it
    was never signed. `ended_at`: what it did to the person's profile and account has been undone, or they ended.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="sanction")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sanctions")
    kind = models.CharField(max_length=10, choices=SanctionKind)
    begins = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    second_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    # When all that the person had ahead was ended, where that follows from it
    ahead_ended_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SanctionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(begins=None) | Q(until__gt=F("begins")),
                name="sanction_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(until=None, kind__in=WITHOUT_END) | (Q(until__isnull=False) & ~Q(kind__in=WITHOUT_END)),
                name="only_what_is_gone_has_no_end",
            ),
            models.CheckConstraint(
                condition=(~Q(kind=SanctionKind.REMOVAL) & Q(begins__isnull=False, second_by=None))
                | Q(kind=SanctionKind.REMOVAL, begins=None, second_by=None)
                | Q(kind=SanctionKind.REMOVAL, begins__isnull=False, second_by__isnull=False),
                name="removal_begins_with_a_second_signature",
            ),
            models.CheckConstraint(
                condition=Q(second_by=None) | ~Q(second_by=F("decided_by")), name="nobody_signs_twice"
            ),
            models.CheckConstraint(condition=~Q(decided_by=F("person")), name="nobody_sanctions_themselves"),
            models.CheckConstraint(
                condition=Q(second_by=None) | ~Q(second_by=F("person")), name="nobody_signs_their_own_removal"
            ),
            models.CheckConstraint(
                condition=Q(lifted_by=None) | ~Q(lifted_by=F("person")), name="nobody_lifts_their_own_sanction"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None) | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="somebody_lifts_a_sanction",
            ),
            # What an appeal names: a sanction together with who decided it
            models.UniqueConstraint(fields=["id", "decided_by"], name="sanction_and_who_decided_it"),
        ]
        indexes = [
            models.Index(fields=["person"], condition=Q(lifted_at=None), name="sanction_of_person"),
            models.Index(fields=["until"], condition=Q(ended_at=None, lifted_at=None), name="sanction_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"

    @property
    def is_to_sign(self) -> bool:
        return self.begins is None and self.lifted_at is None

    def is_in_force(self, now: datetime) -> bool:
        begun = self.begins is not None and self.begins <= now
        return begun and self.lifted_at is None and (self.until is None or self.until > now)


class AppealOutcome(models.TextChoices):
    UPHELD = "upheld", _("The appeal is right: it ends now")
    REJECTED = "rejected", _("The decision stays")


class AppealQuerySet(models.QuerySet["Appeal"]):
    def waiting(self) -> Self:
        return self.filter(decided_at=None)

    def decidable_by(self, staff: User) -> Self:
        """Neither by who decided or signed before, nor by who objects, nor by who reported."""
        signed = Q(sanction__second_by=staff, sanction__second_by__isnull=False)
        return self.exclude(against=staff).exclude(by=staff).exclude(signed).exclude(sanction__case__reports__by=staff)


class Appeal(models.Model):
    """One for each sanction. That `against` is who decided the sanction is a foreign key on both columns together, so
    that the check below keeps that person from deciding the appeal."""

    sanction = models.OneToOneField(Sanction, on_delete=models.PROTECT, related_name="appeal")
    against = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appeals")
    words = models.TextField(max_length=APPEAL_LENGTH, validators=[validate_plain_text])
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=AppealOutcome, blank=True)
    answer = models.TextField(max_length=APPEAL_LENGTH, blank=True, validators=[validate_plain_text])
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AppealQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | (~Q(decided_by=F("against")) & ~Q(decided_by=F("by"))),
                name="appeal_is_decided_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None, decided_at=None, outcome="", answer="")
                | (
                    Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(outcome="")
                    & (~Q(answer="") | Q(erased_at__isnull=False))
                ),
                name="appeal_is_decided_with_an_answer",
            ),
            models.CheckConstraint(condition=~Q(words="") | Q(erased_at__isnull=False), name="appeal_says_why"),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(decided_at=None), name="appeal_due")]

    def __str__(self) -> str:
        return f"{self.sanction_id} by {self.by_id}"
