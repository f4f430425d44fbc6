"""The waiting list: for a named mentor, or for anyone who can help with a question; and the times held for people."""

import uuid
from bisect import bisect_right
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.rules.validators import validate_plain_text
from common.times import DAY_PARTS, MORNING_HOUR, NIGHT_HOUR
from mentors.models import MentorProfile

from .bookings import QUESTION_LENGTH, Booking, Brief
from .schedules import Weekday


class DayPart(models.TextChoices):
    """Those of `DAY_PARTS`, in order, by the clock of the person who waits."""

    MORNING = "morning", _("Mornings")
    AFTERNOON = "afternoon", _("Afternoons")
    EVENING = "evening", _("Evenings")

    @classmethod
    def of(cls, moment: datetime, zone: ZoneInfo) -> "DayPart":
        return list(cls)[bisect_right(DAY_PARTS, moment.astimezone(zone).time()) - 1]


class WaitlistOutcome(models.TextChoices):
    LEFT = "left", _("Left")
    BOOKED = "booked", _("Booked")
    ANSWERED = "answered", _("Answered in writing")
    OVER = "over", _("Nothing came free")
    UNANSWERED = "unanswered", _("Not answered")
    AWAY = "away", _("The mentor isn’t taking sessions")


HELPED = (WaitlistOutcome.BOOKED, WaitlistOutcome.ANSWERED)


class WaitlistEntryQuerySet(models.QuerySet["WaitlistEntry"]):
    def live(self, now: datetime) -> Self:
        return self.filter(ended_at=None, until__gt=now)

    def askable(self, now: datetime) -> Self:
        """Without people who have a time held for them: they aren't asked about another one."""
        return self.live(now).exclude(Exists(HeldTime.objects.open().filter(person=OuterRef("person"))))

    def to_advance(self, now: datetime) -> Self:
        """Those for whom mentors are asked and something may be due, the longest due first."""
        return self.filter(advance_at__lte=now).order_by("advance_at", "pk")

    def by_place(self) -> Self:
        """Who came first is first; who let a held time lapse stands behind those who didn't."""
        return self.order_by("lapses", "since", "pk")

    def behind(self, lapses: int, since: datetime, pk: int) -> Self:
        as_often = Q(lapses=lapses)
        return self.filter(Q(lapses__gt=lapses) | as_often & Q(since__gt=since) | as_often & Q(since=since, pk__gt=pk))


class WaitlistEntry(models.Model):
    """A person who waits for `mentor`, or for anyone who can help with `words`, narrowed by a search's `filters`.

    Who waits for anyone may also choose that mentors are asked for them (see `asking`): for a time (`asks_mentors`), or
    for an answer in writing (`asks_writers`). `brief` is what these read. `advance_at`: when something may be due.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="waitlist_entries")
    mentor = models.ForeignKey(
        MentorProfile, on_delete=models.CASCADE, null=True, blank=True, related_name="waited_for"
    )
    words = models.CharField(max_length=QUESTION_LENGTH, blank=True, validators=[validate_plain_text])
    filters = models.CharField(max_length=300, blank=True)
    # Starts that were free when they joined: they have seen these, and none suited.
    known = ArrayField(models.DateTimeField(), default=list)
    lapses = models.PositiveSmallIntegerField(default=0)
    since = models.DateTimeField()
    until = models.DateTimeField()
    # When the person could, if not at any time of day
    parts = ArrayField(models.CharField(max_length=10, choices=DayPart), default=list, db_default=[])
    # And on which days, by their ISO numbers, if not on any
    days = ArrayField(models.PositiveSmallIntegerField(choices=Weekday), default=list, db_default=[])
    asks_mentors = models.BooleanField(default=False, db_default=False)
    asks_writers = models.BooleanField(default=False, db_default=False)
    brief = models.OneToOneField(Brief, on_delete=models.SET_NULL, null=True, blank=True, related_name="asked_for")
    advance_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended = models.CharField(max_length=10, choices=WaitlistOutcome, blank=True)

    objects = WaitlistEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(mentor__isnull=False) | ~Q(words=""), name="waiting_is_for_somebody_or_about_something"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended="") | (Q(ended_at__isnull=False) & ~Q(ended="")),
                name="waiting_ends_for_a_reason",
            ),
            models.UniqueConstraint(
                fields=["person", "mentor"], condition=Q(ended_at=None), name="one_place_in_line_per_mentor"
            ),
            models.UniqueConstraint(
                fields=["person", "words", "filters"],
                condition=Q(ended_at=None, mentor=None),
                name="one_place_in_line_per_question",
            ),
            models.CheckConstraint(
                condition=Q(mentor=None) | Q(asks_mentors=False, asks_writers=False),
                name="others_are_asked_about_a_question_alone",
            ),
        ]
        indexes = [
            models.Index(fields=["lapses", "since"], condition=Q(ended_at=None), name="waiting_in_line"),
            models.Index(fields=["advance_at"], condition=Q(advance_at__isnull=False), name="waiting_to_advance"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} for {self.mentor_id or self.words[:40]}"

    @property
    def asks_others(self) -> bool:
        return self.asks_mentors or self.asks_writers

    def suits(self, start: datetime) -> bool:
        """Whether it is on a day and at a time of day at which the person could, by their clock.

        Nobody is offered a time at night, except by the mentor for whom they wait: they may share no other.
        """
        zone = self.person.zone
        local = start.astimezone(zone)
        if self.mentor_id is None and not MORNING_HOUR <= local.hour < NIGHT_HOUR:
            return False
        if self.days and local.isoweekday() not in self.days:
            return False
        return not self.parts or DayPart.of(start, zone) in self.parts

    def is_live(self, now: datetime) -> bool:
        return self.ended_at is None and self.until > now


class LineRound(models.Model):
    """How far the line has been asked, in one row: a look that can't reach all of it goes on from here.

    A round asks everyone about what was reserved when it began (`about`); what comes free later is for the next one,
    which begins with whoever is first. `number` grows with each write, so that of two looks at once one is kept.
    """

    THE_ONE = 1

    number = models.PositiveBigIntegerField(default=0, db_default=0)
    began_at = models.DateTimeField(null=True)
    about = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    # The place of the last who was asked; null between two rounds.
    lapses = models.PositiveSmallIntegerField(null=True)
    since = models.DateTimeField(null=True)
    waiting = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(began_at=None, lapses=None, since=None, waiting=None)
                | Q(began_at__isnull=False, lapses__isnull=False, since__isnull=False, waiting__isnull=False),
                name="a_round_has_begun_or_not",
            ),
        ]

    def __str__(self) -> str:
        return f"since {self.began_at}, after {self.waiting}"


class HeldTimeAnswer(models.TextChoices):
    OPEN = "", _("Open")
    TAKEN = "taken", _("Taken")
    DECLINED = "declined", _("Declined")
    LAPSED = "lapsed", _("Lapsed")


class HeldTimeQuerySet(models.QuerySet["HeldTime"]):
    def open(self) -> Self:
        return self.filter(answer=HeldTimeAnswer.OPEN)


class HeldTime(models.Model):
    """A freed time, held for one person in line until they answer or `until` passes.

    Its booking is a hold without a mentee, until they accept. It takes the time of both people.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    waiting = models.ForeignKey(WaitlistEntry, on_delete=models.CASCADE, related_name="held_times")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    booking = models.OneToOneField(Booking, on_delete=models.CASCADE, related_name="held_time")
    at = models.DateTimeField()
    until = models.DateTimeField()
    answer = models.CharField(max_length=8, choices=HeldTimeAnswer, blank=True, default=HeldTimeAnswer.OPEN)
    # Grows when it is answered, so that a mail that has not left by then doesn't.
    version = models.PositiveSmallIntegerField(default=0)

    objects = HeldTimeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(answer=""), name="one_held_time_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} until {self.until:%Y-%m-%d %H:%M}"

    @property
    def is_agreed(self) -> bool:
        """Whether its mentor offered it to this very person, so that it is booked without asking them again."""
        return hasattr(self, "route")

    @property
    def is_helped(self) -> bool:
        """Whether something else has helped its person meanwhile."""
        return self.answer != HeldTimeAnswer.TAKEN and self.waiting.ended in HELPED


class ReservedTime(models.Model):
    """Time of a mentor that came free while people waited. Nobody else can book it before the line has been asked.

    It counts as it did while it was taken (`counts_as_given` means the same as in `availability.rules.Taken`), at most
    until `until`, whether or not the line was asked. See `availability.reserved_time`.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    during = DateTimeRangeField(default_bounds="[)")
    counts_as_given = models.BooleanField(default=False)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person_id}: {self.during} until {self.until:%H:%M:%S}"


def waitlist_sql(since: str) -> str:
    """Whether anyone waits in line for time of `profile` that came free at `since`, in a larger statement.

    `WaitlistEntryQuerySet.askable` says the same, but for the words: only a search can tell whether the mentor can help
    with them, so who waits for help with a question waits for everyone.
    """
    return f"""EXISTS (
        SELECT FROM sessions_app_waitlistentry AS waiting
        WHERE waiting.ended_at IS NULL AND waiting.until > %(now)s AND waiting.since <= {since}
            AND (waiting.mentor_id = profile.id OR waiting.mentor_id IS NULL)
            AND waiting.person_id <> profile.person_id
            AND NOT EXISTS (
                SELECT FROM sessions_app_heldtime AS held
                WHERE held.person_id = waiting.person_id AND held.answer = '{HeldTimeAnswer.OPEN.value}'
            )
    )"""
