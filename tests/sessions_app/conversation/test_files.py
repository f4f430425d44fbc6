"""Files of an engagement: who adds, sees and removes them, and what becomes of them."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction

from accounts.limits import LIMITS
from notifications.models import Notification
from sessions_app.conversation.files import add_file, remove_expired_files, remove_file, sweep_orphans, why_not_add
from sessions_app.conversation.uploads import read_upload
from sessions_app.errors import SessionError
from sessions_app.models import Booking, Engagement, Message, SharedFile
from sessions_app.models.files import ScanState
from tests.conftest import NOW
from tests.markup import (
    alerts_in,
    answers_in,
    choices_in,
    elements_of,
    forms_in,
    markup_of,
    parts_in,
    problems_in,
    refusals_in,
)
from tests.mentors.pictures import picture
from tests.sessions_app.conftest import THURSDAY
from tests.sessions_app.helpers.documents import PDF
from tests.sessions_app.helpers.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def disk(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def upload(name="offer.pdf", content=PDF):
    return read_upload(SimpleUploadedFile(name, content))


def add(booking: Booking, person, name="offer.pdf", content=PDF) -> SharedFile:
    return add_file(engagement=booking.engagement, upload=upload(name, content), by=person, now=NOW)


def refused(act, **kwargs) -> str:
    with pytest.raises(SessionError) as error:
        act(**kwargs)
    return error.value.code


def page_of(booking) -> str:
    return f"/sessions/{booking.uuid}/files/"


def address_of(file: SharedFile, rest: str = "") -> str:
    return f"/files/{file.uuid}/{rest}"


def on_disk(disk) -> set[str]:
    return {f"files/{name}" for name in os.listdir(disk / "files")} if (disk / "files").exists() else set()


def test_add_file_keeps_it_under_a_random_key(booking, bob, disk):
    file = add(booking, bob, "shot.png", picture(format="PNG"))

    assert (file.name, file.kind, file.owner, file.added_at) == ("shot.png", "png", bob, NOW)
    assert on_disk(disk) == set(file.stored)
    assert [len(key) for key in file.stored] == [len("files/") + 32] * 2
    assert "shot" not in "".join(file.stored)


def test_both_may_add_up_to_the_limit_together(booking, alice, bob, settings):
    for number in range(settings.MAX_FILES):
        add(booking, (alice, bob)[number % 2])

    assert refused(add_file, engagement=booking.engagement, upload=upload(), by=bob, now=NOW) == "too_many_files"


def test_what_a_scanner_has_found_something_in_takes_no_room(booking, bob, settings):
    settings.MAX_FILES = 1
    SharedFile.objects.filter(pk=add(booking, bob).pk).update(scan=ScanState.FOUND, content="", preview="")

    add(booking, bob)

    assert refused(add_file, engagement=booking.engagement, upload=upload(), by=bob, now=NOW) == "too_many_files"


def test_who_has_no_file_to_remove_is_told_to_ask_the_other(booking, alice, bob, settings):
    settings.MAX_FILES = 1
    add(booking, bob)

    told = [why_not_add(booking.engagement, by=person) for person in (alice, bob)]

    assert [one.code for one in told] == ["too_many_files"] * 2
    assert ["Bob" in one.message for one in told] == [True, False]


def test_nobody_else_may_add(booking, charlie):
    assert refused(add_file, engagement=booking.engagement, upload=upload(), by=charlie, now=NOW) == "not_yours"


def test_nothing_is_added_to_what_has_ended(booking, bob):
    Engagement.objects.update(closed_at=NOW)

    assert refused(add_file, engagement=booking.engagement, upload=upload(), by=bob, now=NOW) == "closed"


@pytest.mark.django_db(transaction=True)
def test_adding_at_once_stays_within_the_limit(booking, alice, bob, settings):
    barrier = Barrier(8)

    def run(number: int) -> str:
        barrier.wait()
        try:
            add(booking, (alice, bob)[number % 2])
        except SessionError as error:
            return error.code
        else:
            return "added"
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(run, range(8)))

    assert (outcomes.count("added"), outcomes.count("too_many_files")) == (5, 3)
    assert SharedFile.objects.count() == settings.MAX_FILES


def test_remove_file_is_its_owners_and_takes_it_off_the_disk(
    booking, alice, bob, disk, django_capture_on_commit_callbacks
):
    file = add(booking, bob, "shot.png", picture(format="PNG"))

    assert refused(remove_file, file=file, by=alice) == "not_yours"
    with django_capture_on_commit_callbacks(execute=True):
        remove_file(file=file, by=bob)
        assert on_disk(disk) == set(file.stored)
        remove_file(file=file, by=bob)

    assert (SharedFile.objects.count(), on_disk(disk)) == (0, set())


def test_files_go_thirty_days_after_the_end(booking, bob, disk, django_capture_on_commit_callbacks):
    add(booking, bob)
    Engagement.objects.update(closed_at=NOW)

    with django_capture_on_commit_callbacks(execute=True):
        assert remove_expired_files(now=NOW + 30 * DAY - timedelta(seconds=1)) == 0
        assert remove_expired_files(now=NOW + 30 * DAY) == 1
        assert remove_expired_files(now=NOW + 31 * DAY) == 0

    assert (SharedFile.objects.count(), on_disk(disk)) == (0, set())


def test_files_of_what_goes_on_stay(booking, bob):
    add(booking, bob)

    assert remove_expired_files(now=NOW + 400 * DAY) == 0


def test_sweep_finds_what_an_undone_upload_left_and_spares_young_ones(booking, bob, disk):
    kept = add(booking, bob)
    with transaction.atomic():
        lost = add(booking, bob)
        transaction.set_rollback(True)
    assert on_disk(disk) == {*kept.stored, *lost.stored}
    for key in (*kept.stored, *lost.stored):
        os.utime(disk / key, (NOW.timestamp(), NOW.timestamp()))

    assert sweep_orphans(now=NOW + timedelta(minutes=59)) == 0
    assert sweep_orphans(now=NOW + timedelta(hours=1)) == 1
    assert on_disk(disk) == set(kept.stored)


def test_sweep_of_an_empty_storage_does_nothing():
    assert sweep_orphans(now=NOW) == 0


def test_a_shared_file_is_a_download_for_both_and_nothing_for_others(booking, alice, bob, charlie, client_for):
    file = add(booking, bob, "Ünsere Zahlen.pdf")
    address = address_of(file)

    answers = [client_for(person).get(address) for person in (alice, bob)]
    stranger = client_for(charlie).get(address)

    for answer in answers:
        assert (answer.status_code, b"".join(answer.streaming_content)) == (200, PDF)
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%C3%9Cnsere%20Zahlen.pdf"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "private, no-store"
    assert stranger.status_code == 404


def test_the_other_is_told_of_a_file_as_of_a_message_and_its_name_stays(booking, alice, bob, client_for):
    file, client = add(booking, bob), client_for(alice)
    message, page = Message.objects.get(), f"/messages/{booking.engagement.uuid}/"
    told = [(row.kind, row.recipient, row.due_at) for row in Notification.objects.filter(kind="message")]
    shown = client.get(page).content.decode()
    remove_file(file=file, by=bob)
    later = client.get(page)

    assert (message.body, message.author, message.file_id, message.is_file) == ("offer.pdf", bob, file.pk, True)
    assert told == [("message", alice, NOW + timedelta(minutes=10))]
    assert (address_of(file) in shown, address_of(file) in later.content.decode()) == (True, False)
    assert [parts_in(html).count("file-gone") for html in (shown, markup_of(later))] == [0, 1]
    assert "offer.pdf" in text_of(later)


def test_only_pictures_have_a_small_picture(booking, bob, client_for):
    client = client_for(bob)
    shot, paper = add(booking, bob, "shot.png", picture(format="PNG")), add(booking, bob)

    small = client.get(address_of(shot, "small/"))

    assert (small["Content-Type"], small["Cache-Control"]) == ("image/webp", "private, no-store")
    assert b"".join(small.streaming_content)[8:12] == b"WEBP"
    assert client.get(address_of(paper, "small/")).status_code == 404


def test_a_file_that_is_gone_from_the_storage_is_not_found(booking, bob, client_for):
    file = add(booking, bob)
    default_storage.delete(file.content.name)

    assert client_for(bob).get(address_of(file)).status_code == 404


def test_sharing_on_the_page_shows_it_to_the_other(booking, alice, bob, client_for):
    sent = SimpleUploadedFile("../../offer.pdf", PDF)

    said = markup_of(client_for(bob).post(page_of(booking), {"file": sent}, follow=True))
    read = markup_of(client_for(alice).get(f"/sessions/{booking.uuid}/"))
    listed = markup_of(client_for(alice).get(page_of(booking)))

    file = SharedFile.objects.get()
    assert answers_in(said) == ["ok"]
    for html in (said, read, listed):
        link = elements_of(html, "a", class_="file", href=address_of(file))[0]
        assert [words in link.text for words in ("offer.pdf", "PDF", str(len(PDF)))] == [True] * 3
        assert ("Bob" in link.text) is (html is not said)
    assert [address_of(file, "remove/") in forms_in(html) for html in (said, read, listed)] == [True, False, False]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        pytest.param({}, "", id="none"),
        pytest.param({"file": "a text"}, "", id="no file"),
        pytest.param({"file": ("a.exe", b"MZ")}, "a.exe", id="kind"),
        pytest.param({"file": ("a.txt", b"")}, "a.txt", id="empty"),
    ],
)
def test_a_wrong_file_is_named_beside_the_field(booking, bob, client_for, data, name):
    sent = {key: SimpleUploadedFile(*value) if isinstance(value, tuple) else value for key, value in data.items()}

    answer = client_for(bob).post(page_of(booking), sent)

    assert answer.status_code == 422
    assert problems_in(markup_of(answer)) == ["id_file"]
    [beside] = elements_of(markup_of(answer), "div", id="id_file_error")
    assert name in beside.text
    assert SharedFile.objects.count() == 0


def test_the_sixth_file_is_refused_with_what_to_do(booking, bob, client_for, settings):
    settings.MAX_FILES = 1
    add(booking, bob)
    client = client_for(bob)
    settings.MAX_FILES = 2
    assert choices_in(markup_of(client.get(page_of(booking))), "file") == [""]
    settings.MAX_FILES = 1

    answer = client.post(page_of(booking), {"file": SimpleUploadedFile("b.pdf", PDF)})

    assert (answer.status_code, SharedFile.objects.count()) == (409, 1)
    assert refusals_in(markup_of(answer)) == ["too_many_files"]
    assert alerts_in(markup_of(answer))
    assert [choices_in(markup_of(response), "file") for response in (answer, client.get(page_of(booking)))] == [[], []]


def test_too_many_files_within_an_hour_are_refused_with_a_time(booking, bob, client_for, monkeypatch):
    monkeypatch.setitem(LIMITS, "upload", "2/h/key")
    client = client_for(bob)
    for _number in range(2):
        client.post(page_of(booking), {"file": SimpleUploadedFile("a.pdf", PDF)})

    answer = client.post(page_of(booking), {"file": SimpleUploadedFile("a.pdf", PDF)})

    assert (answer.status_code, SharedFile.objects.count()) == (429, 2)
    assert (refusals_in(markup_of(answer)), "20:16" in text_of(answer)) == (["too_often"], True)


def test_removing_on_the_page_is_for_the_owner(booking, alice, bob, client_for):
    file = add(booking, bob)

    other = markup_of(client_for(alice).post(address_of(file, "remove/"), follow=True))
    left = SharedFile.objects.count()
    own = markup_of(client_for(bob).post(address_of(file, "remove/"), follow=True))

    assert (refusals_in(other), left, answers_in(own)) == (["not_yours"], 1, ["ok"])
    assert "offer.pdf" in own
    assert SharedFile.objects.count() == 0


def test_files_stay_readable_after_the_end_until_they_go(booking, bob, client_for):
    add(booking, bob)
    Engagement.objects.update(closed_at=THURSDAY)
    with time_machine.travel(THURSDAY + DAY, tick=False):
        page = markup_of(client_for(bob).get(page_of(booking)))

    assert ("offer.pdf" in page, choices_in(page, "file")) == (True, [])
