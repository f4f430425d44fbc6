"""The outbox: what one person must be told about one thing, due at a time. One row per message, for good.

Beside it the inbox, the same news as lines on a page, and how a person wants to be told.
"""

import secrets
from datetime import datetime
from typing import Self

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    PENDING = "pending"
    LEASED = "leased"
    SENT = "sent"
    EXPIRED = "expired"
    OBSOLETE = "obsolete"
    DEAD = "dead"
    UNCERTAIN = "uncertain"


# Not told yet: to be sent, or being sent now.
UNSENT = (State.PENDING, State.LEASED)
IN_TROUBLE = (State.DEAD, State.UNCERTAIN, State.EXPIRED)
# What is said in few words, the same for many rows; else the error as it came.
LISTED_AS = Case(When(reason="", then=F("last_error")), default=F("reason"), output_field=models.TextField())


class NotificationQuerySet(models.QuerySet["Notification"]):
    def pending(self) -> Self:
        return self.filter(state=State.PENDING)

    def about(self, subject_type: str, subject_id: int) -> Self:
        return self.filter(subject_type=subject_type, subject_id=subject_id)

    def in_trouble(self) -> Self:
        """Those that did not arrive, perhaps did not, or would have been too late."""
        return self.filter(state__in=IN_TROUBLE)

    def why(self, reason: str) -> Self:
        """Those in trouble that staff's page lists under this reason."""
        return self.alias(listed_as=LISTED_AS).filter(listed_as=reason)

    def left(self) -> Self:
        """Those that have reached their recipient, or may have."""
        return self.exclude(sent_at=None, data_started_at=None, doubted_at=None)


class Notification(models.Model):
    dedupe_key = models.CharField(max_length=200)
    kind = models.CharField(max_length=60)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications", db_index=False
    )
    # A name and a number, not a foreign key: this app knows nothing of the ones above it.
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    subject_version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField()
    send_before = models.DateTimeField()
    next_try_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    reason = models.CharField(max_length=80, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # How many of the attempts the mail server refused. We never give up because of them, unless it says that there is
    # no such mailbox.
    refusals = models.PositiveSmallIntegerField(default=0, db_default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    data_started_at = models.DateTimeField(null=True, blank=True)
    # Since when an earlier attempt may have reached the recipient: what is sent later may be a second copy.
    doubted_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    # When it ended without a message that certainly arrived.
    ended_at = models.DateTimeField(null=True, blank=True)
    # The person whose act it tells of, to limit what one can cause for another; None if the clock caused it.
    caused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    # Fixed at creation and the same on every attempt, so that a receiver can see a second copy for what it is.
    message_id = models.CharField(max_length=120)
    date = models.DateTimeField()
    last_error = models.TextField(blank=True)
    retried_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    retried_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        # Each booking writes a dozen rows, so no index is there twice: a unique field would have one for LIKE too, and
        # a foreign key one beside those that begin with it, or for the many rows that have none.
        constraints = [
            models.UniqueConstraint(fields=["dedupe_key"], name="one_notification_per_key"),
            models.CheckConstraint(
                condition=Q(state=State.LEASED, lease_until__isnull=False, lease_token__isnull=False)
                | (~Q(state=State.LEASED) & Q(lease_until__isnull=True, lease_token__isnull=True)),
                name="notification_lease_goes_with_leased",
            ),
            models.CheckConstraint(
                condition=Q(state=State.SENT, sent_at__isnull=False) | (~Q(state=State.SENT) & Q(sent_at__isnull=True)),
                name="notification_sent_at_goes_with_sent",
            ),
            models.CheckConstraint(condition=Q(send_before__gte=F("due_at")), name="notification_due_before_too_late"),
        ]
        indexes = [
            models.Index(fields=["next_try_at", "id"], condition=Q(state=State.PENDING), name="notification_to_send"),
            models.Index(fields=["lease_until"], condition=Q(state=State.LEASED), name="notification_leased"),
            models.Index(fields=["subject_type", "subject_id"], name="notification_subject"),
            models.Index(fields=["recipient", "-due_at"], name="notification_recipient"),
            models.Index(fields=["caused_by"], condition=Q(caused_by__isnull=False), name="notification_caused_by"),
            models.Index(fields=["retried_by"], condition=Q(retried_by__isnull=False), name="notification_retried_by"),
            models.Index(fields=["sent_at"], condition=Q(state=State.SENT), name="notification_sent_at"),
            models.Index(
                fields=["-due_at"],
                condition=Q(state__in=("dead", "uncertain", "expired")),
                name="notification_trouble",
            ),
            models.Index(
                fields=["ended_at"],
                condition=Q(state__in=("dead", "uncertain", "expired")),
                name="notification_ended",
            ),
            # Tiny, and enough to find what is a year old: rows lie about in the order of their dates.
            BrinIndex(fields=["due_at"], name="notification_age"),
        ]

    def __str__(self) -> str:
        return self.dedupe_key

    @staticmethod
    def key(kind: str, subject_type: str, subject_id: int, version: int, recipient_id: int) -> str:
        return f"{kind}:{subject_type}:{subject_id}:v{version}:{recipient_id}"

    @staticmethod
    def new_message_id(host: str) -> str:
        return f"<{secrets.token_hex(16)}@{host}>"

    def is_too_late(self, now: datetime) -> bool:
        return now >= self.send_before

    @property
    def failures(self) -> int:
        """Attempts that failed through us. After too many of them the row is dead."""
        return self.attempts - self.refusals


class MailBreaker(models.Model):
    """The shared state of all workers while a mail server refuses mail after mail: one row; see `sending.breaker`.

    A run of refusals begins with the first one after an accepted message, and ends with the next accepted one.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    since = models.DateTimeField(null=True, blank=True)
    # How many of them say that we are refused, or that the server is broken.
    against_us = models.PositiveIntegerField(default=0, db_default=0)
    # The people who were refused, each once, and no more of them than it takes to open.
    recipients = ArrayField(models.BigIntegerField(), default=list, blank=True)
    answer = models.TextField(blank=True)
    # While it is open nothing is sent but one mail after each pause, to see whether the server takes it.
    opened_at = models.DateTimeField(null=True, blank=True)
    next_probe_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_mail_breaker"),
            models.CheckConstraint(
                condition=Q(opened_at=None, next_probe_at=None)
                | Q(opened_at__isnull=False, next_probe_at__isnull=False, since__isnull=False),
                name="open_mail_breaker_probes",
            ),
        ]

    def __str__(self) -> str:
        return self.answer

    @property
    def is_open(self) -> bool:
        return self.opened_at is not None


class InboxItemQuerySet(models.QuerySet["InboxItem"]):
    def shown_to(self, person: models.Model, now: datetime) -> Self:
        return self.filter(recipient=person, at__lte=now)

    def unread(self) -> Self:
        return self.filter(read_at=None)


class InboxItem(models.Model):
    """One line in a person's inbox, shown from `at` on. Its words are found when it is read: see `inbox`."""

    dedupe_key = models.CharField(max_length=200)
    kind = models.CharField(max_length=60)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="inbox", db_index=False
    )
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    subject_version = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    objects = InboxItemQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dedupe_key"], name="one_inbox_item_per_key")]
        indexes = [
            models.Index(fields=["recipient", "-at", "-id"], name="inbox_recipient"),
            models.Index(fields=["recipient", "at"], condition=Q(read_at=None), name="inbox_unread"),
            models.Index(fields=["subject_type", "subject_id"], name="inbox_subject"),
            BrinIndex(fields=["at"], name="inbox_age"),
        ]

    def __str__(self) -> str:
        return self.dedupe_key


class Group(models.TextChoices):
    """Mails that a person can switch off together."""

    REMINDERS = "reminders", _("Reminders")
    MESSAGES = "messages", _("Messages")
    AFTERWARDS = "afterwards", _("After a session")
    PROFILE = "profile", _("Your mentor profile")
    DIGEST = "digest", _("Staff: decisions waiting")
    CONTACT = "contact", _("Staff: the contact page")
    SEALS = "seals", _("Staff: seals of the logs")
    FIGURES = "figures", _("Figures of programmes")
    NEWS = "news", _("Announcements of programmes")
    NUDGES = "nudges", _("Reminders of programmes")


# Mails that come only to people who have switched them on
OFF_AT_FIRST = (Group.NEWS,)


def usual_leads() -> list[int]:
    return [24 * 60, 60]


class Preference(models.Model):
    """How a person wants to be told.

    Without a row: everything but what is off at first, at any hour, with reminders a day and an hour before. `on`: the
    groups of `OFF_AT_FIRST` that they have switched on.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="preference"
    )
    off = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    on = ArrayField(models.CharField(max_length=12), default=list, db_default=[], blank=True)
    # Wall-clock times of the person's own zone; quiet from 22:00 until 7:00 goes over midnight.
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    # Minutes before the start.
    leads = ArrayField(models.PositiveSmallIntegerField(), default=usual_leads, blank=True, size=3)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=F("quiet_until")),
                name="quiet_hours_begin_and_end",
            ),
            models.CheckConstraint(condition=Q(leads__len__lte=3), name="three_reminders_at_most"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}"

    def has_off(self, group: str) -> bool:
        """Whether no mails of this group come."""
        return group not in self.on if group in OFF_AT_FIRST else group in self.off


class BouncedAddress(models.Model):
    """An address whose server said that nobody is there.

    The row goes when the address does, or when its owner proves it.
    """

    address = models.OneToOneField(EmailAddress, on_delete=models.CASCADE, related_name="bounce")
    answer = models.TextField()
    bounced_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.address}: {self.answer}"
