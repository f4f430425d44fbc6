"""An evening at which several mentees sit with one mentor."""

from datetime import timedelta

import pytest
import time_machine

from accounts.models import User
from events.live import running
from events.live.evening import Standing, read_evening, standing_of_one
from events.live.partners import find_alone, join_alone, report_missing
from events.live.presence import check_in, go_home, take_break
from events.live.rooms import room_secret
from events.models import Chair, Event, EventMode, Outcome, Pairing, Registration, Side
from events.pages.board import BoardPage
from events.pages.now import NowPage
from events.planning.plans import facts_of
from events.planning.publishing import publish_plan
from events.scheduling.checking import find_violations
from tests.conftest import NOW
from tests.events.live.acting import MINUTE, arrive, pairs, refused
from tests.events.making import EVENING, come
from tests.events.planning.making import make_meeting_event, one, planned
from tests.markup import elements_of, markup_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


@pytest.fixture
def event(remembered, maria) -> Event:
    """Six mentees and two mentors, three to a table, in two rounds: everyone meets both mentors."""
    return remembered(make_published, maria)


def make_published(maria: User) -> Event:
    event = make_meeting_event(maria, mentees=6, mentors=("Ann", "Ben"), group_size=3, rounds_count=2)
    publish_plan(plan=planned(event), now=NOW)
    event.refresh_from_db()
    return event


def begin(event: Event, *without: Registration) -> None:
    arrive(*(each for each in event.registrations.select_related("event") if each not in without))
    running.start_evening(event=event, now=EVENING)


def at_table_of(name: str, number: int = 1) -> set[str]:
    return {one for pair in pairs(number) for one in pair if name in pair and one != name}


def page_of(event: Event, registration: Registration, at=EVENING) -> NowPage:
    evening = read_evening(Event.objects.get(pk=event.pk), at)
    return NowPage(evening, registration, standing_of_one(registration))


def test_the_plan_fills_every_table_and_breaks_no_rule(event):
    plan = event.plans.get()

    assert (plan.proof["mentees"], plan.proof["mentors"]) == ([6, 2, 2], [2, 6, 6])
    assert find_violations(facts_of(plan).problem, []) == []
    assert {len(at_table_of(name, number)) for name in ("Ann", "Ben") for number in (1, 2)} == {3}
    assert Chair.objects.count() == 16
    # Mentors stay at their tables.
    tables = {name: set(one(event, name).chairs.values_list("table__name", flat=True)) for name in ("Ann", "Ben")}
    assert {len(names) for names in tables.values()} == {1}


def test_a_mentor_sees_all_three_with_their_questions_and_the_board_names_everyone_once(event):
    begin(event)
    ann = page_of(event, one(event, "Ann"))

    assert set(ann.now.names.split(", ")) == at_table_of("Ann")
    assert len(ann.now.questions) == 3
    rows = BoardPage(read_evening(Event.objects.get(), EVENING)).all_rows
    assert sorted(row.name for row in rows) == ["Ann", "Ben", *(f"Guest {number}" for number in range(1, 7))]
    assert len({row.table for row in rows}) == 2


def test_one_who_does_not_come_leaves_a_seat_and_the_others_stay(event):
    absent = one(event, min(at_table_of("Ann")))
    before = at_table_of("Ann") - {absent.board_name}

    begin(event, absent)

    assert at_table_of("Ann") == before
    assert at_table_of("Ben") | before == {f"Guest {number}" for number in range(1, 7)} - {absent.board_name}


def test_a_mentor_tells_of_each_one_who_is_missing_by_name(event, client_for):
    begin(event)
    ann, moment = one(event, "Ann"), EVENING + timedelta(seconds=90)
    gone = one(event, min(at_table_of("Ann")))
    page = page_of(event, ann, moment)
    assert {name for _pairing, name in page.missed} == at_table_of("Ann")
    pairing = next(pairing for pairing, name in page.missed if name == gone.board_name)

    with time_machine.travel(moment, tick=False):
        shown = client_for(ann.person).get(f"/events/{event.slug}/now/")
        assert len(elements_of(markup_of(shown), "button", value="missing")) == 3
        client_for(ann.person).post(f"/events/{event.slug}/now/", {"press": "missing", "pairing": pairing.uuid})

    assert Pairing.objects.get(pk=pairing.pk).outcome == Outcome.MISSED
    assert {name for _pairing, name in page_of(event, ann, moment).missed} == at_table_of("Ann")
    assert gone.board_name not in at_table_of("Ann")
    assert page_of(event, ann, moment).is_alone is False


def test_a_mentee_who_sits_with_one_mentor_names_nobody(event):
    begin(event)
    mentee = one(event, min(at_table_of("Ann")))

    assert [name for _pairing, name in page_of(event, mentee, EVENING + 2 * MINUTE).missed] == [""]


def test_a_free_mentee_joins_a_table_with_a_free_seat_until_it_is_full(event, maria):
    away, late = (one(event, name) for name in sorted(at_table_of("Ann"))[:2])
    begin(event, away, late)
    for each in (away, late):
        check_in(registration=each, by=maria, now=EVENING + MINUTE)
    Pairing.objects.filter(round__number=2).delete()
    evening = read_evening(Event.objects.get(), EVENING + MINUTE)
    ann = one(event, "Ann")
    assert [chair.registration for chair in find_alone(evening, away, evening.current)] == [ann]

    joined = join_alone(registration=away, other=ann, now=EVENING + MINUTE)
    join_alone(registration=late, other=ann, now=EVENING + MINUTE)

    assert joined.table == Chair.objects.get(round__number=1, registration=ann).table
    assert len(at_table_of("Ann")) == 3
    assert find_alone(evening, one(event, min(at_table_of("Ben"))), evening.current) == []


def test_a_full_table_takes_nobody(event, maria):
    begin(event)
    free = one(event, min(at_table_of("Ann")))
    Pairing.objects.of(free).update(outcome=Outcome.DROPPED)

    assert refused(lambda: join_alone(registration=free, other=one(event, "Ben"), now=EVENING + MINUTE)) == "taken"


def test_when_the_mentor_leaves_all_at_the_table_are_free_and_someone_else_can_come(event, maria):
    begin(event)
    waiting = at_table_of("Ann")
    go_home(registration=one(event, "Ann"), by=maria, now=EVENING + MINUTE)

    assert at_table_of("Ann") == set()
    assert {page_of(event, one(event, name), EVENING + MINUTE).is_alone for name in waiting} == {True}
    assert at_table_of("Ann", 2) == set()


def test_a_mentee_on_a_break_leaves_the_others_with_the_mentor(event, maria):
    begin(event)
    leaver = one(event, min(at_table_of("Ann")))
    others = at_table_of("Ann") - {leaver.board_name}

    take_break(registration=leaver, by=maria, now=EVENING + MINUTE)

    assert at_table_of("Ann") == others
    assert Chair.objects.filter(round__number=1, registration=one(event, "Ann")).exists()


def test_only_who_is_missed_twice_by_rounds_is_missing_not_by_two_at_one_table(event):
    begin(event)
    mentees = sorted(at_table_of("Ann"))[:2]
    for name in mentees:
        pairing = Pairing.objects.of(one(event, name)).get(round__number=1)
        report_missing(registration=one(event, name), pairing=pairing, now=EVENING + 2 * MINUTE)

    assert standing_of_one(one(event, "Ann")) == Standing.HERE


def test_a_late_mentee_gets_the_free_seat_of_the_next_round(event, maria):
    late = one(event, min(at_table_of("Ann", 2)))
    begin(event, late)

    check_in(registration=late, by=maria, now=EVENING + MINUTE)

    assert late.board_name in at_table_of("Ann", 2)
    assert len(at_table_of("Ann", 2)) == 3


def test_all_at_one_table_have_one_call_which_is_another_in_each_round(event):
    Event.objects.update(mode=EventMode.ONLINE)
    rows = Pairing.objects.select_related("event", "one", "other", "round")

    def secrets(name: str, number: int) -> set[str]:
        return {room_secret(pair) for pair in rows.filter(round__number=number) if name in board_names(pair)}

    found = [secrets(name, number) for name in ("Ann", "Ben") for number in (1, 2)]

    assert [len(one) for one in found] == [1, 1, 1, 1]
    assert len(set.union(*found)) == 4
    Event.objects.update(group_size=1)
    assert {room_secret(pair) for pair in rows.all()} == {pair.uuid.hex for pair in rows.all()}


def board_names(pair: Pairing) -> set[str]:
    return {pair.one.board_name, pair.other.board_name}


def test_a_sheet_of_paper_has_one_line_for_each_table(event, maria, client_for):
    rounds = client_for(maria).get(f"/events/{event.slug}/print/").context["rounds"]

    assert len(rounds) == event.rounds_count
    for number, place in enumerate(rounds, start=1):
        assert {(host, *sorted(names.split(", "))) for _table, names, host in place.at_tables} == {
            (name, *sorted(at_table_of(name, number))) for name in ("Ann", "Ben")
        }


def test_a_guest_more_is_one_mentee_more_at_some_table(event, bob):
    """One comes after the timetable was published: the seat that is left is theirs."""
    Event.objects.update(state="open", group_size=4)
    event.refresh_from_db()
    extra = come(event, bob, board_name="Late")
    Event.objects.update(state="scheduled")
    begin(event)

    assert extra.side == Side.MENTEE
    assert "Late" in at_table_of("Ann") | at_table_of("Ben")
