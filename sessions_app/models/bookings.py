"""From a brief to an agreed time. A booking is one row for its whole life; every change adds an event to its log."""

import secrets
import uuid
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F, Func, Q, Value
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rules.validators import validate_plain_text
from common.known import known
from common.pages.seen import mark_of
from live.streams import StreamKind, name_stream
from mentors.models import Format, IssueType, Offer
from programmes.models import Programme

from .states import AGREED, CALLED_OFF, CONTACTS, OPEN, OVER, PENDING, UNANSWERED, VISITORS_HOLD, BookingState

QUESTION_LENGTH = 500
# Why a session is cancelled or a request declined, as it is told to the other side.
REASON_LENGTH = 500
JOIN_OPENS_BEFORE = timedelta(minutes=10)
JOIN_CLOSES_AFTER = timedelta(minutes=15)


class Brief(models.Model):
    """What the mentee needs. Only the question is required. The author is unknown while a visitor's slot is held."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="briefs")
    question = models.CharField(_("question"), max_length=QUESTION_LENGTH, validators=[validate_plain_text])
    issue_type = models.CharField(max_length=10, choices=IssueType, blank=True)
    situation = models.TextField(max_length=2000, blank=True, validators=[validate_plain_text])
    tried = models.TextField(max_length=2000, blank=True, validators=[validate_plain_text])
    done_when = models.CharField(max_length=500, blank=True, validators=[validate_plain_text])
    needed_by = models.DateField(null=True, blank=True)
    # What only briefs of this kind are asked, by the question's key: see `briefs`.
    answers = models.JSONField(default=dict, blank=True)
    question_changed_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Exact(Func("answers", function="jsonb_typeof", output_field=models.TextField()), "object"),
                name="brief_answers_have_names",
            )
        ]
        indexes = [models.Index(fields=["created_at"], condition=Q(author__isnull=False), name="brief_asked")]

    def __str__(self) -> str:
        return self.question[:60]

    @property
    def other_texts(self) -> list[str]:
        return [self.situation, self.tried, self.done_when]

    @property
    def texts(self) -> list[str]:
        """All that its author wrote in their own words."""
        return [self.question, *self.other_texts, *map(str, self.answers.values())]

    @property
    def shown_question(self) -> str:
        return self.question or str(_("The question was deleted"))

    @property
    def mark(self) -> str:
        """A hash of everything in the brief, to tell whether it has changed."""
        answers = sorted(self.answers.items())
        return mark_of(self.question, self.issue_type, *self.other_texts, self.needed_by, answers)

    @property
    def is_prepared(self) -> bool:
        """Whether there is more to read than the question."""
        return any([*self.other_texts, self.needed_by, *self.answers])


class EngagementQuerySet(models.QuerySet["Engagement"]):
    def visible_to(self, person: User) -> Self:
        """The engagements of this person. Those of a visitor's hold, which has no mentee yet, are nobody's."""
        return self.filter(Q(mentor=person) | Q(mentee=person)).exclude(mentee=None)

    def live(self) -> Self:
        return self.filter(closed_at=None)

    def between(self, mentee: User, mentor: User) -> Self:
        return self.filter(mentee=mentee, mentor=mentor)


def own_engagement_sql(person: str) -> str:
    """`EngagementQuerySet.visible_to` as a condition of a larger statement, on its row `engagement`."""
    return f"({person} IN (engagement.mentor_id, engagement.mentee_id) AND engagement.mentee_id IS NOT NULL)"


class Engagement(models.Model):
    """One mentee, one mentor, one brief. It holds their bookings, and closes by itself."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    mentee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="engagements_as_mentee"
    )
    mentor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="engagements_as_mentor")
    brief = models.ForeignKey(Brief, on_delete=models.PROTECT, related_name="engagements")
    # An earlier engagement about the same question, with another mentor. Only the mentee may know of it.
    continues = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="continued_by", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # Its id. A trigger writes it, so it is only known of rows that were read.
    newest_message = models.BigIntegerField(null=True, editable=False)

    objects = EngagementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(mentee=F("mentor")), name="engagement_joins_two_people"),
            models.UniqueConstraint(
                fields=["mentee", "mentor"], condition=Q(closed_at=None), name="one_live_engagement_per_pair"
            ),
        ]
        indexes = [
            models.Index(
                fields=[role, "newest_message"], condition=Q(newest_message__isnull=False), name=f"threads_of_{role}"
            )
            for role in ("mentor", "mentee")
        ]

    def __str__(self) -> str:
        return f"{self.mentee} with {self.mentor}"

    @property
    def stream(self) -> str:
        """Where the open pages of both people hear that something of theirs is new."""
        return name_stream(StreamKind.THREAD, self.uuid)

    def other_person(self, person: User) -> User:
        """The other of the two people; only for an engagement that has both, which a visitor's hold hasn't."""
        return known(self.mentee if person.pk == self.mentor_id else self.mentor)


def overdue_sql(moment: str = "%(now)s") -> str:
    """`BookingQuerySet.overdue` as a condition of a larger statement, on its row `booking`: false if there is none."""
    pending = ", ".join(f"'{state.value}'" for state in PENDING)
    return f"((booking.state IN ({pending}) AND booking.expires_at <= {moment}) IS TRUE)"


def given_sql(person: str) -> str:
    """`OccupancyQuerySet.given_by` as a condition of a larger statement, on the row `booking` of an occupancy."""
    return f"((booking.mentor_id = {person} AND booking.state <> '{BookingState.HELD.value}') IS TRUE)"


def visible_sql(person: str) -> str:
    """`BookingQuerySet.visible_to` as a condition of a larger statement, on its row `booking`."""
    both = f"{person} IN (booking.mentor_id, booking.mentee_id) AND booking.mentee_id IS NOT NULL"
    return f"({both} AND booking.state <> '{BookingState.HELD.value}')"


class BookingQuerySet(models.QuerySet["Booking"]):
    def visible_to(self, person: User) -> Self:
        """The bookings of this person. A visitor's hold is nobody's, even when it has run out."""
        return self.filter(Q(mentor=person) | Q(mentee=person)).exclude(Q(mentee=None) | Q(state=BookingState.HELD))

    def overdue(self, now: datetime) -> Self:
        """Holds and requests whose deadline has passed. They count as free."""
        return self.filter(state__in=PENDING, expires_at__lte=now)

    def open_for(self, mentee: User, now: datetime) -> Self:
        """Bookings of this mentee that are requested or confirmed, and neither over nor overdue."""
        ahead = self.filter(mentee=mentee, state__in=OPEN, during__endswith__gt=now)
        return ahead.exclude(state__in=PENDING, expires_at__lte=now)

    def mentors_ahead(self, mentee: User, now: datetime) -> models.QuerySet["Booking", int]:
        """The mentors with whom this mentee has anything open: the limit counts them, not the dates with each."""
        return self.open_for(mentee, now).order_by("mentor").values_list("mentor", flat=True).distinct()

    def upcoming(self, now: datetime) -> Self:
        return self.filter(state=BookingState.CONFIRMED, during__endswith__gt=now).order_by("during")

    def waiting(self) -> Self:
        return self.filter(state__in=UNANSWERED).order_by("during")

    def requested(self) -> Self:
        return self.filter(state=BookingState.REQUESTED).order_by("during")

    def past(self, now: datetime) -> Self:
        over = Q(state__in=OVER) | Q(state=BookingState.CONFIRMED, during__endswith__lte=now)
        return self.filter(over).order_by("-during__startswith", "-pk")

    def contacts_of(self, engagement: Engagement) -> Self:
        return self.filter(engagement=engagement, state__in=CONTACTS).order_by("during")

    def others_of(self, booking: "Booking") -> Self:
        return self.filter(engagement=booking.engagement_id).exclude(pk=booking.pk).order_by("during")

    def called_off(self) -> Self:
        states = CALLED_OFF
        return self.filter(state__in=states).order_by("-during__startswith", "-pk")

    def newest_of(self, person: User, most: int) -> Self:
        """The `most` newest of this person's. Those of each role are found by an index, however many there are."""
        sides = [side.order_by("-during__startswith", "-pk").values("pk")[:most] for side in self.sides_of(person)]
        return self.filter(pk__in=sides[0].union(sides[1], all=True)).order_by("-during__startswith", "-pk")[:most]

    def sides_of(self, person: User) -> tuple[Self, Self]:
        """This person's as a mentor and as a mentee: `visible_to` in two parts, each of which an index finds."""
        seen = self.exclude(Q(mentee=None) | Q(state=BookingState.HELD))
        return seen.filter(mentor=person), seen.filter(mentee=person)

    def with_people(self) -> Self:
        return self.select_related("mentor__mentor_profile", "mentee", "offer", "engagement__brief")


def new_room() -> str:
    return secrets.token_urlsafe(18)


class Booking(models.Model):
    """`during` is half-open and in UTC.

    Changes compare (state, version) before they write: see `booking.transitions`.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="bookings")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="bookings")
    # Each of the two is found by indexes that begin with them.
    mentor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="bookings_as_mentor", db_index=False
    )
    mentee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="bookings_as_mentee",
        db_index=False,
    )
    # If several were booked in one act, the first of them. Notices about the act are about that one.
    booked_with = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="booked_together", editable=False
    )
    # The one that both shared when it was booked, or that the mentee chose of several; null where there was none, or
    # nothing was chosen. It never changes after.
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, null=True, blank=True, related_name="bookings", db_index=False
    )
    during = DateTimeRangeField(default_bounds="[)")
    format = models.CharField(max_length=10, choices=Format)
    state = models.CharField(max_length=15, choices=BookingState)
    version = models.PositiveIntegerField(default=0)
    # The calendar's SEQUENCE: grows when the time, the question or what calendars call the state changes.
    sequence = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(null=True, blank=True)
    extended = models.BooleanField(default=False)
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    late = models.BooleanField(default=False)
    # Minutes that both agreed to add at the end.
    overtime = models.PositiveSmallIntegerField(default=0)
    moves = models.PositiveSmallIntegerField(default=0)
    room = models.CharField(max_length=40, default=new_room, editable=False)
    idempotency_key = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001 - null keeps it out of the index
    # A hash of the visitor's address, so that holds can be limited without keeping the address.
    held_for = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(mentee__isnull=False) | Q(state__in=VISITORS_HOLD),
                name="only_a_held_booking_may_lack_its_mentee",
            ),
            models.CheckConstraint(condition=~Q(mentee=F("mentor")), name="booking_joins_two_people"),
            models.CheckConstraint(condition=~Q(format=Format.WRITING), name="nothing_in_writing_takes_time"),
            models.CheckConstraint(
                condition=~Q(state__in=PENDING) | Q(expires_at__isnull=False),
                name="what_waits_has_a_deadline",
            ),
            models.CheckConstraint(
                condition=~Q(state=BookingState.CONFIRMED) | Q(confirmed_at__isnull=False),
                name="confirmed_booking_has_a_date",
            ),
            models.UniqueConstraint(fields=["mentee", "idempotency_key"], name="one_booking_per_key"),
        ]
        indexes = [
            GistIndex(fields=["during"], name="booking_during"),
            models.Index(fields=["mentor", "state"], name="booking_mentor_state"),
            models.Index(fields=["mentee", "state"], name="booking_mentee_state"),
            models.Index(F("mentor"), F("during__startswith"), name="booking_mentor_start"),
            models.Index(F("mentee"), F("during__startswith"), name="booking_mentee_start"),
            models.Index(F("during__startswith"), name="booking_start"),
            models.Index(
                fields=["programme", "created_at"],
                condition=Q(programme__isnull=False),
                name="booking_of_programme",
            ),
            models.Index(F("during__endswith"), condition=Q(state=BookingState.CONFIRMED), name="booking_to_complete"),
            models.Index(
                fields=["expires_at"],
                condition=Q(state__in=PENDING),
                name="booking_to_expire",
            ),
        ]

    def __str__(self) -> str:
        return date_format(timezone.localtime(self.start), "DATETIME_FORMAT")

    @property
    def start(self) -> datetime:
        return self.during.lower

    @property
    def end(self) -> datetime:
        return self.during.upper

    @property
    def length(self) -> int:
        return round((self.end - self.start).total_seconds() / 60)

    @property
    def booked_length(self) -> int:
        """The length in minutes without those that were added at the end."""
        return self.length - self.overtime

    @property
    def question(self) -> str:
        return self.engagement.brief.shown_question

    @property
    def participants(self) -> list[int]:
        """The ids of the mentor and, if there is one yet, the mentee."""
        return [person for person in (self.mentor_id, self.mentee_id) if person is not None]

    def other_person(self, person: User) -> User:
        """The other of the two people; only for a booking that has both, which a visitor's hold hasn't."""
        return known(self.mentee if person.pk == self.mentor_id else self.mentor)

    def held_spans(self) -> list[DateTimeTZRange]:
        """The time that it takes: its own, or all the times that are offered instead."""
        if self.state != BookingState.COUNTERED:
            return [self.during]
        return list(self.counter_times.values_list("during", flat=True))

    def asked_span(self) -> DateTimeTZRange:
        """The time of a request, also when its mentor has offered others."""
        asked = self.events.filter(to_state=BookingState.REQUESTED)
        return asked.order_by("-at", "-pk").values_list("during", flat=True)[0]

    @property
    def cannot_take_place(self) -> bool:
        """It was ended, and nobody is to blame: see `booking.ending`."""
        return self.state == BookingState.CANCELLED and self.ended_by_id is None

    def has_ended(self, now: datetime) -> bool:
        return self.end <= now

    def is_overdue(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    @property
    def join_opens(self) -> datetime:
        return self.start - JOIN_OPENS_BEFORE

    @property
    def join_closes(self) -> datetime:
        """The moment until which people can join; it moves along when the session is made longer."""
        return self.end + JOIN_CLOSES_AFTER

    def is_join_open(self, now: datetime) -> bool:
        return self.state in AGREED and self.join_opens <= now < self.join_closes


class BookingEventQuerySet(models.QuerySet["BookingEvent"]):
    def acceptances(self, first: int) -> Self:
        """The acceptances, in order, of the requests that were made in one act with `first`."""
        accepted = self.filter(from_state=BookingState.REQUESTED, to_state=BookingState.CONFIRMED)
        return accepted.filter(booking__booked_with=first).order_by("pk")


class BookingEvent(models.Model):
    """One change of a booking. Append-only, which a trigger ensures."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="events")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    from_state = models.CharField(max_length=15, blank=True)
    to_state = models.CharField(max_length=15)
    # What people were told of (a name in `booking.notices.due.EVENTS`); empty when they were told nothing.
    event = models.CharField(max_length=15, blank=True)
    during = DateTimeRangeField(default_bounds="[)")
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    at = models.DateTimeField()
    # The booking's version from then on; unknown of old ones.
    version = models.PositiveIntegerField(null=True)

    objects = BookingEventQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.from_state}→{self.to_state}"


class CounterTime(models.Model):
    """A time that a mentor offers in answer to a request, which can't be had as it was asked for. Never updated."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="counter_times")
    during = DateTimeRangeField(default_bounds="[)")

    class Meta:
        ordering = ["during"]
        constraints = [
            ExclusionConstraint(
                name="counter_times_of_a_request_do_not_overlap",
                expressions=[
                    (
                        Func(F("booking_id"), F("booking_id"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id}: {self.during}"


BOOKING_SUBJECT = "booking"
