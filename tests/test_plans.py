"""No page and no act of the clock reads a table from end to end that grows with history.

Over forty thousand bookings with all that belongs to them, PostgreSQL is asked how it would follow each statement. It
depends on no machine's speed: the tables are so long that reading all of one is never the quicker way to a few rows.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from django.db import connection, transaction
from django.test import Client

from bench.history.acts import list_acts
from bench.history.pages import Page, Readers, list_pages
from bench.history.people import fill_people
from bench.history.sessions import fill_history
from common.statements import analyze_tables
from notifications.models import InboxItem, Notification
from search.indexing import rebuild_index
from sessions_app.impact import outcomes
from sessions_app.models import (
    AttendanceAct,
    Booking,
    BookingEvent,
    Brief,
    Engagement,
    Feedback,
    FollowUp,
    Message,
    NextStep,
    Occupancy,
    ReadMarker,
    Takeaway,
)
from tests.signing_in import sign_in

GROWING = (
    AttendanceAct,
    Booking,
    BookingEvent,
    Brief,
    Engagement,
    Feedback,
    FollowUp,
    InboxItem,
    Message,
    NextStep,
    Notification,
    Occupancy,
    ReadMarker,
    Takeaway,
)
# Questions in writing are too few for a clear choice.
TABLES = {model._meta.db_table for model in GROWING}
BOOKINGS, AHEAD, MENTORS = 40_000, 2000, 310
# Fewer rows could be read from end to end for good reasons.
ENOUGH = 1900
PLANNED = ("select", "with", "insert", "update", "delete", "execute", "(")


@pytest.fixture
def readers(db, now, monkeypatch) -> Readers:
    # Figures of outcomes read so many of the newest questions, usually half of those that are here.
    monkeypatch.setattr(outcomes, "AT_MOST", 500)
    moment = now.replace(minute=0)
    crowd = fill_people(MENTORS, now=moment)
    fill_history(crowd, BOOKINGS, now=moment, ahead=AHEAD)
    rebuild_index(now=moment)
    analyze_tables()
    return Readers(crowd, moment)


@contextmanager
def statements_kept() -> Iterator[list[str]]:
    """Every statement that is sent inside the block, as text with its values."""
    kept: list[str] = []

    def keep(execute, sql, params, many, context):
        if not many:
            with connection.connection.cursor() as cursor:
                text = cursor.mogrify(sql, params).decode()
            # Some go together on one trip.
            kept.extend(part for part in text.split(";\n") if part.lstrip().lower().startswith(PLANNED))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        yield kept


def nodes_of(plan: dict) -> Iterator[dict]:
    """All but those that a limit ends after the first rows."""
    yield plan
    for inner in plan.get("Plans", ()):
        if plan["Node Type"] != "Limit" or "Plans" in inner or "Filter" in inner:
            yield from nodes_of(inner)


def tables_read_whole(statement: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
        found = cursor.fetchone()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    scans = [node for node in nodes_of(plan) if node["Node Type"] == "Seq Scan"]
    return {node["Relation Name"] for node in scans} & TABLES


def plan_of(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}")
        return "\n".join([statement, *(line for (line,) in cursor.fetchall())])


def tables_read_by(name: str, do: Callable[[], object]) -> set[str]:
    """The tables that it reads from end to end. Prints the plans that do."""
    found = set()
    with transaction.atomic():
        with statements_kept() as statements:
            do()
        # In the same transaction: what the statements were prepared for, and what they refer to, is there.
        for statement in dict.fromkeys(statements):
            if tables := tables_read_whole(statement):
                print(f"\n{name} reads all of {', '.join(sorted(tables))}:\n{plan_of(statement)}")
                found |= tables
        transaction.set_rollback(True)
    return found


def open_page(page: Page) -> None:
    client = Client()
    if page.reader:
        sign_in(client, page.reader)
    client.get(page.path).getvalue()


def test_nothing_reads_a_growing_table_from_end_to_end(readers):
    """One test, for filling the tables takes most of its time."""
    assert {model for model in GROWING if model.objects.count() < ENOUGH} == set()

    found = {page.name: tables_read_by(page.name, partial(open_page, page)) for page in list_pages(readers)}
    found |= {name: tables_read_by(name, act) for name, act in list_acts(readers.now).items()}

    assert {name: tables for name, tables in found.items() if tables} == {}
