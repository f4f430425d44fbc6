"""Messages and questions in writing over the API: the same acts and limits as on the pages."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from mentors.models import Format
from sessions_app.conversation.files import add_file
from sessions_app.conversation.uploads import read_upload
from sessions_app.models import Message, ReadMarker, WrittenQuestion, WrittenState
from tests.conftest import NOW
from tests.sessions_app.conftest import asked, in_writing, replied  # noqa: F401 - fixtures
from tests.sessions_app.helpers.documents import PDF
from tests.sessions_app.helpers.messages import write
from tests.sessions_app.helpers.written import QUESTION
from trust.models import SeparationKind
from trust.separations import part

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
HERE = "engagements/"
SECOND = timedelta(seconds=1)


def messages_of(booking) -> str:
    return f"{HERE}{booking.engagement.uuid}/messages/"


def test_two_people_write_to_each_other_and_read(program, booking, alice, bob):
    here = messages_of(booking)

    status, said = program(bob).post(here, {"body": "Is the letter enough?"})
    write(booking, alice, "Yes.\n\nBring it.", now=NOW + SECOND)
    _status, read = program(bob).get(here)

    assert status == 201
    assert said == {
        "uuid": str(Message.objects.earliest("pk").uuid),
        "name": "Bob Bose",
        "is_mine": True,
        "words": "Is the letter enough?",
        "sent_at": "2026-11-24T13:46:00Z",
        "is_file": False,
        "file": None,
        "help": None,
    }
    assert [(row["is_mine"], row["words"]) for row in read["results"]] == [
        (False, "Yes.\n\nBring it."),
        (True, "Is the letter enough?"),
    ]


def test_only_what_came_after_a_message_is_asked_for(program, booking, alice, bob):
    first, second, third = [
        write(booking, alice, f"{number}", now=NOW + number * SECOND, key=f"{number}") for number in range(3)
    ]
    here = messages_of(booking)

    page = program(bob).get(here, after=first.uuid, limit=1)[1]
    following = program(bob).get(f"{here}?{page['next'].partition('?')[2]}")[1]

    assert [row["uuid"] for row in page["results"]] == [str(second.uuid)]
    assert [row["uuid"] for row in following["results"]] == [str(third.uuid)]
    assert program(bob).get(here, after=third.uuid)[1] == {"results": [], "next": None}
    status, answer = program(bob).get(here, after=uuid4())
    assert (status, list(answer["fields"])) == (422, ["after"])


def test_reading_is_said_and_silences_the_mail(program, booking, alice, bob):
    newest = [write(booking, alice, f"{number}", key=f"{number}") for number in range(2)][-1]
    address = f"{HERE}{booking.engagement.uuid}/"
    assert program(bob).get(address)[1]["unread"] == 2
    version = ReadMarker.objects.get().version

    status, answer = program(bob).post(f"{address}read/", {"message": str(newest.uuid)})

    assert (status, answer["unread"], ReadMarker.objects.get().version) == (200, 0, version + 1)
    status, answer = program(bob).post(f"{address}read/", {"message": str(uuid4())})
    assert (status, list(answer["fields"])) == (422, ["message"])


def test_one_press_is_one_message(program, booking, bob):
    client, here = program(bob), messages_of(booking)

    answers = [client.post(here, {"body": "Hello"}, key="once") for _press in range(2)]

    assert (answers[0], Message.objects.count()) == (answers[1], 1)


def test_messages_have_the_limits_of_the_page(program, booking, alice, bob, settings):
    settings.MAX_MESSAGES = 1
    here = messages_of(booking)
    program(bob).post(here, {"body": "One"})

    status, answer = program(bob).post(here, {"body": "Two"})

    assert (status, answer["code"], Message.objects.count()) == (409, "too_many_messages", 1)
    assert [program(bob).post(here, {"body": body})[0] for body in (" ", "x" * 5001, 7)] == [422, 400, 400]
    part(person=bob, other=alice, kind=SeparationKind.BLOCK, by=bob, now=NOW)
    assert program(alice).post(here, {"body": "Hello?"})[1]["code"] == "closed"


def test_shared_files_are_named_until_they_cannot_be_read(program, booking, alice, bob, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    letter = read_upload(SimpleUploadedFile("offer.pdf", PDF))
    file = add_file(engagement=booking.engagement, upload=letter, by=alice, now=NOW)

    [row] = program(bob).get(messages_of(booking))[1]["results"]

    assert (row["is_file"], row["words"], row["file"]["name"]) == (True, file.name, file.name)
    assert row["file"]["page"].endswith(f"/files/{file.uuid}/")
    type(file).objects.update(is_hidden=True)
    assert program(bob).get(messages_of(booking))[1]["results"][0]["file"] is None


def test_words_of_self_harm_are_answered_with_help(program, booking, bob, settings):
    settings.SIGNALS = True

    _status, said = program(bob).post(messages_of(booking), {"body": "Honestly, I want to kill myself."})

    assert said["help"]["addresses"] == settings.HELP_ADDRESSES


def test_conversations_come_newest_first_with_what_is_new(program, asked, booking, alice, bob, charlie):  # noqa: F811
    write(booking, alice, "Bring it.", now=NOW + SECOND)

    _status, mine = program(bob).get(HERE)

    assert [row["uuid"] for row in mine["results"]] == [
        str(booking.engagement.uuid),
        str(asked.engagement.uuid),
    ]
    assert [(row["unread"], row["newest_at"]) for row in mine["results"]] == [(1, "2026-11-24T13:46:01Z"), (0, None)]
    assert [row["written"] and row["written"]["state"] for row in mine["results"]] == [None, "call"]
    assert program(charlie).get(HERE)[1]["results"] == []


def test_a_question_in_writing_is_asked_and_answered(program, in_writing, alice, bob):  # noqa: F811
    body = {"offer": str(in_writing.uuid), "brief": {"question": QUESTION, "tried": "Nothing"}}

    status, made = program(bob).post(HERE, body, key="once")
    again = program(bob).post(HERE, body, key="once")
    here = f"{HERE}{made['uuid']}/"

    assert (status, again) == (201, (201, made))
    assert made["mentor"] == {"slug": "alice-adair", "name": "Alice Adair"}
    assert (made["brief"]["question"], made["brief"]["tried"], made["help"]) == (QUESTION, "Nothing", None)
    assert made["written"] == {
        "state": "asked",
        "version": 0,
        "asked_at": "2026-11-24T13:46:00Z",
        "answer_by": "2026-11-26T13:46:00Z",
        "settled_at": None,
        "reason": "",
        "answer": None,
    }
    assert set(made["links"]) == {"self", "page", "messages", "files", "withdraw"}
    assert set(program(alice).get(here)[1]["links"]) == {"self", "page", "messages", "files", "decline"}

    _status, answer = program(alice).post(f"{here}messages/", {"body": "Take it.", "answers": True})
    read = program(bob).get(here)[1]

    assert (read["written"]["state"], read["written"]["answer"], read["unread"]) == ("answered", answer["uuid"], 1)
    assert set(read["links"]) == {"self", "page", "messages", "files", "feedback"}
    status, late = program(alice).post(f"{here}messages/", {"body": "Or not.", "answers": True})
    assert (status, late["code"]) == (409, "not_waiting")


def test_a_question_that_nobody_answered_in_time_has_expired_at_once(program, asked, bob):  # noqa: F811
    with time_machine.travel(asked.due_at, tick=False):
        read = program(bob).get(f"{HERE}{asked.engagement.uuid}/")[1]

    assert (read["written"]["state"], set(read["links"])) == ("expired", {"self", "page", "messages", "files"})


def test_a_question_is_declined_or_withdrawn_by_the_version_that_was_read(program, asked, alice, bob):  # noqa: F811
    here = f"{HERE}{asked.engagement.uuid}/"

    assert program(bob).post(f"{here}withdraw/", {"version": asked.version + 1})[1]["code"] == "stale"
    assert program(alice).post(f"{here}withdraw/", {"version": asked.version})[1]["code"] == "not_yours"
    assert program(bob).post(f"{here}decline/", {"version": asked.version, "reason": "No"})[1]["code"] == "not_yours"
    status, answer = program(alice).post(f"{here}decline/", {"version": asked.version, "reason": "Not my field."})

    assert (status, answer["written"]["state"], answer["written"]["reason"]) == (200, "declined", "Not my field.")
    assert program(bob).post(f"{here}withdraw/", {"version": asked.version + 1})[1]["code"] == "not_waiting"


def test_the_wrong_kind_of_offer_is_refused_beside_its_field(program, offer, in_writing, bob):  # noqa: F811
    assert offer.format != Format.WRITING
    status, answer = program(bob).post(HERE, {"offer": str(offer.uuid), "brief": {"question": QUESTION}})

    assert (status, answer["code"], list(answer["fields"])) == (422, "not_in_writing", ["offer"])
    assert not WrittenQuestion.objects.exists()
    wish = {"offer": str(in_writing.uuid), "start": "2026-11-26T14:30:00Z", "brief": {"question": QUESTION}}
    assert program(bob).post("bookings/", wish)[0] in (409, 422)


def test_asking_has_the_limits_of_the_page(program, asked, alice, bob):  # noqa: F811
    body = {"offer": str(asked.offer.uuid), "brief": {"question": "Another one?"}}

    assert program(bob).post(HERE, body)[1]["code"] == "already_asked"
    assert program(alice).post(HERE, body)[1]["code"] == "own_profile"
    assert WrittenQuestion.objects.filter(state=WrittenState.ASKED).count() == 1


def test_other_people_find_nothing(program, asked, charlie):  # noqa: F811
    here = f"{HERE}{asked.engagement.uuid}/"
    found = [program(charlie).get(here)[0], program(charlie).get(f"{here}messages/")[0]]
    sent = [
        program(charlie).post(f"{here}{act}/", body)[0]
        for act, body in {
            "messages": {"body": "Hello"},
            "read": {"message": str(uuid4())},
            "withdraw": {"version": 0},
            "decline": {"version": 0, "reason": "x"},
        }.items()
    ]

    assert (found, sent) == ([404, 404], [404] * 4)
