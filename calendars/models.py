"""Calendars that people keep elsewhere, and how reading them goes."""

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

# For how long a calendar can't be read before its person is told; and before what was read no longer counts
TOLD_AFTER, STOPS_AFTER = timedelta(hours=24), timedelta(days=7)

LONGEST_ADDRESS, LONGEST_USER, LONGEST_PASSWORD = 2000, 254, 200


class ConnectionKind(models.TextChoices):
    ADDRESS = "address", _("Calendar address")
    CALDAV = "caldav", _("CalDAV account")
    GOOGLE = "google", _("Google Calendar")
    MICROSOFT = "microsoft", _("Microsoft 365 or Outlook")


# Accounts that are read by consent
SERVICE_KINDS = (ConnectionKind.GOOGLE, ConnectionKind.MICROSOFT)


class ConnectionState(models.TextChoices):
    """`PROPOSED`: its person hasn't yet said that it counts. `NEEDS_YOU`: only they can mend it."""

    PROPOSED = "proposed", _("Not counted yet")
    ACTIVE = "active", _("Connected")
    FAILING = "failing", _("Can’t be read")
    NEEDS_YOU = "needs_you", _("Needs you")


class AllDay(models.TextChoices):
    SAID = "said", _("As each event says")
    ALWAYS = "always", _("Always")
    NEVER = "never", _("Never")


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def due(self, now: datetime) -> Self:
        """To be read now, and in the hands of no worker."""
        free = Q(lease_until=None) | Q(lease_until__lte=now)
        return self.filter(free, next_at__lte=now, person__is_active=True)


class Connection(models.Model):
    """What we were given to read a person's calendars with.

    `secret` is encrypted. `host` says on pages where it leads. `version` counts the times at which it began to fail or
    was well again: what people are told is about one of them.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_connections")
    kind = models.CharField(max_length=10, choices=ConnectionKind, default=ConnectionKind.ADDRESS)
    host = models.CharField(max_length=255)
    secret = models.TextField()
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=ConnectionState, default=ConnectionState.PROPOSED)
    created_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True, blank=True)
    synced_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=20, blank=True)
    failures = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(db_index=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "fingerprint"], name="a_calendar_is_connected_once"),
            models.CheckConstraint(
                condition=Q(failing_since=None, failure="", failures=0)
                | Q(failing_since__isnull=False, failures__gte=1),
                name="who_fails_fails_since_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state="active") | Q(failing_since=None), name="an_active_calendar_does_not_fail"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.host}"


class ExternalCalendar(models.Model):
    """One calendar of a connection: whether it counts, how, and what was found at the last reading.

    `remote_id` is what its server calls it; empty where a connection has only one. `is_gone`: the server doesn't name
    it any more. `cursor` is what the server gave, by which it can say that nothing has changed; `read_at`: when all of
    it was read. `found`: how many busy times were in the 30 days after that. `guessed`: zones that nobody could tell,
    each with its number of events. `unread`: how many events made no sense.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="calendars")
    remote_id = models.CharField(max_length=1000, blank=True, default="", db_default="")
    name = models.CharField(max_length=100, blank=True)
    colour = models.CharField(max_length=7, blank=True, default="", db_default="")
    is_writable = models.BooleanField(default=False, db_default=False)
    is_gone = models.BooleanField(default=False, db_default=False)
    counts = models.BooleanField(default=False)
    treats_tentative = models.BooleanField(default=True)
    treats_all_day = models.CharField(max_length=10, choices=AllDay, default=AllDay.SAID)
    cursor = models.JSONField(default=dict, db_default={}, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    found = models.PositiveIntegerField(default=0)
    next_start = models.DateTimeField(null=True, blank=True)
    guessed = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    unread = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "remote_id"], name="a_connection_has_each_calendar_once"),
        ]

    def __str__(self) -> str:
        return f"{self.connection_id}: {self.name}"

    @property
    def shown_name(self) -> str:
        return self.name or self.connection.host

    def forget_cursor(self) -> None:
        """All of it is read next time, whatever its server says."""
        self.cursor = {}
        self.read_at = None

    def was_read_within(self, time: timedelta, *, now: datetime) -> bool:
        return self.read_at is not None and now - self.read_at < time
