"""What people may agree to beyond what the service needs, and the record of when they did.

Apps above enter a purpose for each such thing, with every version of its text that was ever shown. The thing itself is
switched on and off by acts of those apps, which also call `note_consent`: nothing asks the record whether it is on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from accounts.models import Consent, ConsentHow, User

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


@dataclass(frozen=True, slots=True)
class ConsentText:
    """What a form says beside the box: its label and the hint below it. `%(name)s` is the other person's first name."""

    label: "StrPromise"
    hint: "StrPromise"

    def lines_for(self, name: str) -> list[str]:
        return [str(part) % {"name": name} for part in (self.label, self.hint)]


@dataclass(frozen=True, slots=True)
class Purpose:
    """`texts`: all versions, the oldest first; one that people have seen is never changed or taken out.

    `is_on`: whether any of it is switched on for this person.
    """

    name: str
    what_for: "StrPromise"
    texts: Sequence[ConsentText]
    is_on: Callable[[User], bool]

    @property
    def version(self) -> int:
        return len(self.texts)

    @property
    def text(self) -> ConsentText:
        """The one that forms show now."""
        return self.texts[-1]


SwitchOff = Callable[[User, datetime], None]

purposes: dict[str, Purpose] = {}
_ways_off: dict[str, SwitchOff] = {}


def register_purpose(purpose: Purpose, switch_off: SwitchOff) -> None:
    """`switch_off(person, now)` switches off all of it, by the act that the person's own press elsewhere calls."""
    purposes[purpose.name] = purpose
    _ways_off[purpose.name] = switch_off


@transaction.atomic
def note_consent(
    *, purpose: Purpose, person: User, is_given: bool, now: datetime, how: ConsentHow = ConsentHow.PAGE
) -> None:
    """Write down what an act has just switched, in its transaction. `is_given`: whether it switched the thing on.

    One record covers all that the person agreed to for this purpose; it ends when the last of it is off. Locks the
    person, so that of two acts at once the second sees what the first has switched.
    """
    User.objects.lock_rows(person)
    live = Consent.objects.live().filter(person=person, purpose=purpose.name)
    if not is_given:
        if live.exists() and not purpose.is_on(person):
            live.update(withdrawn_at=Greatest("given_at", Value(now)))
        return
    live.exclude(text_version=purpose.version).update(withdrawn_at=Greatest("given_at", Value(now)))
    if not live.exists():
        Consent.objects.create(person=person, purpose=purpose.name, text_version=purpose.version, how=how, given_at=now)


@transaction.atomic
def withdraw_consent(*, purpose: Purpose, person: User, now: datetime) -> None:
    """Switch off all that this person agreed to for the purpose. Twice does no harm."""
    User.objects.lock_rows(person)
    _ways_off[purpose.name](person, now)


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A record with the words that belong to it."""

    consent: Consent
    purpose: Purpose

    @property
    def lines(self) -> list[str]:
        return words_of(self.consent)


def words_of(consent: Consent) -> list[str]:
    """The text as it was; where it had a mentor's name, it says "your mentor"."""
    return purposes[consent.purpose].texts[consent.text_version - 1].lines_for(_("your mentor"))


def list_consents(person: User) -> list[ConsentRow]:
    """What holds first, then what has ended, each the newest first."""
    rows = Consent.objects.filter(person=person).order_by(F("withdrawn_at").desc(nulls_first=True), "-given_at", "-pk")
    return [ConsentRow(row, purposes[row.purpose]) for row in rows]
