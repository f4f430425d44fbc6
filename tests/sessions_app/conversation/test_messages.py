"""Messages between two people: who may write what, how much, and what is read."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from sessions_app.conversation.messages import mark_read
from sessions_app.conversation.reading import ThreadList, thread_of
from sessions_app.errors import SessionError
from sessions_app.models import Engagement, Message, ReadMarker
from tests.conftest import NOW, at, make_mentor, make_person
from tests.sessions_app.conftest import THURSDAY, book
from tests.sessions_app.helpers.messages import unread_messages, write

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def refusal(*args, **kwargs) -> SessionError:
    with pytest.raises(SessionError) as error:
        write(*args, **kwargs)
    return error.value


def test_both_write_in_one_thread(booking, alice, bob):
    write(booking, bob, "Hello\n\nthere")
    write(booking, alice, "Hello Bob", now=NOW + MINUTE)

    said = [(message.author, message.body, message.sent_at) for message in Message.objects.all()]
    assert said == [(bob, "Hello\n\nthere", NOW), (alice, "Hello Bob", NOW + MINUTE)]


def test_nobody_else_writes(booking, charlie):
    assert refusal(booking, charlie).code == "not_yours"


def test_nobody_writes_in_what_has_ended(booking, bob):
    Engagement.objects.update(closed_at=NOW)

    assert refusal(booking, bob).code == "closed"
    assert Message.objects.count() == 0


def test_a_form_sent_twice_says_it_once(booking, bob):
    assert write(booking, bob, key="one") == write(booking, bob, key="one")
    assert Message.objects.count() == 1


def test_the_database_refuses_an_empty_message_and_a_second_one_of_a_form(booking, bob):
    write(booking, bob, key="one")
    row = {"engagement": booking.engagement, "author": bob, "sent_at": NOW}

    for fields in ({"body": "", "key": "two"}, {"body": "Again", "key": "one"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Message.objects.create(**row, **fields)


def test_thirty_messages_in_ten_minutes_are_the_most(booking, alice, bob, settings):
    settings.MAX_MESSAGES = 3
    for number in range(3):
        write(booking, bob, now=NOW + number * MINUTE)

    refused = refusal(booking, bob, now=NOW + 9 * MINUTE)

    assert (refused.code, refused.earliest) == ("too_many_messages", NOW + 10 * MINUTE)
    write(booking, alice, now=NOW + 9 * MINUTE)
    write(booking, bob, now=NOW + 10 * MINUTE)


@pytest.mark.django_db(transaction=True)
def test_both_writing_at_once_stay_in_order_and_within_the_pace(booking, alice, bob, settings):
    """Ids grow in the order of commits: who asks for what came after an id misses nothing."""
    settings.MAX_MESSAGES = 4
    barrier, seen = Barrier(12), []

    def run(number: int) -> str:
        barrier.wait()
        try:
            message = write(booking, (alice, bob)[number % 2], f"{number}")
            seen.append(set(Message.objects.filter(pk__lte=message.pk).values_list("pk", flat=True)))
        except SessionError as error:
            return error.code
        else:
            return "sent"
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(run, range(12)))

    ids = list(Message.objects.values_list("pk", flat=True))
    assert (outcomes.count("sent"), outcomes.count("too_many_messages")) == (8, 4)
    assert sorted(map(len, seen)) == list(range(1, 9))
    assert all(found == set(ids[: len(found)]) for found in seen)


def test_the_mentors_word_gives_a_waiting_request_more_time_once(request_for, alice, bob):
    before = request_for.expires_at
    write(request_for, bob)
    request_for.refresh_from_db()
    assert (request_for.expires_at, request_for.extended) == (before, False)

    write(request_for, alice, now=NOW + HOUR)
    request_for.refresh_from_db()
    later = request_for.expires_at
    assert (later, request_for.extended) == (NOW + HOUR + timedelta(hours=24), True)

    write(request_for, alice, now=NOW + 2 * HOUR)
    request_for.refresh_from_db()
    assert request_for.expires_at == later


def test_what_is_read_is_read_up_to_what_was_seen(booking, alice, bob):
    first, second = write(booking, bob), write(booking, bob)
    assert unread_messages(alice) == [first, second]

    mark_read(engagement=booking.engagement, person=alice, until=first.pk)
    assert unread_messages(alice) == [second]
    assert mark_read(engagement=booking.engagement, person=alice, until=10**15) is True
    assert (unread_messages(alice), mark_read(engagement=booking.engagement, person=alice, until=10**15)) == ([], False)


def test_who_writes_has_read_what_stood_on_the_page_and_no_more(booking, alice, bob):
    first, second = write(booking, bob), write(booking, bob)

    write(booking, alice, seen=first.pk)

    assert unread_messages(alice) == [second]


def test_a_person_without_news_has_nothing_to_mark(booking, alice):
    assert mark_read(engagement=booking.engagement, person=alice, until=1) is False
    assert ReadMarker.objects.count() == 0


def test_thread_shows_the_newest_and_where_the_new_begins(booking, alice, bob, monkeypatch):
    monkeypatch.setattr("sessions_app.conversation.reading.AT_ONCE", 2)
    sent = [write(booking, bob), write(booking, alice), write(booking, bob)]

    thread = thread_of(booking.engagement, alice, now=NOW)
    earlier = thread_of(booking.engagement, alice, now=NOW, before=sent[1].pk)

    assert (thread.messages, thread.newest, thread.first_new) == (sent[1:], sent[2].pk, sent[2].pk)
    assert (thread.has_earlier, thread.is_part) == (True, False)
    assert (earlier.messages, earlier.has_earlier, earlier.is_part) == (sent[:1], False, True)


def test_threads_are_those_that_can_be_read_or_begun_newest_first(offer, bob, alice):
    others = [make_mentor(make_person(f"m{number}@example.org", f"Mentor {number}")) for number in range(2)]
    silent = book(others[0].offers.get(), bob, at("2026-11-26 10:00"))
    spoken = book(offer, bob, THURSDAY)
    over = book(others[1].offers.get(), bob, at("2026-11-26 12:00"))
    write(over, bob)
    Engagement.objects.filter(pk__in=[over.engagement_id]).update(closed_at=NOW)
    write(spoken, alice)
    write(spoken, alice)
    write(spoken, bob)

    found = [(row.pk, row.new) for row in ThreadList(bob)[:20]]
    assert found == [(spoken.engagement_id, 2), (over.engagement_id, 0), (silent.engagement_id, 0)]

    Engagement.objects.filter(pk=silent.engagement_id).update(closed_at=NOW)
    assert silent.engagement_id not in {row.pk for row in ThreadList(bob)[:20]}
