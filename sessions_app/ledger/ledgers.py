"""A person's ledger at one moment, and what follows from its number."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import User
from common.statements import Prepared
from common.times import when_text
from sessions_app.errors import SessionError
from sessions_app.models import Role

from .statement import ledger_sql
from .weights import falls_to

MOMENT, PERSON = "%(now)s::timestamptz", "%(person)s::bigint"
LEDGERS = {side: Prepared(ledger_sql(side, PERSON, MOMENT)) for side in Role}


@dataclass(frozen=True, slots=True)
class Ledger:
    """`last_fact`: when the newest thing happened that counts against the person."""

    number: float = 0.0
    last_fact: datetime | None = None

    @property
    def confirms(self) -> bool:
        """Whether sessions ahead are to be confirmed."""
        return self.number >= settings.LEDGER_CONFIRMS_FROM

    @property
    def pauses(self) -> bool:
        return self.number >= settings.LEDGER_PAUSES_FROM

    @property
    def is_reviewed(self) -> bool:
        return self.number >= settings.LEDGER_REVIEWED_FROM

    def paused_until(self, now: datetime) -> datetime | None:
        """Until when there are no new bookings: so long after the last fact, or until the number has fallen."""
        if not self.pauses or self.last_fact is None:
            return None
        falls = falls_to(self.number, settings.LEDGER_PAUSES_FROM, now)
        until = min(self.last_fact + settings.LEDGER_PAUSE, falls)
        return until if until > now else None

    @property
    def is_near_pause(self) -> bool:
        """Whether one more missed session brings the pause."""
        return not self.pauses and self.number + 1 >= settings.LEDGER_PAUSES_FROM


def ledger_of(person: User, side: Role, *, now: datetime) -> Ledger:
    with connection.cursor() as cursor:
        LEDGERS[side].execute(cursor, {"person": person.pk, "now": now})
        return Ledger(*cursor.fetchone())


def why_paused(mentee: User, *, now: datetime, ledger: Ledger) -> SessionError | None:
    """The refusal for a mentee in a pause."""
    until = ledger.paused_until(now)
    if until is None:
        return None
    words = _(
        "You’ve missed sessions lately, or cancelled them late, so booking is paused until %(when)s. If one of them "
        "shouldn’t count, you can say so."
    )
    return SessionError(
        "paused", words % {"when": when_text(until, zone=mentee.zone_name, now=now, hour12=mentee.hour12)}
    )
