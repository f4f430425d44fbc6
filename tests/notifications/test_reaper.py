from datetime import timedelta

import pytest

from common.dev_mail.mailbox import store_message
from notifications import outbox, registry
from notifications.models import Notification, State
from notifications.sending import receipts
from notifications.sending.reaper import reap_leases
from notifications.sending.receipts import DevelopmentSink
from tests.notifications.conftest import add_kind

MINUTE = timedelta(minutes=1)


def state_of(row: Notification) -> tuple[str, int]:
    row.refresh_from_db()
    return row.state, row.attempts


@pytest.fixture
def say_accepted(monkeypatch):
    """say_accepted(answer): what the mail service will say when it is asked."""
    return lambda answer: monkeypatch.setattr("notifications.sending.reaper.was_accepted", lambda message_id: answer)


def test_reaper_leaves_leases_that_last(due):
    row = due(1)
    outbox.claim_notification()

    assert reap_leases() == 0
    assert state_of(row) == (State.LEASED, 1)


def test_reaper_brings_back_what_had_not_begun_to_leave(due, database_now):
    row = due(1)
    outbox.claim_notification()

    assert reap_leases(database_now + 2 * MINUTE) == 1
    assert state_of(row) == (State.PENDING, 1)
    assert outbox.claim_notification(database_now + 2 * MINUTE).attempts == 2


def test_reaper_ends_a_row_that_kills_its_workers(due, database_now):
    row = due(1)
    for _number in range(outbox.MAX_ATTEMPTS):
        outbox.claim_notification(database_now)
        reap_leases(database_now + 2 * MINUTE)
        Notification.objects.filter(state=State.PENDING).update(next_try_at=database_now)

    assert state_of(row) == (State.DEAD, 8)


def test_reaper_does_not_take_from_a_worker_that_is_done(due, database_now):
    row = due(1)
    outbox.mark_sent(outbox.claim_notification())

    assert reap_leases(database_now + 5 * MINUTE) == 0
    assert state_of(row) == (State.SENT, 1)


def test_reaper_sends_what_people_need_once_more_and_only_once(due, database_now):
    row = due(1)
    moment = database_now
    outbox.begin_data(outbox.claim_notification(moment), moment)
    assert reap_leases(moment + 2 * MINUTE) == 1
    row.refresh_from_db()
    assert (row.state, row.doubted_at, row.data_started_at) == (State.PENDING, moment + 2 * MINUTE, None)

    moment += 2 * MINUTE
    outbox.begin_data(outbox.claim_notification(moment), moment)
    reap_leases(moment + 2 * MINUTE)

    assert state_of(row) == (State.UNCERTAIN, 2)


def test_row_that_was_sent_again_keeps_its_doubt(due, database_now):
    row = due(1)
    outbox.begin_data(outbox.claim_notification())
    reap_leases(database_now + 5 * MINUTE)

    again = outbox.claim_notification(database_now + 6 * MINUTE)
    outbox.mark_sent(again, database_now + 6 * MINUTE)

    assert state_of(row) == (State.SENT, 2)
    assert row.doubted_at == database_now + 5 * MINUTE


@pytest.mark.parametrize("kind", ["held", "a kind that is no more"])
def test_reaper_holds_what_people_can_live_without(due, database_now, kind):
    add_kind("a kind that is no more")
    row = due(1, kind=kind)
    del registry._kinds["a kind that is no more"]
    outbox.begin_data(outbox.claim_notification())

    reap_leases(database_now + 5 * MINUTE)

    assert state_of(row) == (State.UNCERTAIN, 1)
    assert row.doubted_at == database_now + 5 * MINUTE


@pytest.mark.parametrize("kind", ["plain", "held"])
def test_message_that_the_service_has_is_sent(due, database_now, say_accepted, kind):
    say_accepted(True)
    row = due(1, kind=kind)
    outbox.begin_data(outbox.claim_notification(), database_now)

    reap_leases(database_now + 5 * MINUTE)

    assert state_of(row) == (State.SENT, 1)
    assert (row.sent_at, row.doubted_at) == (database_now, None)


@pytest.mark.parametrize("kind", ["plain", "held"])
def test_message_that_the_service_has_not_is_sent_again_until_the_attempts_are_used_up(
    due, database_now, say_accepted, kind
):
    say_accepted(False)
    row = due(1, kind=kind)
    for attempt in range(1, outbox.MAX_ATTEMPTS):
        outbox.begin_data(outbox.claim_notification(database_now), database_now)
        reap_leases(database_now + 5 * MINUTE)
        assert state_of(row) == (State.PENDING, attempt)
        Notification.objects.update(next_try_at=database_now)

    outbox.begin_data(outbox.claim_notification(database_now), database_now)
    reap_leases(database_now + 5 * MINUTE)

    assert state_of(row) == (State.UNCERTAIN, outbox.MAX_ATTEMPTS)


def test_service_that_fails_to_answer_can_not_say(settings, caplog):
    settings.MAIL_RECEIPTS = "notifications.sending.receipts.Missing"

    assert receipts.was_accepted("<a@example.org>") is None
    assert caplog.messages == ["nobody could be asked about <a@example.org>"]


def test_development_sink_knows_what_its_folder_holds(tmp_path, database_now):
    sink = DevelopmentSink(tmp_path)
    store_message(tmp_path, b"Subject: Hi\r\nMessage-ID: <a@example.org>\r\n\r\n<b@example.org>", database_now)

    assert (sink.was_accepted("<a@example.org>"), sink.was_accepted("<b@example.org>")) == (True, False)
    assert DevelopmentSink(tmp_path / "none").was_accepted("<a@example.org>") is None
