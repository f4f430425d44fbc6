"""Lists of people for a programme: one that a manager is checking, and the addresses that lists have invited."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .members import LONGEST_UNIT
from .programmes import Programme

LONGEST_PERSON_NAME, LONGEST_TEXT = 80, 320


class RosterState(models.TextChoices):
    READ = "read", _("Its columns aren’t chosen yet")
    CHECKED = "checked", _("Checked")
    APPLIED = "applied", _("Applied")
    DROPPED = "dropped", _("Dropped")


OPEN_STATES = (RosterState.READ, RosterState.CHECKED)


class Verdict(models.TextChoices):
    """What becomes of one row when its list is applied."""

    NEW = "new", _("New")
    KNOWN = "known", _("Known, with changes")
    UNCHANGED = "unchanged", _("Unchanged")
    SHUT_OUT = "shut_out", _("Removed or declined before")
    TWICE = "twice", _("Twice in the list")
    BAD_ADDRESS = "bad_address", _("Not an email address")
    OUTSIDE = "outside", _("Outside your domains")
    BAD_NAME = "bad_name", _("Name can’t be used")
    BAD_SIDES = "bad_sides", _("Unclear what they can do")
    BAD_UNIT = "bad_unit", _("Unit can’t be used")


INVITES = (Verdict.NEW, Verdict.KNOWN)
PASSED_OVER = (Verdict.UNCHANGED, Verdict.SHUT_OUT)
# A list isn't applied while it has one of these: each is mended or dropped first.
BAD = tuple(one for one in Verdict if one not in (*INVITES, *PASSED_OVER))


class Roster(models.Model):
    """A list that a manager has uploaded. Its rows are deleted when it is applied or dropped; the counts stay.

    `columns`: which column of the file stands for what, by its heading. `version` grows when its rows change or what
    becomes of them. `bad`: how many rows keep it from being applied.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="rosters")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    file_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=7, choices=RosterState)
    settled_at = models.DateTimeField(null=True, blank=True)
    gives = models.BooleanField(default=False)
    asks = models.BooleanField(default=True)
    headings = ArrayField(models.CharField(max_length=LONGEST_TEXT), default=list)
    columns = models.JSONField(default=dict)
    bad = models.PositiveIntegerField(default=0)
    invited = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme"], condition=Q(state__in=OPEN_STATES), name="one_open_list_in_a_programme"
            ),
            models.CheckConstraint(condition=Q(state__in=RosterState.values), name="list_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state=RosterState.APPLIED) | Q(bad=0), name="list_is_applied_without_bad_rows"
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_STATES, settled_at=None)
                | Q(state__in=(RosterState.APPLIED, RosterState.DROPPED), settled_at__isnull=False),
                name="list_is_settled_when_applied_or_dropped",
            ),
            models.CheckConstraint(condition=Q(gives=True) | Q(asks=True), name="list_lets_people_give_or_ask"),
        ]

    def __str__(self) -> str:
        return f"{self.programme}: {self.at}"


class RosterRow(models.Model):
    """One row of a list that is being checked, as it was read. `number`: the line of the file on which it begins.

    `cells`: all of its cells, for when another column is chosen. `is_kept`: a manager wants it although its
    address is outside the programme's domains.
    """

    roster = models.ForeignKey(Roster, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    cells = ArrayField(models.CharField(max_length=LONGEST_TEXT), default=list, blank=True)
    address = models.CharField(max_length=LONGEST_TEXT, blank=True)
    name = models.CharField(max_length=LONGEST_TEXT, blank=True)
    sides = models.CharField(max_length=LONGEST_TEXT, blank=True)
    unit = models.CharField(max_length=LONGEST_TEXT, blank=True)
    is_kept = models.BooleanField(default=False)
    verdict = models.CharField(max_length=11, choices=Verdict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["roster", "number"], name="one_row_for_each_line_of_a_list")]

    def __str__(self) -> str:
        return f"{self.roster}: {self.number}"


class InviteeQuerySet(models.QuerySet["Invitee"]):
    def waiting(self) -> Self:
        return self.filter(declined_at=None)


class Invitee(models.Model):
    """An address that a list has invited and that hasn't come in: its row goes when it does, or when it is too old.

    Nobody is created for it. `told_at`: when the invitation was mailed. `bounced`: the answer of the mail server that
    refused the address for good. `declined_at`: its person doesn't want to, so a program that sends the same list every
    night doesn't ask them again.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="invitees")
    address = models.CharField(max_length=254)
    name = models.CharField(max_length=LONGEST_PERSON_NAME, blank=True)
    unit = models.CharField(max_length=LONGEST_UNIT, blank=True)
    gives = models.BooleanField(default=False)
    asks = models.BooleanField(default=True)
    invited_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    try_after = models.DateTimeField(null=True, blank=True)
    bounced = models.CharField(max_length=200, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)

    objects = InviteeQuerySet.as_manager()

    class Meta:
        constraints = [
            # The address first: each sign-in looks for its own.
            models.UniqueConstraint(fields=["address", "programme"], name="address_is_invited_once_to_a_programme"),
            models.CheckConstraint(condition=Q(gives=True) | Q(asks=True), name="invitee_gives_or_asks"),
        ]
        indexes = [
            models.Index(fields=["invited_at"], condition=Q(told_at=None), name="invitees_to_be_told"),
        ]

    def __str__(self) -> str:
        return f"{self.programme}: {self.address}"
