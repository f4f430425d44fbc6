"""Pages of a call are told to ask when there is something new, and by nothing else."""

import pytest

from sessions_app.room.seats import take_seat
from tests.live.conftest import fresh_hints, heard  # noqa: F401 - fixtures
from tests.sessions_app.helpers.attendance import after

from .conftest import candidate_to

pytestmark = pytest.mark.django_db(transaction=True)


def test_pages_are_told_when_someone_comes_speaks_or_leaves(both, booking, alice, heard):  # noqa: F811
    mine, other = both(after(0))
    told = ("room", [f"room-{booking.uuid}"])
    # Who joined is told to the session's page as well.
    assert [heard.next() for _hint in range(4)].count(told) == 2

    mine.ask(candidate_to(other), now=after(0))
    assert heard.next() == told
    mine.ask(now=after(0))
    assert heard.is_silent()
    other.ask(leaves=True, now=after(0))
    assert heard.next() == told
    take_seat(booking=booking, by=alice, tab="one", now=after(0))
    assert heard.next() == told


@pytest.mark.usefixtures("now")
def test_page_of_a_call_hears_its_room_and_its_thread(booking, bob, client_for, settings):
    settings.LIVE_URL = "/live/"
    drawn = client_for(bob).get(f"/sessions/{booking.uuid}/room/")
    streams = drawn.wsgi_request.__dict__["live_streams"]

    assert {f"room-{booking.uuid}", booking.engagement.stream} <= streams
