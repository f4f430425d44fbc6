"""A mentee's files go along when somebody else is asked the same: by their choice, and the bytes lie there once."""

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.db import transaction

from notifications.models import Notification
from sessions_app.audit import audit_notices
from sessions_app.conversation.files import remove_expired_files, remove_file, sweep_orphans
from sessions_app.models import Engagement, Message, SharedFile
from sessions_app.questions.brief_input import BriefInput
from sessions_app.questions.shared_files import carry_files
from tests.conftest import NOW, at, make_mentor, make_person
from tests.markup import elements_of, markup_of
from tests.mentors.pictures import picture
from tests.sessions_app.conftest import QUESTION, book
from tests.sessions_app.conversation.test_files import add, disk, on_disk  # noqa: F401 - disk is a fixture
from tests.sessions_app.helpers.documents import PDF
from tests.sessions_app.helpers.pages import text_of
from tests.sessions_app.helpers.races import race
from tests.sessions_app.helpers.written import DAY, ask, writes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


@pytest.fixture
def dora(db):
    profile = make_mentor(make_person("dora@example.org", "Dora Dane"))
    writes(profile)
    return profile


@pytest.fixture
def letter(asked, bob) -> SharedFile:
    return add(asked, bob, "letter.png", picture(format="PNG"))


def again(asked, dora, **fields):
    brief = BriefInput.carried_from(asked.engagement.brief, question=QUESTION)
    said = {"brief": brief, "continues": asked.engagement, "with_files": True, "key": "again"}
    return ask(dora.offers.in_writing().get(), asked.mentee, **said | fields)


def test_the_mentees_own_files_go_along_and_the_bytes_lie_there_once(asked, alice, bob, dora, letter, disk):  # noqa: F811
    add(asked, alice, "notes.pdf")
    before = on_disk(disk)

    second = again(asked, dora)

    (copy,) = second.engagement.files.all()
    assert on_disk(disk) == before
    assert (copy.name, copy.owner, copy.kind, copy.size) == ("letter.png", bob, letter.kind, letter.size)
    assert (copy.stored, copy.uuid == letter.uuid) == (letter.stored, False)


def test_each_of_the_two_sees_their_own(asked, alice, bob, charlie, dora, letter, client_for):
    copy = again(asked, dora).engagement.files.get()

    def code(person, file) -> int:
        response = client_for(person).get(f"/files/{file.uuid}/")
        assert response.status_code != 200 or b"".join(response.streaming_content)
        return response.status_code

    people = (alice, bob, dora.person, charlie)
    codes = {person.first_name: [code(person, file) for file in (letter, copy)] for person in people}
    assert codes == {"Alice": [200, 404], "Bob": [200, 200], "Dora": [404, 200], "Charlie": [404, 404]}
    room = text_of(client_for(dora.person).get(f"/messages/{copy.engagement.uuid}/"))
    assert "letter.png" in room
    assert "Alice" not in room


def test_removing_one_leaves_the_other_and_the_bytes_go_with_the_last(
    asked,
    bob,
    dora,
    letter,
    disk,  # noqa: F811
    django_capture_on_commit_callbacks,
):
    copy = again(asked, dora).engagement.files.get()
    with django_capture_on_commit_callbacks(execute=True):
        remove_file(file=letter, by=bob)

    assert on_disk(disk) == set(copy.stored)
    assert default_storage.exists(copy.content.name)
    with django_capture_on_commit_callbacks(execute=True):
        remove_file(file=copy, by=bob)
    assert on_disk(disk) == set()


def test_each_goes_thirty_days_after_its_own_engagement(asked, dora, letter, disk, django_capture_on_commit_callbacks):  # noqa: F811
    copy = again(asked, dora).engagement.files.get()
    Engagement.objects.filter(pk=asked.engagement_id).update(closed_at=NOW - 30 * DAY)
    with django_capture_on_commit_callbacks(execute=True):
        assert remove_expired_files(now=NOW) == 1

    assert list(SharedFile.objects.all()) == [copy]
    assert on_disk(disk) == set(copy.stored)
    with time_machine.travel(NOW + DAY):
        assert sweep_orphans(now=NOW + DAY) == 0
    Engagement.objects.update(closed_at=NOW - 30 * DAY)
    with django_capture_on_commit_callbacks(execute=True):
        assert remove_expired_files(now=NOW) == 1
    assert on_disk(disk) == set()


def test_the_second_mentor_is_told_of_the_question_and_of_no_message(asked, dora, letter):
    again(asked, dora)
    audit_notices(now=NOW)

    told = Notification.objects.filter(recipient=dora.person).values_list("kind", flat=True)
    assert "written_asked" in told
    assert "message" not in told


def test_a_session_with_the_second_one_takes_them_along_too(asked, bob, dora, letter):
    booking = book(dora.offers.timed().get(), bob, continues=asked.engagement, with_files=True)

    assert [file.name for file in booking.engagement.files.all()] == ["letter.png"]


def test_without_the_tick_nothing_goes_along(asked, bob, dora, letter):
    assert not again(asked, dora, with_files=False).engagement.files.exists()
    emil = make_mentor(make_person("emil@example.org", "Emil Engel"))
    booking = book(emil.offers.get(), bob, continues=asked.engagement)
    assert not booking.engagement.files.exists()


def test_a_call_with_the_same_mentor_has_them_once(asked, offer, bob, letter):
    booking = book(offer, bob, continues=asked.engagement, with_files=True)

    assert list(booking.engagement.files.all()) == [letter]


@pytest.mark.parametrize(("data", "count"), [({"with_files": "on"}, 1), ({}, 0)])
def test_the_page_says_what_goes_along_and_asks(asked, alice, bob, dora, letter, client_for, data, count):
    add(asked, alice, "notes.pdf")
    client, follows = client_for(bob), str(asked.engagement.uuid)
    page = client.get(f"/mentors/dora-dane/?offer={dora.offers.in_writing().get().uuid}&follows={follows}")
    text = text_of(page)
    client.post("/mentors/dora-dane/ask/", {"key": "k", "question": QUESTION, "follows": follows, **data})

    [taken] = [one for one in elements_of(markup_of(page), "label", class_="check") if "letter.png" in one.text]
    assert "Dora" in taken.text
    assert 'name="with_files" value="on" checked' in page.content.decode()
    assert "notes.pdf" not in text
    assert SharedFile.objects.filter(engagement__mentor=dora.person).count() == count


def test_a_refusal_keeps_the_tick_as_it_was(asked, bob, dora, letter, client_for):
    follows = str(asked.engagement.uuid)
    typed = {"key": "k", "question": "", "follows": follows}
    pages = [client_for(bob).post("/mentors/dora-dane/ask/", typed | more) for more in ({}, {"with_files": "on"})]

    assert [page.status_code for page in pages] == [422, 422]
    assert ['name="with_files" value="on" checked' in page.content.decode() for page in pages] == [False, True]


def test_a_stranger_takes_nobodys_files_along(asked, charlie, dora, letter, client_for):
    data = {"key": "k", "question": "Mine", "follows": str(asked.engagement.uuid), "with_files": "on"}
    client_for(charlie).post("/mentors/dora-dane/ask/", data)

    assert charlie.written_as_mentee.get().engagement.files.count() == 0


@pytest.mark.django_db(transaction=True)
def test_removing_and_taking_along_at_once_never_leaves_a_row_without_its_bytes(asked, bob, dora, letter):
    for number in range(8):
        file = add(asked, bob, f"{number}.pdf", PDF)
        target = Engagement.objects.create(
            mentee=bob, mentor=make_person(f"m{number}@example.org", "Mo Mo"), brief=asked.engagement.brief
        )
        race([lambda f=file: remove_file(file=f, by=bob), lambda t=target: take(asked, t, bob)])

    assert Message.objects.filter(is_file=True).exists()
    for row in SharedFile.objects.all():
        assert default_storage.exists(row.content.name), row.name


def take(asked, target, bob):
    with transaction.atomic():
        carry_files(asked.engagement, target, by=bob, now=at("2026-11-24 13:46"))
