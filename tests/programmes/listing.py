"""Lists of people for tests: files as programs write them, uploaded, checked and applied."""

from accounts.models import User
from programmes.models import Programme, Roster
from programmes.rosters.acts import ListInput, RowInput, apply_roster, mend_row, roster_mark, row_mark, upload_roster
from tests.conftest import NOW


def csv_of(*rows: str) -> bytes:
    return "\r\n".join(rows).encode()


def upload(programme: Programme, manager: User, *rows: str, gives: bool = False, asks: bool = True) -> Roster:
    given = ListInput(csv_of(*rows), gives, asks)
    made = upload_roster(programme=programme, given=given, by=manager, now=NOW)
    made.refresh_from_db()
    return made


def apply(roster: Roster, manager: User) -> int:
    roster.refresh_from_db()
    seen = roster_mark(roster)
    return apply_roster(programme=roster.programme, number=roster.pk, by=manager, seen=seen, now=NOW)


def invite(programme: Programme, manager: User, *rows: str, gives: bool = False, asks: bool = True) -> int:
    return apply(upload(programme, manager, *rows, gives=gives, asks=asks), manager)


def verdicts_of(roster: Roster) -> list[str]:
    return list(roster.rows.order_by("number").values_list("verdict", flat=True))


def mend(roster: Roster, manager: User, number: int, address: str) -> str:
    given, seen = RowInput(address, "", "", ""), row_mark(roster.rows.get(number=number))
    return mend_row(programme=roster.programme, number=number, given=given, by=manager, seen=seen)
