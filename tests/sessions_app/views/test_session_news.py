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
from sessions_app.pages.session_news import news_of
from sessions_app.session_rows import read_beside
from tests.markup import elements_of, markup_of, part_in, parts_in
from tests.sessions_app.helpers.attendance import END, MINUTE, after
from tests.sessions_app.helpers.looking import list_marks, look_again, swapped_in
from tests.sessions_app.helpers.pages import text_of
from tests.signing_in import list_browser

pytestmark = pytest.mark.django_db
LAST = END - 5 * MINUTE


@pytest.fixture
def address(booking) -> str:
    return reverse("session", args=[booking.uuid])


@pytest.fixture
def opened(address, client_for):
    """opened(person): their client and what it was answered last, the whole page."""

    def open_page(person):
        client = client_for(person)
        return client, client.get(address)

    return open_page


def test_nothing_new_is_answered_by_one_statement(opened, bob, django_assert_num_queries):
    with time_machine.travel(after(1), tick=False):
        client, seen = opened(bob)
        list_browser(client, bob)

        look_again(client, seen)  # prepares the statement
        with django_assert_num_queries(1):
            answer = look_again(client, seen)

    assert (answer.status_code, answer.content) == (204, b"")


def test_who_has_come_is_told_once(opened, booking, alice, bob):
    with time_machine.travel(after(1), tick=False):
        client, seen = opened(bob)
        join_call(booking=booking, by=alice, now=after(1))

        news = look_again(client, seen)
        nothing = look_again(client, news)

    assert swapped_in(news) == {"attendance": "true", "news": "true"}
    assert "other-here" in parts_in(markup_of(news))
    assert nothing.status_code == 204


def test_with_the_next_minute_the_dial_moves_on_and_with_the_next_part_the_plan(opened, bob):
    with time_machine.travel(after(1), tick=False):
        client, seen = opened(bob)
    with time_machine.travel(after(2), tick=False):
        news = look_again(client, seen)
    with time_machine.travel(after(3), tick=False):
        next_part = look_again(client, news)

    assert swapped_in(news) == {"dial": "true", "news": "true"}
    assert swapped_in(next_part) == {"dial": "true", "agenda": "true", "news": "true"}


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
    assert swapped_in(agreed) == dict.fromkeys(["when", "dial", "agenda", "more-time", "news"], "true")
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
        later = look_again(client, page)

    assert "attendance=" not in page.content.decode()
    assert first.status_code == 204
    assert swapped_in(later) == {"dial": "true", "news": "true"}


def test_after_the_end_nothing_looks_any_more(opened, booking, alice, bob):
    with time_machine.travel(after(1), tick=False):
        client, seen = opened(bob)
        cancel_booking(booking=booking, by=alice, reason="Ill", now=after(-30), seen=str(booking.version))
        over = look_again(client, seen)

    assert swapped_in(over)["news"] == "delete"


def test_page_that_is_far_from_its_time_does_not_look(address, client_for, booking, bob):
    with time_machine.travel(after(0) - timedelta(days=2), tick=False):
        assert 'id="news"' not in client_for(bob).get(address).content.decode()


def test_what_happens_while_the_page_is_read_is_told_by_its_first_look(
    address, client_for, booking, alice, bob, monkeypatch
):
    """Between the statement that reads the session and the one that reads what belongs to it."""

    def change_first(*args, **named):
        monkeypatch.undo()
        cancel_booking(booking=booking, by=alice, reason="Ill", now=after(-30), seen=str(booking.version))
        return read_beside(*args, **named)

    monkeypatch.setattr("sessions_app.views.sessions.read_beside", change_first)
    with time_machine.travel(after(1), tick=False):
        client = client_for(bob)
        page = client.get(address)
        first = look_again(client, page)

    assert list_marks(page).get("watch", "") == ""
    assert swapped_in(first)["news"] == "delete"


def test_others_find_nothing(address, client_for, booking, charlie):
    with time_machine.travel(after(1), tick=False):
        answer = client_for(charlie).get(address, {"watch": ""}, headers={"HX-Request": "true"})

    assert answer.status_code == 404


@pytest.mark.parametrize("after_", ["", "x", "9" * 40, "-1"])
def test_odd_numbers_of_messages_are_no_error(address, client_for, booking, bob, after_):
    with time_machine.travel(after(1), tick=False):
        answer = client_for(bob).get(address, {"watch": "", "after": after_}, headers={"HX-Request": "true"})

    assert answer.status_code == 200


# From one minute to the next around the whole call and its eve, and after pauses in which time changed something.
STEPS = [(minutes - 1, minutes) for minutes in (*range(-62, -57), *range(-12, 28))]
PAUSES = [(-70, -40), (-61, -11), (-40, -20), (-12, -9), (-11, 6), (-3, 4), (-1, 5), (1, 15), (2, 19), (4, 21), (6, 26)]


@pytest.mark.parametrize(("before", "minutes"), [*STEPS, *PAUSES])
@pytest.mark.parametrize("seconds", [0, 25])
def test_the_short_way_tells_all_that_the_long_one_does(
    address, client_for, booking, bob, before, minutes, seconds, monkeypatch
):
    """Between what time changes, an open page needs only its dial and its plan: the same as if all was read."""
    with time_machine.travel(after(before) + timedelta(seconds=59 - seconds), tick=False):
        client = client_for(bob)
        seen = client.get(address)
    with time_machine.travel(after(minutes) + timedelta(seconds=seconds), tick=False):
        found = look_again(client, seen)
        monkeypatch.setattr("sessions_app.views.sessions.needs_only_time", lambda *_: False)
        by_all = look_again(client, seen)

    assert (swapped_in(found), text_of(found)) == (swapped_in(by_all), text_of(by_all))
    assert list_marks(found) == list_marks(by_all)


def test_most_minutes_of_a_call_need_only_what_shows_the_time(opened, bob, monkeypatch):
    """Else an open page would cost what a whole page costs, each minute."""
    with time_machine.travel(after(-9), tick=False):
        client, seen = opened(bob)
    read = []
    monkeypatch.setattr(
        "sessions_app.views.sessions.news_of", lambda *a, **named: read.append(1) or news_of(*a, **named)
    )
    for minutes in range(-8, 20):
        with time_machine.travel(after(minutes), tick=False):
            seen = look_again(client, seen)

    # At the start, and once it can be said that the other has not come
    assert len(read) == 2
