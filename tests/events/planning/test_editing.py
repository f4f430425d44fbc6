"""Each change by hand, and each rule that may stand against it; the effect that is shown is the effect that comes."""

import random
from collections import Counter

import pytest

from events.errors import EventError
from events.models import Event, EventTable, Pairing, Plan, PlanState, Registration, Round, WishKind
from events.pages.plan_page import PlanPage
from events.pages.proof_line import proof_lines
from events.planning.editing import OF_LOCKS, WORDS, Change, Edit, edit_plan, preview_edit, use_plan_again
from events.planning.plans import ask_plan, facts_of
from events.planning.problems import to_meetings
from events.planning.publishing import publish_plan
from events.planning.solving import solve_asked
from events.planning.wishes import set_wishes
from events.registering.acts import cancel_registration
from events.scheduling.checking import Rule, find_violations
from tests.conftest import NOW
from tests.events.making import EVENING

from .making import make_meeting_event, one, planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(remembered, maria):
    return remembered(make_meeting_event, maria)


def stored(event, rows, **fields) -> Plan:
    """A plan with these meetings, as if it had been proposed."""
    number = event.plans.count() + 1
    usual = {"state": PlanState.PROPOSED, "by": event.by, "asked_at": NOW, "number": number}
    return Plan.objects.create(event=event, meetings=rows, **usual | fields)


def refused(act) -> str:
    with pytest.raises(EventError) as error:
        act()
    return error.value.code


class Sheet:
    """Guest 1 meets Ann in round 1 and Guest 2 meets Ben; in round 2 they change partners. Cas meets nobody."""

    def __init__(self, event):
        self.event = event
        self.first, self.second = one(event, "Guest 1"), one(event, "Guest 2")
        self.ann, self.ben, self.cas = (one(event, name) for name in ("Ann", "Ben", "Cas"))
        for number in (1, 2, 3):
            EventTable.objects.create(event=event, number=number, name=f"Table {number}")
        a, b, c, d = self.first.pk, self.second.pk, self.ann.pk, self.ben.pk
        self.plan = stored(event, [[a, c, 1, 1], [b, d, 1, 2], [a, d, 2, 1], [b, c, 2, 2]])

    def refusal(self, change: Change, mentee: Registration, mentor: Registration, **fields) -> str:
        return refused(lambda: preview_edit(self.plan, Edit(change, mentee.pk, mentor.pk, **fields)))

    def set(self, registration: Registration, **fields) -> None:
        Registration.objects.filter(pk=registration.pk).update(**fields)


@pytest.fixture
def sheet(event) -> Sheet:
    return Sheet(event)


def test_every_rule_has_its_words():
    assert set(WORDS) == {str(rule) for rule in Rule} - {"lock", "claim"}


def test_a_person_meets_one_other_at_a_time_and_each_once(sheet):
    assert sheet.refusal(Change.MOVE, sheet.first, sheet.ann, round=2) == "once_a_round"
    assert sheet.refusal(Change.ADD, sheet.first, sheet.ann, round=3) == "once"
    assert sheet.refusal(Change.ADD, sheet.first, sheet.cas, round=1) == "once_a_round"


@pytest.mark.parametrize("number", [0, 4, 10**9])
def test_a_round_that_there_is_not(sheet, number):
    assert sheet.refusal(Change.MOVE, sheet.first, sheet.ann, round=number) == "round"


def test_no_language_in_common(sheet):
    sheet.set(sheet.cas, languages=["sv"])

    assert sheet.refusal(Change.ADD, sheet.first, sheet.cas, round=3) == "language"


def test_not_there_then(sheet):
    sheet.set(sheet.cas, attends=[1])

    assert sheet.refusal(Change.ADD, sheet.first, sheet.cas, round=3) == "attendance"


def test_as_many_meetings_as_they_want(sheet):
    sheet.set(sheet.first, most=2)

    assert sheet.refusal(Change.ADD, sheet.first, sheet.cas, round=3) == "most"


def test_no_table_left(sheet):
    EventTable.objects.filter(number__gt=1).delete()
    sheet.plan = stored(sheet.event, [[sheet.first.pk, sheet.ann.pk, 1, 1]])

    assert sheet.refusal(Change.ADD, sheet.second, sheet.ben, round=1) == "table"


def test_no_table_with_a_screen(sheet):
    sheet.set(sheet.cas, attending="online")

    assert sheet.refusal(Change.ADD, sheet.first, sheet.cas, round=3) in ("screen", "table")


@pytest.mark.parametrize("reason", ["team", "mentee", "mentor"])
def test_every_private_reason_has_the_same_words(sheet, reason):
    if reason == "team":
        Pairing.objects.create(event=sheet.event, one=sheet.first, other=sheet.cas, is_apart=True)
    else:
        by, about = (sheet.first, sheet.cas) if reason == "mentee" else (sheet.cas, sheet.first)
        set_wishes(registration=by, wishes={about.pk: WishKind.NO}, now=NOW)

    with pytest.raises(EventError) as error:
        preview_edit(sheet.plan, Edit(Change.ADD, sheet.first.pk, sheet.cas.pk, round=3))
    assert (error.value.code, error.value.message) == ("apart", str(WORDS["apart"]))


def test_people_of_one_side_or_who_left_are_nobody_to_meet(sheet):
    assert sheet.refusal(Change.ADD, sheet.first, sheet.second, round=3) == "known"
    assert sheet.refusal(Change.ADD, sheet.ann, sheet.first, round=3) == "known"
    assert sheet.refusal(Change.SWAP, sheet.first, sheet.ann, other=0) == "known"
    assert sheet.refusal(Change.SWAP, sheet.first, sheet.ann, other=sheet.cas.pk) == "known"
    cancel_registration(registration=sheet.cas, by=sheet.cas.person, now=NOW)
    assert sheet.refusal(Change.ADD, sheet.first, sheet.cas, round=3) == "known"


@pytest.mark.parametrize("change", [Change.FREE, Change.MOVE, Change.SWAP])
def test_a_meeting_that_is_not_in_the_plan_cannot_be_changed(sheet, change):
    assert sheet.refusal(change, sheet.first, sheet.cas, round=3, other=sheet.second.pk) == "stale"


def test_must_meets_that_are_lost_or_won_are_counted(sheet):
    set_wishes(registration=sheet.first, wishes={sheet.ann.pk: "must", sheet.cas.pk: "must"}, now=NOW)

    lost = preview_edit(sheet.plan, Edit(Change.FREE, sheet.first.pk, sheet.ann.pk))
    won = preview_edit(sheet.plan, Edit(Change.ADD, sheet.first.pk, sheet.cas.pk, round=3))

    assert (lost.musts_lost, lost.musts_won) == ([(sheet.first.pk, sheet.ann.pk)], [])
    assert (won.musts_lost, won.musts_won) == ([], [(sheet.first.pk, sheet.cas.pk)])
    assert won.counts == [(sheet.first.pk, 2, 3), (sheet.cas.pk, 0, 1)]


def test_a_lock_goes_with_its_meeting_and_stays_beside_others(sheet, maria):
    first, second = (sheet.first.pk, sheet.ann.pk), (sheet.second.pk, sheet.ben.pk)
    plan = sheet.plan
    for pair in (first, second, first):
        plan = edit_plan(plan=plan, edit=Edit(Change.LOCK, *pair), by=maria, now=NOW)
    assert sorted(map(tuple, plan.locks)) == sorted([(*first, 1, 1), (*second, 1, 2)])

    plan = edit_plan(plan=plan, edit=Edit(Change.FREE, *first), by=maria, now=NOW)

    assert [tuple(row) for row in plan.locks] == [(*second, 1, 2)]


def test_a_lock_on_nothing_locks_nothing(sheet, maria):
    plan = edit_plan(plan=sheet.plan, edit=Edit(Change.LOCK, sheet.first.pk, sheet.cas.pk), by=maria, now=NOW)

    assert plan.locks == []


@pytest.mark.parametrize("seed", range(3))
def test_what_is_shown_is_what_comes_and_every_plan_on_the_way_is_valid(event, maria, seed):
    """Random changes, one after the other; what is refused changes nothing."""
    dice, plan = random.Random(seed), planned(event)
    mentees, mentors = (
        list(event.registrations.filter(side=side).values_list("pk", flat=True)) for side in ("mentee", "mentor")
    )
    done = 0
    for _step in range(14):
        mentee, mentor = dice.choice(mentees), dice.choice(mentors)
        change = dice.choice([Change.FREE, Change.FREE, *Change])
        edit = Edit(change, mentee, mentor, round=dice.randint(1, 3), other=dice.choice(mentees))
        try:
            effect = preview_edit(plan, edit)
        except EventError:
            count = Plan.objects.count()
            assert refused(lambda edit=edit, plan=plan: edit_plan(plan=plan, edit=edit, by=maria, now=NOW))
            assert Plan.objects.count() == count
            continue
        before, plan = plan, edit_plan(plan=plan, edit=edit, by=maria, now=NOW)
        plan.refresh_from_db()
        done += 1
        assert [list(row) for row in effect.rows] == plan.meetings
        assert [list(row) for row in effect.locks] == plan.locks
        assert find_violations(facts_of(plan).problem, to_meetings(plan.meetings)) == []
        was, now = (Counter(key for row in one.meetings for key in row[:2]) for one in (before, plan))
        assert set(effect.counts) == {(key, was[key], now[key]) for key in was | now if was[key] != now[key]}
        assert plan.proof["meetings"] == len(plan.meetings)
        untouched = [row for row in before.meetings if row[2] not in touched(before, plan)]
        assert [row for row in untouched if row not in plan.meetings] == []
        if change in OF_LOCKS:
            assert plan.meetings == before.meetings
    assert done >= 3
    assert plan.proof["is_proven"] is False
    assert len(proof_lines(plan)) == 3


def touched(before: Plan, after: Plan) -> set[int]:
    """The rounds in which other people meet than before."""
    pairs = [{tuple(row[:3]) for row in plan.meetings} for plan in (before, after)]
    return {number for _mentee, _mentor, number in pairs[0] ^ pairs[1]}


# Which plan can be changed, and when


def test_only_the_newest_plan_is_changed(sheet, maria):
    edit = Edit(Change.FREE, sheet.first.pk, sheet.ann.pk)
    edit_plan(plan=sheet.plan, edit=edit, by=maria, now=NOW)

    assert refused(lambda: edit_plan(plan=sheet.plan, edit=edit, by=maria, now=NOW)) == "stale"


def test_a_plan_that_is_being_made_leaves_the_one_before_to_be_changed(sheet, maria):
    asked = ask_plan(event=sheet.event, by=maria, now=NOW)
    changed = edit_plan(plan=sheet.plan, edit=Edit(Change.FREE, sheet.first.pk, sheet.ann.pk), by=maria, now=NOW)

    assert changed.number == asked.number + 1
    assert refused(lambda: use_plan_again(plan=asked, by=maria, now=NOW)) == "closed"
    assert solve_asked(now=NOW) == 1


@pytest.mark.parametrize("when", ["begun", "called"])
def test_nothing_is_planned_once_the_event_has_begun(sheet, maria, when):
    now = EVENING if when == "begun" else NOW
    if when == "called":
        Event.objects.update(state="scheduled")
        Round.objects.create(event=sheet.event, number=1, during=(EVENING, EVENING.replace(minute=10)), called_at=NOW)
    edit = Edit(Change.FREE, sheet.first.pk, sheet.ann.pk)
    acts = [
        lambda: edit_plan(plan=sheet.plan, edit=edit, by=maria, now=now),
        lambda: use_plan_again(plan=sheet.plan, by=maria, now=now),
        lambda: ask_plan(event=sheet.event, by=maria, now=now),
        lambda: publish_plan(plan=sheet.plan, now=now),
    ]

    assert [refused(act) for act in acts] == ["closed"] * 4


def test_an_earlier_plan_is_used_again_only_while_it_holds(sheet, maria):
    again = use_plan_again(plan=sheet.plan, by=maria, now=NOW)
    assert (again.meetings, again.parent) == (sheet.plan.meetings, sheet.plan)

    set_wishes(registration=sheet.ann, wishes={sheet.first.pk: WishKind.NO}, now=NOW)

    assert refused(lambda: use_plan_again(plan=sheet.plan, by=maria, now=NOW)) == "apart"


@pytest.mark.parametrize("state", [PlanState.ASKED, PlanState.FAILED])
def test_there_is_no_going_back_to_a_plan_that_never_was(event, maria, state):
    plan = stored(event, [], state=state)

    assert refused(lambda: use_plan_again(plan=plan, by=maria, now=NOW)) == "closed"
    assert PlanPage(event, NOW).shown is None
