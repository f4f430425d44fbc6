"""Who came to a session: what people pressed and said, and what staff decided if they disagree."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.rules.validators import validate_plain_text

from .bookings import Booking
from .feedback import Feedback
from .states import AGREED

WORDS_LENGTH = 500


# So old a claim nobody settles any more, however long no worker was there to.
SETTLED_WITHIN = timedelta(days=60)


class AttendanceKind(models.TextChoices):
    JOINED = "joined", _("pressed Join")
    LATE = "late", _("is running late")
    # About the other person
    ABSENT = "absent", _("says the other person hasn’t come")
    ARRIVED = "arrived", _("says the other person is here after all")
    # About oneself
    CAME = "came", _("says they came")
    MISSED = "missed", _("says they missed it")
    EXPLAINED = "explained", _("says what happened")
    # What stands is not so; staff decide. Two who each say that the other has not come contest each other.
    CONTESTED = "contested", _("asks the team to look at it")
    MENTEE_MISSED = "mentee_missed", _("decided: missed by the mentee")
    MENTOR_MISSED = "mentor_missed", _("decided: missed by the mentor")
    HELD = "held", _("decided: it doesn’t count against anyone")


# Said on the way to a session, so before it starts too; says nothing about whether the other came.
ON_THE_WAY = (AttendanceKind.JOINED, AttendanceKind.LATE)
DECISIONS = (AttendanceKind.MENTEE_MISSED, AttendanceKind.MENTOR_MISSED, AttendanceKind.HELD)

# A person who has done one of these doesn't count as missing when they stay silent.
SPEAKING = (AttendanceKind.JOINED, AttendanceKind.ABSENT, AttendanceKind.CAME, AttendanceKind.MISSED)


class AttendanceActQuerySet(models.QuerySet["AttendanceAct"]):
    def about(self, booking: Booking) -> Self:
        """The acts about the present time of the booking. It may have been moved after someone pressed Join."""
        return self.filter(booking=booking, start=booking.start)

    def unanswered(self, before: datetime) -> Self:
        """Statements from before then that the other has not come, to which the other hasn't replied.

        None that staff were asked to decide, or have decided: after "it counts against no one" the session is over and
        agreed again, and the statement is still there.
        """
        theirs = AttendanceAct.objects.filter(booking=models.OuterRef("booking"), start=models.OuterRef("start"))
        spoke = theirs.filter(kind__in=SPEAKING).exclude(person=models.OuterRef("person"))
        taken_back = theirs.filter(kind=AttendanceKind.ARRIVED, person=models.OuterRef("person"))
        for_staff = theirs.filter(kind__in=(AttendanceKind.CONTESTED, *DECISIONS))
        answered = Feedback.objects.filter(booking=models.OuterRef("booking")).exclude(author=models.OuterRef("person"))
        found = self.filter(
            kind=AttendanceKind.ABSENT,
            at__lte=before,
            at__gt=before - SETTLED_WITHIN,
            start=F("booking__during__startswith"),
            booking__state__in=AGREED,
        )
        for reply in (spoke, taken_back, for_staff, answered):
            found = found.exclude(models.Exists(reply))
        return found

    def undecided(self) -> Self:
        """Disputes that staff have been asked to decide and haven't."""
        decided = AttendanceAct.objects.filter(booking=models.OuterRef("booking"), kind__in=DECISIONS)
        return self.filter(kind=AttendanceKind.CONTESTED).exclude(models.Exists(decided))


class AttendanceAct(models.Model):
    """Append-only, which a trigger ensures. `start` is the start of the session that it is about."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="attendance")
    start = models.DateTimeField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=13, choices=AttendanceKind)
    words = models.CharField(max_length=WORDS_LENGTH, blank=True, validators=[validate_plain_text])
    at = models.DateTimeField()

    objects = AttendanceActQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ON_THE_WAY) | Q(at__gte=F("start")),
                name="attendance_is_said_after_the_start",
            ),
            models.UniqueConstraint(
                fields=["booking", "start", "person", "kind"],
                condition=~Q(kind=AttendanceKind.JOINED),
                name="attendance_is_said_once",
            ),
            models.UniqueConstraint(
                fields=["booking"], condition=Q(kind__in=DECISIONS), name="attendance_is_decided_once"
            ),
        ]
        indexes = [
            models.Index(fields=["at"], condition=Q(kind=AttendanceKind.ABSENT), name="attendance_absent"),
            models.Index(fields=["at"], condition=Q(kind=AttendanceKind.CONTESTED), name="attendance_contested"),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id}: {self.person_id} {self.kind}"
