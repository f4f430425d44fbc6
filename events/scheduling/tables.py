"""At which table each meeting is: people who stay seated keep theirs, then as few mentors move as possible."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

from .problem import Meeting, Problem, Table, in_order


def assign_tables(problem: Problem, meetings: Iterable[Meeting]) -> list[Meeting]:
    """Give a table to each meeting that has none and needs one. Meetings with a table keep it."""
    places = {table.id: number for number, table in enumerate(problem.tables)}
    last = {key: table.id for key, table in problem.homes.items()}
    last |= {person.id: person.table for person in problem.people.values() if person.table in places}
    seated: list[Meeting] = []
    for _, group in groupby(sorted(meetings, key=in_order), key=lambda meeting: meeting.round):
        found = _assign_round(problem, list(group), last, places)
        for meeting in found:
            if meeting.table is not None:
                last[meeting.mentor] = last[meeting.mentee] = meeting.table
        seated += found
    return seated


def _assign_round(
    problem: Problem, meetings: list[Meeting], last: dict[str, str], places: dict[str, int]
) -> list[Meeting]:
    done = [meeting for meeting in meetings if meeting.table is not None]
    free = {table.id: table for table in problem.shared_tables}
    for meeting in done:
        free.pop(str(meeting.table), None)
    waiting: list[Meeting] = []
    for meeting in meetings:
        home = next((problem.homes[key] for key in meeting.pair if key in problem.homes), None)
        if meeting.table is None and problem.needs_table(*meeting.pair) and home:
            done.append(replace(meeting, table=home.id))
        elif meeting.table is None and problem.needs_table(*meeting.pair):
            waiting.append(meeting)
        elif meeting.table is None:
            done.append(meeting)
    # Only some tables have a screen, so those who need one choose first.
    for needs_screen in (True, False):
        group = [meeting for meeting in waiting if problem.needs_screen(*meeting.pair) == needs_screen]
        done += _choose(group, free, last, places, needs_screen=needs_screen)
    return sorted(done, key=in_order)


def _choose(
    meetings: list[Meeting], free: dict[str, Table], last: dict[str, str], places: dict[str, int], *, needs_screen: bool
) -> list[Meeting]:
    """First everyone whose mentor can stay, then those whose mentee can, then the others as near as possible."""
    done: list[Meeting] = []

    def suits(table: str | None) -> bool:
        return table in free and (free[table].screen or not needs_screen)

    for side in (lambda meeting: meeting.mentor, lambda meeting: meeting.mentee):
        for meeting in [one for one in meetings if suits(last.get(side(one)))]:
            if suits(table := last[side(meeting)]):
                free.pop(table)
                meetings.remove(meeting)
                done.append(replace(meeting, table=table))
    used = set(last.values())
    for meeting in meetings:
        near = places.get(last.get(meeting.mentor, ""), 0)
        possible = [table for table in free if suits(table)]
        if not possible:
            done.append(meeting)
            continue
        best = min(possible, key=lambda table: (free[table].screen, table in used, abs(places[table] - near)))
        free.pop(best)
        done.append(replace(meeting, table=best))
    return done
