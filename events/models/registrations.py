"""Who comes. A place is a row, so places can't be oversold."""

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rules.validators import validate_person_name, validate_plain_text
from mentors.languages import LANGUAGES
from mentors.models import Topic

from .events import TEXT_LENGTH, Event, Side
from .states import RegistrationState

QUESTION_LENGTH = 300
# The name by which cases know what a person asked when they registered
ASKED_SUBJECT = "asked"


class Attending(models.TextChoices):
    TABLE = "table", _("On site")
    ONLINE = "online", _("Online")


class PlaceQuerySet(models.QuerySet["Place"]):
    def free(self) -> Self:
        return self.filter(registration=None)


class Place(models.Model):
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="places")
    side = models.CharField(max_length=6, choices=Side)
    number = models.PositiveSmallIntegerField()

    objects = PlaceQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["event", "side", "number"], name="one_place_per_number"),
            # A registration points to its place together with these (see the migration).
            models.UniqueConstraint(fields=["id", "event", "side"], name="place_with_event_and_side"),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.number}"


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def of(self, person: User) -> Self:
        return self.filter(person=person)

    def who_are_in(self) -> Self:
        return self.filter(state=RegistrationState.IN)

    def waiting(self) -> Self:
        """In the order in which places are given."""
        return self.filter(state=RegistrationState.WAITING).order_by("waiting_since", "pk")

    def on(self, side: str) -> Self:
        return self.filter(side=side)

    def with_people(self) -> Self:
        return self.select_related("person__mentor_profile", "event")


class Registration(models.Model):
    """One person at one event, for as long as the event is known. `place` is the promise that they can come."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="registrations")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="registrations")
    side = models.CharField(max_length=6, choices=Side)
    state = models.CharField(max_length=10, choices=RegistrationState)
    place = models.OneToOneField(Place, on_delete=models.RESTRICT, null=True, blank=True, related_name="registration")

    question = models.CharField(_("question"), max_length=QUESTION_LENGTH, blank=True, validators=[validate_plain_text])
    topics = models.ManyToManyField(Topic, blank=True, related_name="+")
    languages = ArrayField(models.CharField(max_length=3, choices=LANGUAGES), default=list, blank=True)
    # The numbers of the rounds in which they are there; empty means all.
    attends = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    # How many meetings they want at most; null means as many as there are rounds.
    most = models.PositiveSmallIntegerField(null=True, blank=True)
    attending = models.CharField(max_length=6, choices=Attending, default=Attending.TABLE)
    stays_seated = models.BooleanField(default=False)
    wants_quiet = models.BooleanField(default=False)
    board_name = models.CharField(max_length=80, validators=[validate_person_name])
    # Mentors on the public page; in networking, what both see after both said yes.
    is_named = models.BooleanField(default=True)
    contact = models.CharField(max_length=200, blank=True, validators=[validate_plain_text])
    access_needs = models.CharField(max_length=TEXT_LENGTH, blank=True, validators=[validate_plain_text])
    # On the waiting list: whether a place that comes free is taken at once.
    takes_place_at_once = models.BooleanField(default=True)
    # Until when a place that came free is kept for their answer.
    answer_by = models.DateTimeField(null=True, blank=True, editable=False)
    is_standby = models.BooleanField(default=False)

    registered_at = models.DateTimeField(editable=False)
    waiting_since = models.DateTimeField(null=True, blank=True, editable=False)
    # When they last said that they still come.
    confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    # After office hours: how much they helped, from 1 to 4. Of events with rounds each meeting has its answer.
    helped = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "person"], name="one_registration_per_person"),
            models.UniqueConstraint(fields=["id", "event"], name="registration_with_event"),
            models.CheckConstraint(
                condition=Q(state=RegistrationState.IN, place__isnull=False)
                | (~Q(state=RegistrationState.IN) & Q(place=None)),
                name="who_is_in_has_a_place",
            ),
            models.CheckConstraint(
                condition=~Q(state=RegistrationState.WAITING) | Q(waiting_since__isnull=False),
                name="who_waits_has_a_turn",
            ),
            models.CheckConstraint(condition=Q(helped=None) | Q(helped__range=(1, 4)), name="helped_is_one_to_four"),
        ]
        indexes = [
            models.Index(fields=["event", "side", "state"], name="registration_side_state"),
            models.Index(F("person"), F("state"), name="registration_person_state"),
        ]

    def __str__(self) -> str:
        return f"{self.board_name}, {self.side}"

    @property
    def is_in(self) -> bool:
        return self.state == RegistrationState.IN

    @property
    def is_waiting(self) -> bool:
        return self.state == RegistrationState.WAITING

    @property
    def is_invited(self) -> bool:
        return self.state == RegistrationState.INVITED

    def is_asked(self, now: datetime) -> bool:
        """Whether a place is kept for their answer."""
        return self.is_waiting and self.answer_by is not None and now < self.answer_by


class MeToo(models.Model):
    """In office hours: another who has the same question."""

    question = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="me_toos")
    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="agrees_with")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["question", "registration"], name="one_me_too_each"),
            models.CheckConstraint(condition=~Q(question=F("registration")), name="not_me_too_to_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.registration_id} too"


class WishKind(models.TextChoices):
    MUST = "must", _("Must meet")
    LIKE = "like", _("Would like to meet")
    NO = "no", _("No thanks")


class Wish(models.Model):
    """Whom a person wants to meet, or not. Only they see it; the other hears of it if both wish the same."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="wishes")
    by = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="wishes")
    about = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="wished_by")
    kind = models.CharField(max_length=4, choices=WishKind)

    class Meta:
        verbose_name_plural = "wishes"
        constraints = [
            models.UniqueConstraint(fields=["by", "about"], name="one_wish_per_pair"),
            models.CheckConstraint(condition=~Q(by=F("about")), name="nobody_wishes_for_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.by_id} → {self.about_id}: {self.kind}"
