"""What each page of `sessions_app` is about is found by those who take part in it, and by nobody else."""

from datetime import timedelta
from inspect import signature
from uuid import uuid4

import pytest
from django.http import Http404

from sessions_app import access
from sessions_app.booking.holds import hold_slot
from sessions_app.models import BookingState
from sessions_app.questions.brief_input import BriefInput
from sessions_app.waiting.acts import wait_for_mentor
from sessions_app.waiting.handing_out import hand_out_freed_time
from tests.conftest import NOW
from tests.sessions_app.conftest import QUESTION, THURSDAY
from tests.sessions_app.conversation.test_files import add, disk  # noqa: F401 - a fixture
from tests.sessions_app.helpers.messages import write
from trust.subjects import find_reportable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def finds(load, uuid, reader) -> bool:
    moment = {"now": NOW} if "now" in signature(load).parameters else {}
    try:
        load(uuid, reader=reader, **moment)
    except Http404:
        return False
    return True


def seen_by(load, uuid, *readers) -> list[bool]:
    return [finds(load, uuid, reader) for reader in readers]


LOADERS = [
    value for name, value in vars(access).items() if name.startswith("get_") and value.__module__ == access.__name__
]


@pytest.mark.parametrize("load", LOADERS, ids=lambda load: load.__name__)
def test_what_does_not_exist_is_not_found(load, bob):
    assert not finds(load, uuid4(), bob)


def test_a_session_is_found_by_both_and_by_no_one_else(booking, alice, bob, charlie, maria):
    assert seen_by(access.get_booking, booking.uuid, alice, bob, charlie, maria) == [True, True, False, False]


def test_what_follows_a_session_is_found_by_its_mentee_alone(booking, alice, bob, charlie):
    assert seen_by(access.get_booking_as_mentee, booking.uuid, alice, bob, charlie) == [False, True, False]


def test_a_request_is_found_by_its_mentor_alone(request_for, alice, bob, charlie):
    assert seen_by(access.get_booking_as_mentor, request_for.uuid, alice, bob, charlie) == [True, False, False]


def test_a_time_that_is_only_held_is_no_ones_session(offer, alice, bob):
    held = hold_slot(offer=offer, start=THURSDAY, brief=BriefInput(question=QUESTION), held_for="x", now=NOW)

    assert held.state == BookingState.HELD
    assert seen_by(access.get_booking, held.uuid, alice, bob) == [False, False]
    assert seen_by(access.get_engagement, held.engagement.uuid, alice, bob) == [False, False]


def test_a_session_comes_with_the_people_that_its_page_names(booking, bob, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = access.get_booking(booking.uuid, reader=bob)
        assert (found.mentor.name, found.mentee.name) == ("Alice Adair", "Bob Bose")
        assert found.offer.profile.schedule.profile_id == found.offer.profile.pk


def test_a_question_in_writing_is_found_by_both_and_by_no_one_else(asked, alice, bob, charlie):
    uuid = asked.engagement.uuid

    assert seen_by(access.get_written, uuid, alice, bob, charlie) == [True, True, False]
    assert seen_by(access.get_written_as_mentee, uuid, alice, bob, charlie) == [False, True, False]


def test_a_conversation_is_found_by_both_and_by_no_one_else(booking, alice, bob, charlie, maria):
    uuid = booking.engagement.uuid

    assert seen_by(access.get_engagement, uuid, alice, bob, charlie, maria) == [True, True, False, False]


def test_the_newest_message_is_told_to_both_and_to_no_one_else(booking, offer, alice, bob, charlie):
    uuid = booking.engagement.uuid
    assert access.get_newest_message(uuid, reader=alice) == 0
    message = write(booking, alice)

    assert seen_by(access.get_newest_message, uuid, alice, bob, charlie) == [True, True, False]
    assert access.get_newest_message(uuid, reader=bob) == message.pk
    held = hold_slot(
        offer=offer, start=THURSDAY + timedelta(days=1), brief=BriefInput(question="?"), held_for="x", now=NOW
    )
    assert seen_by(access.get_newest_message, held.engagement.uuid, alice, bob) == [False, False]


def test_a_message_is_reported_by_the_one_who_got_it(booking, alice, bob, charlie):
    message = write(booking, alice)

    def find(uuid, *, reader):
        return find_reportable("message", str(uuid), reader)

    assert seen_by(find, message.uuid, alice, bob, charlie) == [False, True, False]


def test_a_file_is_found_by_both_and_by_no_one_else(booking, alice, bob, charlie, disk):  # noqa: F811
    file = add(booking, bob)

    assert seen_by(access.get_shared_file, file.uuid, alice, bob, charlie) == [True, True, False]


def test_a_place_in_line_and_the_time_held_for_it_are_found_by_who_waits(offer, alice, bob, charlie):
    waiting = wait_for_mentor(profile=offer.profile, words=QUESTION, known=[], person=bob, now=NOW)
    hand_out_freed_time(now=NOW)

    held = waiting.held_times.get()
    assert seen_by(access.get_waitlist_entry, waiting.uuid, alice, bob, charlie) == [False, True, False]
    assert seen_by(access.get_held_time, held.uuid, alice, bob, charlie) == [False, True, False]
