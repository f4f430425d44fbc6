"""What a session's page reads by hand-written statements is what the QuerySets would have found."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.forms.models import model_to_dict

from sessions_app.afterwards.feedback import feedback_of_other, give_feedback, unveiled_of_other
from sessions_app.afterwards.takeaways import write_takeaway
from sessions_app.attendance.acts import join_call, run_late
from sessions_app.attendance.facts import attendance_of
from sessions_app.booking.changes import move_booking
from sessions_app.models import (
    Booking,
    Feedback,
    Message,
    NextStep,
    SharedFile,
    Takeaway,
    WrittenQuestion,
)
from sessions_app.session_rows import BESIDE, BOOKING, MESSAGES, find_booking, find_news, read_beside
from tests.conftest import NOW, make_mentor
from tests.sessions_app.conftest import THURSDAY
from tests.sessions_app.conversation.test_files import add, disk  # noqa: F401 - a fixture
from tests.sessions_app.helpers.followups import STEP
from tests.sessions_app.helpers.messages import write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prepared")]
MINUTE = timedelta(minutes=1)
END = THURSDAY + 25 * MINUTE
# Of a page where nothing has happened yet: who reads, the session, what belongs to it, the mentee's limits, the frame.
# One is for what became of it in a calendar of the reader elsewhere.
STATEMENTS = {"mentee": 7, "mentor": 6}


def values_of(rows) -> list[dict]:
    """All columns, with their types, of instances in their order."""
    return [
        {field.attname: (type(value := getattr(row, field.attname)), value) for field in row._meta.concrete_fields}
        for row in rows
    ]


@pytest.fixture
def prepared() -> None:
    """Each connection prepares its statements once, which is not counted."""
    with connection.cursor() as cursor:
        for statement in (BOOKING, BESIDE):
            statement.ready_text(cursor)


@pytest.fixture
def full(booking, alice, bob, disk) -> Booking:  # noqa: F811
    """A session with everything that one can have: moved, joined, said, shared, written, looked back at."""
    run_late(booking=booking, by=bob, now=THURSDAY - 30 * MINUTE)
    booking = move_booking(booking=booking, start=THURSDAY + timedelta(days=1), by=alice, now=THURSDAY - 20 * MINUTE)
    add(booking, bob)
    add(booking, alice, "notes.pdf")
    for person in (alice, bob, alice):
        write(booking, person, 'It’s "here" \\ and\nhere')
    for person in (bob, alice):
        join_call(booking=booking, by=person, now=booking.start)
        write_takeaway(booking=booking, text=f"For {person.first_name}", by=person, now=booking.end)
    give_feedback(booking=booking, by=bob, now=booking.end, answers={"resolution": "yes", "useful": 4}, step=STEP)
    give_feedback(booking=booking, by=alice, now=booking.end, answers={"resolution": "partly"})
    return Booking.objects.get(pk=booking.pk)


def test_a_session_is_read_with_its_people_as_the_orm_reads_it(full, alice, bob, django_assert_num_queries):
    full.engagement.brief.answers = {"role": "“Lead”"}
    full.engagement.brief.save()
    expected = Booking.objects.with_people().select_related("offer__profile__schedule").get(pk=full.pk)

    with django_assert_num_queries(1):
        found = find_booking(full.uuid, reader=bob)
        profile = found.offer.profile
        pairs = [
            (found, expected),
            (found.mentor, expected.mentor),
            (found.mentee, expected.mentee),
            (found.offer, expected.offer),
            (profile, expected.offer.profile),
            (profile.schedule, expected.offer.profile.schedule),
            (found.engagement, expected.engagement),
            (found.engagement.brief, expected.engagement.brief),
        ]
        assert [values_of([one]) for one, _other in pairs] == [values_of([other]) for _one, other in pairs]
        assert (profile.person, found.mentor.mentor_profile) == (alice, profile)
        assert (found.engagement.mentor, found.engagement.mentee) == (alice, bob)
        assert not hasattr(found.mentee, "mentor_profile")


def test_a_mentee_who_mentors_too_comes_with_their_profile(booking, alice, bob, django_assert_num_queries):
    make_mentor(bob)

    with django_assert_num_queries(1):
        assert find_booking(booking.uuid, reader=alice).mentee.mentor_profile.person == bob


def test_what_belongs_to_a_session_is_read_as_the_orm_reads_it(full, bob, django_assert_num_queries):
    booking = find_booking(full.uuid, reader=bob)
    engagement = booking.engagement
    with django_assert_num_queries(1):
        rows = read_beside(booking, reader=bob, now=NOW)
        assert [message.author.first_name for message in rows.messages] == ["Bob", "Alice", "Alice", "Bob", "Alice"]
        assert [file.owner.first_name for file in rows.files] == ["Bob", "Alice"]
        assert [message.file for message in rows.messages][:2] == rows.files
        assert [contact.mentor.first_name for contact in rows.contacts] == ["Alice"]

    expected = {
        "acts": attendance_of(booking).acts,
        "feedback": Feedback.objects.filter(booking=booking).order_by("pk"),
        "takeaways": Takeaway.objects.filter(booking=booking).order_by("pk"),
        "files": SharedFile.objects.filter(engagement=engagement),
        "messages": Message.objects.filter(engagement=engagement),
        "contacts": Booking.objects.contacts_of(engagement),
    }
    found = {name: values_of(getattr(rows, name)) for name in expected}
    assert found == {name: values_of(each) for name, each in expected.items()}
    assert [len(each) for each in found.values()] == [2, 2, 2, 2, 5, 1]
    assert values_of([rows.step]) == values_of([NextStep.objects.get(booking=booking)])
    assert (rows.written, rows.has_earlier) == (None, False)


def test_nothing_belongs_to_a_new_session_but_itself(booking, bob):
    rows = read_beside(find_booking(booking.uuid, reader=bob), reader=bob, now=NOW)

    assert (rows.acts, rows.feedback, rows.takeaways, rows.files, rows.messages) == ([], [], [], [], [])
    assert (rows.contacts, rows.step, rows.written, rows.read_to) == ([booking], None, None, 0)


def test_the_newest_messages_are_read_in_order(booking, alice, bob):
    sent = [write(booking, alice, str(number), now=NOW + number * MINUTE) for number in range(MESSAGES + 1)]
    rows = read_beside(find_booking(booking.uuid, reader=bob), reader=bob, now=NOW)

    assert (rows.messages, rows.has_earlier) == (sent[1:], True)


def test_a_question_in_writing_that_became_a_call_is_read_along(replied, offer, bob):
    booking = Booking.objects.create(
        engagement=replied.engagement,
        offer=offer,
        mentor=replied.mentor,
        mentee=bob,
        during=(THURSDAY, END),
        state="confirmed",
        confirmed_at=NOW,
        created_at=NOW,
        format="video",
    )
    rows = read_beside(find_booking(booking.uuid, reader=bob), reader=bob, now=NOW)

    assert values_of([rows.written]) == values_of([WrittenQuestion.objects.get()])
    assert model_to_dict(rows.written) == model_to_dict(replied)


@pytest.mark.parametrize("days", [0, 6, 7])
@pytest.mark.parametrize("authors", ["", "a", "b", "ab"])
def test_words_of_the_other_are_unveiled_at_the_same_moment(over, alice, bob, authors, days):
    for person in (person for letter, person in (("a", alice), ("b", bob)) if letter in authors):
        give_feedback(booking=over, by=person, now=END, answers={"resolution": "yes"})
    moment, given = END + timedelta(days=days), list(over.feedback.all())

    for reader in (alice, bob):
        expected = feedback_of_other(over, reader=reader, now=moment)
        assert unveiled_of_other(given, reader=reader, now=moment) == expected


@pytest.mark.parametrize("role", STATEMENTS)
@pytest.mark.parametrize("hours", [-48, 0, 48], ids=["before", "meanwhile", "after"])
def test_page_of_a_session_asks_few_statements(
    full, offer, alice, bob, client_for, role, hours, django_assert_max_num_queries
):
    client = client_for(alice if role == "mentor" else bob)
    with time_machine.travel(full.start + timedelta(hours=hours), tick=False):
        client.get(f"/sessions/{full.uuid}/")  # prepares the statements
        with django_assert_max_num_queries(8):
            assert client.get(f"/sessions/{full.uuid}/").status_code == 200


@pytest.mark.parametrize("role", STATEMENTS)
def test_page_of_a_plain_session_asks_fewer(booking, alice, bob, client_for, role, django_assert_num_queries):
    client = client_for(alice if role == "mentor" else bob)
    with time_machine.travel(NOW, tick=False):
        client.get(f"/sessions/{booking.uuid}/")  # prepares the statements
        with django_assert_num_queries(STATEMENTS[role]):
            client.get(f"/sessions/{booking.uuid}/")


def test_a_page_is_read_with_the_facts_that_its_looks_ask_for(full, bob):
    booking = find_booking(full.uuid, reader=bob)
    _newest, facts = find_news(full.uuid, reader=bob)

    assert read_beside(booking, reader=bob, now=booking.end).facts == facts != ""


@pytest.mark.parametrize(
    "change",
    [
        lambda booking: {"version": booking.version + 1},
        lambda _booking: {"state": "cancelled"},
        lambda booking: {"during": (booking.start, booking.end + 5 * MINUTE)},
        lambda booking: {"during": (booking.start - 5 * MINUTE, booking.end)},
    ],
    ids=["version", "state", "end", "start"],
)
def test_facts_are_unknown_of_a_session_that_has_changed_since_it_was_read(booking, bob, change):
    found = find_booking(booking.uuid, reader=bob)
    Booking.objects.filter(pk=booking.pk).update(**change(booking))

    assert read_beside(found, reader=bob, now=booking.end).facts == ""
