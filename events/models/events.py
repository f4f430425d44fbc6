"""An event: what it is, when and where, and who runs it."""

import secrets
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import may
from accounts.rules.roles import Power
from accounts.rules.validators import validate_plain_text, validate_timezone
from live.streams import StreamKind, name_stream

from .states import AHEAD, BEFORE_START, DONE, PUBLIC, UNSCHEDULED, EventState

TITLE_LENGTH = 120
TEXT_LENGTH = 500
LONGEST = timedelta(hours=4)
MOST_PLACES = 500


class EventKind(models.TextChoices):
    SPEED = "speed", _("Speed mentoring")
    NETWORKING = "networking", _("Networking")
    OFFICE_HOURS = "office_hours", _("Group office hours")


class EventMode(models.TextChoices):
    ON_SITE = "on_site", _("On site")
    ONLINE = "online", _("Online")
    MIXED = "mixed", _("On site and online")


class Side(models.TextChoices):
    MENTEE = "mentee", _("Mentee")
    MENTOR = "mentor", _("Mentor")
    # In networking anyone may meet anyone.
    GUEST = "guest", _("Guest")


@dataclass(frozen=True, slots=True)
class Shape:
    """How an evening is divided: rounds of `minutes`, `change` minutes between them, once a longer break."""

    rounds: int
    minutes: int
    change: int
    break_after: int = 0
    break_minutes: int = 0

    def spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """When each round begins and ends."""
        for number in range(1, self.rounds + 1):
            end = start + timedelta(minutes=self.minutes)
            yield start, end
            pause = self.break_minutes if number == self.break_after else self.change
            start = end + timedelta(minutes=pause)

    @property
    def length(self) -> timedelta:
        start = datetime(2000, 1, 1)
        return max((end for _start, end in self.spans(start)), default=start) - start


def new_key() -> str:
    return secrets.token_urlsafe(12)


class EventQuerySet(models.QuerySet["Event"]):
    def public(self) -> Self:
        return self.filter(state__in=PUBLIC)

    def visible_to(self, person: User | None) -> Self:
        """Public events, and drafts for those who make them."""
        if person is None:
            return self.public()
        if may(person, Power.EVENTS):
            return self
        return self.filter(Q(state__in=PUBLIC) | Q(pk__in=Helper.objects.filter(person=person).values("event")))

    def run_by(self, person: User) -> Self:
        """Those whose team this person is in. Staff are in all."""
        return self if may(person, Power.EVENTS) else self.filter(helpers__person=person)

    def led_by(self, person: User) -> Self:
        """Those that this person may plan and publish. Staff may plan all."""
        if may(person, Power.EVENTS):
            return self
        return self.filter(pk__in=Helper.objects.filter(person=person, role=HelperRole.LEAD).values("event"))

    def upcoming(self, now: datetime) -> Self:
        return self.filter(state__in=AHEAD, during__endswith__gt=now).order_by("during", "pk")

    def past(self) -> Self:
        return self.filter(state__in=DONE).order_by("-during", "-pk")


class Event(models.Model):
    """`during` is half-open and in UTC; `timezone` is where it takes place. `version` grows with every change."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    kind = models.CharField(max_length=15, choices=EventKind)
    state = models.CharField(max_length=10, choices=EventState, default=EventState.DRAFT)
    mode = models.CharField(max_length=10, choices=EventMode, default=EventMode.ON_SITE)
    title = models.CharField(_("title"), max_length=TITLE_LENGTH, validators=[validate_plain_text])
    about = models.TextField(_("description"), max_length=4000, blank=True, validators=[validate_plain_text])
    place = models.CharField(_("place"), max_length=300, blank=True, validators=[validate_plain_text])
    access = models.CharField(_("access"), max_length=TEXT_LENGTH, blank=True, validators=[validate_plain_text])
    timezone = models.CharField(_("time zone"), max_length=64, validators=[validate_timezone])
    during = DateTimeRangeField(default_bounds="[)")
    # What it was before the last change that people were told of: empty if that wasn't changed then.
    was_during = DateTimeRangeField(default_bounds="[)", null=True, blank=True, editable=False)
    was_mode = models.CharField(max_length=10, choices=EventMode, blank=True, default="", db_default="", editable=False)
    was_place = models.CharField(max_length=300, blank=True, default="", db_default="", editable=False)

    rounds_count = models.PositiveSmallIntegerField(_("rounds"), default=0)
    round_minutes = models.PositiveSmallIntegerField(_("minutes for each round"), default=0)
    change_minutes = models.PositiveSmallIntegerField(_("minutes to change tables"), default=0)
    break_after = models.PositiveSmallIntegerField(_("break after round"), default=0)
    break_minutes = models.PositiveSmallIntegerField(_("minutes of break"), default=0)
    # How many mentees sit with one mentor in a round.
    group_size = models.PositiveSmallIntegerField(_("mentees at a table"), default=1)

    registration_until = models.DateTimeField(_("registration closes"))
    wishes_until = models.DateTimeField(_("wishes close"), null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Of office hours: the mentor who gives them.
    host = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="hosted_events")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # One line on every page and board while it runs.
    message = models.CharField(max_length=200, blank=True, validators=[validate_plain_text])
    reason = models.CharField(max_length=TEXT_LENGTH, blank=True, validators=[validate_plain_text])
    # In the address of the board, which needs no signing in, and behind the code at the door.
    board_key = models.CharField(max_length=24, default=new_key, unique=True, editable=False)
    door_key = models.CharField(max_length=24, default=new_key, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When everyone was asked how it was.
    asked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=EventKind.OFFICE_HOURS, host__isnull=False)
                | (~Q(kind=EventKind.OFFICE_HOURS) & Q(host=None)),
                name="office_hours_have_a_host",
            ),
            models.CheckConstraint(
                condition=Q(kind=EventKind.OFFICE_HOURS, rounds_count=0)
                | Q(
                    ~Q(kind=EventKind.OFFICE_HOURS),
                    rounds_count__range=(2, 12),
                    round_minutes__range=(5, 20),
                    change_minutes__range=(1, 5),
                    break_minutes__lte=60,
                    break_after__lt=F("rounds_count"),
                    group_size__range=(1, 4),
                ),
                name="shape_is_in_bounds",
            ),
            models.CheckConstraint(
                condition=Q(during__endswith__lte=F("during__startswith") + LONGEST, during__isempty=False),
                name="event_is_no_longer_than_four_hours",
            ),
            models.CheckConstraint(
                condition=Q(registration_until__lte=F("during__startswith")), name="registration_closes_before_start"
            ),
            models.CheckConstraint(
                condition=Q(wishes_until=None) | Q(wishes_until__lte=F("during__startswith")),
                name="wishes_close_before_start",
            ),
        ]
        indexes = [
            GistIndex(fields=["during"], name="event_during"),
            models.Index(F("during__startswith"), name="event_start"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def stream(self) -> str:
        """Where its open pages hear that the event has changed."""
        return name_stream(StreamKind.EVENT, self.uuid)

    @property
    def start(self) -> datetime:
        return self.during.lower

    @property
    def end(self) -> datetime:
        return self.during.upper

    @property
    def was_where(self) -> str:
        """In words; nothing if the place hasn't changed."""
        return str(EventMode.ONLINE.label) if self.was_mode == EventMode.ONLINE else self.was_place

    @property
    def length(self) -> int:
        """In minutes."""
        return round((self.end - self.start).total_seconds() / 60)

    @property
    def shape(self) -> Shape:
        return Shape(self.rounds_count, self.round_minutes, self.change_minutes, self.break_after, self.break_minutes)

    @property
    def has_rounds(self) -> bool:
        return self.kind != EventKind.OFFICE_HOURS

    @property
    def is_for_equals(self) -> bool:
        """Whether there are no sides: anyone may meet anyone."""
        return self.kind == EventKind.NETWORKING

    @property
    def has_pods(self) -> bool:
        """Whether several mentees sit with one mentor."""
        return self.kind == EventKind.SPEED and self.group_size > 1

    @property
    def sides(self) -> tuple[Side, ...]:
        """Who can register. The host of office hours needs no place."""
        if self.is_for_equals:
            return (Side.GUEST,)
        return (Side.MENTEE, Side.MENTOR) if self.kind == EventKind.SPEED else (Side.MENTEE,)

    @property
    def closed_at(self) -> datetime:
        return self.ended_at or self.end

    @property
    def is_archived(self) -> bool:
        """So long ago that nobody knows any more who met whom."""
        return self.state == EventState.ARCHIVED

    @property
    def is_over(self) -> bool:
        return self.state in DONE

    @property
    def is_public(self) -> bool:
        return self.state in PUBLIC

    @property
    def is_ahead(self) -> bool:
        return self.state in AHEAD

    def takes_registrations(self, now: datetime) -> bool:
        return self.state == EventState.OPEN and now < self.registration_until

    def takes_changes(self, now: datetime) -> bool:
        """Whether a registration can still be changed or given up."""
        return self.state in BEFORE_START and self.start > now

    def takes_wishes(self, now: datetime) -> bool:
        until = self.wishes_until or self.registration_until
        return self.has_rounds and self.state in UNSCHEDULED and now < until

    @staticmethod
    def span(start: datetime, length: timedelta) -> DateTimeTZRange:
        return DateTimeTZRange(start, start + length, "[)")


class HelperRole(models.TextChoices):
    LEAD = "lead", _("Organiser")
    DESK = "desk", _("Desk")


class Helper(models.Model):
    """Who runs an event: organisers plan and publish, the desk checks people in and runs the clock."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="helpers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=5, choices=HelperRole)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "person"], name="one_role_per_helper")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.role}"
