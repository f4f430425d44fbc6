"""What programmes let two people do together: parts of larger statements, which decide for pages, search and booking.

Only programmes that run count: a draft, one that is over and one in the archive have no say. A pair *shares* a
programme in which one looks for mentors and the other mentors, unless it keeps units apart and both are of the same.
Who shares one isn't outside for the other, whatever other programmes the two are in. Nobody meets a mentor whom they
don't see (`programmes.audiences`), whether a programme runs or not.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from common.statements import Prepared, reading_connection

from .audiences import sees_sql
from .models import LIVE, RUNNING, RUNNING_STATES, Membership, Programme

RUNS = ", ".join(f"'{state.value}'" for state in RUNNING_STATES)
# Why two people can't meet: they are of one unit in a programme that keeps units apart; or a programme of the mentee's
# has sessions among its members only, or one of the mentor's, or shows them to its members only.
UNIT, OWN, OTHERS = "unit", "own", "others"


# Of `mine` and `other`, memberships of one programme: it keeps the two apart as people of one unit.
ONE_UNIT = "mine_of.units_apart AND mine.unit <> '' AND lower(mine.unit) = lower(other.unit)"


def runs_sql(programme: str) -> str:
    """`Programme.stage_at` is open or closed, as a condition on the row `programme` at the moment `now`."""
    return (
        f"{programme}.state IN ({RUNS}) AND ({programme}.last_day IS NULL"
        f" OR {programme}.last_day >= (%(now)s::timestamptz AT TIME ZONE {programme}.timezone)::date)"
    )


# The tables of live members on one side (`asks` or `gives`) of programmes that run, with the condition.
def _members_sql(row: str, side: str) -> str:
    return (
        f"programmes_membership AS {row} JOIN programmes_programme AS {row}_of ON {row}_of.id = {row}.programme_id"
        f" WHERE {row}.state = '{LIVE.value}' AND {row}.{side} AND {runs_sql(f'{row}_of')}"
    )


def shared_sql(mentee: str, mentor: str) -> str:
    """The ids of the programmes that these two share; `mentee` and `mentor` are columns or parameters."""
    return _both_in_sql(mentee, mentor, f"NOT ({ONE_UNIT})")


def counts_for_sql(mentee: str, mentor: str) -> str:
    """The id of the programme for which a session of these two counts: the only one, or the parameter `chosen`."""
    return f"""(
        SELECT CASE
            WHEN count(*) = 1 THEN min(shared.programme_id)
            WHEN bool_or(shared.programme_id = %(chosen)s) THEN %(chosen)s
        END
        FROM ({shared_sql(mentee, mentor)}) AS shared
    )"""


def _both_in_sql(mentee: str, mentor: str, condition: str) -> str:
    also = "SELECT FROM programmes_membership AS other WHERE other.programme_id = mine.programme_id"
    return (
        f"SELECT mine.programme_id FROM {_members_sql('mine', 'asks')} AND mine.person_id = {mentee}"
        f" AND EXISTS ({also} AND other.person_id = {mentor} AND other.state = '{LIVE.value}' AND other.gives"
        f" AND {condition})"
    )


def shut_by_sql(mentee: str, mentor: str) -> str:
    """Which side's programme keeps these two from meeting (`OWN`, `OTHERS`), or null. A visitor is a null mentee."""
    stays = f"SELECT FROM {_members_sql('stays', 'asks')} AND stays.person_id = {mentee}"
    keeps = f"SELECT FROM {_members_sql('keeps', 'gives')} AND keeps.person_id = {mentor}"
    return f"""CASE
        WHEN EXISTS ({shared_sql(mentee, mentor)}) THEN NULL
        WHEN EXISTS ({_both_in_sql(mentee, mentor, ONE_UNIT)}) THEN '{UNIT}'
        WHEN EXISTS ({stays} AND NOT stays_of.members_book_outside) THEN '{OWN}'
        WHEN EXISTS ({keeps} AND NOT keeps_of.others_book_ours) THEN '{OTHERS}'
        WHEN NOT ({sees_sql(mentee, mentor)}) THEN '{OTHERS}'
    END"""


def meeting_sets_sql(*, mentee: str | None) -> dict[str, str]:
    """By a name, the queries that `can_meet_sql` needs; `mentee` is a parameter, None for a visitor.

    None depends on a row of the larger statement. One that asks in several places names them once (`WITH`).
    """
    kept = f"SELECT keeps.person_id FROM {_members_sql('keeps', 'gives')} AND NOT keeps_of.others_book_ours"
    if mentee is None:
        return {"kept": kept}
    stays = f"FROM {_members_sql('stays', 'asks')} AND stays.person_id = {mentee} AND NOT stays_of.members_book_outside"
    mine = f"FROM {_members_sql('mine', 'asks')} AND mine.person_id = {mentee}"
    apart = f"{mine} AND mine_of.units_apart AND mine.unit <> ''"
    of_my_unit = f"(shares.programme_id, lower(shares.unit)) IN (SELECT mine.programme_id, lower(mine.unit) {apart})"
    shares = (
        f"SELECT shares.person_id FROM programmes_membership AS shares WHERE shares.state = '{LIVE.value}'"
        " AND shares.gives AND shares.programme_id = ANY(ARRAY(SELECT mine.programme_id {mine}))"
    )
    return {
        "kept": kept,
        "stays": f"SELECT stays.id {stays}",
        "shared": f"{shares.format(mine=mine)} AND NOT {of_my_unit}",
        "parted": f"{shares.format(mine=apart)} AND {of_my_unit}",
    }


def can_meet_sql(person: str, sets: Mapping[str, str]) -> str:
    """`shut_by_sql` is null, but for who sees whom, over many mentors: each list of people is read once, not per row.

    `person` is the column of the mentor; `sets` are those of `meeting_sets_sql`, or `TABLE name` for each.
    """
    if "shared" not in sets:
        return f"{person} NOT IN ({sets['kept']})"
    return (
        f"({person} IN ({sets['shared']}) OR (NOT EXISTS ({sets['stays']})"
        f" AND {person} NOT IN ({sets['kept']}) AND {person} NOT IN ({sets['parted']})))"
    )


SHUT = Prepared(
    "SELECT mentor FROM unnest(%(mentors)s::bigint[]) AS mentor"
    f" WHERE {shut_by_sql('%(mentee)s::bigint', 'mentor')} IS NOT NULL"
)


def mentors_shut_to(reader: User | None, mentors: Iterable[int], *, now: datetime) -> set[int]:
    """Whom of these mentors a reader, or a visitor, can't meet because of a programme."""
    asked = {"mentee": reader.pk if reader else None, "mentors": list(mentors), "now": now}
    with reading_connection().cursor() as cursor:
        SHUT.execute(cursor, asked)
        return {mentor for (mentor,) in cursor.fetchall()}


def is_shut(reader: User | None, mentor: User, *, now: datetime) -> bool:
    """The same of one mentor; it takes no statement where neither is in a programme."""
    is_in_any = mentor.is_in_programmes or (reader is not None and reader.is_in_programmes)
    return is_in_any and bool(mentors_shut_to(reader, [mentor.pk], now=now))


def list_shared(reader: User | None, mentor: User, *, now: datetime) -> list[Programme]:
    """The programmes that these two share, by name; it takes no statement where one of them is in none."""
    if reader is None or not (reader.is_in_programmes and mentor.is_in_programmes):
        return []
    asked: dict[str, int | datetime] = {"mentee": reader.pk, "mentor": mentor.pk, "now": now}
    with reading_connection().cursor() as cursor:
        cursor.execute(shared_sql("%(mentee)s::bigint", "%(mentor)s::bigint"), asked)
        return list(Programme.objects.filter(pk__in=[pk for (pk,) in cursor.fetchall()]).order_by("name"))


def mentors_sharing(programme: Programme, reader: User, *, now: datetime) -> frozenset[int]:
    """The ids of all mentors with whom this reader shares this programme."""
    asked: dict[str, int | datetime] = {"mentee": reader.pk, "programme": programme.pk, "now": now}
    shared = shared_sql("%(mentee)s::bigint", "gives.person_id")
    with reading_connection().cursor() as cursor:
        cursor.execute(
            "SELECT gives.person_id FROM programmes_membership AS gives WHERE gives.programme_id = %(programme)s"
            f" AND gives.gives AND %(programme)s IN ({shared})",
            asked,
        )
        return frozenset(person for (person,) in cursor.fetchall())


def find_looking_in(slug: str, reader: User) -> Programme | None:
    """The programme of this slug in which this reader looks for mentors, whether it runs or not."""
    mine = Membership.objects.live().filter(person=reader, programme__slug=slug, asks=True)
    member = mine.select_related("programme").first()
    return member.programme if member else None


def list_narrowing(reader: User | None, *, now: datetime) -> list[str]:
    """The names of the programmes because of which a reader finds only mentors with whom they share one."""
    if reader is None or not reader.is_in_programmes:
        return []
    own = Programme.objects.filter(memberships__person=reader, memberships__state=LIVE, memberships__asks=True)
    stay = own.filter(members_book_outside=False).order_by("name")
    return [programme.name for programme in stay if programme.stage_at(now) in RUNNING]


def why_shut(shut_by: str | None, *, mentor: str, is_visitor: bool = False) -> str | None:
    """The sentence for the mentee, with what they can do instead; for `OWN` and `OTHERS`."""
    if shut_by is None:
        return None
    if shut_by == OWN:
        words = _("In your programme you meet its own mentors. %(mentor)s isn’t one: search for someone who is.")
    elif is_visitor:
        words = _("%(mentor)s only meets members of a programme. Sign in if you’re one, or look for someone else.")
    else:
        words = _("%(mentor)s only meets members of a programme you’re not in. Look for someone else who can help.")
    return words % {"mentor": mentor}
