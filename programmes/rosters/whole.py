"""A whole list of people, as a program sends it: who is new on it is invited, and whom lists brought and it lacks goes.

Its rows are judged and applied as those of a list on the page. Sent again it does nothing.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Self

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import TracedAct, User
from programmes.errors import ProgrammeError, stale_error
from programmes.invitations import why_closed
from programmes.managers import check_manages, lock_programme
from programmes.members import let_go, note_ends
from programmes.models import (
    BAD,
    LIVE,
    Invitee,
    Membership,
    Programme,
    Roster,
    RosterRow,
    RosterState,
    Source,
    Verdict,
)
from programmes.notices import News, tell_member

from .applying import apply_rows, find_people
from .judging import JudgedRow, ListFacts, judge_rows, tidy_address
from .reading import too_long

# Without a word that it is meant, a list ends at most this part of those whom lists have brought or invited.
ONE_IN = 5


@dataclass(frozen=True, slots=True)
class RowSent:
    """`sides` as a cell of a list has them: empty for what the whole list says."""

    address: str
    name: str = ""
    sides: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class WholeList:
    """`keeps_outside`: also whose address is outside the programme's domains. `confirm`: how many it may end."""

    rows: Sequence[RowSent]
    gives: bool
    asks: bool
    keeps_outside: bool = False
    confirm: int | None = None


@dataclass(frozen=True, slots=True)
class ListOutcome:
    """How many people the list has invited, changed, left as they were, passed over, and ended."""

    invited: int
    changed: int
    unchanged: int
    shut_out: int
    ended: int


class BadRowsError(ProgrammeError):
    """`rows`: each with the verdict that keeps the list from being applied."""

    def __init__(self, rows: Sequence[JudgedRow]) -> None:
        words = _("Some rows can’t be used. Mend them or leave them out, and send the list again.")
        super().__init__("list_has_bad_rows", words)
        self.rows = [(one.row.number, one.verdict) for one in rows]


class EndsManyError(ProgrammeError):
    """`ending`: how many people aren't on the list, and would be out."""

    def __init__(self, ending: int) -> None:
        words = ngettext(
            "%(n)d person isn’t on this list and would be out. If that’s right, send it again with confirm: %(n)d.",
            "%(n)d people aren’t on this list and would be out. If that’s right, send it again with confirm: %(n)d.",
            ending,
        )
        super().__init__("ends_many", words % {"n": ending}, field="confirm")
        self.ending = ending


@dataclass(frozen=True, slots=True)
class ListPlan:
    """What the list does as things are now. `brought`: how many people lists have brought or invited."""

    judged: list[JudgedRow]
    leaving: list[Membership]
    withdrawn: list[int]
    brought: int

    @classmethod
    def make(cls, programme: Programme, given: WholeList, by: User) -> Self:
        rows = [
            RosterRow(
                number=number,
                address=tidy_address(sent.address),
                name=sent.name,
                sides=sent.sides,
                unit=sent.unit,
                is_kept=given.keeps_outside,
            )
            for number, sent in enumerate(given.rows)
        ]
        facts = ListFacts.read(
            programme, Roster(programme=programme, gives=given.gives, asks=given.asks), with_declined=True
        )
        listed = {row.address for row in rows}
        members = Membership.objects.filter(programme=programme, source=Source.LIST, state=LIVE)
        # Nobody decides about themselves.
        brought = list(members.exclude(person=by).select_related("person"))
        invited = list(Invitee.objects.waiting().filter(programme=programme).values_list("pk", "address"))
        return cls(
            judge_rows(rows, facts),
            [one for one in brought if one.person.email not in listed],
            [number for number, address in invited if address not in listed],
            len(brought) + len(invited),
        )

    @property
    def ending(self) -> int:
        return len(self.leaving) + len(self.withdrawn)

    def people(self) -> set[int]:
        return find_people(self.judged) | {one.person_id for one in self.leaving}

    def count(self, verdict: Verdict) -> int:
        return sum(one.verdict == verdict for one in self.judged)


@transaction.atomic
def replace_roster(*, programme: Programme, given: WholeList, by: User, now: datetime) -> ListOutcome:
    """Invite everyone on this list who is new, let those do more who are in, and end whom only lists brought.

    All of it, or nothing. Nobody is created, and who came in another way stays.

    Raises PermissionDenied, BadRowsError, EndsManyError, ProgrammeError `no_side`, `list_empty`, `list_too_long`,
    `stale`, `too_many_invited`, and as `join` when the programme takes nobody.
    """
    check_manages(by, programme)
    _check_shape(given)
    locked = ListPlan.make(programme, given, by).people()
    User.objects.lock_rows(*locked)
    programme = lock_programme(programme)
    check_manages(by, programme)
    if refusal := why_closed(programme, now):
        raise refusal
    plan = ListPlan.make(programme, given, by)
    if plan.people() - locked:
        raise stale_error()
    if bad := [one for one in plan.judged if one.verdict in BAD]:
        raise BadRowsError(bad)
    if plan.ending * ONE_IN > plan.brought and given.confirm != plan.ending:
        raise EndsManyError(plan.ending)
    return _apply(programme, given, plan, by, now)


def _check_shape(given: WholeList) -> None:
    if not (given.gives or given.asks):
        raise ProgrammeError("no_side", _("Choose what people on this list can do."), field="sides")
    if not given.rows:
        raise ProgrammeError("list_empty", _("There’s nobody on this list. Send at least one person."), field="people")
    if len(given.rows) > settings.MAX_LIST_ROWS:
        raise too_long()


def _apply(programme: Programme, given: WholeList, plan: ListPlan, by: User, now: datetime) -> ListOutcome:
    for membership in plan.leaving:
        let_go(membership, now=now)
        tell_member(membership, News.OFF_LIST, now=now)
    off_list = [membership.person_id for membership in plan.leaving]
    note_ends(programme, off_list, TracedAct.MEMBER_OFF_LIST, by=by, now=now)
    Invitee.objects.filter(pk__in=plan.withdrawn).delete()
    apply_rows(programme, plan.judged, by, now)
    invited = plan.count(Verdict.NEW)
    changed = plan.count(Verdict.KNOWN)
    if invited or changed or plan.ending:
        Roster.objects.create(
            programme=programme,
            by=by,
            at=now,
            file_hash=sha256(json.dumps([asdict(row) for row in given.rows]).encode()).hexdigest(),
            state=RosterState.APPLIED,
            settled_at=now,
            gives=given.gives,
            asks=given.asks,
            invited=invited,
        )
    return ListOutcome(
        invited,
        changed,
        plan.count(Verdict.UNCHANGED),
        plan.count(Verdict.SHUT_OUT),
        plan.ending,
    )
