"""Seals of the logs: what was logged can't be rewritten unseen, and who asks to be forgotten breaks no seal."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from threading import Event

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction

from accounts.models import Trace, TracedAct
from mentors.models import Decision, ProfileDecision
from notifications.models import Notification
from notifications.tasks import drain_outbox
from tests.conftest import NOW
from tests.sessions_app.helpers.races import someone_waits_for_a_lock
from tests.smtp import smtp_sink  # noqa: F401 - a fixture
from tests.test_logs import LOGS
from trust import seals
from trust.models import Seal
from trust.seals import BrokenSeal, find_broken_seals, find_last_row, seal_logs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
DAY = timedelta(days=1)


def log_look(by, about) -> None:
    Trace.objects.note_look(by=by, about=[about], looked_at=TracedAct.PERSON, now=NOW)


@pytest.fixture
def two_seals(maria, bob, alice) -> list[Seal]:
    log_look(maria, bob)
    first = seal_logs(now=NOW)
    log_look(maria, alice)
    words = {"reason": "See below", "points": {"asks": "?"}}
    ProfileDecision.objects.create(profile=alice.mentor_profile, decision=Decision.CHANGES, by=maria, at=NOW, **words)
    return [first, seal_logs(now=NOW + DAY)]


def break_into(statement: str) -> None:
    """As the owner of the tables could."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL session_replication_role TO replica; {statement}")
        cursor.execute("SET LOCAL session_replication_role TO origin")


def check(**options) -> str:
    out = StringIO()
    call_command("check_seals", stdout=out, **options)
    return out.getvalue()


def test_seals_cover_every_log_and_only_what_is_new(two_seals):
    first, second = two_seals

    assert set(second.parts) == LOGS.keys()
    assert (first.parts["accounts_trace"]["rows"], second.parts["accounts_trace"]["rows"]) == (1, 1)
    assert second.parts["accounts_trace"]["after"] == first.parts["accounts_trace"]["last"]
    assert (second.before, second.rows) == (first, 3)  # the look, the decision, and the seal before
    assert list(find_broken_seals()) == []


def test_logs_are_sealed_once_a_day(two_seals, maria, bob):
    log_look(maria, bob)

    assert seal_logs(now=NOW + DAY) is None
    assert Seal.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("UPDATE accounts_trace SET about_id = by_id WHERE id = (SELECT min(id) FROM accounts_trace)", 0),
        ("DELETE FROM accounts_trace WHERE id = (SELECT max(id) FROM accounts_trace)", 1),
        ("UPDATE accounts_trace SET at = at + interval '1 second' WHERE id = (SELECT max(id) FROM accounts_trace)", 1),
    ],
)
def test_a_changed_row_is_found(two_seals, change, broken):
    break_into(change)

    assert list(find_broken_seals()) == [BrokenSeal(two_seals[broken].day, "accounts_trace")]
    with pytest.raises(CommandError, match="accounts_trace"):
        check()


def test_a_row_that_was_slipped_in_is_found(two_seals):
    break_into(
        "INSERT INTO accounts_trace (id, by_id, act, about_id, subject, at)"
        " SELECT id - 1, by_id, act, about_id, subject, at FROM accounts_trace ORDER BY id LIMIT 1"
    )

    assert BrokenSeal(two_seals[0].day, "accounts_trace") in find_broken_seals()


def test_a_seal_that_was_rewritten_too_is_found_by_the_email(two_seals):
    """Who changes a row and works all seals out again is found out by what lies in the owners' mailboxes."""
    mailed = {"day": str(two_seals[1].day), "seal": two_seals[1].digest}
    assert check(**mailed) == "2 seals hold.\n"

    break_into("UPDATE accounts_trace SET about_id = by_id; DELETE FROM trust_seal")
    seal_logs(now=NOW + DAY)

    assert list(find_broken_seals()) == []
    with pytest.raises(CommandError, match="isn't the one in the email"):
        check(**mailed)


def test_a_changed_seal_is_found(two_seals):
    break_into("UPDATE trust_seal SET at = at, digest = repeat('0', 64) WHERE before_id IS NULL")

    assert BrokenSeal(two_seals[0].day) in find_broken_seals()


def test_words_that_are_emptied_break_no_seal(two_seals):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL quarterhour.emptying TO 'on'")
        ProfileDecision.objects.update(reason="", points={})

    assert ProfileDecision.objects.get().reason == ""
    assert list(find_broken_seals()) == []


def test_a_column_that_comes_later_breaks_no_seal(two_seals):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE accounts_trace ADD COLUMN later integer DEFAULT 7")

    assert list(find_broken_seals()) == []


def test_owners_alone_get_the_seal_by_email(maria, bob, smtp_sink):  # noqa: F811
    seal = seal_logs(now=NOW)
    drain_outbox()

    assert Notification.objects.get().recipient == maria
    text = smtp_sink.mails[0].get_body(("plain",)).get_content()
    assert all(part in "".join(text.split()) for part in (seal.digest, f"--day{seal.day}"))


def test_half_a_comparison_is_refused(two_seals):
    with pytest.raises(CommandError, match="both"):
        check(day="2026-11-24")


@contextmanager
def open_writer(maria, bob) -> Iterator[Event]:
    """Someone who has written a line and commits it when the event is set: the line's number is taken before."""
    wrote, may_commit = Event(), Event()

    def write_slowly() -> None:
        try:
            with transaction.atomic():
                log_look(maria, bob)
                wrote.set()
                may_commit.wait(60)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write_slowly)
        wrote.wait(60)
        try:
            yield may_commit
        finally:
            may_commit.set()
            writing.result()


@pytest.mark.django_db(transaction=True)
def test_a_line_that_has_its_number_and_is_not_committed_is_waited_for(maria, bob, monkeypatch):
    monkeypatch.setattr(seals, "LOCK_TIMEOUT", "60s")

    def find_last() -> int:
        try:
            return find_last_row("accounts_trace")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, open_writer(maria, bob) as may_commit:
        finding = pool.submit(find_last)
        while not someone_waits_for_a_lock():
            assert not finding.done()
        may_commit.set()
        assert finding.result() == Trace.objects.get().pk


@pytest.mark.django_db(transaction=True)
def test_a_writer_who_takes_long_is_not_waited_for(maria, bob, monkeypatch):
    """Others who write would wait behind us. The task comes back."""
    monkeypatch.setattr(seals, "LOCK_TIMEOUT", "50ms")

    with open_writer(maria, bob), pytest.raises(OperationalError):
        find_last_row("accounts_trace")
