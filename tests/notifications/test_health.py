import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from redis import Redis

from common.clock import ClocksDifferError, agreed_now, note_beat
from common.clock import database_now as ask_database
from mentoring import health
from mentoring.leaving import announce_leaving
from notifications.models import Notification, State
from notifications.sending import breaker
from notifications.smtp_refusals import Blame
from operations import tasks
from sessions_app.models import StuckRow
from sessions_app.models.stuck import ClockAct
from tests.sessions_app.conftest import book

MINUTE = timedelta(minutes=1)
REMOTE = {"REMOTE_ADDR": "192.0.2.7"}


def answer(client, path: str, **extra) -> tuple[int, dict]:
    response = client.get(path, **extra)
    assert dict(response.cookies) == {}
    assert "no-store" in response["Cache-Control"]
    return response.status_code, json.loads(response.content)


@pytest.fixture(autouse=True)
def running(db):
    """Beat and a worker are there."""
    note_beat(ask_database())


@pytest.fixture
def redis_away(monkeypatch):
    away = Redis(host="127.0.0.1", port=1, retry=health.redis_client().get_retry())
    monkeypatch.setattr(health, "redis_client", lambda: away)


@pytest.fixture
def leaving() -> Iterator[None]:
    announce_leaving()
    yield
    announce_leaving(leaving=False)


@pytest.mark.usefixtures("leaving", "db")
def test_a_web_server_that_is_asked_to_end_takes_no_more_requests_and_answers_those_that_come(client):
    assert answer(client, "/healthz/live") == (503, {"status": "leaving"})
    assert answer(client, "/healthz/ready")[0] == 503
    assert client.get("/contact/").status_code == 200


def test_all_is_well(client, db):
    assert answer(client, "/healthz/live") == (200, {"status": "ok"})
    ready = {"status": "ok", "database": "up", "migrations": "applied", "static_files": "there"}
    assert answer(client, "/healthz/ready") == (200, ready)
    assert answer(client, "/healthz") == (
        200,
        {
            "status": "ok",
            "database": "up",
            "migrations": "applied",
            "static_files": "there",
            "redis": "up",
            "oldest_due_seconds": 0,
            "clock": "ok",
            "beat": "ok",
            "stuck_rows": 0,
            "mail_server": "accepts",
            "questions_read": "untrained",
            "dead": 0,
            "expired": 0,
            "uncertain": 0,
        },
    )


def test_missing_migration_is_not_ready(client, db):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'notifications'")

    missing = {"status": "ill", "database": "up", "migrations": "missing", "static_files": "there"}
    assert answer(client, "/healthz/ready") == (503, missing)
    assert answer(client, "/healthz") == (503, missing | {"redis": "up"})
    assert answer(client, "/healthz/live") == (200, {"status": "ok"})


@pytest.mark.parametrize(("names", "status"), [({}, 503), ({"css/app.css": "css/app.0a1b.css"}, 200)])
def test_a_process_that_began_without_static_files_is_not_ready(client, db, monkeypatch, names, status):
    """Every page would fail for want of their names."""
    monkeypatch.setattr(staticfiles_storage, "hashed_files", names, raising=False)

    assert answer(client, "/healthz/ready")[0] == status


@pytest.mark.django_db(transaction=True)
def test_absent_database_is_not_ready(client, monkeypatch):
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")

    answers = [answer(client, path) for path in ("/healthz/ready", "/healthz", "/healthz/live")]

    monkeypatch.undo()
    connection.close()
    assert answers == [
        (503, {"status": "ill", "database": "down"}),
        (503, {"status": "ill", "database": "down", "redis": "up"}),
        (200, {"status": "ok"}),
    ]


@pytest.mark.parametrize("shift", ["-61 seconds", "61 seconds"])
def test_a_wrong_clock_is_ill(client, set_database_clock, shift):
    set_database_clock(shift)

    status, found = answer(client, "/healthz")

    assert (status, found["status"], found["clock"]) == (503, "ill", "differs")


def test_a_worker_that_refuses_because_of_its_clock_makes_it_ill_for_ten_minutes(client, set_database_clock):
    """This machine's own clock is right."""
    set_database_clock("-61 seconds")
    with pytest.raises(ClocksDifferError):
        agreed_now()
    set_database_clock("0 seconds")

    while_it_counts = answer(client, "/healthz")[0]
    with time_machine.travel(timezone.now() + 10 * MINUTE):
        set_database_clock("10 minutes")
        note_beat(ask_database())
        after = answer(client, "/healthz")[0]

    assert (while_it_counts, after) == (503, 200)


@pytest.mark.parametrize(("minutes", "status"), [(59, 200), (61, 503)])
def test_what_the_clock_cannot_do_for_an_hour_is_ill(client, database_now, minutes, status):
    since = database_now - minutes * MINUTE
    StuckRow.objects.create(act=ClockAct.COMPLETE, row=1, error="no", first_at=since, last_at=since)

    found = answer(client, "/healthz")

    assert (found[0], found[1]["stuck_rows"]) == (status, 1)
    assert scrape(client)["mentoring_stuck_rows['complete']"] == 1


@pytest.mark.parametrize(
    ("seconds", "status", "word"), [(290, 200, "ok"), (310, 503, "stopped"), (None, 503, "stopped")]
)
def test_without_beat_or_a_worker_it_is_ill(client, database_now, seconds, status, word):
    cache.clear()
    if seconds:
        note_beat(database_now - timedelta(seconds=seconds))

    found = answer(client, "/healthz")

    assert (found[0], found[1]["beat"]) == (status, word)
    beat = scrape(client)["mentoring_beat_timestamp_seconds"]
    assert beat == ((database_now - timedelta(seconds=seconds)).timestamp() if seconds else 0)


def test_beat_tells_a_worker_each_minute(client, db):
    cache.clear()

    tasks.beat()

    assert answer(client, "/healthz")[0] == 200


def test_redis_alone_makes_nothing_ill(client, db, redis_away):
    status, found = answer(client, "/healthz")

    assert (status, found["status"], found["redis"]) == (200, "ok", "down")


@pytest.mark.parametrize(("minutes", "status", "word"), [(1, 200, "ok"), (3, 503, "ill")])
def test_outbox_that_stands_still_is_ill(client, due, minutes, status, word):
    row = due(1, since=minutes * MINUTE)
    Notification.objects.filter(pk=row.pk).update(created_at=row.due_at)

    found = answer(client, "/healthz")

    assert (found[0], found[1]["status"]) == (status, word)
    assert minutes * 60 <= found[1]["oldest_due_seconds"] < minutes * 60 + 30


@pytest.mark.parametrize(
    ("state", "count", "status"),
    [("expired", 1, 503), ("dead", 9, 200), ("dead", 10, 503), ("uncertain", 9, 200), ("uncertain", 10, 503)],
)
def test_what_did_not_arrive_lately_is_counted_and_too_much_is_ill(client, due, database_now, state, count, status):
    for number in range(count + 1):
        lately = database_now - timedelta(minutes=50 if number else 70)
        Notification.objects.filter(pk=due(number).pk).update(state=state, ended_at=lately)

    found = answer(client, "/healthz")

    assert (found[0], found[1][state], found[1]["mail_server"]) == (status, count, "accepts")
    assert scrape(client)[f"mentoring_notifications_lately['{state}']"] == count
    assert scrape(client)["mentoring_notifications_lately_ill_at['dead']"] == 10


def test_mail_server_that_refuses_us_is_ill_at_once(client, bob):
    for _number in range(3):
        breaker.note_refused(bob.pk, Blame.OURS, "554 5.7.1 Go away")

    found = answer(client, "/healthz")

    assert (found[0], found[1]["mail_server"]) == (503, "refuses")
    assert scrape(client)["mentoring_mail_server_refuses"] == 1


@pytest.mark.parametrize("path", ["/healthz", "/healthz/live", "/healthz/ready", "/metrics"])
def test_nothing_can_be_posted(client, db, path):
    assert client.post(path).status_code == 405


def test_machines_need_no_tls(client, db, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert [client.get(path).status_code for path in ("/healthz/live", "/metrics", "/help/")] == [200, 200, 301]


def scrape(client, **extra) -> dict[str, dict]:
    response = client.get("/metrics", **extra)
    assert response.status_code == 200
    return {
        f"{sample.name}{sorted(sample.labels.values()) or ''}": sample.value
        for family in text_string_to_metric_families(response.content.decode())
        for sample in family.samples
    }


def test_metrics_count_rows_and_bookings(client, offer, bob, due, database_now):
    book(offer, bob)
    Notification.objects.all().delete()
    due(1, since=5 * MINUTE)
    Notification.objects.update(created_at=database_now - 60 * MINUTE)
    sent = due(2)
    Notification.objects.filter(pk=sent.pk).update(
        state=State.SENT, due_at=database_now - 20 * MINUTE, sent_at=database_now - 20 * MINUTE + timedelta(seconds=7)
    )

    found = scrape(client)

    name = "mentoring_notification_lateness_seconds"
    assert found["mentoring_notifications['pending']"] == found["mentoring_notifications['sent']"] == 1
    assert found["mentoring_notifications['dead']"] == 0
    assert 300 <= found["mentoring_outbox_oldest_due_seconds"] < 330
    assert [found[f"{name}_bucket['{limit}']"] for limit in ("5.0", "10.0", "+Inf")] == [0, 1, 1]
    assert (found[f"{name}_gcount"], found[f"{name}_gsum"]) == (1, 7)
    assert (found["mentoring_bookings['confirmed']"], found["mentoring_bookings['held']"]) == (1, 0)


def test_metrics_do_not_exist_for_others(client, db):
    assert client.get("/metrics", **REMOTE).status_code == 404
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer ", **REMOTE).status_code == 404


@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP"])
def test_proxy_on_this_machine_is_not_this_machine(client, db, header):
    assert client.get("/metrics", **{header: "192.0.2.7"}).status_code == 404


def test_metrics_open_to_the_token(client, db, settings):
    settings.METRICS_TOKEN = "swordfish"

    answers = [
        client.get("/metrics", HTTP_AUTHORIZATION=given, **REMOTE).status_code
        for given in ("Bearer swordfish", "Bearer swordfishes", "Basic swordfish", "swordfish", "")
    ]

    assert answers == [200, 404, 404, 404, 404]


def test_metrics_stay_closed_to_staff(client_for, maria):
    assert client_for(maria).get("/metrics", **REMOTE).status_code == 404
