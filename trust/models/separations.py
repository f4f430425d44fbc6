"""Two people who are apart."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class SeparationKind(models.TextChoices):
    # Said in feedback: ends nothing that is agreed already.
    NOT_AGAIN = "not_again", _("Don’t match us again")
    # Said on a page; and what follows from a report about safety, and from a decision of staff.
    BLOCK = "block", _("Don’t meet again")
    SAFETY = "safety", _("Reported")
    DECISION = "decision", _("Decided by our team")


# These end what the two have ahead, and close what they write to each other.
END_EVERYTHING = (SeparationKind.BLOCK, SeparationKind.SAFETY, SeparationKind.DECISION)


def live_sql(row: str) -> str:
    """`SeparationQuerySet.live` as a condition of a larger statement, on the separation `row` at the moment `now`."""
    return f"{row}.ended_at IS NULL AND ({row}.until IS NULL OR {row}.until > %(now)s)"


def apart_from_sql(person: str) -> str:
    """The people who are apart from this one, for a larger statement. `person` is a column or a parameter."""
    return f"""
        SELECT first.high_id FROM trust_separation AS first WHERE first.low_id = {person} AND {live_sql("first")}
        UNION ALL
        SELECT second.low_id FROM trust_separation AS second WHERE second.high_id = {person} AND {live_sql("second")}
    """


def pair_is_apart_sql(one: str, other: str) -> str:
    """Whether these two are apart, as a condition of a larger statement."""
    pair = f"apart.low_id = least({one}, {other}) AND apart.high_id = greatest({one}, {other})"
    return f"EXISTS (SELECT FROM trust_separation AS apart WHERE {pair} AND {live_sql('apart')})"


def pair_is_cut_off_sql(one: str, other: str) -> str:
    """`SeparationQuerySet.ends_everything` of these two, as a condition of a larger statement."""
    pair = f"apart.low_id = least({one}, {other}) AND apart.high_id = greatest({one}, {other})"
    kinds = ", ".join(f"'{kind.value}'" for kind in END_EVERYTHING)
    return (
        f"EXISTS (SELECT FROM trust_separation AS apart WHERE {pair} AND apart.kind IN ({kinds})"
        f" AND {live_sql('apart')})"
    )


def parted_around_sql(one: str, other: str, moment: str, *, within: str) -> str:
    """Whether these two were apart at that moment, or parted so soon after it, as a condition of a larger statement."""
    pair = f"apart.low_id = least({one}, {other}) AND apart.high_id = greatest({one}, {other})"
    return (
        f"EXISTS (SELECT FROM trust_separation AS apart WHERE {pair} AND apart.since <= {moment} + {within}"
        f" AND (apart.ended_at IS NULL OR apart.ended_at > {moment}))"
    )


def ordered_pair(one: int, other: int) -> tuple[int, int]:
    return min(one, other), max(one, other)


class SeparationQuerySet(models.QuerySet["Separation"]):
    def live(self, now: datetime | Now) -> Self:
        return self.filter(Q(until=None) | Q(until__gt=now), ended_at=None)

    def of_pair(self, one: int, other: int) -> Self:
        low, high = ordered_pair(one, other)
        return self.filter(low=low, high=high)

    def of_person(self, person: int) -> Self:
        return self.of_people([person])

    def of_people(self, people: Iterable[int]) -> Self:
        known = list(people)
        return self.filter(Q(low__in=known) | Q(high__in=known))

    def ends_everything(self) -> Self:
        return self.filter(kind__in=END_EVERYTHING)


class Separation(models.Model):
    """Two people who don't meet, whoever of them said so. Neither learns it from any page.

    `low` is the one with the smaller id. Without `by` it was decided by staff. It holds until `until`, or until the one
    who said so ends it.
    """

    low = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    high = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    by = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="separations")
    kind = models.CharField(max_length=9, choices=SeparationKind)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SeparationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="separation_names_two_people_in_order"),
            models.CheckConstraint(
                condition=Q(by=None, kind=SeparationKind.DECISION)
                | Q(by__isnull=False) & (Q(by=F("low")) | Q(by=F("high"))) & ~Q(kind=SeparationKind.DECISION),
                name="separation_is_said_by_one_of_the_two_or_decided",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("since")), name="separation_ends_after_it_begins"
            ),
            models.UniqueConstraint(
                fields=["low", "high", "kind", "by"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="one_live_separation_of_each_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["low"], condition=Q(ended_at=None), name="separation_of_low"),
            models.Index(fields=["high"], condition=Q(ended_at=None), name="separation_of_high"),
        ]

    def __str__(self) -> str:
        return f"{self.low_id} and {self.high_id}: {self.kind}"

    def other_than(self, person: User) -> User:
        return self.high if person.pk == self.low_id else self.low
