"""What mentors have given at events counts beside their sessions."""

from datetime import date

import pytest

from events.models import Outcome, Side
from sessions_app.impact.given import count_meetings
from tests.conftest import make_mentor
from tests.events.making import come, make_event, make_guests
from tests.markup import markup_of, tiles_in

from .evening import meet

pytestmark = pytest.mark.django_db
NEW_YEAR = date(2026, 1, 1)


def test_meetings_held_as_a_mentor_count_from_their_day_on(maria, now):
    mentor, other_mentor, *mentees = make_guests(5)
    for person in (mentor, other_mentor):
        make_mentor(person)
    event = make_event(maria)
    here, there = (come(event, person, side=Side.MENTOR) for person in (mentor, other_mentor))
    first, second, third = (come(event, person) for person in mentees)
    meet(here, first, 1)
    meet(here, second, 2)
    meet(here, third, 3, Outcome.MISSED)
    meet(there, third, 1)

    counts = [count_meetings(person, NEW_YEAR) for person in (mentor, other_mentor, mentees[0])]

    assert counts == [2, 1, 0]
    assert count_meetings(mentor, date(2027, 1, 1)) == 0


def test_the_mentor_reads_it_beside_their_sessions(maria, client_for, now):
    mentor, mentee = make_guests(2)
    make_mentor(mentor)
    event, client = make_event(maria), client_for(mentor)
    before = len(tiles_in(markup_of(client.get("/mentor/record/"))))
    meet(come(event, mentor, side=Side.MENTOR), come(event, mentee))

    tiles = tiles_in(markup_of(client.get("/mentor/record/")))

    assert (len(tiles), tiles[4][0]) == (before + 1, "1")
