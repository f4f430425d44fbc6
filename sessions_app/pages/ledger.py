"""What a person's page about missed and late sessions says: for each side the number, what made it, how it falls."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from sessions_app.ledger.facts import LedgerEntry, list_against
from sessions_app.ledger.ledgers import Ledger, ledger_of
from sessions_app.ledger.weights import FactKind, falls_to
from sessions_app.models import Excuse, Role

WHAT: dict[FactKind, str | Promise] = {
    FactKind.MISSED: _("Missed"),
    FactKind.LATE: _("Cancelled late"),
    FactKind.UNANSWERED: _("Request not answered"),
}


@dataclass(frozen=True, slots=True)
class LedgerRow:
    entry: LedgerEntry
    reader: User

    @property
    def what(self) -> str | Promise:
        return WHAT[self.entry.fact.kind]

    @property
    def other(self) -> User:
        return self.entry.booking.other_person(self.reader)


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """Of one side. `excused`: what would count if nobody had excused it, newest first."""

    side: Role
    reader: User
    ledger: Ledger
    entries: list[LedgerEntry]
    excused: list[Excuse]
    now: datetime

    @property
    def is_mentor(self) -> bool:
        return self.side == Role.MENTOR

    @property
    def rows(self) -> list[LedgerRow]:
        return [LedgerRow(entry, self.reader) for entry in self.entries]

    @property
    def is_empty(self) -> bool:
        return not (self.entries or self.excused)

    @property
    def paused_until(self) -> datetime | None:
        return self.ledger.paused_until(self.now)

    @property
    def falls(self) -> Iterator[tuple[float, datetime]]:
        """The limits that the number is at or above, and when time alone will have taken it there, lowest last."""
        for limit in (settings.LEDGER_REVIEWED_FROM, settings.LEDGER_PAUSES_FROM, settings.LEDGER_CONFIRMS_FROM):
            if self.ledger.number >= limit:
                yield limit, falls_to(self.ledger.number, limit, self.now)


def ledger_pages(reader: User, *, now: datetime) -> list[LedgerPage]:
    """As a mentee, and as a mentor where anything is told of that."""
    excuses = Excuse.objects.filter(person=reader).select_related("booking__mentor", "booking__mentee", "by")
    pages = []
    for side in Role:
        excused = list(excuses.filter(**{f"booking__{side.value}": reader}).order_by("-at"))
        against = list_against(reader, side, now=now)
        pages.append(LedgerPage(side, reader, ledger_of(reader, side, now=now), against, excused, now))
    return [
        page for page in pages if page.side == Role.MENTEE or not page.is_empty or hasattr(reader, "mentor_profile")
    ]
