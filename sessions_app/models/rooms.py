"""A call that two browsers hold directly: who sits in it, and what they tell each other until they are connected."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .bookings import JOIN_CLOSES_AFTER, Booking

# A seat that hasn't been heard of for so long is empty.
HEARD_WITHIN = timedelta(seconds=30)
# What is kept of a call goes so long after its room has closed.
ROOM_KEEPS = timedelta(minutes=15)
TAB_LENGTH = 36
# An offer of a browser with every codec has some 7,000 characters.
SIGNAL_LENGTH = 16_384


class RoomSeat(models.Model):
    """One window of a browser in which a person is, or was, in the call of a session.

    `key` is another one each time the window enters, so what was said to it before doesn't reach it any more.
    """

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="seats")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # A name that the window gave itself
    tab = models.CharField(max_length=TAB_LENGTH)
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    taken_at = models.DateTimeField()
    heard_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["booking", "person", "tab"], name="one_seat_for_each_window"),
            models.UniqueConstraint(
                fields=["booking", "person"], condition=Q(left_at=None), name="nobody_sits_in_a_call_twice"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id}: {self.person_id}"


class SignalKind(models.TextChoices):
    OFFER = "offer", _("offer")
    ANSWER = "answer", _("answer")
    CANDIDATE = "candidate", _("candidate")


class RoomSignal(models.Model):
    """What the browser of one person tells the other's to connect to it. We pass it on and never read it.

    `sender` and `receiver` are keys of seats.
    """

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    sender = models.UUIDField()
    receiver = models.UUIDField()
    kind = models.CharField(max_length=9, choices=SignalKind)
    body = models.TextField(max_length=SIGNAL_LENGTH)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["receiver", "id"], name="signals_to_a_seat"),
            models.Index(fields=["booking", "person", "at"], name="signals_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.booking_id}"


def forget_rooms(*, now: datetime) -> int:
    """Delete who sat in calls that are over, and what was said there. Who came to a session is kept elsewhere."""
    over = Booking.objects.filter(during__endswith__lte=now - JOIN_CLOSES_AFTER - ROOM_KEEPS)
    # Also of a session that was moved after someone was in its room.
    old = Q(booking__in=over)
    signals = RoomSignal.objects.filter(old | Q(at__lte=now - timedelta(days=1))).delete()[0]
    return signals + RoomSeat.objects.filter(old | Q(heard_at__lte=now - timedelta(days=1))).delete()[0]
