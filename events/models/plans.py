"""The timetable: plans as they were proposed, and the rounds, tables and pairs of the one that is published."""

import uuid
from datetime import datetime
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from accounts.models import User
from accounts.rules.validators import validate_plain_text
from live.streams import StreamKind, name_stream

from .events import Event, Side
from .registrations import Registration


class PlanState(models.TextChoices):
    ASKED = "asked"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    REPLACED = "replaced"
    FAILED = "failed"


# There is nothing to show of these.
UNREADY = (PlanState.ASKED, PlanState.FAILED)


class PlanQuerySet(models.QuerySet["Plan"]):
    def whole(self) -> Self:
        """Timetables, without plans for the rest of an evening."""
        return self.filter(first=None)

    def of_rest(self) -> Self:
        return self.filter(first__isnull=False)


class Plan(models.Model):
    """One timetable, whole. `meetings` and `locks` are lists of (mentee, mentor, round, table), by registrations' ids
    and numbers of rounds and tables. What stands in it never changes (a trigger ensures it): an edit is a new plan."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="plans")
    number = models.PositiveSmallIntegerField()
    parent = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=PlanState)
    # Of a plan for the rest of an evening that runs: the first round that it may change. Null for a whole timetable.
    first = models.PositiveSmallIntegerField(null=True, blank=True)
    meetings = models.JSONField(default=list)
    locks = models.JSONField(default=list)
    # What is proven and what is only checked: see `scheduling.proof`.
    proof = models.JSONField(default=dict)
    # A hash of what it was made from, to tell whether people or wishes have changed since.
    made_from = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    solved_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["event", "number"], name="one_plan_per_number"),
            models.UniqueConstraint(
                fields=["event"], condition=Q(state=PlanState.PUBLISHED), name="one_published_plan_per_event"
            ),
            models.UniqueConstraint(
                fields=["event"], condition=Q(state=PlanState.ASKED), name="one_plan_at_a_time_per_event"
            ),
        ]

    def __str__(self) -> str:
        return f"Plan {self.number}"


class Round(models.Model):
    """A stretch in which everyone sits with one partner. Once it is called, nobody's table changes."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    during = DateTimeRangeField(default_bounds="[)")
    called_at = models.DateTimeField(null=True, blank=True)
    is_skipped = models.BooleanField(default=False)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["event", "number"], name="one_round_per_number"),
            models.UniqueConstraint(fields=["id", "event"], name="round_with_event"),
            ExclusionConstraint(
                name="rounds_do_not_overlap",
                expressions=[
                    (Func(F("event_id"), F("event_id"), Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(is_skipped=False),
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return f"Round {self.number}"

    @property
    def start(self) -> datetime:
        return self.during.lower

    @property
    def end(self) -> datetime:
        return self.during.upper


class EventTable(models.Model):
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="tables")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40, validators=[validate_plain_text])
    has_screen = models.BooleanField(default=False)
    is_quiet = models.BooleanField(default=False)
    # Made because nobody had said which tables there are; so more of them may be.
    is_ours = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["event", "name"], name="one_table_per_name"),
            models.UniqueConstraint(fields=["event", "number"], name="one_table_per_number"),
            models.UniqueConstraint(fields=["id", "event"], name="table_with_event"),
        ]

    def __str__(self) -> str:
        return self.name


class Outcome(models.TextChoices):
    PLANNED = "planned"
    HELD = "held"
    MISSED = "missed"
    DROPPED = "dropped"


# The meeting is to take place or did.
STANDS = (Outcome.PLANNED, Outcome.HELD)
# It didn't, so the two may be seated together again.
FELL_THROUGH = (Outcome.MISSED, Outcome.DROPPED)


class PairingQuerySet(models.QuerySet["Pairing"]):
    def of(self, registration: Registration) -> Self:
        return self.filter(Q(one=registration) | Q(other=registration))

    def that_stand(self) -> Self:
        """Those that are planned or were held."""
        return self.filter(is_apart=False, outcome__in=STANDS)

    def with_people(self) -> Self:
        return self.select_related("one__person", "other__person", "round", "table")


class Pairing(models.Model):
    """Two people at one event: kept apart, or meeting once. `one` is the one with the smaller id.

    A meeting that was missed or dropped may be tried again, which makes another row.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="pairings")
    one = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="+")
    is_apart = models.BooleanField(default=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, null=True, blank=True, related_name="pairings")
    table = models.ForeignKey(EventTable, on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    # Put in after the round was called, for someone who would have been alone.
    is_standby = models.BooleanField(default=False)
    outcome = models.CharField(max_length=7, choices=Outcome, default=Outcome.PLANNED)
    # Why these two, as codes of `scheduling.reasons`.
    why = models.JSONField(default=list, blank=True)

    objects = PairingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="pairing_is_of_two"),
            models.CheckConstraint(
                condition=Q(is_apart=True, round=None, table=None) | Q(is_apart=False, round__isnull=False),
                name="kept_apart_or_meeting_in_a_round",
            ),
            models.UniqueConstraint(
                fields=["event", "one", "other"],
                condition=~Q(outcome__in=FELL_THROUGH),
                name="no_two_meet_twice",
            ),
            models.UniqueConstraint(fields=["id", "event"], name="pairing_with_event"),
        ]
        indexes = [models.Index(fields=["other"], name="pairing_other")]

    def __str__(self) -> str:
        return f"{self.one_id} and {self.other_id}"

    @property
    def stream(self) -> str:
        """Where both hear what they write to each other."""
        return name_stream(StreamKind.ROOM, self.uuid)

    @property
    def host(self) -> Registration:
        """The mentor; among equals the one with the greater id."""
        return self.one if self.one.side == Side.MENTOR else self.other

    def partner_of(self, registration: Registration) -> Registration:
        return self.other if registration.pk == self.one_id else self.one


class Chair(models.Model):
    """Where a person is in a round: at one place only."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="chairs")
    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="chairs")
    table = models.ForeignKey(EventTable, on_delete=models.RESTRICT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "registration"], name="one_place_per_person_and_round"),
        ]

    def __str__(self) -> str:
        return f"{self.registration_id} in {self.round_id}"
