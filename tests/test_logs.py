"""Logs: rows are only added. Where a person asks to be forgotten their words go, and what happened stays."""

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Trace, TracedAct
from mentors.models import Decision, ProfileDecision
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
# With the columns of words
LOGS = {
    "sessions_app_bookingevent": ("reason",),
    "sessions_app_attendanceact": ("words",),
    "sessions_app_quotedecision": ("reason",),
    # Of reports before there were cases; no model has it any more.
    "sessions_app_threadopening": ("reason",),
    "trust_exhibit": ("file", "snapshot"),
    "trust_opening": ("reason",),
    "mentors_profiledecision": ("reason", "points"),
    "accounts_trace": (),
    "trust_seal": (),
    "about_publishedtext": (),
}
EMPTYING = "SET LOCAL quarterhour.emptying TO 'on'; "


def run(statement: str) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.rowcount


@pytest.fixture
def decision(alice, maria) -> ProfileDecision:
    points = {"asks": "Write questions."}
    facts = {"profile": alice.mentor_profile, "decision": Decision.CHANGES, "by": maria, "at": NOW}
    return ProfileDecision.objects.create(**facts, reason="See below", points=points)


def test_every_table_with_a_guard_is_known_here():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
            " WHERE proname = 'refuse_change_of_log' AND tgtype & 8 = 8"  # of those that refuse to delete
        )
        assert {table for (table,) in cursor.fetchall()} == LOGS.keys()


@pytest.mark.parametrize("table", LOGS)
def test_log_cannot_be_truncated(table):
    with pytest.raises(IntegrityError, match="append-only"):
        run(f"TRUNCATE {table} CASCADE")
    with pytest.raises(IntegrityError, match="append-only"):
        run(f"{EMPTYING} TRUNCATE {table} CASCADE")


def test_words_can_be_emptied_by_a_transaction_that_says_so(decision):
    with pytest.raises(IntegrityError, match="append-only"):
        run("UPDATE mentors_profiledecision SET reason = ''")
    run(EMPTYING + "UPDATE mentors_profiledecision SET reason = '', points = '{}'")  # noqa: S608

    decision.refresh_from_db()
    assert (decision.reason, decision.points, decision.decision) == ("", {}, "changes")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE mentors_profiledecision SET reason = 'Something else'",
        "UPDATE mentors_profiledecision SET reason = '', version = 7",
        "UPDATE mentors_profiledecision SET by_id = NULL",
        """UPDATE mentors_profiledecision SET points = '{"asks": ""}'""",
        "DELETE FROM mentors_profiledecision",
    ],
)
def test_facts_stay_even_then(decision, change):
    with pytest.raises(IntegrityError, match="append-only"):
        run(EMPTYING + change)


def test_each_log_names_its_words():
    with connection.cursor() as cursor:
        cursor.execute(
            r"SELECT tgrelid::regclass::text, string_to_array(encode(tgargs, 'escape'), '\000')"
            " FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
            " WHERE proname = 'refuse_change_of_log' AND tgtype & 8 = 8"
        )
        named = {table: {word for word in words if word} for table, words in cursor.fetchall()}
    assert named == {table: set(words) for table, words in LOGS.items()}


def test_log_without_words_cannot_be_emptied(alice, maria):
    Trace.objects.note_look(by=maria, about=[alice], looked_at=TracedAct.PERSON, now=NOW)

    with pytest.raises(IntegrityError, match="append-only"):
        run(EMPTYING + "UPDATE accounts_trace SET act = ''")  # noqa: S608
