"""After a session or an answer in writing: the one step that was agreed, and the later questions whether it helped."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rules.validators import validate_plain_text

from .bookings import Booking
from .contacts import Contact, about_one, contact_of, mentor_copy
from .feedback import Resolution
from .written import WrittenQuestion


class NextStep(models.Model):
    """“If …, then I will …”, by a day. A session has at most one, which is the mentee's."""

    booking = models.OneToOneField(Booking, on_delete=models.CASCADE, related_name="next_step")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="next_steps")
    situation = models.CharField(max_length=300, validators=[validate_plain_text])
    response = models.CharField(max_length=300, validators=[validate_plain_text])
    # In the person's own days: reminders come at nine of that morning.
    due_on = models.DateField()
    # Grows with every change, so that what was scheduled for an earlier wording or day falls silent.
    version = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    # When it was last worded or dated: a reminder whose moment had passed by then is not made.
    written_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["due_on"], condition=Q(done_at=None), name="next_step_to_remind"),
            models.Index(fields=["person", "due_on"], condition=Q(done_at=None), name="next_step_open"),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id}: {self.due_on}"


class FollowUpStep(models.TextChoices):
    """When the question is asked. The value is part of the page's address."""

    THREE_DAYS = "3-days", _("After three days")
    TWO_WEEKS = "14-days", _("After two weeks")
    NEXT_STEP = "step", _("On the day of the step")


class FollowUpQuestion(models.TextChoices):
    DONE = "done", _("Did you do it?")
    SOLVED = "solved", _("Is your question solved?")
    CONTACT = "contact", _("Would one more conversation help?")


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def of_mentor(self, mentor: User) -> Self:
        return self.filter(mentor=mentor)


class FollowUp(models.Model):
    """A mentee's answer to the question of one step. A later answer to the same step replaces it."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, null=True, blank=True, related_name="follow_ups")
    written = models.ForeignKey(
        WrittenQuestion, on_delete=models.CASCADE, null=True, blank=True, related_name="follow_ups"
    )
    step = models.CharField(max_length=8, choices=FollowUpStep)
    question = models.CharField(max_length=8, choices=FollowUpQuestion)
    answer = models.CharField(max_length=6, choices=Resolution)
    answered_at = models.DateTimeField()
    # The mentor learns of it only if the mentee says so; each answer decides again.
    tell_mentor = models.BooleanField(default=False)
    mentor = mentor_copy()

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["booking", "step"], name="one_follow_up_per_step"),
            models.UniqueConstraint(fields=["written", "step"], name="one_follow_up_per_step_of_an_answer"),
            about_one("follow_up_is_about_one_contact"),
            models.CheckConstraint(condition=Q(written=None) | ~Q(step="step"), name="step_belongs_to_a_session"),
            models.CheckConstraint(
                condition=~Q(question="contact") | Q(answer__in=("yes", "no")), name="contact_is_wanted_or_not"
            ),
        ]
        indexes = [
            models.Index(fields=["mentor", "answered_at"], condition=Q(tell_mentor=True), name="follow_up_told"),
        ]

    def __str__(self) -> str:
        return f"{self.contact}, {self.step}: {self.question} {self.answer}"

    @property
    def contact(self) -> Contact:
        return contact_of(self)
