"""Reports of messages from before there were cases: where the migration brings them."""

from importlib import import_module

import pytest
from django.db import connection

from tests.conftest import NOW
from tests.sessions_app.helpers.messages import write
from trust.models import Case, Exhibit, Opening, Report

pytestmark = pytest.mark.django_db
OLD = """
INSERT INTO sessions_app_report (uuid, message_id, by_id, reason, words, at, settled_at, settled_by_id, outcome)
VALUES (gen_random_uuid(), %(message)s, %(by)s, %(reason)s, %(words)s, %(at)s, %(settled)s, %(staff)s, %(outcome)s)
RETURNING id
"""


def add_old(message, by, *, reason: str, words: str = "", staff=None, outcome: str = "") -> int:
    with connection.cursor() as cursor:
        values = {"message": message.pk, "by": by.pk, "reason": reason, "words": words, "outcome": outcome, "at": NOW}
        cursor.execute(OLD, values | {"settled": NOW if staff else None, "staff": staff.pk if staff else None})
        return cursor.fetchone()[0]


def test_old_reports_join_a_case_or_are_decided_ones(booking, alice, bob, maria):
    first, second, third = (write(booking, alice, words) for words in ("You fool", "Send money", "Pay me"))
    add_old(first, bob, reason="unsafe", words="He threatens me")
    add_old(second, bob, reason="selling")
    settled = add_old(third, bob, reason="rude", words="Rude", staff=maria, outcome="Warned both")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sessions_app_threadopening (report_id, by_id, reason, at) VALUES (%s, %s, 'To judge it', %s)",
            [settled, maria.pk, NOW],
        )
        cursor.execute(import_module("sessions_app.migrations.0024_reports_move").MOVE)
        cursor.execute("SELECT string_agg(words || outcome, '') FROM sessions_app_report")
        left = cursor.fetchone()[0]

    waiting, decided = Case.objects.undecided().get(), Case.objects.settled().get()
    assert (waiting.about, waiting.kind, waiting.reports.count()) == (alice, "safety", 2)
    assert (decided.about, decided.kind, decided.outcome, decided.text, decided.decided_by) == (
        alice,
        "conduct",
        "earlier",
        "Warned both",
        maria,
    )
    assert sorted(Report.objects.values_list("words", flat=True)) == ["", "He threatens me", "Rude"]
    assert {exhibit.snapshot["message"] for exhibit in Exhibit.objects.all()} == {"You fool", "Send money", "Pay me"}
    assert (Opening.objects.get().case, Opening.objects.get().reason, left) == (decided, "To judge it", "")
