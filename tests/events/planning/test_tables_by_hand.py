"""A change by hand deals out no tables but those it must: everyone else keeps theirs."""

import random
from dataclasses import replace

import pytest

from events.errors import EventError
from events.models import Attending, EventMode, EventTable, Plan, Registration
from events.pages.plan_page import PlanPage
from events.planning.editing import Change, Edit, find_effect, find_unseated, with_places
from events.planning.plans import ask_plan, facts_of, make_tables
from events.planning.problems import to_meetings
from events.scheduling.checking import find_violations
from tests.conftest import NOW, make_mentor, make_person
from tests.events.making import come
from tests.markup import elements_of, markup_of

from .making import make_meeting_event, one, planned

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def tables_of(rows) -> dict[tuple[int, int, int], int | None]:
    return {(mentee, mentor, number): table for mentee, mentor, number, table in rows}


def effect_of(plan: Plan, edit: Edit):
    return find_effect(plan, facts_of(plan), edit)


def all_edits(plan: Plan, people) -> list[Edit]:
    edits = []
    for mentee, mentor, number, _table in plan.meetings:
        edits.append(Edit(Change.FREE, mentee, mentor))
        edits += [Edit(Change.MOVE, mentee, mentor, other) for other in range(1, 4) if other != number]
        edits += [Edit(Change.SWAP, mentee, mentor, 0, other) for other in people if other != mentee]
    return edits


@pytest.mark.parametrize("seed", range(3))
def test_meetings_that_stay_keep_their_tables(maria, seed):
    """Tables are shuffled first, so that dealing them out again would give others."""
    event = make_meeting_event(maria, mentees=4)
    plan = planned(event)
    dice = random.Random(seed)
    shuffled = []
    for number in (1, 2, 3):
        rows = [row for row in plan.meetings if row[2] == number]
        tables = dice.sample([1, 2, 3], len(rows))
        shuffled += [[*row[:3], table] for row, table in zip(rows, tables, strict=True)]
    plan = Plan.objects.create(
        event=event, number=2, meetings=shuffled, state="proposed", by=maria, asked_at=NOW, proof=plan.proof
    )
    before, tried = tables_of(shuffled), 0
    problem = facts_of(plan).problem
    for edit in all_edits(plan, [each.pk for each in event.registrations.filter(side="mentee")]):
        try:
            rows = effect_of(plan, edit).rows
        except EventError:
            continue
        tried += 1
        after = tables_of(rows)
        assert {key: after[key] for key in before.keys() & after.keys()} == {
            key: before[key] for key in before.keys() & after.keys()
        }
        assert find_violations(problem, to_meetings(rows)) == []
    assert tried > 5


def test_who_stays_seated_keeps_the_table_they_have(maria):
    """Their table isn't the first that is left, as it would be were they given one again."""
    event = make_meeting_event(maria, mentees=3)
    guest = one(event, "Guest 1")
    Registration.objects.filter(pk=guest.pk).update(stays_seated=True)
    make_tables(event)
    ann, ben, cas = (one(event, name) for name in ("Ann", "Ben", "Cas"))
    other = one(event, "Guest 2")
    rows = [[guest.pk, ann.pk, 1, 3], [other.pk, ben.pk, 1, 1], [guest.pk, cas.pk, 2, 3]]
    fields = {"state": "proposed", "by": maria, "asked_at": NOW, "proof": {}}
    plan = Plan.objects.create(event=event, number=1, meetings=rows, **fields)

    moved = effect_of(plan, Edit(Change.MOVE, guest.pk, cas.pk, 3))
    assert tables_of(moved.rows)[guest.pk, cas.pk, 3] == 3
    swapped = effect_of(plan, Edit(Change.SWAP, other.pk, ben.pk, 0, guest.pk))
    assert {table for (mentee, *_rest), table in tables_of(swapped.rows).items() if mentee == guest.pk} == {3}


def test_where_no_table_is_left_that_round_is_dealt_out_again(maria):
    """Two tables, one with a screen: the pair that needs it comes into a round where another pair sits there."""
    event = make_meeting_event(maria, mentees=3, mode=EventMode.MIXED)
    EventTable.objects.create(event=event, number=1, name="Plain")
    EventTable.objects.create(event=event, number=2, name="Screen", has_screen=True)
    Registration.objects.filter(person__name="Guest 1").update(attending=Attending.ONLINE)
    guest, other = one(event, "Guest 1"), one(event, "Guest 2")
    ann, ben = one(event, "Ann"), one(event, "Ben")
    rows = [[guest.pk, ann.pk, 1, 2], [other.pk, ben.pk, 2, 2]]
    fields = {"state": "proposed", "by": maria, "asked_at": NOW, "proof": {}}
    plan = Plan.objects.create(event=event, number=1, meetings=rows, **fields)

    after = tables_of(effect_of(plan, Edit(Change.MOVE, guest.pk, ann.pk, 2)).rows)

    assert after == {(guest.pk, ann.pk, 2): 2, (other.pk, ben.pk, 2): 1}


def test_a_round_is_only_touched_if_a_table_lacks_or_does_not_suit(maria):
    event = make_meeting_event(maria, mentees=2)
    plan = planned(event)
    problem, meetings = facts_of(plan).problem, to_meetings(plan.meetings)
    assert find_unseated(with_places(problem, meetings), meetings) == set()
    bare = [replace(each, table=None) if each.round == 2 else each for each in meetings]
    twice = [replace(each, table="1") if each.round == 1 else each for each in meetings]

    assert find_unseated(problem, bare) == {2}
    assert find_unseated(problem, twice) == {1}


def test_tables_that_we_made_grow_with_the_people(maria):
    event = make_meeting_event(maria, mentees=2, mentors=("Ann",))
    ask_plan(event=event, by=maria, now=NOW)
    assert EventTable.objects.filter(is_ours=True).count() == 1
    come(event, make_mentor(make_person("dan@example.org", "Dan")).person, side="mentor", board_name="Dan")
    make_tables(event)
    make_tables(event)
    assert list(EventTable.objects.values_list("number", "name")) == [(1, "Table 1"), (2, "Table 2")]
    EventTable.objects.filter(number=1).update(is_ours=False)
    come(event, make_mentor(make_person("eve@example.org", "Eve")).person, side="mentor", board_name="Eve")
    make_tables(event)
    assert EventTable.objects.count() == 2


@pytest.mark.parametrize(
    ("mode", "online", "screen", "lacks"),
    [
        (EventMode.MIXED, True, False, True),
        (EventMode.MIXED, True, True, False),
        (EventMode.MIXED, False, False, False),
        (EventMode.ON_SITE, True, False, False),
        (EventMode.ONLINE, True, False, False),
    ],
)
def test_the_page_says_where_a_table_with_a_screen_is_missing(maria, client_for, mode, online, screen, lacks):
    event = make_meeting_event(maria, mode=mode)
    if online:
        Registration.objects.filter(person__name="Guest 1").update(attending=Attending.ONLINE)
    EventTable.objects.create(event=event, number=1, name="Window", has_screen=screen)

    assert PlanPage(event, NOW).lacks_screens == lacks
    shown = markup_of(client_for(maria).get(f"/events/{event.slug}/plan/"))
    assert bool(elements_of(shown, "p", data_part="screens")) == lacks
