"""A list from its upload to its end: read, its columns chosen, its bad rows mended or dropped, applied or dropped.

Who applies a list decides about the rows that the page has shown: if its rows, or the people in the programme, have
changed since, the list is shown again and nothing is done.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.pages.seen import mark_of
from programmes.errors import ProgrammeError, stale_error
from programmes.invitations import why_closed
from programmes.managers import check_manages, lock_programme
from programmes.models import BAD, Membership, Programme, Roster, RosterRow, RosterState, Verdict
from programmes.models.rosters import OPEN_STATES
from programmes.notices import tell_list_applied

from .applying import AT_ONCE, apply_rows, find_people
from .columns import Field, match_columns, unique_headings
from .judging import JudgedRow, ListFacts, judge_rows, tidy_address
from .reading import read_list, too_long

LOOKS_FOR_ADDRESS = 20
# The place of a column that a list doesn't have
FAR_OFF = 10**6


@dataclass(frozen=True, slots=True)
class ListInput:
    """A file, and what the people in it can do where it doesn't say so itself."""

    content: bytes
    gives: bool
    asks: bool


@dataclass(frozen=True, slots=True)
class RowInput:
    """One row as a manager has mended it. `is_kept`: although its address is outside the programme's domains."""

    address: str
    name: str
    sides: str
    unit: str
    is_kept: bool = False


def open_roster_of(programme: Programme) -> Roster | None:
    return Roster.objects.filter(programme=programme, state__in=OPEN_STATES).first()


def roster_mark(roster: Roster) -> str:
    return mark_of(roster.pk, roster.version)


def row_mark(row: RosterRow) -> str:
    return mark_of(row.pk, row.address, row.name, row.sides, row.unit, row.is_kept)


@transaction.atomic
def upload_roster(*, programme: Programme, given: ListInput, by: User, now: datetime) -> Roster:
    """Take up a list to be checked. Nobody is invited yet.

    Raises PermissionDenied, ProgrammeError `no_side`, `list_open`, as `read_list`, and as `join` when the programme
    takes nobody.
    """
    programme = lock_programme(programme)
    check_manages(by, programme)
    if refusal := why_closed(programme, now):
        raise refusal
    if not (given.gives or given.asks):
        raise ProgrammeError("no_side", _("Choose what people on this list can do."), field="sides")
    if open_roster_of(programme):
        words = _("There’s a list that isn’t applied yet. Apply it or drop it first.")
        raise ProgrammeError("list_open", words, field="file")
    rows = read_list(given.content).rows
    last = Roster.objects.filter(programme=programme).exclude(columns={}).order_by("-at", "-pk").first()
    headings, columns, is_headed = _find_columns(rows, last.columns if last else {})
    listed = rows[1:] if is_headed else rows
    if not listed:
        words = _("There are only headings in this file. Add a row for each person, and upload it again.")
        raise ProgrammeError("list_empty", words, field="file")
    if len(listed) > settings.MAX_LIST_ROWS:
        raise too_long()
    roster = Roster.objects.create(
        programme=programme,
        by=by,
        at=now,
        file_hash=sha256(given.content).hexdigest(),
        state=RosterState.READ,
        gives=given.gives,
        asks=given.asks,
        headings=headings,
        columns=columns,
    )
    RosterRow.objects.bulk_create(
        (RosterRow(roster=roster, number=number, cells=cells) for number, cells in listed), batch_size=AT_ONCE
    )
    if Field.ADDRESS in columns:
        _use_columns(roster, columns)
    return roster


def _find_columns(
    rows: Sequence[tuple[int, Sequence[str]]], remembered: Mapping[str, str]
) -> tuple[list[str], dict[str, str], bool]:
    """Headings, which of them stands for what, and whether the first row has them: a bare list has none."""
    widest = max(len(cells) for _number, cells in rows)
    first = [*rows[0][1], *[""] * (widest - len(rows[0][1]))]
    is_headed = not any("@" in cell for cell in first)
    headings = unique_headings(first if is_headed else [""] * widest)
    columns = match_columns(headings, remembered)
    if Field.ADDRESS not in columns:
        full = [
            heading
            for place, heading in enumerate(headings)
            if any("@" in cells[place] for _number, cells in rows[:LOOKS_FOR_ADDRESS] if place < len(cells))
        ]
        if len(full) == 1:
            columns[Field.ADDRESS.value] = full[0]
    return headings, columns, is_headed


@transaction.atomic
def choose_columns(*, programme: Programme, chosen: Mapping[str, str], by: User, seen: str) -> Roster:
    """Say which heading stands for what: all rows are read again. It is remembered for the programme's next list.

    Raises PermissionDenied, ProgrammeError `stale`, `list_gone`, `no_address_column`, `column_twice`.
    """
    roster = _lock_open(programme, by, seen)
    columns = {field: heading for field, heading in chosen.items() if heading in roster.headings}
    if Field.ADDRESS not in columns:
        words = _("Choose the column with the email addresses.")
        raise ProgrammeError("no_address_column", words, field=Field.ADDRESS)
    for field, heading in columns.items():
        if list(columns.values()).count(heading) > 1 and field != Field.ADDRESS:
            raise ProgrammeError("column_twice", _("Choose each column only once."), field=field)
    _use_columns(roster, columns)
    return roster


def _use_columns(roster: Roster, columns: Mapping[str, str]) -> None:
    places = {field: roster.headings.index(columns[field]) if field in columns else FAR_OFF for field in Field}
    rows = list(roster.rows.order_by("number"))
    for row in rows:
        for field, place in places.items():
            setattr(row, field.value, row.cells[place] if place < len(row.cells) else "")
        row.address = tidy_address(row.address)
    RosterRow.objects.bulk_update(rows, list(Field), batch_size=AT_ONCE)
    roster.columns, roster.state = dict(columns), RosterState.CHECKED
    roster.save(update_fields=["columns", "state"])
    judge_again(roster, is_changed=True)


@transaction.atomic
def mend_row(*, programme: Programme, number: int, given: RowInput, by: User, seen: str) -> Verdict:
    """Put other words into one row. `seen`: its mark as the manager has had it. Returns what becomes of it now.

    Raises PermissionDenied, ProgrammeError `list_gone`, `stale`.
    """
    roster = _lock_open(programme, by)
    row = RosterRow.objects.filter(roster=roster, number=number).first()
    if row is None:
        raise _gone()
    if seen != row_mark(row):
        raise stale_error()
    row.address, row.name, row.sides, row.unit = tidy_address(given.address), given.name, given.sides, given.unit
    row.is_kept = given.is_kept
    row.save(update_fields=["address", "name", "sides", "unit", "is_kept"])
    judge_again(roster, is_changed=True)
    row.refresh_from_db()
    return Verdict(row.verdict)


@transaction.atomic
def drop_row(*, programme: Programme, number: int, by: User) -> bool:
    """Returns whether there was such a row. Raises PermissionDenied, ProgrammeError `list_gone`."""
    roster = _lock_open(programme, by)
    gone, _tables = RosterRow.objects.filter(roster=roster, number=number).delete()
    judge_again(roster, is_changed=gone > 0)
    return gone > 0


@transaction.atomic
def drop_bad_rows(*, programme: Programme, by: User, seen: str) -> int:
    """Returns how many went. Raises PermissionDenied, ProgrammeError `stale`, `list_gone`."""
    roster = _lock_open(programme, by, seen)
    gone, _tables = RosterRow.objects.filter(roster=roster, verdict__in=BAD).delete()
    judge_again(roster, is_changed=gone > 0)
    return gone


@transaction.atomic
def keep_outside(*, programme: Programme, by: User, seen: str) -> int:
    """Invite those, too, whose address is outside the programme's domains. Returns how many rows that are.

    Raises PermissionDenied, ProgrammeError `stale`, `list_gone`.
    """
    roster = _lock_open(programme, by, seen)
    kept = RosterRow.objects.filter(roster=roster, verdict=Verdict.OUTSIDE).update(is_kept=True)
    judge_again(roster, is_changed=kept > 0)
    return kept


@transaction.atomic
def drop_roster(*, programme: Programme, by: User, seen: str, now: datetime) -> None:
    """Give a list up: its rows are deleted. Raises PermissionDenied, ProgrammeError `stale`, `list_gone`."""
    settle_roster(_lock_open(programme, by, seen), RosterState.DROPPED, now)


def settle_roster(roster: Roster, state: RosterState, now: datetime) -> None:
    roster.rows.all().delete()
    roster.state, roster.settled_at, roster.headings, roster.version = state, now, [], roster.version + 1
    roster.save()


def apply_roster(*, programme: Programme, number: int, by: User, seen: str, now: datetime) -> int:
    """Invite everyone on a list who is new, and let those do more who are in already: all of it, or nothing.

    Applying it twice does it once. Returns how many addresses it has invited.

    Raises PermissionDenied, ProgrammeError `stale`, `list_gone`, `list_has_bad_rows`, `too_many_invited`, and as
    `join` when the programme takes nobody.
    """
    applied = _apply(programme, number, by, seen, now)
    if isinstance(applied, ProgrammeError):
        raise applied
    return applied


@transaction.atomic
def _apply(programme: Programme, number: int, by: User, seen: str, now: datetime) -> int | ProgrammeError:
    """A list that has changed is judged again, and that stays, so that the page shows it as it is now."""
    stale = stale_error()
    members = Membership.objects.filter(programme=programme)
    listed = RosterRow.objects.filter(roster=number, roster__programme=programme, verdict=Verdict.KNOWN)
    locked = list(members.filter(person__email__in=listed.values("address")).values_list("person", flat=True))
    User.objects.lock_rows(*locked)
    programme = lock_programme(programme)
    check_manages(by, programme)
    roster = Roster.objects.filter(programme=programme, pk=number).first()
    if roster is None or roster.state == RosterState.DROPPED:
        return _gone()
    if roster.state == RosterState.APPLIED:
        return roster.invited
    if refusal := why_closed(programme, now):
        return refusal
    if seen != roster_mark(roster):
        return stale
    version = roster.version
    judged = judge_again(roster)
    if roster.version != version or roster.state != RosterState.CHECKED:
        return stale
    if roster.bad:
        return ProgrammeError("list_has_bad_rows", _("Mend or drop the rows that can’t be used first."))
    if find_people(judged) - set(locked):
        return stale
    roster.invited = apply_rows(programme, judged, by, now)
    settle_roster(roster, RosterState.APPLIED, now)
    tell_list_applied(roster, by=by, now=now)
    return roster.invited


def judge_again(roster: Roster, *, is_changed: bool = False) -> list[JudgedRow]:
    """Say of each row what becomes of it as things are now; the list has a new version if that is something else."""
    if roster.state != RosterState.CHECKED:
        return []
    rows = list(roster.rows.order_by("number"))
    judged = judge_rows(rows, ListFacts.read(roster.programme, roster))
    changed = [one.row for one in judged if one.row.verdict != one.verdict]
    for one in judged:
        one.row.verdict = one.verdict
    RosterRow.objects.bulk_update(changed, ["verdict"], batch_size=AT_ONCE)
    roster.bad = sum(one.verdict in BAD for one in judged)
    roster.version += bool(changed or is_changed)
    roster.save(update_fields=["bad", "version"])
    return judged


def count_verdicts(roster: Roster) -> Counter[str]:
    return Counter(roster.rows.values_list("verdict", flat=True))


def _lock_open(programme: Programme, by: User, seen: str | None = None) -> Roster:
    """The programme's open list, locked with it. `seen`: the mark of what the manager has had before them.

    Raises PermissionDenied, ProgrammeError `list_gone`, `stale`.
    """
    programme = lock_programme(programme)
    check_manages(by, programme)
    roster = open_roster_of(programme)
    if roster is None:
        raise _gone()
    if seen is not None and seen != roster_mark(roster):
        raise stale_error()
    return roster


def _gone() -> ProgrammeError:
    words = _("This list was applied or dropped in another window. Upload it again if you still need it.")
    return ProgrammeError("list_gone", words)
