"""A group of people with managers of its own, and the days on which it runs."""

from datetime import datetime
from enum import StrEnum
from typing import Self
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rules.validators import validate_timezone
from common.known import known

from .states import INSIDE, LIVE


class ProgrammeState(models.TextChoices):
    """What a manager chose. What is true on a given day is the programme's `Stage`."""

    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open to new members")
    CLOSED = "closed", _("Closed to new members")
    ARCHIVED = "archived", _("Archived")


class Stage(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    OVER = "over"
    ARCHIVED = "archived"


# In which members meet, and rules hold
RUNNING = (Stage.OPEN, Stage.CLOSED)
# The states of these: in them only the last day can end a programme.
RUNNING_STATES = (ProgrammeState.OPEN, ProgrammeState.CLOSED)
# What rules may say: sessions of one mentee in four weeks, how many they have open, and the percentage for first-timers
MOST_SESSIONS, MOST_OPEN, MOST_SHARE = 100, 20, 50
LONGEST_SLUG, LONGEST_NAME, LONGEST_LINE = 50, 80, 160


class Directory(models.TextChoices):
    PUBLIC = "public", _("Everyone can find its mentors")
    MEMBERS = "members", _("Only members can find its mentors")


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def managed_by(self, person: User) -> Self:
        """The programmes whose manager this person is now. Every page of a manager begins here.

        None while their role sleeps: see `User.role_sleeps`.
        """
        return self.none() if person.role_sleeps else self.with_manager(person)

    def with_manager(self, person: User) -> Self:
        """As `managed_by`, whether their role is awake or not."""
        if not person.is_active:
            return self.none()
        return self.filter(managers__person=person, managers__ended_at=None)

    def open_to(self, person: User) -> Self:
        """Those whose page this person may read: members, who asked to be one, and managers, even asleep."""
        if not person.is_active:
            return self.none()
        mine = Q(memberships__person=person, memberships__state__in=INSIDE)
        return self.filter(mine | Q(managers__person=person, managers__ended_at=None)).distinct()

    def narrowing_offers_of(self, person: User) -> Self:
        mine = Q(memberships__person=person, memberships__state=LIVE, memberships__asks=True)
        return self.filter(mine).exclude(lengths=None, formats=None)

    def name_of(self, pk: int | None) -> str:
        """For a sentence about a programme of which only the id was read."""
        return self.values_list("name", flat=True).get(pk=known(pk))


class Programme(models.Model):
    """A row in the one organisation of an installation. Without a last day it goes on until it is archived.

    Its rules only narrow what is possible without them. `most_sessions`: that one mentee books in it within 28 days.
    `most_open`: of its mentors with whom one mentee has something ahead. `units_apart`: nobody meets a mentor of their
    own unit (`Membership.unit`) through it. `lengths` and `formats`: those that its sessions may have, or null for all.
    `first_share`: which percentage of a mentor's free times is kept for people who had no session in it lately.
    `reminds`: whether people who haven't taken the next step are reminded of it.
    """

    slug = models.SlugField(_("address"), max_length=LONGEST_SLUG, unique=True)
    name = models.CharField(_("name"), max_length=LONGEST_NAME, unique=True)
    line = models.CharField(_("in one line"), max_length=LONGEST_LINE, blank=True)
    state = models.CharField(max_length=8, choices=ProgrammeState, default=ProgrammeState.DRAFT)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"), null=True, blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, validators=[validate_timezone])
    language = models.CharField(_("language"), max_length=10, default="en")
    directory = models.CharField(_("directory"), max_length=7, choices=Directory, default=Directory.PUBLIC)
    made_at = models.DateTimeField()
    members_book_outside = models.BooleanField(_("members book other mentors too"), default=True, db_default=True)
    others_book_ours = models.BooleanField(_("others book our mentors too"), default=True, db_default=True)
    most_sessions = models.PositiveSmallIntegerField(_("sessions in 28 days"), null=True, blank=True)
    most_open = models.PositiveSmallIntegerField(_("upcoming at a time"), null=True, blank=True)
    units_apart = models.BooleanField(_("nobody meets their own unit"), default=False, db_default=False)
    lengths = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("lengths of sessions"), null=True, blank=True
    )
    formats = ArrayField(models.CharField(max_length=10), verbose_name=_("formats of sessions"), null=True, blank=True)
    first_share = models.PositiveSmallIntegerField(_("percent for first-timers"), null=True, blank=True)
    reminds = models.BooleanField(_("reminds members of the next step"), default=False, db_default=False)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("first_day")),
                name="programme_ends_no_earlier_than_it_begins",
            ),
            models.CheckConstraint(condition=Q(state__in=ProgrammeState.values), name="programme_state_is_known"),
            models.CheckConstraint(condition=Q(directory__in=Directory.values), name="programme_directory_is_known"),
            models.CheckConstraint(condition=~Q(name=""), name="programme_has_a_name"),
            models.CheckConstraint(
                condition=Q(most_sessions=None) | Q(most_sessions__range=(1, MOST_SESSIONS)),
                name="programme_sessions_in_range",
            ),
            models.CheckConstraint(
                condition=Q(most_open=None) | Q(most_open__range=(1, MOST_OPEN)), name="programme_open_in_range"
            ),
            models.CheckConstraint(
                condition=Q(first_share=None) | Q(first_share__range=(1, MOST_SHARE)), name="programme_share_in_range"
            ),
            models.CheckConstraint(
                condition=(Q(lengths=None) | Q(lengths__len__gt=0)) & (Q(formats=None) | Q(formats__len__gt=0)),
                name="programme_allows_some_sessions",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def stage_at(self, now: datetime) -> Stage:
        """What holds at this moment, by the days of the programme's own time zone."""
        if self.state in (ProgrammeState.ARCHIVED, ProgrammeState.DRAFT):
            return Stage(self.state)
        today = now.astimezone(ZoneInfo(self.timezone)).date()
        if self.last_day is not None and today > self.last_day:
            return Stage.OVER
        return Stage.OPEN if self.state == ProgrammeState.OPEN else Stage.CLOSED
