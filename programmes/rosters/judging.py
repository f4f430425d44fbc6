"""What becomes of each row of a list: pure, from what stands in it and from who is in the programme."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self

from django.core.exceptions import ValidationError

from accounts.rules.validators import validate_person_name
from common.mail.addresses import canonical_address
from common.sheets.csv_files import FORMULA_STARTS
from common.texts import validate_plain_text
from programmes.models import (
    LIVE,
    SHUT_OUT,
    DomainRule,
    Invitee,
    Membership,
    MembershipState,
    Programme,
    Roster,
    Verdict,
)
from programmes.models.members import LONGEST_UNIT
from programmes.models.rosters import LONGEST_PERSON_NAME, RosterRow

from .columns import read_sides


@dataclass(frozen=True, slots=True)
class Known:
    """Someone in the programme, or an address that is invited to it. `state` is None for the latter."""

    gives: bool
    asks: bool
    state: str | None = None
    unit: str = ""
    person: int = 0


@dataclass(frozen=True, slots=True)
class ListFacts:
    """Who is known by which address, and what a list lets people do of whose sides it says nothing.

    `domains`: where the programme's people have their addresses; none where it names no domain.
    """

    people: Mapping[str, Known]
    gives: bool
    asks: bool
    domains: frozenset[str] = frozenset()

    @classmethod
    def read(cls, programme: Programme, roster: Roster, *, with_declined: bool = False) -> Self:
        """`with_declined`: who has declined an invitation counts as invited, else as new."""
        asked = Invitee.objects.all() if with_declined else Invitee.objects.waiting()
        invited = asked.filter(programme=programme).values_list("address", "gives", "asks", "unit")
        people = {address: Known(gives, asks, unit=unit) for address, gives, asks, unit in invited}
        members = Membership.objects.filter(programme=programme)
        for address, state, gives, asks, unit, person in members.values_list(
            "person__email", "state", "gives", "asks", "unit", "person"
        ):
            # Who left and is invited again counts as invited.
            if state != MembershipState.LEFT:
                people[address] = Known(gives, asks, state, unit, person)
        domains = DomainRule.objects.live().filter(programme=programme).values_list("domain", flat=True)
        return cls(people, roster.gives, roster.asks, frozenset(domains))


class SidesMeant(NamedTuple):
    """Whether someone mentors others (`gives`) and looks for mentors (`asks`)."""

    gives: bool
    asks: bool


@dataclass(frozen=True, slots=True)
class ListedPerson:
    address: str
    name: str
    unit: str
    gives: bool
    asks: bool


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """`listed` is None for a bad row; `known`: who has its address already."""

    row: RosterRow
    verdict: Verdict
    listed: ListedPerson | None = None
    known: Known | None = None


def judge_rows(rows: Iterable[RosterRow], facts: ListFacts) -> list[JudgedRow]:
    """In the order of `rows`. Of two rows with the same address the second is one too many."""
    judged, seen = [], set[str]()
    for row in rows:
        listed = read_row(row, facts)
        if isinstance(listed, Verdict):
            judged.append(JudgedRow(row, listed))
            continue
        if listed.address in seen:
            judged.append(JudgedRow(row, Verdict.TWICE))
            continue
        seen.add(listed.address)
        known = facts.people.get(listed.address)
        judged.append(JudgedRow(row, _verdict_of(listed, known), listed, known))
    return judged


def tidy_address(text: str) -> str:
    """In the form in which we compare addresses; what is none stays as it was typed."""
    try:
        return canonical_address(text)
    except ValidationError:
        return text


def read_row(row: RosterRow, facts: ListFacts) -> ListedPerson | Verdict:
    try:
        address = canonical_address(row.address)
    except ValidationError:
        return Verdict.BAD_ADDRESS
    is_outside = bool(facts.domains) and address.rpartition("@")[2] not in facts.domains
    sides = read_meant_sides(row, gives=facts.gives, asks=facts.asks)
    if not _is_usable(row.name, LONGEST_PERSON_NAME, is_name=True):
        return Verdict.BAD_NAME
    if not _is_usable(row.unit, LONGEST_UNIT):
        return Verdict.BAD_UNIT
    if sides is None:
        return Verdict.BAD_SIDES
    if is_outside and not row.is_kept and address not in facts.people:
        return Verdict.OUTSIDE
    return ListedPerson(address, row.name, row.unit, sides.gives, sides.asks)


def read_meant_sides(row: RosterRow, *, gives: bool, asks: bool) -> SidesMeant | None:
    """What the person in this row can do; `gives` and `asks` if it says nothing of it, None if that is unclear."""
    read = read_sides(row.sides)
    if read is None:
        return None
    return SidesMeant(*read) if any(read) else SidesMeant(gives, asks)


def _is_usable(text: str, longest: int, *, is_name: bool = False) -> bool:
    """Whether it is short enough, no spreadsheet would run it, and it shows what is there."""
    if len(text) > longest or text.startswith(FORMULA_STARTS):
        return False
    try:
        validate_plain_text(text)
        if is_name and text:
            validate_person_name(text)
    except ValidationError:
        return False
    return True


def _verdict_of(listed: ListedPerson, known: Known | None) -> Verdict:
    if known is None:
        return Verdict.NEW
    if known.state in SHUT_OUT:
        return Verdict.SHUT_OUT
    if known.state is None:
        is_same = (known.gives, known.asks, known.unit) == (listed.gives, listed.asks, listed.unit)
        return Verdict.UNCHANGED if is_same else Verdict.KNOWN
    is_other_unit = listed.unit not in ("", known.unit)
    if known.state == LIVE and known.gives >= listed.gives and known.asks >= listed.asks and not is_other_unit:
        return Verdict.UNCHANGED
    return Verdict.KNOWN
