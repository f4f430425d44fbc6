"""An open page of a session looks once for all of its parts: cheaply, and for nothing unless something is new."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from sessions_app.afterwards.takeaways import write_takeaway
from sessions_app.attendance.acts import join_call, say_absent
from sessions_app.booking.changes import cancel_booking
from sessions_app.booking.more_time import agree_more_time, ask_more_time
from sessions_app.conversation.messages import send_message
from tests.markup import elements_of, markup_of, part_in, parts_in
from tests.sessions_app.helpers.attendance import END, MINUTE, after
from tests.sessions_app.helpers.looking import list_marks, look_again, swapped_in
from tests.sessions_app.helpers.pages import text_of

pytestmark = pytest.mark.django_db
LAST = END - 5 * MINUTE


@pytest.fixture
def address(booking) -> str:
    return reverse("session", args=[booking.uuid])


@pytest.fixture
def opened(address, client_for):
    """opened(person): their client and what it was answered last, once it has looked for the first time."""

    def open_page(person):
        client = client_for(person)
        return client, look_again(client, client.get(address))

    return open_page


def test_nothing_new_is_answered_by_one_statement(opened, bob, django_assert_num_queries):
    with time_machine.travel(after(1), tick=False):
        client, seen = opened(bob)

        assert swapped_in(seen) == {"news": "true"}
        with django_assert_num_queries(3) as asked:
            answer = look_again(client, seen)

    assert (answer.status_code, answer.content) == (204, b"")
    assert [query["sql"].split()[0] for query in asked.captured_queries][-1] in ("EXECUTE", "SELECT")


def test_who_has_come_is_told_once(opened, booking, alice, bob):
    with time_machine.travel(after(1), tick=False):
        client, seen = opened(bob)
        join_call(booking=booking, by=alice, now=after(1))

        news = look_again(client, seen)
        nothing = look_again(client, news)

    assert swapped_in(news) == {"attendance": "true", "news": "true"}
    assert "other-here" in parts_in(markup_of(news))
    assert nothing.status_code == 204


def test_with_the_next_minute_the_dial_moves_on(opened, bob):
    with time_machine.travel(after(1), tick=False):
        client, seen = opened(bob)
    with time_machine.travel(after(2), tick=False):
        news = look_again(client, seen)

    assert swapped_in(news) == {"dial": "true", "agenda": "true", "news": "true"}


def test_more_time_and_takeaways_come_by_themselves(opened, booking, alice, bob):
    with time_machine.travel(LAST, tick=False):
        client, seen = opened(bob)
        ask_more_time(booking=booking, by=alice, now=LAST)
        asked = look_again(client, seen)
        write_takeaway(booking=booking, text="Level", by=alice, now=LAST)
        written = look_again(client, asked)
        agree_more_time(booking=booking, end=END, by=bob, now=LAST)
        agreed = look_again(client, written)

    assert swapped_in(asked) == {"more-time": "true", "news": "true"}
    assert "Alice" in part_in(markup_of(asked), "more-time-asked")
    assert swapped_in(written) == {"their-takeaway": "true", "news": "true"}
    assert "Level" in elements_of(markup_of(written), "div", id="their-takeaway")[0].text
    assert swapped_in(agreed) == dict.fromkeys(["dial", "agenda", "more-time", "news"], "true")
    assert "20:30" in part_in(markup_of(agreed), "more-time")


def test_messages_are_told_to_the_thread(opened, booking, alice, bob):
    with time_machine.travel(after(1), tick=False):
        client, seen = opened(bob)
        send_message(engagement=booking.engagement, body="Here", by=alice, now=after(1), key="a")
        news = look_again(client, seen)
        nothing = look_again(client, news)

    assert (swapped_in(news), news["HX-Trigger"]) == ({"news": "true"}, "messages")
    assert nothing.status_code == 204


def test_what_is_being_typed_is_left_alone(address, client_for, booking, alice, bob):
    """Once there is something to type in, a part doesn't come again."""
    join_call(booking=booking, by=alice, now=after(0))
    say_absent(booking=booking, by=alice, now=after(5))
    with time_machine.travel(after(6), tick=False):
        client = client_for(bob)
        page = client.get(address)
        first = look_again(client, page)
    with time_machine.travel(after(7), tick=False):
        later = look_again(client, first)

    assert "attendance=" not in page.content.decode()
    assert swapped_in(first) == {"news": "true"}
    assert swapped_in(later) == {"dial": "true", "agenda": "true", "news": "true"}


def test_after_the_end_nothing_looks_any_more(opened, booking, alice, bob):
    with time_machine.travel(after(1), tick=False):
        client, seen = opened(bob)
        cancel_booking(booking=booking, by=alice, reason="Ill", now=after(-30), seen=str(booking.version))
        over = look_again(client, seen)

    assert swapped_in(over)["news"] == "delete"


def test_page_that_is_far_from_its_time_does_not_look(address, client_for, booking, bob):
    with time_machine.travel(after(0) - timedelta(days=2), tick=False):
        assert 'id="news"' not in client_for(bob).get(address).content.decode()


def test_others_find_nothing(address, client_for, booking, charlie):
    with time_machine.travel(after(1), tick=False):
        answer = client_for(charlie).get(address, {"watch": ""}, headers={"HX-Request": "true"})

    assert answer.status_code == 404


@pytest.mark.parametrize("after_", ["", "x", "9" * 40, "-1"])
def test_odd_numbers_of_messages_are_no_error(address, client_for, booking, bob, after_):
    with time_machine.travel(after(1), tick=False):
        answer = client_for(bob).get(address, {"watch": "", "after": after_}, headers={"HX-Request": "true"})

    assert answer.status_code == 200


@pytest.mark.parametrize("minutes", range(-12, 28))
def test_the_short_way_tells_all_that_the_long_one_does(address, client_for, booking, alice, bob, minutes, monkeypatch):
    """Between what time changes an open page needs only its dial: the same as if all of the session was read."""
    with time_machine.travel(after(minutes - 1), tick=False):
        client = client_for(bob)
        seen = look_again(client, client.get(address))
    with time_machine.travel(after(minutes), tick=False):
        found = look_again(client, seen)
        monkeypatch.setattr("sessions_app.views.sessions.is_between_changes", lambda *_: False)
        by_all = look_again(client, seen)

    assert (swapped_in(found), text_of(found)) == (swapped_in(by_all), text_of(by_all))
    assert list_marks(found) == list_marks(by_all)
