"""Calendars that people keep elsewhere, and how reading them goes."""

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sessions_app.models import Booking

# For how long a calendar can't be read before its person is told; and before what was read no longer counts
TOLD_AFTER, STOPS_AFTER = timedelta(hours=24), timedelta(days=7)
# For how long sessions can't be put into a calendar before invitations are sent again, which its page says; their
# person is told after TOLD_AFTER
WRITES_ILL_AFTER = timedelta(hours=1)

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
        return self.filter(free, next_at__lte=now, ending_at=None, person__is_active=True)


class Connection(models.Model):
    """What we were given to read a person's calendars with.

    `secret` is encrypted. `host` says on pages where it leads. `version` counts the times at which it began to fail or
    was well again: what people are told is about one of them.

    `writes_to`: its calendar into which the person's sessions are put; at most one of all their calendars. What was
    confirmed before `writes_since` also goes out as an invitation. `write_failing_since` and those after it say how
    writing goes, apart from reading; nothing is written before `write_retry_at`. `write_version` counts as `version`
    does. `ending_at`: since when it is being disconnected, which takes as long as it takes to remove the sessions that
    were put there.
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
    writes_to = models.ForeignKey(
        "ExternalCalendar", on_delete=models.SET_NULL, null=True, blank=True, related_name="written_by"
    )
    writes_since = models.DateTimeField(null=True, blank=True)
    write_failing_since = models.DateTimeField(null=True, blank=True)
    write_failure = models.CharField(max_length=20, blank=True, db_default="")
    write_failures = models.PositiveIntegerField(default=0, db_default=0)
    write_retry_at = models.DateTimeField(null=True, blank=True)
    write_version = models.PositiveIntegerField(default=0, db_default=0)
    ending_at = models.DateTimeField(null=True, blank=True)

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
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(writes_to__isnull=False),
                name="sessions_of_a_person_are_put_into_one_calendar",
            ),
            models.CheckConstraint(
                condition=Q(writes_to=None) | Q(writes_since__isnull=False, ending_at=None),
                name="who_writes_writes_since_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(write_failing_since=None, write_failure="", write_failures=0)
                | Q(write_failing_since__isnull=False, write_failures__gte=1),
                name="writing_that_fails_fails_since_a_moment",
            ),
        ]
        indexes = [models.Index(fields=["ending_at"], condition=Q(ending_at__isnull=False), name="connection_ending")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.host}"

    @property
    def has_titles(self) -> bool:
        """Google is asked only when its person is busy."""
        return self.kind != ConnectionKind.GOOGLE

    def writes_well(self, now: datetime) -> bool:
        """Whether sessions come into the calendar that was chosen; what fails for a short time still will."""
        since = self.write_failing_since
        return self.writes_to_id is not None and (since is None or now - since < WRITES_ILL_AFTER)


class ExternalCalendar(models.Model):
    """One calendar of a connection: whether it counts, how, and what was found at the last reading.

    `remote_id` is what its server calls it; empty where a connection has only one. `is_gone`: the server doesn't name
    it any more. `cursor`: what the server gave, by which it can say that nothing has changed, and for which question
    it did; `read_at`: when all of it was read. `found`: how many busy times were in the 30 days after that. `guessed`:
    zones that nobody could tell, each with its number of events. `unread`: how many events made no sense.
    `keeps_titles`: its person wants to see the titles of what blocks times.
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
    keeps_titles = models.BooleanField(default=False, db_default=False)
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


class ExportState(models.TextChoices):
    """Whether a session stands in the calendar. `MAYBE`: we began to put it there and never heard how that ended.
    `GONE`: its person took it out there.
    """

    ABSENT = "absent", _("Not there")
    MAYBE = "maybe", _("Being put there")
    THERE = "there", _("There")
    GONE = "gone", _("Taken out there")


# What may stand in a calendar elsewhere because of us
STANDING = (ExportState.MAYBE, ExportState.THERE)
# What may not stand there, although it is to
UNSEEN = (ExportState.ABSENT, ExportState.MAYBE)


class ExportedEvent(models.Model):
    """One session of one of its people, in the calendar into which their sessions are put.

    `remote_id` and `etag`: by what its server knows it. `sequence`: the booking's when it was last written. The row
    says only that something may be to be done at `next_at`; what, is found out from the booking when it is done. A
    worker who does it has a lease with a token, and sets `next_at` to the lease's end: a row whose worker is lost is
    due again then, and one that was touched meanwhile has another `next_at`.
    """

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="exported_events")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exported_events")
    calendar = models.ForeignKey(ExternalCalendar, on_delete=models.CASCADE, related_name="exported_events")
    state = models.CharField(max_length=10, choices=ExportState, default=ExportState.ABSENT)
    remote_id = models.CharField(max_length=1000, blank=True)
    etag = models.CharField(max_length=500, blank=True)
    sequence = models.PositiveIntegerField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["booking", "person"], name="a_session_is_written_once_for_each_person"),
            models.CheckConstraint(
                condition=Q(lease_until=None, lease_token=None)
                | Q(lease_until__isnull=False, lease_token__isnull=False, next_at__isnull=False),
                name="who_writes_a_session_has_a_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["there", "gone"]) | Q(sequence__isnull=False, checked_at__isnull=False),
                name="a_session_that_is_there_was_written",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="exported_due"),
            models.Index(fields=["checked_at"], condition=Q(next_at=None), name="exported_to_check"),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} for {self.person_id}: {self.state}"
