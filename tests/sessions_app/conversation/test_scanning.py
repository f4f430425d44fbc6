"""Shared files where the installation has a scanner: who reads them when, and who is told what."""

import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from urllib.parse import urlsplit

import pytest
from django.conf import settings as live_settings
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction

from notifications.models import InboxItem, Notification
from notifications.registry import Message, kind_named
from sessions_app.conversation import clamd, scanning
from sessions_app.conversation.clamd import Outcome, Verdict
from sessions_app.conversation.files import remove_file
from sessions_app.conversation.scanning import GIVE_UP_AFTER, scan_files, settle_scan
from sessions_app.metrics import booking_metrics
from sessions_app.models import ScanState, SharedFile, StuckRow
from sessions_app.subjects import gather_file
from tests.conftest import NOW
from tests.live.running import Program
from tests.markup import markup_of, parts_in
from tests.mentors.pictures import picture
from tests.scanner import EICAR, THREAT, answer, cut, hang, real_clamd, stand_in
from tests.sessions_app.conversation.test_files import add, disk, on_disk  # noqa: F401 - a fixture
from tests.sessions_app.helpers.documents import PDF
from tests.stopping import PATIENCE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now", "disk")]
NOWHERE = "127.0.0.1:1"
FOUND = Verdict(Outcome.FOUND, "Some-Virus")
TOO_LARGE = answer(b"INSTREAM size limit exceeded. ERROR")


@pytest.fixture
def away(settings) -> None:
    """There is a scanner, and it doesn't answer."""
    settings.CLAMD = NOWHERE


def states() -> list[str]:
    return list(SharedFile.objects.order_by("pk").values_list("scan", flat=True))


def told() -> set[tuple[str, str]]:
    rows = Notification.objects.exclude(kind="message").select_related("recipient")
    assert {(item.kind, item.recipient_id) for item in InboxItem.objects.exclude(kind="message")} >= {
        (row.kind, row.recipient_id) for row in rows if row.kind.startswith("file_")
    }
    return {(row.kind, row.recipient.first_name) for row in rows if row.kind.startswith("file_")}


def codes(file: SharedFile, client_for, *people) -> list[int]:
    """What each of them gets for the file and for its preview."""
    addresses = [f"/files/{file.uuid}/", f"/files/{file.uuid}/small/"]
    answers = [client_for(person).get(address) for person in people for address in addresses]
    assert all(b"".join(one.streaming_content) for one in answers if one.status_code == 200)
    return [one.status_code for one in answers]


def shown(booking, client_for, person) -> list[str]:
    pages = [f"/sessions/{booking.uuid}/files/", f"/messages/{booking.engagement.uuid}/"]
    parts = [parts_in(markup_of(client_for(person).get(page))) for page in pages]
    found = [[part for part in on_page if part.startswith("file-")] for on_page in parts]
    assert found[0] == found[1]
    return found[0]


def png() -> dict[str, object]:
    return {"name": "shot.png", "content": picture(format="PNG")}


def test_without_a_scanner_all_is_as_ever(booking, alice, bob, client_for):
    file = add(booking, bob, **png())

    assert scan_files(now=NOW + GIVE_UP_AFTER) == 0
    assert codes(file, client_for, alice, bob) == [200] * 4
    assert shown(booking, client_for, alice) == []
    assert told() == set()


@pytest.mark.scanner
def test_real_scanner_lets_clean_files_through_and_deletes_others(
    booking,
    alice,
    bob,
    maria,
    disk,  # noqa: F811
    client_for,
    django_capture_on_commit_callbacks,
):
    with real_clamd():
        clean, bad = add(booking, bob, **png()), add(booking, bob, "bad.txt", EICAR)
        assert codes(clean, client_for, alice, bob) == [404, 404, 200, 200]
        with django_capture_on_commit_callbacks(execute=True):
            assert scan_files(now=NOW) == 2
        clean.refresh_from_db()
        bad.refresh_from_db()

        assert (clean.scan, bad.scan, bad.threat) == (ScanState.CLEAN, ScanState.FOUND, THREAT)
        assert on_disk(disk) == set(clean.stored)
        assert codes(clean, client_for, alice, bob) == [200] * 4
        assert codes(bad, client_for, alice, bob) == [404] * 4
        assert shown(booking, client_for, alice) == shown(booking, client_for, bob) == ["file-found"]
    assert told() == {("file_found", "Bob"), ("file_found_staff", "Maria")}


def test_until_it_is_checked_only_its_owner_reads_it(away, booking, alice, bob, client_for):
    file = add(booking, bob, **png())

    assert scan_files(now=NOW + GIVE_UP_AFTER - timedelta(seconds=1)) == 0
    assert codes(file, client_for, alice, bob) == [404, 404, 200, 200]
    assert shown(booking, client_for, alice) == shown(booking, client_for, bob) == ["file-waiting"]
    for person, count in ((alice, 0), (bob, 1)):
        page = client_for(person).get(f"/sessions/{booking.uuid}/files/").content.decode()
        assert page.count(f'"/files/{file.uuid}/"') == count
    assert gather_file(file.pk).content == b""
    assert told() == set()


def test_no_answer_within_ten_minutes_is_not_clean(away, booking, alice, bob, client_for):
    file = add(booking, bob, **png())

    assert scan_files(now=NOW + GIVE_UP_AFTER) == 1
    assert scan_files(now=NOW + GIVE_UP_AFTER) == 0
    assert states() == [ScanState.REFUSED]
    assert codes(file, client_for, alice, bob) == [404, 404, 200, 200]
    assert shown(booking, client_for, alice) == ["file-refused"]
    assert told() == {("file_refused", "Bob")}
    remove_file(file=file, by=bob)
    with stand_in(answer(b"stream: OK")):
        again = add(booking, bob, **png())
        scan_files(now=NOW)
        assert codes(again, client_for, alice) == [200, 200]


@pytest.mark.parametrize("behave", [cut, hang, answer(b"what?")], ids=["cut", "hangs", "nonsense"])
def test_scanner_that_fails_is_asked_again(behave, booking, bob, monkeypatch):
    monkeypatch.setattr(clamd, "PATIENCE", 0.3)
    add(booking, bob)
    with stand_in(behave):
        assert scan_files(now=NOW) == 0
        assert states() == [ScanState.WAITING]
    with stand_in(answer(b"stream: OK")):
        assert scan_files(now=NOW + timedelta(hours=1)) == 1
    assert states() == [ScanState.CLEAN]
    assert not StuckRow.objects.exists()


def test_file_that_makes_the_scanner_fail_keeps_no_other_waiting(booking, bob):
    def behave(connection) -> None:
        with connection.makefile("rb") as stream:
            content = b""
            while size := int.from_bytes(stream.read(4), "big"):
                content += stream.read(size)
        connection.sendall(b"stream: OK\0" if b"poison" not in content else b"")

    with stand_in(behave):
        for content in (b"poison", b"one", b"two"):
            add(booking, bob, "a.txt", content)
        scan_files(now=NOW)

    assert states() == [ScanState.WAITING, ScanState.CLEAN, ScanState.CLEAN]


def test_run_ends_in_time(booking, bob, monkeypatch):
    monkeypatch.setattr(scanning, "RUN_FOR", -1.0)
    with stand_in(answer(b"stream: OK")):
        add(booking, bob)
        assert scan_files(now=NOW + GIVE_UP_AFTER) == 0


def test_scanner_that_is_away_is_asked_once(away, booking, bob, monkeypatch):
    asked = []
    monkeypatch.setattr(scanning, "scan_stored_file", lambda file: asked.append(file) or clamd.ping())
    for _time in range(3):
        add(booking, bob)
    scan_files(now=NOW)

    assert len(asked) == 1


def test_size_that_the_scanner_refuses_is_not_clean(booking, alice, bob, client_for):
    with stand_in(TOO_LARGE):
        file = add(booking, bob)
        assert scan_files(now=NOW) == 1
        assert codes(file, client_for, alice)[0] == 404
    assert states() == [ScanState.REFUSED]


def test_bytes_that_are_lost_are_not_clean(away, booking, bob):
    file = add(booking, bob)
    default_storage.delete(file.content.name)

    assert scan_files(now=NOW) == 1
    assert states() == [ScanState.REFUSED]


def test_files_from_before_the_scanner_are_checked_and_have_ten_minutes(settings, booking, bob):
    add(booking, bob)
    settings.CLAMD = NOWHERE
    later = NOW + timedelta(days=1)

    assert scan_files(now=later) == 0
    assert scan_files(now=later + GIVE_UP_AFTER) == 1


def test_what_a_killed_worker_left_is_taken_up(booking, bob, disk, monkeypatch):  # noqa: F811
    """Killed while the scanner looked, or after it had answered: then nothing is written."""
    with stand_in(answer(b"stream: OK")):
        add(booking, bob)
        monkeypatch.setattr(scanning, "settle_scan", lambda *_args, **_more: 1 / 0)
        scan_files(now=NOW)
        assert states() == [ScanState.WAITING]
        monkeypatch.undo()
        monkeypatch.setattr("django.conf.settings.MEDIA_ROOT", disk)
        assert scan_files(now=NOW + timedelta(minutes=2)) == 1


def test_verdict_counts_for_all_rows_of_the_same_bytes(away, booking, alice, bob, django_capture_on_commit_callbacks):
    file = add(booking, bob, **png())
    names = {"content": file.content.name, "preview": file.preview.name, "added_at": NOW, "size": 1, "kind": "png"}
    SharedFile.objects.create(engagement=booking.engagement, owner=bob, scan=ScanState.CLEAN, **names)
    with django_capture_on_commit_callbacks(execute=True):
        assert settle_scan(file, FOUND, now=NOW)

    assert states() == [ScanState.FOUND] * 2
    assert not default_storage.exists(names["content"])
    assert not default_storage.exists(names["preview"])
    assert not SharedFile.objects.to_carry(bob.pk).exists()


def test_file_with_a_virus_cannot_keep_its_bytes(away, booking, bob):
    file = add(booking, bob)
    for change in ({"scan": ScanState.FOUND}, {"content": ""}):
        with pytest.raises(IntegrityError, match="bytes_with_a_virus_are_gone"), transaction.atomic():
            SharedFile.objects.filter(pk=file.pk).update(**change)


def test_file_that_is_removed_meanwhile_tells_nobody(away, booking, bob):
    file = add(booking, bob)
    remove_file(file=file, by=bob)

    assert not settle_scan(file, FOUND, now=NOW)
    assert told() == set()


@pytest.mark.django_db(transaction=True)
def test_two_workers_settle_a_file_once(away, booking, bob, maria):
    file, barrier = add(booking, bob), Barrier(4)

    def run(_number: int) -> bool:
        barrier.wait()
        try:
            return settle_scan(file, FOUND, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(run, range(4))) == [False, False, False, True]
    assert told() == {("file_found", "Bob"), ("file_found_staff", "Maria")}


@pytest.mark.parametrize("verdict", [FOUND, Verdict(Outcome.REFUSED)])
def test_mails_name_the_file_to_its_owner_alone(verdict, away, booking, bob, maria):
    settle_scan(add(booking, bob, "my-salary.pdf", PDF), verdict, now=NOW)

    for row in Notification.objects.filter(kind__startswith="file_").select_related("recipient"):
        mail = kind_named(row.kind).render(row, NOW)
        assert isinstance(mail, Message)
        for words in (mail.text, mail.html):
            assert ("my-salary.pdf" in words) is (row.recipient == bob)
            assert (verdict.threat in words) is True


def test_metrics_count_what_waits(away, settings, booking, bob):
    def waiting() -> float:
        return {metric.name: metric for metric in booking_metrics()}["mentoring_files_waiting"].samples[0].value

    add(booking, bob)
    assert waiting() == 1
    settings.CLAMD = ""
    assert waiting() == 0


SCAN = """
import os, django
from django.conf import settings
settings.MEDIA_ROOT = os.environ["MEDIA_ROOT"]
django.setup()
from sessions_app.tasks import scan_files
scan_files()
"""


@pytest.mark.django_db(transaction=True)
def test_worker_that_is_killed_while_it_scans_leaves_the_file_to_the_next(booking, alice, bob, tmp_path, client_for):
    """The worker is another process, and dies when the scanner has the file and hasn't answered yet."""
    file, has_file = add(booking, bob), Event()

    def take_and_wait(connection) -> None:
        connection.recv(65536)
        has_file.set()
        hang(connection)

    with stand_in(take_and_wait):
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
        env = {"DATABASE_URL": url, "CLAMD": live_settings.CLAMD, "MEDIA_ROOT": str(live_settings.MEDIA_ROOT)}
        with Program([sys.executable, "-c", SCAN], tmp_path / "log", env) as worker:
            assert has_file.wait(PATIENCE), (tmp_path / "log").read_text()
            worker.end(signal.SIGKILL)
    assert states() == [ScanState.WAITING]
    assert told() == set()

    with stand_in(answer(b"stream: Some-Virus FOUND")):
        assert (scan_files(now=NOW), scan_files(now=NOW)) == (1, 0)
    assert states() == [ScanState.FOUND]
    assert told() == {("file_found", "Bob")}
    assert Notification.objects.filter(kind="file_found").count() == 1
    assert codes(file, client_for, alice, bob) == [404] * 4
