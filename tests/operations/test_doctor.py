"""Each fault that the doctor knows is made, found, and comes with what to do."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from common.clock import database_now, note_beat
from operations.doctor import database, machine, services, site
from operations.doctor.findings import Finding, Probe, Verdict, bad, good, run_probes
from operations.doctor.probes import PROBES
from tests.conftest import make_person
from tests.scanner import hang, stand_in

GOOD, WARNING, BAD = Verdict.GOOD, Verdict.WARNING, Verdict.BAD
NOWHERE = "http://127.0.0.1:1"


def verdicts(found) -> list[Verdict]:
    rows = list(found)
    assert all(bool(row.do) == (row.verdict != GOOD) for row in rows)
    return [row.verdict for row in rows]


@contextmanager
def answering(answers: dict[str, tuple[int, str]]) -> Iterator[str]:
    """A site at the address that is given: for each path its status, and where it leads."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, leads_to = answers.get(self.path, (404, ""))
            self.send_response(status)
            if leads_to:
                self.send_header("Location", leads_to)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_what_fails_is_a_finding_and_what_needs_it_is_left_out():
    def fail() -> list[Finding]:
        raise ValueError("odd")

    probes = [
        Probe("first", fail),
        Probe("second", lambda: [good("second", "fine")], needs="first"),
        Probe("third", lambda: [good("third", "fine")], needs="second"),
        Probe("fourth", lambda: [bad("fourth", "broken", "mend it")]),
        Probe("fifth", lambda: [good("fifth", "fine")], needs="fourth"),
        Probe("sixth", lambda: [good("sixth", "fine")]),
    ]

    found = [(one.code, one.verdict) for one in run_probes(probes)]

    assert found == [("first", BAD), ("fourth", BAD), ("sixth", GOOD)]


def test_probes_need_only_what_is_looked_at_before():
    codes = [probe.code for probe in PROBES]
    assert len(set(codes)) == len(codes)
    assert all(not probe.needs or probe.needs in codes[:place] for place, probe in enumerate(PROBES))


@pytest.mark.django_db
def test_database_that_is_well():
    looks = [
        database.look_at_database, database.look_at_settings, database.look_at_migrations, database.look_at_clock
    ]  # fmt: skip
    assert [verdicts(look()) for look in looks] == [[GOOD]] * 4


@pytest.mark.django_db
def test_a_setting_that_the_role_does_not_have():
    with connection.cursor() as cursor:
        cursor.execute("SET jit TO on")
        cursor.execute("SET lock_timeout TO 0")
    assert verdicts(database.look_at_settings()) == [BAD, BAD]


@pytest.mark.django_db
def test_a_missing_migration():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'trust'")
    assert verdicts(database.look_at_migrations()) == [BAD]


@pytest.mark.django_db
def test_a_clock_that_is_wrong():
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert verdicts(database.look_at_clock()) == [BAD]


@pytest.mark.parametrize(("url", "verdict"), [(None, GOOD), ("redis://127.0.0.1:1/0", BAD)])
def test_redis(url, verdict, settings):
    settings.REDIS_URL = url or settings.REDIS_URL
    assert verdicts(services.look_at_redis()) == [verdict]


def test_nobody_works():
    assert verdicts(services.look_at_workers()) == [BAD]


@pytest.mark.django_db
def test_beat():
    assert verdicts(services.look_at_beat()) == [BAD]
    note_beat(database_now())
    assert verdicts(services.look_at_beat()) == [GOOD]


@pytest.mark.parametrize(("machine_name", "verdict"), [("127.0.0.1", GOOD), ("another", WARNING)])
def test_mail_server_that_takes_mail(machine_name, verdict, smtp_sink, monkeypatch):
    """Over a network what is said has to be encrypted."""
    monkeypatch.setattr(services, "THIS_MACHINE", {machine_name})
    assert verdicts(services.look_at_mail_server()) == [verdict]
    assert (len(smtp_sink.connections), smtp_sink.mails) == (1, [])


def test_mail_server_that_is_away(settings):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert verdicts(services.look_at_mail_server()) == [BAD]


@pytest.mark.django_db
def test_outbox_that_is_empty():
    assert verdicts(services.look_at_outbox()) == [GOOD]


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        pytest.param({"/healthz/live": (200, "")}, GOOD, id="well"),
        pytest.param({"/healthz/live": (400, "")}, BAD, id="another-host"),
        pytest.param({"/healthz/live": (502, "")}, BAD, id="proxy-alone"),
    ],
)
def test_site(answers, verdict, settings):
    with answering(answers) as settings.SITE_URL:
        assert verdicts(site.look_at_site()) == [verdict]


def test_site_that_nobody_reaches(settings):
    settings.SITE_URL = NOWHERE
    assert verdicts(site.look_at_site()) == [BAD]


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [((200, ""), GOOD), ((302, "/sign-in/"), GOOD), ((301, "https://mentoring.example/contact/"), BAD)],
)
def test_page_that_leads_to_itself(answer, verdict, settings):
    with answering({site.PAGE: answer}) as settings.SITE_URL:
        assert verdicts(site.look_at_proxy()) == [verdict]


@pytest.mark.parametrize(("status", "verdict"), [(200, GOOD), (404, BAD)])
def test_static_files(status, verdict, settings):
    with answering({f"{settings.STATIC_URL}{site.A_FILE}": (status, "")}) as settings.SITE_URL:
        assert verdicts(site.look_at_static_files()) == [verdict]


@pytest.mark.parametrize(("status", "verdict"), [(200, GOOD), (404, BAD)])
def test_live_server(status, verdict, settings):
    settings.LIVE_URL = "/live/"
    with answering({"/live/healthz": (status, "")}) as settings.SITE_URL:
        assert verdicts(services.look_at_live_server()) == [verdict]


@pytest.mark.parametrize(("url", "verdict"), [("", WARNING), (f"{NOWHERE}/live/", BAD)])
def test_live_server_that_is_away(url, verdict, settings):
    settings.LIVE_URL = url
    assert verdicts(services.look_at_live_server()) == [verdict]


def test_relay(settings):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        there = f"turn:127.0.0.1:{listening.getsockname()[1]}"
        settings.TURN_URLS = [there, f"{there}?transport=tcp", "turn:127.0.0.1:1"]
        assert verdicts(services.look_at_relay()) == [GOOD, GOOD, BAD]


def test_scanner(settings):
    assert verdicts(services.look_at_scanner()) == []
    settings.CLAMD = "127.0.0.1:1"
    assert verdicts(services.look_at_scanner()) == [BAD]
    with stand_in(hang):
        assert verdicts(services.look_at_scanner()) == [GOOD]


def test_folder_that_cannot_be_written(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    assert verdicts(machine.look_at_disk())[0] in (GOOD, WARNING)
    (tmp_path / "file").write_text("")
    settings.DATA_DIR = tmp_path / "file"
    assert verdicts(machine.look_at_disk()) == [BAD]


@pytest.mark.django_db
def test_what_is_missing_before_the_first_session():
    found = {one.code: one.verdict for one in machine.look_at_content()}
    assert found == {"owners": BAD, "topics": BAD, "mentors": WARNING}


@pytest.mark.django_db
def test_one_owner_is_few(maria, alice, topic):
    make_person("second@example.org", "Olga Owner", is_staff=True, roles=["support"])
    found = {one.code: one.verdict for one in machine.look_at_content()}
    assert found == {"owners": WARNING, "topics": GOOD, "mentors": GOOD}


def test_settings_for_trying_things_out_are_said(settings):
    settings.STAFF_SECOND_FACTOR = "optional"
    said = [one.said.partition(":")[0] for one in machine.look_at_configuration()]
    assert "accounts.W001" in said


@pytest.mark.django_db
def test_command_says_all_and_ends_with_one_if_something_is_wrong(settings, capsys):
    settings.SITE_URL = NOWHERE
    with pytest.raises(SystemExit) as ended:
        call_command("doctor")
    said = capsys.readouterr().out
    assert ended.value.code == 1
    assert [f" {code}: " in said for code in ("database", "site", "proxy", "topics")] == [True, True, False, True]
