"""A group of people with managers of its own, and the days on which it runs."""

from datetime import datetime
from enum import StrEnum
from typing import Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rules.validators import validate_timezone


class ProgrammeState(models.TextChoices):
    """What a manager chose. What is true on a given day is the programme's `Stage`."""

    OPEN = "open", _("Open to new members")
    CLOSED = "closed", _("Closed to new members")
    ARCHIVED = "archived", _("Archived")


class Stage(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    OVER = "over"
    ARCHIVED = "archived"


class Directory(models.TextChoices):
    PUBLIC = "public", _("Everyone can find its mentors")
    MEMBERS = "members", _("Only members can find its mentors")


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def managed_by(self, person: User) -> Self:
        """The programmes whose manager this person is now. Every page of a manager begins here."""
        if not person.is_active:
            return self.none()
        return self.filter(managers__person=person, managers__ended_at=None)


class Programme(models.Model):
    """A row in the one organisation of an installation. Without a last day it goes on until it is archived."""

    slug = models.SlugField(_("address"), max_length=50, unique=True)
    name = models.CharField(_("name"), max_length=80, unique=True)
    line = models.CharField(_("in one line"), max_length=160, blank=True)
    state = models.CharField(max_length=8, choices=ProgrammeState, default=ProgrammeState.OPEN)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"), null=True, blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, validators=[validate_timezone])
    language = models.CharField(_("language"), max_length=10, default="en")
    directory = models.CharField(_("directory"), max_length=7, choices=Directory, default=Directory.PUBLIC)
    made_at = models.DateTimeField()

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
        ]

    def __str__(self) -> str:
        return self.name

    def stage_at(self, now: datetime) -> Stage:
        """What holds at this moment, by the days of the programme's own time zone."""
        if self.state == ProgrammeState.ARCHIVED:
            return Stage.ARCHIVED
        today = now.astimezone(ZoneInfo(self.timezone)).date()
        if self.last_day is not None and today > self.last_day:
            return Stage.OVER
        return Stage.OPEN if self.state == ProgrammeState.OPEN else Stage.CLOSED
