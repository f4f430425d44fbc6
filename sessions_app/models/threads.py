"""What the two people of an engagement write to each other, how far each has read, and what was reported."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rules.validators import validate_plain_text

from .bookings import Engagement
from .files import SharedFile

MESSAGE_LENGTH = 5000
REPORT_LENGTH = 1000
REASON_LENGTH = 300
# The word by which the outbox knows a person's place in a thread
THREAD_SUBJECT = "thread"


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, person: User) -> Self:
        return self.filter(engagement__in=Engagement.objects.visible_to(person))


class Message(models.Model):
    """A message. It never changes, but its words go when its author does, or when they are old.

    Ids within an engagement grow in the order of commits, since writing takes its lock. So “everything after this id”
    misses nothing.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="messages")
    body = models.TextField(max_length=MESSAGE_LENGTH, validators=[validate_plain_text])
    # Says that a file was shared; the body is its name, which stays when the file has gone.
    is_file = models.BooleanField(default=False)
    file = models.ForeignKey(SharedFile, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # Of the form that sent it, so that a form sent twice says it once.
    key = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    # When its words were removed
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "author", "key"], name="one_message_per_form"),
            models.CheckConstraint(condition=~Q(body="") | Q(erased_at__isnull=False), name="message_says_something"),
            models.CheckConstraint(condition=Q(file=None) | Q(is_file=True), name="message_with_a_file_says_so"),
        ]
        indexes = [
            models.Index(fields=["engagement", "id"], name="message_thread"),
            models.Index(fields=["sent_at"], name="message_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.author_id} in {self.engagement_id}"

    @property
    def words(self) -> str:
        return self.body or str(_("This message was deleted."))


class ReadMarker(models.Model):
    """How far one person has read. `version` grows with news and with reading: see `conversation.messages`."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="read_markers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="read_markers")
    read_to = models.BigIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["engagement", "person"], name="one_seat_per_person")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.engagement_id}"

    @property
    def unread(self) -> MessageQuerySet:
        return Message.objects.filter(engagement=self.engagement_id, pk__gt=self.read_to).exclude(author=self.person_id)


class ReportReason(models.TextChoices):
    RUDE = "rude", _("Rude or hurtful")
    SELLING = "selling", _("Selling or recruiting")
    UNSAFE = "unsafe", _("It makes me feel unsafe")
    OTHER = "other", _("Something else")


class ReportQuerySet(models.QuerySet["Report"]):
    def open(self) -> Self:
        return self.filter(settled_at=None)

    def settled(self) -> Self:
        return self.exclude(settled_at=None)

    def readable_by(self, staff: User) -> Self:
        """Without those about threads that this person takes part in: they shouldn't learn who reported what."""
        return self.exclude(message__engagement__mentor=staff).exclude(message__engagement__mentee=staff)


class Report(models.Model):
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reports")
    reason = models.CharField(max_length=10, choices=ReportReason)
    words = models.TextField(max_length=REPORT_LENGTH, blank=True, validators=[validate_plain_text])
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.TextField(max_length=REPORT_LENGTH, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "by"], name="one_report_per_person_and_message"),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None) | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="report_is_settled_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["at"], condition=Q(settled_at=None), name="report_open")]

    def __str__(self) -> str:
        return f"{self.reason} {self.uuid}"


class ThreadOpening(models.Model):
    """Who of staff read a reported message, when and why. Append-only, which a trigger ensures."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="openings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=REASON_LENGTH, validators=[validate_plain_text])
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.by_id}: {self.reason}"
