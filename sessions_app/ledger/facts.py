"""What a person's ledger consists of, as its page lists it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest, Least

from accounts.models import User
from sessions_app.models import AttendanceAct, Booking, BookingEvent, BookingState, Excuse, Message, Role
from trust.models import Separation

from .statement import MISSED_BY
from .weights import COUNTS_FOR, PARTS_WITHIN, WEIGHTS, FactKind, LedgerFact, fade


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One booking that counts for or against its reader."""

    fact: LedgerFact
    booking: Booking
    now: datetime

    @property
    def weighs(self) -> float:
        """What it adds to the number now, if nothing came between."""
        return WEIGHTS[self.fact.kind] * fade(self.now - self.fact.at)


def list_against(person: User, side: Role, *, now: datetime) -> list[LedgerEntry]:
    """What counts against this person on this side, newest first: the twin of `statement.against_sql`."""
    found = [
        LedgerEntry(LedgerFact(at, booking.pk, kind), booking, now)
        for at, booking, kind in _against(Booking.objects.all(), person, side, now)
    ]
    return sorted(found, key=lambda entry: entry.fact, reverse=True)


def counts_against(person: User, side: Role, booking: Booking, *, now: datetime) -> bool:
    """Whether this booking is in `list_against`."""
    return any(_against(Booking.objects.filter(pk=booking.pk), person, side, now))


def _against(
    bookings: "QuerySet[Booking]", person: User, side: Role, now: datetime
) -> Iterator[tuple[datetime, Booking, FactKind]]:
    excused = Excuse.objects.filter(booking=OuterRef("pk"), person=person)
    mine = bookings.filter(**{side.value: person}, during__startswith__gt=now - COUNTS_FOR)
    mine = mine.exclude(Exists(excused)).select_related("mentor", "mentee", "offer")
    disputed = AttendanceAct.objects.undecided().values("booking")
    for booking in mine.filter(state=MISSED_BY[side]).exclude(pk__in=disputed):
        yield min(booking.end, now), booking, FactKind.MISSED
    late = list(_cancelled_late(mine, person))
    cancelled = BookingEvent.objects.filter(booking__in=late, to_state=BookingState.CANCELLED)
    moments = dict(cancelled.values_list("booking", "at"))
    for booking in late:
        yield moments[booking.pk], booking, FactKind.LATE
    if side == Role.MENTOR:
        for booking in _unanswered(mine):
            if booking.expires_at:
                yield booking.expires_at, booking, FactKind.UNANSWERED


def _cancelled_late(mine: "QuerySet[Booking]", person: User) -> "QuerySet[Booking]":
    """Without those after which, or before which, the two parted."""
    late = mine.filter(state=BookingState.CANCELLED, late=True, ended_by=person)
    events = BookingEvent.objects.filter(booking=OuterRef("pk"), to_state=BookingState.CANCELLED)
    parted = Separation.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=OuterRef("cancelled_at")),
        low=Least(OuterRef("mentor"), OuterRef("mentee")),
        high=Greatest(OuterRef("mentor"), OuterRef("mentee")),
        since__lte=OuterRef("cancelled_at") + PARTS_WITHIN,
    )
    dated = late.annotate(cancelled_at=events.values("at")[:1])
    return dated.exclude(Exists(parted))


def _unanswered(mine: "QuerySet[Booking]") -> "QuerySet[Booking]":
    """Requests that ran out while their mentor did nothing. Of several that were sent in one act, the first."""
    ended = BookingEvent.objects.filter(
        booking=OuterRef("pk"), from_state=BookingState.REQUESTED, to_state=BookingState.EXPIRED
    )
    wrote = Message.objects.filter(
        engagement=OuterRef("engagement"),
        author=OuterRef("mentor"),
        sent_at__gte=OuterRef("created_at"),
        sent_at__lte=OuterRef("expires_at"),
    )
    first = Q(booked_with=None) | Q(booked_with=F("pk"))
    ran_out = mine.filter(first, Exists(ended), state=BookingState.EXPIRED, extended=False)
    return ran_out.exclude(Exists(wrote))
