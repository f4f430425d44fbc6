"""What organisers print for the desk and the tables: paper says what the rows say."""

import re
from dataclasses import replace

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from events.models import Event, Outcome, Pairing, Round, Side
from events.pages.paper import TableSign, list_signs, read_rounds
from events.planning.solving import solve_asked
from tests.conftest import NOW, make_mentor, make_person
from tests.events.live.acting import MINUTE
from tests.events.making import come, make_guests
from tests.markup import elements_of, markup_of, part_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


@pytest.fixture
def planned(event, maria, client_for) -> Event:
    """Two mentees and two mentors with a published timetable of three rounds; one mentee said what they need."""
    for number, guest in enumerate(make_guests(2)):
        come(event, guest, access_needs="Near the lift" if number else "")
    for name in ("Ann", "Ben"):
        mentor = make_mentor(make_person(f"{name}@example.org", name))
        come(event, mentor.person, side=Side.MENTOR)
    client, page = client_for(maria), f"/events/{event.slug}/plan/"
    client.post(page, {"ask": "1"})
    solve_asked(now=NOW)
    client.post(page, {"publish": "1", "number": "1"})
    event.refresh_from_db()
    return event


def signs_of(event: Event) -> list[TableSign]:
    return list_signs(read_rounds(event))


def test_each_sign_lists_all_meetings_of_its_table_in_their_order(planned):
    signs = signs_of(planned)
    on_paper = {
        (sign.table, round.number, frozenset({names, host})) for sign in signs for round, names, host in sign.rows
    }
    in_rows = {
        (pair.table.name, pair.round.number, frozenset({pair.one.board_name, pair.other.board_name}))
        for pair in Pairing.objects.filter(round__isnull=False).with_people().select_related("table", "round")
    }

    assert on_paper == in_rows
    assert len(in_rows) == 4
    assert [sign.table for sign in signs] == sorted({sign.table for sign in signs})
    for sign in signs:
        numbers = [round.number for round, _names, _host in sign.rows]
        assert numbers == sorted(set(numbers))


def test_meetings_without_a_table_have_no_sign(planned):
    rounds = read_rounds(planned)
    online = [
        replace(one, meetings=[replace(meeting, table="", table_number=0) for meeting in one.meetings])
        for one in rounds
    ]

    assert list_signs(online) == []


def test_paper_says_who_sits_where_by_now_and_when(planned, maria, client_for):
    """After the plan: a meeting fell through, one round is skipped, another begins later."""
    dropped = Pairing.objects.filter(round__number=1).with_people().first()
    Pairing.objects.filter(pk=dropped.pk).update(outcome=Outcome.DROPPED)
    last = Round.objects.get(event=planned, number=3)
    Round.objects.filter(event=planned, number=2).update(is_skipped=True)
    later = DateTimeTZRange(last.start + MINUTE, last.end + MINUTE)
    Round.objects.filter(pk=last.pk).update(during=later)
    page = client_for(maria).get(f"/events/{planned.slug}/print/")

    rounds = page.context["rounds"]
    assert [(one.number, one.start) for one in rounds[1:]] == [(3, last.start + MINUTE)]
    pairs = [{meeting.mentee.board_name, meeting.mentor.board_name} for meeting in rounds[0].meetings]
    assert {dropped.one.board_name, dropped.other.board_name} not in pairs
    assert len(pairs) == Pairing.objects.filter(round__number=1).that_stand().count()
    for card in page.context["cards"]:
        assert {row.round.number for row in card.rows} == {1, 3}


def test_the_page_prints_each_sign_and_the_list_of_the_desk(planned, maria, client_for):
    html = markup_of(client_for(maria).get(f"/events/{planned.slug}/print/"))
    signs = signs_of(planned)
    printed = [one.attributes["data-sign"] for one in elements_of(html, "section") if "data-sign" in one.attributes]
    desk = part_in(html, "desk-list")
    people = planned.registrations.order_by("board_name", "pk").values_list("board_name", "access_needs")

    assert printed == [sign.table for sign in signs]
    assert re.findall("|".join(re.escape(name) for name, _needs in people), desk) == [name for name, _needs in people]
    assert [needs for _name, needs in people if needs and needs in desk] == ["Near the lift"]
