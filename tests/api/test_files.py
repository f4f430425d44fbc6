"""Files over the API: shared, scanned, read and removed by the rules of the pages."""

import os
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings as live_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from accounts.limits import LIMITS
from accounts.models import Scope
from common.api.parsing import AROUND_A_FILE
from common.filetypes import MAX_BYTES
from notifications.models import Notification
from sessions_app.conversation.scanning import GIVE_UP_AFTER, scan_files
from sessions_app.models import Engagement, Message, SharedFile
from tests.api.conftest import V1
from tests.conftest import NOW
from tests.mentors.pictures import picture
from tests.scanner import EICAR, real_clamd
from tests.sessions_app.conftest import asked, in_writing  # noqa: F401 - fixtures
from tests.sessions_app.conversation.test_files import add, disk, on_disk  # noqa: F401 - a fixture
from tests.sessions_app.helpers.documents import PDF
from tests.signing_in import sign_in
from trust.models import SeparationKind
from trust.separations import part

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now", "disk")]
LETTER = ("offer.pdf", PDF)
HEADERS = [
    "Cache-Control",
    "Content-Disposition",
    "Content-Length",
    "Content-Security-Policy",
    "Content-Type",
    "Cross-Origin-Resource-Policy",
    "X-Content-Type-Options",
]


class Unread:
    """A body that nobody may read."""

    def read(self, *_given) -> bytes:
        raise AssertionError("the body was read")

    readline = read


def files_of(booking) -> str:
    return f"engagements/{booking.engagement.uuid}/files/"


def address_of(file: SharedFile) -> str:
    return f"files/{file.uuid}/"


def send_unread(client: Client, path: str, size: int, **headers: str):
    body = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(size), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    return client.generic("POST", V1 + path, headers=headers, **body)


def listed(program, booking, person) -> list[dict]:
    status, page = program(person).get(files_of(booking))
    assert (status, page["next"]) == (200, None)
    return page["results"]


def test_a_file_is_shared_with_the_other_who_is_told_of_it_as_of_a_message(program, booking, alice, bob):
    status, said = program(bob).share(files_of(booking), ("../Ünsere Zahlen.pdf", PDF))

    file, message = SharedFile.objects.get(), Message.objects.get()
    assert (status, said) == (
        201,
        {
            "uuid": str(file.uuid),
            "name": "Ünsere Zahlen.pdf",
            "content_type": "application/pdf",
            "size": len(PDF),
            "shared_by": "Bob Bose",
            "is_mine": True,
            "shared_at": "2026-11-24T13:46:00Z",
            "state": "open",
            "content": f"{live_settings.SITE_URL}/api/v1/files/{file.uuid}/",
            "page": f"{live_settings.SITE_URL}/files/{file.uuid}/",
        },
    )
    assert listed(program, booking, bob) == [said]
    assert listed(program, booking, alice) == [said | {"is_mine": False}]
    [row] = program(alice).get(f"engagements/{booking.engagement.uuid}/messages/")[1]["results"]
    assert (row["uuid"], row["words"], row["file"]) == (str(message.uuid), file.name, said | {"is_mine": False})
    assert [(row.kind, row.recipient) for row in Notification.objects.filter(kind="message")] == [("message", alice)]


def test_what_is_written_has_files_too(program, asked, alice, bob):  # noqa: F811
    here = program(bob).get(f"engagements/{asked.engagement.uuid}/")[1]["links"]["files"]

    status, said = program(bob).share(here.partition(V1)[2], LETTER)

    assert status == 201
    assert [row["uuid"] for row in listed(program, asked, alice)] == [said["uuid"]]


@pytest.mark.parametrize("name", ["Ünsere Zahlen.pdf", "notes.md"])
def test_both_download_it_as_on_the_page(name, program, booking, alice, bob, client_for):
    file = add(booking, bob, name) if name.endswith("pdf") else add(booking, bob, name, b"# Notes")

    for person in (alice, bob):
        asked_by = program(person)
        found = asked_by.client.get(V1 + address_of(file), headers=asked_by.headers)
        page = client_for(person).get(f"/files/{file.uuid}/")
        assert (found.status_code, found.getvalue()) == (200, page.getvalue())
        assert {name: found.get(name) for name in HEADERS} == {name: page.get(name) for name in HEADERS}
    assert found["Content-Disposition"].startswith("attachment; ")
    assert found["Cache-Control"] == "private, no-store"


def test_photos_lose_what_the_camera_added(program, booking, bob, disk):  # noqa: F811
    exif = Image.Exif()
    exif[0x010F] = "Camera of Bob"

    _status, said = program(bob).share(files_of(booking), ("me.jpg", picture(exif=exif)))

    file = SharedFile.objects.get()
    kept = (disk / file.content.name).read_bytes()
    assert (said["size"], said["content_type"], b"Camera of Bob" in kept) == (len(kept), "image/jpeg", False)
    assert file.preview.name


def test_strangers_find_nothing_before_any_body_is_read(program, booking, bob, charlie):
    file, stranger = add(booking, bob), program(charlie)
    here = files_of(booking)
    keyed = {**stranger.headers, "Idempotency-Key": "k"}

    answers = [
        stranger.get(here)[0],
        stranger.get(address_of(file))[0],
        stranger.send("DELETE", address_of(file))[0],
        send_unread(stranger.client, here, MAX_BYTES, **stranger.headers).status_code,
        send_unread(stranger.client, here, MAX_BYTES, **keyed).status_code,
        program(bob).share(f"engagements/{uuid4()}/files/", LETTER)[0],
        send_unread(Client(), here, MAX_BYTES).status_code,
    ]

    assert answers == [404, 404, 404, 404, 404, 404, 401]
    assert SharedFile.objects.count() == 1


def test_a_token_for_reading_reads(program, booking, bob):
    reading = program(bob, Scope.READ)
    file = add(booking, bob)

    answers = [
        reading.get(files_of(booking))[0],
        send_unread(reading.client, files_of(booking), MAX_BYTES, **reading.headers).status_code,
        reading.send("DELETE", address_of(file))[0],
    ]

    assert answers == [200, 403, 403]
    assert len(reading.client.get(V1 + address_of(file), headers=reading.headers).getvalue()) == len(PDF)


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(("a.exe", b"MZ"), id="kind"),
        pytest.param(("a.pdf", b"MZ"), id="content"),
        pytest.param(("a.txt", b""), id="empty"),
        pytest.param(("a.png", picture(format="PNG")[:60]), id="unreadable"),
        pytest.param(("a", PDF), id="no ending"),
    ],
)
def test_a_file_that_breaks_a_rule_is_refused_beside_its_field(program, booking, bob, disk, file):  # noqa: F811
    status, answer = program(bob).share(files_of(booking), file)

    assert (status, answer["code"], list(answer["fields"])) == (422, "rule", ["file"])
    assert file[0] in answer["fields"]["file"][0]
    assert (SharedFile.objects.count(), on_disk(disk)) == (0, set())


def test_a_file_that_is_too_large_is_refused_unread_where_its_form_says_so(program, booking, bob):
    asked_by, here = program(bob), files_of(booking)

    unread = send_unread(asked_by.client, here, MAX_BYTES + AROUND_A_FILE + 1, **asked_by.headers)
    status, answer = asked_by.share(here, ("a.txt", b"x" * (MAX_BYTES + 1)))

    assert (unread.status_code, unread.json()["code"]) == (400, "too_large")
    assert (status, answer["code"], list(answer["fields"])) == (400, "too_large", ["file"])
    for message in (unread.json()["message"], answer["message"]):
        assert "10 MB" in message
    assert asked_by.share(here, ("a.txt", b"x" * MAX_BYTES))[0] == 201


def form(*parts: bytes, end: bytes = b"--x--\r\n") -> bytes:
    return b"".join(b"--x\r\n" + part + b"\r\n" for part in parts) + end


PART = b'Content-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nHello'
WORDS = b'Content-Disposition: form-data; name="words"\r\n\r\n'
BASE64 = b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
# With the fields that are named
BODIES = {
    "nothing": (b"", ["file"]),
    "no part": (form(), ["file"]),
    "a text": (form(WORDS.replace(b"words", b"file") + b"Hello"), ["file"]),
    "no name": (form(PART.replace(b"a.txt", b"")), ["file"]),
    "two files": (form(PART, PART), ["file"]),
    "a file and a text": (form(PART, WORDS + b"Hello"), ["words"]),
    "another file": (form(PART.replace(b'"file"', b'"other"')), ["other"]),
    "many files": (form(*[PART] * 101), []),
    "many fields": (form(*[WORDS] * 2000), []),
    "a large text": (form(WORDS + b"x" * 2**21), []),
    "bad base64": (form(PART.replace(b"\r\n\r\n", BASE64)), []),
    "long headers": (form(PART.replace(b"\r\n\r\n", b"\r\nX: " + b"x" * 2**16 + b"\r\n\r\n")), []),
}


@pytest.mark.parametrize("keyed", [False, True], ids=["", "with a key"])
@pytest.mark.parametrize(("body", "fields"), BODIES.values(), ids=BODIES)
def test_forms_that_cannot_be_read(program, booking, bob, body, fields, keyed):
    asked_by = program(bob)
    headers = asked_by.headers | ({"Idempotency-Key": "k"} if keyed else {})
    kind = "multipart/form-data; boundary=x"

    answer = asked_by.client.generic("POST", V1 + files_of(booking), body, content_type=kind, headers=headers)

    said = answer.json()
    assert (answer.status_code, said["code"], list(said["fields"])) == (400, "malformed", fields)
    assert SharedFile.objects.count() == 0


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("multipart/form-data", 400, "malformed"),
        ("multipart/form-data; boundary=\u00fc", 400, "malformed"),
        ("multipart/form-data; boundary=x; charset=hex", 201, None),
        ("multipart/mixed; boundary=x", 415, "not_a_form"),
        ("application/json", 415, "not_a_form"),
        ("application/x-www-form-urlencoded", 415, "not_a_form"),
        ("", 415, "not_a_form"),
    ],
)
def test_content_types_that_are_no_form(program, booking, bob, kind, status, code):
    asked_by = program(bob)

    answer = asked_by.client.generic(
        "POST", V1 + files_of(booking), form(PART), content_type=kind, headers=asked_by.headers
    )

    assert (answer.status_code, answer.json().get("code")) == (status, code)


def test_files_have_the_limits_of_the_page(program, booking, alice, bob, settings):
    settings.MAX_FILES = 1
    here = files_of(booking)
    assert program(alice).share(here, LETTER)[0] == 201

    status, answer = program(bob).share(here, LETTER)

    assert (status, answer["code"], SharedFile.objects.count()) == (409, "too_many_files", 1)
    Engagement.objects.update(closed_at=NOW)
    assert program(bob).share(here, LETTER)[1]["code"] == "closed"
    assert len(listed(program, booking, bob)) == 1
    part(person=bob, other=alice, kind=SeparationKind.BLOCK, by=bob, now=NOW)
    assert listed(program, booking, bob) == []
    assert len(listed(program, booking, alice)) == 1


@pytest.mark.parametrize("key", [None, "k"])
def test_uploads_are_counted_with_those_of_pages_also_if_they_are_refused(
    program, booking, bob, client_for, monkeypatch, key
):
    monkeypatch.setitem(LIMITS, "upload", "2/h/key")
    client_for(bob).post(f"/sessions/{booking.uuid}/files/", {})
    asked_by, here = program(bob), files_of(booking)
    assert asked_by.share(here, ("a.exe", b"MZ"), key=key)[0] == 422

    headers = asked_by.headers | ({"Idempotency-Key": key} if key else {})
    answer = send_unread(asked_by.client, here, MAX_BYTES, **headers)

    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (429, "too_often", "3600")


def test_the_same_key_shares_it_once_and_counts_once(program, booking, bob, monkeypatch, disk):  # noqa: F811
    monkeypatch.setitem(LIMITS, "upload", "1/h/key")
    asked_by, here = program(bob), files_of(booking)

    answers = [asked_by.share(here, LETTER, key="once") for _press in range(3)]

    assert answers == [answers[0]] * 3
    assert (answers[0][0], SharedFile.objects.count(), len(on_disk(disk))) == (201, 1, 1)
    others = [asked_by.share(here, file, key="once") for file in (("offer.pdf", PDF + b"\n"), ("other.pdf", PDF))]
    assert [(status, said["code"]) for status, said in others] == [(422, "other_request")] * 2


def test_only_my_own_can_be_removed(program, booking, alice, bob, disk, django_capture_on_commit_callbacks):  # noqa: F811
    file = add(booking, bob)
    here = address_of(file)

    status, refused = program(alice).send("DELETE", here)
    with django_capture_on_commit_callbacks(execute=True):
        done = [program(bob).send("DELETE", here, key="k") for _press in range(2)]

    assert (status, refused["code"]) == (409, "not_yours")
    assert done == [(200, {"uuid": str(file.uuid)})] * 2
    assert (SharedFile.objects.count(), on_disk(disk)) == (0, set())
    assert [program(person).send("DELETE", here)[0] for person in (alice, bob)] == [404, 404]
    [row] = program(alice).get(f"engagements/{booking.engagement.uuid}/messages/")[1]["results"]
    assert (row["is_file"], row["words"], row["file"]) == (True, file.name, None)


def test_what_is_hidden_or_lost_is_not_there(program, booking, alice, bob, disk):  # noqa: F811
    hidden, lost = add(booking, bob), add(booking, bob)
    SharedFile.objects.filter(pk=hidden.pk).update(is_hidden=True)
    os.remove(disk / lost.content.name)

    assert [row["uuid"] for row in listed(program, booking, bob)] == [str(lost.uuid)]
    assert [program(alice).get(address_of(file))[0] for file in (hidden, lost)] == [404, 404]


def states(program, booking, person) -> list[tuple[str, bool]]:
    return [(row["state"], row["content"] is not None) for row in listed(program, booking, person)]


def downloads(program, file: str, *people) -> list[int]:
    found = [(asked_by := program(one)).client.get(f"{V1}files/{file}/", headers=asked_by.headers) for one in people]
    assert all(answer.getvalue() for answer in found)
    return [answer.status_code for answer in found]


@pytest.mark.scanner
def test_real_scanner_opens_clean_files_and_deletes_others(
    program, booking, alice, bob, django_capture_on_commit_callbacks
):
    with real_clamd():
        clean = program(bob).share(files_of(booking), LETTER)[1]
        bad = program(bob).share(files_of(booking), ("bad.txt", EICAR))[1]
        assert (clean["state"], bad["state"]) == ("waiting", "waiting")
        assert states(program, booking, bob) == [("waiting", True)] * 2
        assert states(program, booking, alice) == [("waiting", False)] * 2
        assert downloads(program, clean["uuid"], alice, bob) == [404, 200]
        with django_capture_on_commit_callbacks(execute=True):
            assert scan_files(now=NOW) == 2

        for person in (alice, bob):
            assert states(program, booking, person) == [("open", True), ("found", False)]
        assert downloads(program, clean["uuid"], alice, bob) == [200, 200]
        assert downloads(program, bad["uuid"], alice, bob) == [404, 404]
        messages = program(bob).get(f"engagements/{booking.engagement.uuid}/messages/")[1]["results"]
        assert [row["file"] and row["file"]["state"] for row in messages] == [None, "open"]


def test_while_the_scanner_is_away_a_file_is_its_owners_alone(program, booking, alice, bob, settings):
    settings.CLAMD = "127.0.0.1:1"
    file = program(bob).share(files_of(booking), LETTER)[1]["uuid"]

    scan_files(now=NOW + GIVE_UP_AFTER - timedelta(seconds=1))
    assert states(program, booking, alice) == [("waiting", False)]
    scan_files(now=NOW + GIVE_UP_AFTER)

    assert states(program, booking, alice) == [("refused", False)]
    assert states(program, booking, bob) == [("refused", True)]
    assert downloads(program, file, alice, bob) == [404, 200]


def test_a_page_shares_by_its_session_and_its_token_in_a_header(booking, bob, charlie):
    client = Client(enforce_csrf_checks=True)
    sign_in(client, bob)
    client.get("/settings/")
    token = client.cookies[live_settings.CSRF_COOKIE_NAME].value
    stranger = Client(enforce_csrf_checks=True)
    sign_in(stranger, charlie)
    stranger.cookies[live_settings.CSRF_COOKIE_NAME] = token
    path = V1 + files_of(booking)

    def send(**options):
        return client.generic("POST", path, form(PART), content_type="multipart/form-data; boundary=x", **options)

    assert (send().status_code, send().json()["code"]) == (403, "csrf")
    assert send(headers={"X-CSRFToken": token}).status_code == 201
    unread = [
        send_unread(client, files_of(booking), MAX_BYTES),
        send_unread(client, "bookings/", MAX_BYTES, **{"X-CSRFToken": token}),
        send_unread(stranger, files_of(booking), MAX_BYTES, **{"X-CSRFToken": token}),
    ]
    assert [answer.status_code for answer in unread] == [403, 415, 404]


def test_a_list_has_pages_and_asks_no_more_for_more_files(program, booking, alice, bob):
    reading = program(alice)
    here = files_of(booking)
    first = add(booking, bob)
    with CaptureQueriesContext(connection) as of_one:
        reading.get(here)
    others = [add(booking, bob), add(booking, alice)]
    with CaptureQueriesContext(connection) as of_three:
        reading.get(here)

    page = reading.get(here, limit=2)[1]
    rest = reading.get(f"{here}?{page['next'].partition('?')[2]}")[1]

    assert len(of_one) == len(of_three)
    found = [row["uuid"] for row in [*page["results"], *rest["results"]]]
    assert (len(page["results"]), found) == (2, [str(file.uuid) for file in (first, *others)])
