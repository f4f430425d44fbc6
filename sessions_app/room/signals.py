"""What two browsers tell each other to connect: kept as text for the other one, checked for its shape only."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from sessions_app.errors import SessionError
from sessions_app.models import Booking, RoomSeat, RoomSignal, SignalKind
from sessions_app.models.rooms import SIGNAL_LENGTH

from .seats import stay_seated, tell_room, why_no_room

SIGNALS_A_MINUTE = 120
SIGNALS_AT_ONCE = 20
LONGEST_CANDIDATE = 500
# RFC 8866: lines of one letter, an equals sign and text without control characters; the first one is the version.
DESCRIPTION = re.compile(r"v=0\r\n(?:[a-z]=[^\x00-\x1f\x7f]*\r\n)+")
# RFC 8839: foundation, component, transport, priority, address, port, type, and pairs of a name and a value.
CANDIDATE = re.compile(
    r"candidate:[A-Za-z0-9+/]{1,32} [0-9]{1,5} (?:udp|tcp|UDP|TCP) [0-9]{1,10} [A-Za-z0-9.:%-]{1,253} [0-9]{1,5}"
    r" typ (?:host|srflx|prflx|relay)(?: [!-~]+ [!-~]+)*"
)


@dataclass(frozen=True, slots=True)
class SignalInput:
    """`to` is the key of the seat it is for."""

    kind: SignalKind
    to: UUID
    body: str

    @property
    def is_well_formed(self) -> bool:
        if self.kind == SignalKind.CANDIDATE:
            return len(self.body) <= LONGEST_CANDIDATE and CANDIDATE.fullmatch(self.body) is not None
        return len(self.body.encode()) <= SIGNAL_LENGTH and DESCRIPTION.fullmatch(self.body) is not None


@dataclass(frozen=True, slots=True)
class RoomNews:
    """What a window learns when it asks: who else is there, and what was said to it."""

    booking: Booking
    seat: RoomSeat
    other: RoomSeat | None
    signals: Sequence[RoomSignal]


def exchange_signals(
    *,
    booking: Booking,
    by: User,
    seat: UUID,
    sent: Sequence[SignalInput] = (),
    after: int = 0,
    leaves: bool = False,
    now: datetime,
) -> RoomNews:
    """Pass on what this window says, and return what is said to it since the signal `after`.

    Raises SessionError `held_elsewhere`, `not_open`, `seat_lost`, `bad_signal`, `too_many_signals`.
    """
    if refusal := why_no_room(booking, now=now):
        raise refusal
    if not all(signal.is_well_formed for signal in sent):
        raise SessionError("bad_signal", _("This can’t be passed on: it isn’t what a browser says to connect."))
    with transaction.atomic():
        seating = stay_seated(booking, by, seat, leaves=leaves, now=now)
        other = seating.other
        if sent:
            check_pace(booking, by, len(sent), now=now)
        # A window that has left or been loaded again since has another key, and no use for it.
        for_other = [signal for signal in sent if other is not None and signal.to == other.key]
        whose = {"booking": booking, "person": by, "sender": seat, "at": now}
        rows = [RoomSignal(receiver=one.to, kind=one.kind, body=one.body, **whose) for one in for_other]
        RoomSignal.objects.bulk_create(rows)
        if rows or leaves:
            tell_room(booking)
    heard = RoomSignal.objects.filter(receiver=seat, pk__gt=after).order_by("pk")
    return RoomNews(booking, seating.mine, other, list(heard[: 2 * SIGNALS_A_MINUTE]))


def check_pace(booking: Booking, by: User, more: int, *, now: datetime) -> None:
    minute = timedelta(minutes=1)
    said = RoomSignal.objects.filter(booking=booking, person=by, at__gt=now - minute).count()
    if said + more > SIGNALS_A_MINUTE:
        words = _("Your browser is sending too much at once. Wait a minute, then join the call again.")
        raise SessionError("too_many_signals", words, wait=minute)
