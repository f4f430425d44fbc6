"""Copies: what is in one, who gets it, how often, and what a killed worker leaves behind."""

import json
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import FileField

from accounts.models import Consent, DataExport, ExportState, User
from accounts.privacy import exports
from accounts.privacy.consents import purposes
from accounts.privacy.copying import write_copy
from accounts.privacy.exports import PrivacyError, ask_export, claim_export, forget_copies, write_due_copies
from accounts.privacy.registry import registered_tables
from notifications.models import InboxItem, Notification
from tests.conftest import NOW, make_mentor, make_person

from .canary import Canary, fill, is_free_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def carl() -> User:
    person = make_person("zq001@example.org", "Zqcarl Canary")
    make_mentor(person, windows=[(day, 0, 1440) for day in range(1, 8)])
    return person


def read_copy(person: User) -> dict[str, str]:
    """Every file of the copy, by name."""
    target = BytesIO()
    write_copy(person, target, now=NOW)
    with ZipFile(target) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def in_copy(canary: Canary) -> set[str]:
    """The strings of the columns that the registry promises a person."""
    promised = set()
    for table in registered_tables():
        for name, column in table.columns.items():
            # Where a file is stored is no word of anyone's: the copy has the file itself.
            is_file = isinstance(table.model._meta.get_field(name), FileField)
            if is_file or not (table.part and column.in_copy and is_free_text(table, name)):
                continue
            text = " ".join(str(getattr(row, name)) for row in table.rows_of(canary.person))
            promised |= {string for string in canary.strings if string in text}
    return promised


def test_copy_has_every_column_that_the_registry_promises(carl, alice, maria, topic):
    canary = fill(carl, alice, maria, topic, prefix="zq")
    promised = in_copy(canary)
    text = "\n".join(read_copy(carl).values())

    assert {string for string in promised if string not in text} == set()
    assert len(promised) > 50


def test_copy_has_the_files_themselves_and_a_page_without_scripts(carl, alice, maria, topic):
    canary = fill(carl, alice, maria, topic, prefix="zq")
    file = carl.shared_files.get()

    copy = read_copy(carl)

    [shared] = [name for name in copy if name.startswith("files/files-")]
    with default_storage.open(file.content.name) as stored:
        assert copy[shared] == stored.read().decode()
    assert "<script" not in copy["index.html"]
    assert "http" not in copy["index.html"]
    assert canary.person.briefs.get().question in copy["index.html"]


def test_copy_has_no_string_of_anyone_else_but_their_names(carl, alice, maria, topic):
    fill(carl, alice, maria, topic, prefix="zq")
    other = fill(alice, carl, maria, topic, prefix="ak")

    text = "\n".join(read_copy(carl).values())

    assert {string for string in other.strings if string in text} == {"Alice Adair"}
    assert maria.email not in text


def test_copy_has_no_hash_no_password_and_no_secret(carl, alice, maria, topic):
    fill(carl, alice, maria, topic, prefix="zq")

    copy = read_copy(carl)
    [account] = json.loads(copy["account.json"])

    assert account["email"] == "zq001@example.org"
    assert not {"password", "is_superuser", "uuid", "id"} & account.keys()
    assert {"token_hash", "code"} & json.loads(copy["api-tokens.json"])[0].keys() == set()


def test_copy_says_what_was_agreed_to_in_the_words_that_asked_for_it(carl):
    Consent.objects.create(person=carl, purpose="words_shown", text_version=1, how="page", given_at=NOW)

    copy = read_copy(carl)
    [consent] = json.loads(copy["consents.json"])

    assert consent["text"] == " ".join(purposes["words_shown"].text.lines_for("your mentor"))
    assert consent["text"] in copy["index.html"]


def test_copy_is_written_by_a_worker_and_its_person_is_told_once(bob):
    export = ask_export(person=bob, now=NOW)

    assert (write_due_copies(now=NOW), write_due_copies(now=NOW)) == (1, 0)

    export.refresh_from_db()
    assert (export.state, export.expires_at) == (ExportState.READY, NOW + DAY)
    assert default_storage.size(export.key) == export.size
    assert Notification.objects.filter(kind="copy_ready", recipient=bob).count() == 1
    assert InboxItem.objects.filter(kind="copy_ready", recipient=bob).count() == 1


def test_a_person_gets_one_copy_at_a_time_and_one_a_day(bob):
    first = ask_export(person=bob, now=NOW)

    assert ask_export(person=bob, now=NOW + HOUR) == first
    write_due_copies(now=NOW)
    with pytest.raises(PrivacyError) as refused:
        ask_export(person=bob, now=NOW + DAY - HOUR)
    assert (refused.value.code, refused.value.wait) == ("too_often", HOUR)
    assert ask_export(person=bob, now=NOW + DAY) != first


def test_database_keeps_two_copies_of_one_person_from_being_prepared(bob):
    ask_export(person=bob, now=NOW)

    with pytest.raises(IntegrityError, match="one_copy_is_prepared_at_a_time"), transaction.atomic():
        DataExport.objects.create(person=bob, asked_at=NOW, due_at=NOW)


def test_copy_of_a_killed_worker_is_written_by_the_next_one(bob):
    export = ask_export(person=bob, now=NOW)
    killed = claim_export(NOW)

    assert write_due_copies(now=NOW + exports.LEASE - HOUR / 60) == 0
    assert write_due_copies(now=NOW + exports.LEASE) == 1
    exports.write_export(killed, now=NOW + exports.LEASE)  # it was only slow

    export.refresh_from_db()
    assert (export.state, export.attempts) == (ExportState.READY, 2)
    assert default_storage.listdir("exports")[1] == [export.key.removeprefix("exports/")]
    assert Notification.objects.filter(kind="copy_ready").count() == 1


def test_copy_that_always_fails_is_given_up_and_can_be_asked_for_again(bob, monkeypatch, caplog):
    def fail(*_args, **_kwargs):
        raise RuntimeError(bob.email)

    monkeypatch.setattr(exports, "write_copy", fail)
    export = ask_export(person=bob, now=NOW)
    for attempt in range(6):
        write_due_copies(now=NOW + attempt * exports.LEASE)

    export.refresh_from_db()
    assert export.state == ExportState.FAILED
    assert bob.email not in caplog.text
    assert ask_export(person=bob, now=NOW + 6 * exports.LEASE) != export


def test_file_is_deleted_after_a_day(bob):
    export = ask_export(person=bob, now=NOW)
    write_due_copies(now=NOW)

    assert (forget_copies(now=NOW + DAY - HOUR), forget_copies(now=NOW + DAY)) == (0, 1)

    export.refresh_from_db()
    assert (export.state, export.key, default_storage.listdir("exports")[1]) == (ExportState.GONE, "", [])
    assert forget_copies(now=NOW + 91 * DAY) == 1
    assert not DataExport.objects.exists()
