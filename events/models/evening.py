"""What happens while an event runs, and what people say of it."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rules.validators import validate_plain_text

from .events import TEXT_LENGTH
from .plans import Pairing, Round
from .registrations import Registration


class PresenceKind(models.TextChoices):
    IN = "in"
    BREAK = "break"
    BACK = "back"
    GONE = "gone"
    # The partner pressed "Nobody's here".
    MISSING = "missing"


# After these a person can be seated.
HERE = (PresenceKind.IN, PresenceKind.BACK)


class Presence(models.Model):
    """A line of the log of who is there. The newest line of a person holds. Append-only, which a trigger ensures."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="presences")
    kind = models.CharField(max_length=7, choices=PresenceKind)
    from_round = models.ForeignKey(Round, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.registration_id}: {self.kind}"


class Answer(models.Model):
    """What one of two people says of their meeting. `again` is told only to someone who says so too."""

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="answers")
    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="answers")
    useful = models.PositiveSmallIntegerField(null=True, blank=True)
    again = models.BooleanField(null=True, blank=True)
    takeaway = models.CharField(max_length=TEXT_LENGTH, blank=True, validators=[validate_plain_text])
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pairing", "registration"], name="one_answer_per_person"),
            models.CheckConstraint(condition=Q(useful=None) | Q(useful__range=(1, 4)), name="useful_is_one_to_four"),
        ]

    def __str__(self) -> str:
        return f"{self.registration_id}: {self.useful}"


class PairMessage(models.Model):
    """A line of the chat that two people have while they meet."""

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="messages")
    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=TEXT_LENGTH, validators=[validate_plain_text])
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:40]


class Went(models.TextChoices):
    """What became of a goal."""

    DONE = "done", _("I’ve done it")
    PARTLY = "partly", _("Partly")
    OTHER = "other", _("Something else came up")


class GoalQuerySet(models.QuerySet["Goal"]):
    def with_people(self) -> Self:
        return self.select_related("registration__person", "registration__event", "witness__person")


class Goal(models.Model):
    """What a person wants to have done in three months, in their words."""

    registration = models.OneToOneField(Registration, on_delete=models.CASCADE, related_name="goal")
    text = models.CharField(max_length=TEXT_LENGTH, validators=[validate_plain_text])
    due = models.DateField()
    # A mentor of the day who is told of it, and has agreed.
    witness = models.ForeignKey(Registration, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    is_witnessed = models.BooleanField(default=False)
    # Answers when it was due: the person's, and whether the witness has stayed in touch.
    went = models.CharField(max_length=6, choices=Went, blank=True, default="", db_default="")
    in_touch = models.BooleanField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    set_at = models.DateTimeField()

    objects = GoalQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(registration=F("witness")), name="goal_has_another_witness")]

    def __str__(self) -> str:
        return self.text[:40]
