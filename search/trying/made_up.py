"""People who are in no table, and statements that find them there all the same.

PostgreSQL reads a common table expression in place of a table of the same name. So the statements of a booking, word
for word, read made-up rows beside the real ones: the rules have one home, and nothing is written to try them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from json import dumps
from typing import Any

from django.db import connection

from common.statements import Prepared
from programmes.models import LIVE, Directory, Programme, ProgrammeState, Stage
from programmes.pairs import OTHERS as OTHERS_SHUT
from sessions_app.availability import pair_facts
from sessions_app.availability.pair_facts import LATELY, pair_parameters, read_pair_rows
from sessions_app.availability.pair_rules import PairRules
from sessions_app.models import BookingState
from sessions_app.questions import mentee_standing
from sessions_app.questions.mentee_standing import MenteeStanding, standing_parameters
from sessions_app.questions.pace import DAY, FOUR_WEEKS

# Ids that no row has: the mentee, a mentor of the programme, one of the mentee's unit, and one outside of it
MENTEE, INSIDE, OF_UNIT, OUTSIDE = -1, -2, -3, -4
# And, from here down, those with whom the mentee has sessions
OTHERS = -100
SESSION = timedelta(minutes=25)

# `as_if` are columns of the programme that count instead of its own.
TABLES = """
WITH programmes_programme AS NOT MATERIALIZED (
    SELECT * FROM programmes_programme WHERE id <> %(tried)s
    UNION ALL
    SELECT tried.*
    FROM programmes_programme AS present, jsonb_populate_record(present, %(as_if)s::jsonb) AS tried
    WHERE present.id = %(tried)s
), programmes_membership AS NOT MATERIALIZED (
    SELECT * FROM programmes_membership
    UNION ALL
    SELECT * FROM jsonb_populate_recordset(NULL::programmes_membership, %(members)s::jsonb)
), sessions_app_booking AS NOT MATERIALIZED (
    SELECT * FROM sessions_app_booking
    UNION ALL
    SELECT * FROM jsonb_populate_recordset(NULL::sessions_app_booking, %(bookings)s::jsonb)
)
"""
# Asked for each mentor of a page; planning it takes several times as long as running it.
STANDING = Prepared(f"{TABLES} SELECT {mentee_standing.COLUMNS} FROM {mentee_standing.TABLES}")
PAIRS = f"{TABLES} {pair_facts.STATEMENT}"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MadeUpMentee:
    """Who looks for mentors in the programme, and what its rules look at.

    `booked`: sessions that they booked in it yesterday, which count for 28 days. `ahead`: mentors of it with whom they
    have something upcoming, which was booked earlier. `has_met`: they had a session in it lately.
    """

    unit: str = ""
    booked: int = 0
    ahead: int = 0
    has_met: bool = False


@dataclass(frozen=True, slots=True)
class MadeUpMentor:
    """How `INSIDE` mentors: the `minutes` that they give in a week, and those `given` in the week that begins then."""

    minutes: int | None = None
    given: int = 0
    week: datetime | None = None


@dataclass(frozen=True, slots=True)
class MadeUp:
    """The made-up people of one trial of a programme at one moment. Without a `mentee`, a visitor looks at mentors.

    A draft counts as open, since that is what is tried. Any other programme is as it is.
    """

    programme: Programme
    now: datetime
    mentee: MadeUpMentee | None = None
    mentor: MadeUpMentor = MadeUpMentor()

    def read_standing(self, mentor_id: int) -> MenteeStanding:
        """As `mentee_standing.standing_of`, of the made-up mentee."""
        asked = standing_parameters(MENTEE if self.mentee else None, mentor_id, now=self.now)
        with connection.cursor() as cursor:
            STANDING.execute(cursor, asked | self._rows())
            standing = MenteeStanding(*cursor.fetchone())
        return replace(standing, shut_by=standing.shut_by or OTHERS_SHUT) if self._hides(mentor_id) else standing

    def _hides(self, mentor_id: int) -> bool:
        # From a visitor. Who sees a real mentor, a function of the database says, which reads no made-up rows.
        is_inside = mentor_id in (INSIDE, OF_UNIT)
        return is_inside and self.mentee is None and self.programme.directory == Directory.MEMBERS

    def read_pair_rules(self, mentors: list[int]) -> dict[int, PairRules]:
        """As `pair_facts.read_pair_rules`, of the made-up mentee; a visitor has none."""
        if self.mentee is None or not mentors:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(PAIRS, pair_parameters(MENTEE, mentors, now=self.now) | self._rows())
            return read_pair_rows(cursor.fetchall())

    def _rows(self) -> dict[str, Any]:
        is_draft = self.programme.stage_at(self.now) == Stage.DRAFT
        return {
            "tried": self.programme.pk,
            "as_if": dumps({"state": ProgrammeState.OPEN} if is_draft else {}),
            "members": dumps(list(self._members())),
            "bookings": dumps(list(self._bookings())),
        }

    def _members(self) -> Iterator[Row]:
        yield self._member(INSIDE, gives=True, minutes_a_week=self.mentor.minutes)
        if self.mentee:
            yield self._member(OF_UNIT, gives=True, unit=self.mentee.unit)
            yield self._member(MENTEE, asks=True, unit=self.mentee.unit)

    def _member(self, person: int, **given: Any) -> Row:
        usual = {"state": LIVE, "gives": False, "asks": False, "unit": ""}
        return {"programme_id": self.programme.pk, "person_id": person} | usual | given

    def _bookings(self) -> Iterator[Row]:
        now, confirmed, completed = self.now, BookingState.CONFIRMED, BookingState.COMPLETED
        if self.mentor.week:
            yield self._booking(INSIDE, OTHERS, confirmed, now, self.mentor.week, timedelta(minutes=self.mentor.given))
        if self.mentee is None:
            return
        for number in range(self.mentee.booked):
            yield self._booking(OTHERS - number, MENTEE, confirmed, now - DAY, now - DAY)
        for number in range(self.mentee.ahead):
            yield self._booking(OTHERS - number, MENTEE, confirmed, now - FOUR_WEEKS - DAY, now + DAY)
        if self.mentee.has_met:
            yield self._booking(OTHERS, MENTEE, completed, now - FOUR_WEEKS - DAY, now - LATELY / 2)

    def _booking(
        self, mentor: int, mentee: int, state: str, made: datetime, start: datetime, length: timedelta = SESSION
    ) -> Row:
        return {
            "programme_id": self.programme.pk,
            "mentor_id": mentor,
            "mentee_id": mentee,
            "state": state,
            "created_at": made.isoformat(),
            "during": f"[{start.isoformat()},{(start + length).isoformat()})",
        }
