"""A question that is answered in writing. It takes nobody's time, but an answer is promised by a certain moment."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.known import known
from mentors.models import Offer

from .bookings import Engagement
from .threads import Message

# The word by which the outbox knows such a question
WRITTEN_SUBJECT = "written"
ANSWERED_WITHIN = timedelta(hours=48)


class WrittenState(models.TextChoices):
    ASKED = "asked", _("Waiting")
    ANSWERED = "answered", _("Answered")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Not answered in time")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    CALL = "call", _("Became a call")


# `WrittenQuerySet.open` as a condition of a larger statement
OPEN_WRITTEN = f"(state = '{WrittenState.ASKED.value}' AND due_at > %(now)s)"


class WrittenQuerySet(models.QuerySet["WrittenQuestion"]):
    def visible_to(self, person: User) -> Self:
        return self.filter(Q(mentor=person) | Q(mentee=person))

    def open(self, now: datetime) -> Self:
        """Asked and not overdue. An overdue one counts as expired even before the task has got to it."""
        return self.filter(state=WrittenState.ASKED, due_at__gt=now).order_by("due_at", "pk")

    def answered(self) -> Self:
        return self.filter(state=WrittenState.ANSWERED).order_by("-settled_at", "-pk")

    def overdue(self, now: datetime) -> Self:
        return self.filter(state=WrittenState.ASKED, due_at__lte=now)

    def with_people(self) -> Self:
        return self.select_related("mentor__mentor_profile", "mentee__mentor_profile", "engagement__brief")


class WrittenQuestion(models.Model):
    """One for each engagement that began in writing; its conversation is the engagement's thread.

    It changes its state once, so the row is its own log: `asked_at`, then `settled_at` and `settled_by` (None for the
    clock). Changes compare (state, version) before they write: see `written.settling`.
    """

    engagement = models.OneToOneField(Engagement, on_delete=models.CASCADE, related_name="written")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="written")
    mentor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="written_as_mentor")
    mentee = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="written_as_mentee")
    state = models.CharField(max_length=10, choices=WrittenState, default=WrittenState.ASKED)
    version = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    # The mentor had to ask something first: the promise then counts from there, once.
    asked_back_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    answer = models.OneToOneField(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="answers")
    # Of the form that asked, so that a form sent twice asks once.
    mark = models.CharField(max_length=64, unique=True)

    objects = WrittenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(mentee=F("mentor")), name="written_joins_two_people"),
            models.CheckConstraint(
                condition=Q(state=WrittenState.ASKED, settled_at=None)
                | (~Q(state=WrittenState.ASKED) & Q(settled_at__isnull=False)),
                name="written_is_settled_at_a_moment",
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("asked_at")), name="written_is_due_after_it_was_asked"),
            models.UniqueConstraint(
                fields=["mentee", "mentor"], condition=Q(state=WrittenState.ASKED), name="one_open_written_per_pair"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state=WrittenState.ASKED), name="written_to_expire"),
            models.Index(fields=["mentor", "state"], name="written_mentor_state"),
            models.Index(fields=["mentee", "state"], name="written_mentee_state"),
            models.Index(fields=["settled_at"], condition=Q(settled_at__isnull=False), name="written_settled"),
            models.Index(
                fields=["mentor", "settled_at"], condition=Q(state=WrittenState.ANSWERED), name="written_answered_by"
            ),
            models.Index(
                fields=["mentee", "settled_at"], condition=Q(state=WrittenState.ANSWERED), name="written_answered_for"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.engagement_id}"

    @property
    def question(self) -> str:
        return self.engagement.brief.shown_question

    @property
    def end(self) -> datetime:
        """When it was answered. Questions asked afterwards count from there, as from the end of a session."""
        return known(self.settled_at)

    def other_person(self, person: User) -> User:
        return self.mentee if person.pk == self.mentor_id else self.mentor

    def is_open(self, now: datetime) -> bool:
        return self.state == WrittenState.ASKED and self.due_at > now
