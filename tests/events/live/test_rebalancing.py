"""Changing the rest of an evening for those with the fewest meetings."""

import random
from collections import Counter

import pytest
import time_machine

from events.live import running
from events.live.evening import Standing, read_evening, standings_of
from events.live.presence import check_in, go_home
from events.live.rebalancing import (
    ask_rebalance,
    keep_and_fill,
    may_rebalance,
    read_remainder,
    use_rebalance,
)
from events.live.solving import solve_rebalance, solve_rebalances
from events.models import Chair, Event, EventState, Outcome, Pairing, Plan, PlanState, Registration, Round, Side
from events.pages.desk import DeskPage
from events.pages.plan_page import PlanPage
from events.planning.plans import MOST_AN_HOUR
from events.planning.solving import solve_asked
from events.tasks import rebalance_evenings, solve_plans
from tests.conftest import NOW
from tests.events.live.acting import MINUTE, arrive, refused
from tests.events.making import EVENING, MadeEvening, make_evening
from tests.markup import answers_in, elements_of, markup_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
SOON = EVENING + MINUTE


@pytest.fixture
def evening(remembered, maria) -> MadeEvening:
    """Six mentees and three mentors, four rounds. One mentor never comes and another leaves in the first round."""
    return remembered(make_evening, maria, mentees=6, mentors=3, rounds_count=4)


@pytest.fixture
def event(remembered, evening) -> Event:
    there = (one for one in evening.people if one != evening.mentors[0])
    return remembered(begin, evening.event, *there)


def begin(event: Event, *there: Registration) -> Event:
    arrive(*there)
    return running.start_evening(event=event, now=EVENING)


def ask(event: Event, at=SOON) -> Plan:
    return ask_rebalance(event=event, by=event.by, now=at)


def solved(event: Event, at=SOON) -> Plan:
    plan = ask(event, at)
    assert solve_rebalances(now=at) == 1
    plan.refresh_from_db()
    return plan


def rest_of(event: Event, at=SOON):
    return read_remainder(read_evening(Event.objects.get(pk=event.pk), at))


def stored(*numbers: int) -> list[tuple]:
    rows = Pairing.objects.filter(round__number__in=numbers, outcome__in=("planned", "held"))
    return sorted(rows.values_list("round__number", "one", "other", "table"))


def counts(event: Event) -> Counter:
    """Meetings of each mentee who is here, in the whole evening."""
    here = {key for key, standing in standings_of(event).items() if standing == Standing.HERE}
    found = Counter({one.pk: 0 for one in event.registrations.filter(side=Side.MENTEE) if one.pk in here})
    for _round, *pair, _table in stored(*range(1, 6)):
        found.update(key for key in pair if key in found)
    return found


def test_both_ways_are_worked_out_and_the_desk_takes_the_fairer(event):
    plan = solved(event)
    fill, rebalance = plan.proof["fill"], plan.proof["rebalance"]
    assert (plan.state, plan.first) == (PlanState.PROPOSED, 2)
    assert rebalance["fewest"] >= fill["fewest"]
    called = stored(1)
    before = stored(2, 3, 4)
    assert stored(2, 3, 4) == before  # working it out changes nothing

    use_rebalance(event=event, number=plan.number, now=SOON)

    assert min(counts(event).values()) == rebalance["fewest"]
    assert len(stored(2, 3, 4)) == rebalance["meetings"]
    assert stored(1) == called
    plan.refresh_from_db()
    assert (plan.state, plan.published_at) == (PlanState.REPLACED, SOON)
    assert Pairing.objects.filter(outcome=Outcome.DROPPED).count() > 0


def test_it_gives_those_more_whom_filling_leaves_behind(maria):
    """Mentee 1 wants to meet one mentor only, who leaves it no free round but one of another's."""
    evening = make_evening(maria, mentees=2, mentors=2, rounds_count=3)
    arrive(*evening.people)
    event = running.start_evening(event=evening.event, now=EVENING)
    first, second = evening.mentees
    one, other = evening.mentors
    # What is left: the first mentee meets both, the second nobody, though both mentors could share.
    Pairing.objects.filter(round__number__gt=1).delete()
    Chair.objects.filter(round__number__gt=1).delete()
    Pairing.objects.filter(round__number=1).update(outcome=Outcome.DROPPED)
    Registration.objects.filter(pk=second.pk).update(attends=[2])
    Pairing.objects.create(event=event, one=first, other=one, round=Round.objects.get(number=2))
    Pairing.objects.create(event=event, one=second, other=other, is_apart=True)

    plan = solved(event)
    fill, rebalance = plan.proof["fill"], plan.proof["rebalance"]
    assert (fill["fewest"], rebalance["fewest"], rebalance["changed"]) == (0, 1, 1)
    use_rebalance(event=event, number=plan.number, now=SOON)

    rows = Pairing.objects.that_stand().filter(round__number__gt=1)
    assert (second.pk, one.pk, 2) in set(rows.values_list("one", "other", "round__number"))
    assert Chair.objects.filter(round__number=2, registration=second).exists()


def test_chairs_are_those_of_the_meetings(event):
    plan = solved(event)
    use_rebalance(event=event, number=plan.number, now=SOON)

    sitting = set(Chair.objects.filter(round__number__gt=1).values_list("round__number", "registration", "table"))
    assert sitting == {(number, key, table) for number, *pair, table in stored(2, 3, 4) for key in pair}
    assert len({(number, table) for number, _one, _other, table in stored(2, 3, 4)}) == len(stored(2, 3, 4))


def test_a_pair_that_only_moves_keeps_its_row_and_its_address(event):
    plan = solved(event)
    rows = {tuple(sorted(row[:2])): row[2] for row in plan.meetings}
    before = {(one.one_id, one.other_id): one for one in Pairing.objects.filter(round__number__gt=1)}
    use_rebalance(event=event, number=plan.number, now=SOON)

    for pair, pairing in before.items():
        pairing.refresh_from_db()
        if pair in rows:
            assert (pairing.round.number, pairing.outcome) == (rows[pair], Outcome.PLANNED)
        else:
            assert pairing.outcome == Outcome.DROPPED


def test_nobody_is_moved_if_the_desk_only_fills(event):
    plan = solved(event)
    before = set(stored(1, 2, 3, 4))

    keep_and_fill(event=event, number=plan.number, now=SOON)

    assert before <= set(stored(1, 2, 3, 4))
    plan.refresh_from_db()
    assert (plan.state, plan.published_at) == (PlanState.REPLACED, None)
    assert refused(lambda: use_rebalance(event=event, number=plan.number, now=SOON)) == "stale"


def test_someone_who_goes_or_comes_meanwhile_makes_it_worthless(event, evening, maria):
    plan = solved(event)
    go_home(registration=evening.mentees[2], by=maria, now=SOON)
    before = stored(1, 2, 3, 4)
    assert refused(lambda: use_rebalance(event=event, number=plan.number, now=SOON)) == "stale"
    assert stored(1, 2, 3, 4) == before

    plan = solved(event)
    check_in(registration=evening.mentors[0], by=maria, now=SOON)
    assert refused(lambda: use_rebalance(event=event, number=plan.number, now=SOON)) == "stale"


def test_a_round_that_is_called_meanwhile_makes_it_worthless_and_stays(event):
    plan = solved(event)
    running.call_round(event=event, now=SOON)
    called = stored(1, 2)

    assert refused(lambda: use_rebalance(event=event, number=plan.number, now=SOON)) == "stale"
    assert stored(1, 2) == called
    assert DeskPage(read_evening(Event.objects.get(), SOON)).rest is None


def test_asked_twice_it_is_one_and_a_later_one_replaces_it(event):
    first = ask(event)
    assert ask(event) == first
    assert solve_rebalances(now=SOON) == 1
    second = ask(event)

    first.refresh_from_db()
    assert second != first
    assert (first.state, second.state) == (PlanState.REPLACED, PlanState.ASKED)


def test_it_is_not_asked_for_before_the_clock_runs_nor_without_rounds_left(evening):
    assert refused(lambda: ask(evening.event)) == "not_possible"
    arrive(*evening.people)
    event = running.start_evening(event=evening.event, now=EVENING)
    Round.objects.update(called_at=EVENING)
    assert refused(lambda: ask(event)) == "not_possible"
    running.close_event(event=event, now=SOON)
    assert refused(lambda: ask(event)) == "closed"


@pytest.mark.parametrize(("kind", "size", "may"), [("speed", 1, True), ("speed", 2, False), ("networking", 1, False)])
def test_where_filling_is_all_there_is_nothing_else_is_offered(event, kind, size, may):
    Event.objects.update(kind=kind, group_size=size)

    assert may_rebalance(read_evening(Event.objects.get(), SOON)) == may


def test_so_many_an_hour(event):
    fields = {"event": event, "by": event.by, "asked_at": SOON, "state": PlanState.FAILED}
    Plan.objects.bulk_create(Plan(number=number, **fields) for number in range(1, MOST_AN_HOUR + 1))

    assert refused(lambda: ask(event)) == "too_often"


def test_a_timetable_that_was_still_asked_for_is_not_made_any_more(event):
    old = Plan.objects.create(event=event, number=1, state=PlanState.ASKED, by=event.by, asked_at=NOW)
    plan = ask(event)

    old.refresh_from_db()
    assert (old.state, old.reason, plan.number) == (PlanState.FAILED, "late", 2)


def test_each_worker_does_its_own_kind_of_plan(event, monkeypatch):
    plan = ask(event)
    assert solve_asked(now=SOON) == 0
    monkeypatch.setattr("events.tasks.agreed_now", lambda: SOON)
    assert (solve_plans(), rebalance_evenings()) == (0, 1)

    plan.refresh_from_db()
    assert plan.state == PlanState.PROPOSED
    assert not solve_rebalance(plan.pk, now=SOON)


def test_one_that_cannot_be_worked_out_is_said_to_have_failed(event, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    plan = ask(event)
    monkeypatch.setattr("events.live.solving.rebalance", fail)
    assert solve_rebalances(now=SOON) == 1

    plan.refresh_from_db()
    assert (plan.state, plan.reason) == (PlanState.FAILED, "error")
    assert DeskPage(read_evening(Event.objects.get(), SOON)).rest == plan


def test_meetings_that_break_a_rule_are_never_offered(event, monkeypatch):
    rest = rest_of(event)
    twice = type("Found", (), {"meetings": (*rest.meetings, *rest.meetings)})
    plan = ask(event)
    monkeypatch.setattr("events.live.solving.rebalance", lambda *args: twice)
    solve_rebalances(now=SOON)

    plan.refresh_from_db()
    assert plan.state == PlanState.FAILED


def test_plans_for_the_rest_are_no_timetables(event, maria, client_for):
    plan = solved(event)

    assert PlanPage(event, SOON).plans == []
    assert PlanPage(event, SOON, plan.number).shown is None
    client = client_for(maria)
    assert client.get(f"/events/{event.slug}/plan/{plan.number}/1-2/").status_code == 404
    assert client.get(f"/api/v1/events/{event.slug}/plans/{plan.number}/").status_code == 404


def test_the_desk_compares_and_presses(event, evening, maria, client_for):
    client, page = client_for(maria), f"/events/{event.slug}/desk/"
    with time_machine.travel(SOON, tick=False):
        first = client.get(page)
        assert len(elements_of(markup_of(first), "button", value="rebalance")) == 1
        client.post(page, {"act": "rebalance"})
        asked = client.get(page)
        assert elements_of(markup_of(asked), "p", data_stage="asked")
        solve_rebalances(now=SOON)
        shown = client.get(page)
        plan = Plan.objects.of_rest().get()
        figures = [one.attributes["data-fewest"] for one in elements_of(markup_of(shown), "dd") if one.attributes]
        assert figures == [str(plan.proof[way]["fewest"]) for way in ("fill", "rebalance")]
        marks = {answer.context["page"].mark for answer in (first, asked, shown)}
        assert len(marks) == 3
        assert client.post(page, {"act": "use", "plan": "🌻"}).status_code == 409
        chosen = client.post(page, {"act": "use", "plan": plan.number}, follow=True)
        assert (chosen.redirect_chain, answers_in(markup_of(chosen))) == ([(page, 302)], ["ok"])
        assert client.post(page, {"act": "fill", "plan": plan.number}).status_code == 409

    plan.refresh_from_db()
    assert plan.published_at == SOON


@pytest.mark.parametrize("seed", range(4))
def test_random_evenings_keep_every_rule_and_the_promise_that_was_shown(maria, seed):
    """People come late and go; each time the rest is rebalanced, and all rows are counted again from scratch."""
    dice = random.Random(seed)
    evening = make_evening(maria, mentees=7, mentors=4, rounds_count=5)
    absent = dice.sample(evening.people, 3)
    arrive(*(one for one in evening.people if one not in absent))
    event = running.start_evening(event=evening.event, now=EVENING)
    for _turn in range(2):
        one = dice.choice(evening.people)
        act = dice.choice([check_in, go_home])
        act(registration=one, by=maria, now=SOON)
        frozen = stored(*Round.objects.filter(called_at__isnull=False).values_list("number", flat=True))
        plan = solved(event)
        use_rebalance(event=event, number=plan.number, now=SOON)

        assert stored(*Round.objects.filter(called_at__isnull=False).values_list("number", flat=True)) == frozen
        rows = stored(1, 2, 3, 4, 5)
        seats = Counter((number, key) for number, *pair, _table in rows for key in pair)
        pairs = Counter(tuple(pair) for _number, *pair, _table in rows)
        tables = Counter((number, table) for number, *_pair, table in rows)
        assert [max(found.values()) for found in (seats, pairs, tables)] == [1, 1, 1]
        assert min(counts(event).values()) == plan.proof["rebalance"]["fewest"] >= plan.proof["fill"]["fewest"]
    assert event.state == EventState.LIVE
