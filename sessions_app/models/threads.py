"""What the two people of an engagement write to each other, and how far each has read."""

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
    # While a report that it shows something private waits for a decision
    is_hidden = models.BooleanField(default=False, db_default=False, editable=False)

    # Not a column: whether its words speak of self-harm, so that its author is shown where to find help. The act that
    # sends a message says so of what it returns.
    needs_help = False

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
        if self.is_hidden:
            return str(_("This message is hidden while our team looks at a report."))
        return self.kept_words

    @property
    def kept_words(self) -> str:
        """For who may read what is hidden."""
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
