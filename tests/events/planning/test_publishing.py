"""Publishing again and again, with people who leave, plans that were made for others, and workers that die."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from events.errors import EventError
from events.live.evening import Standing, standing_of_one
from events.live.presence import check_in, go_home
from events.live.running import skip_round
from events.models import (
    Chair,
    Event,
    EventState,
    EventTable,
    Outcome,
    Pairing,
    Plan,
    PlanState,
    Presence,
    Registration,
    Round,
    WishKind,
)
from events.planning import plans, solving
from events.planning.editing import Change, Edit, edit_plan
from events.planning.notices import CHANGED, FIRST, TIMETABLE_SUBJECT
from events.planning.plans import ask_plan, facts_of
from events.planning.problems import to_meetings
from events.planning.publishing import part_timetable, publish_plan
from events.planning.solving import solve_asked, solve_plan
from events.planning.tables import TableInput, set_tables
from events.registering.acts import cancel_registration
from events.registering.managing import cancel_event, change_event
from events.scheduling.checking import find_violations
from notifications.models import Notification, State
from tests.apart import keep_apart
from tests.conftest import NOW
from tests.events.making import EVENING, make_said
from tests.sessions_app.helpers.races import race

from .making import come_too, make_meeting_event, one, planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(remembered, maria) -> Event:
    return remembered(make_meeting_event, maria)


@pytest.fixture
def plan(remembered, event) -> Plan:
    return remembered(planned, event)


def refused(act) -> str:
    with pytest.raises(EventError) as error:
        act()
    return error.value.code


def waits_for_mail(kind: str) -> Counter[int]:
    rows = Notification.objects.filter(kind=kind, subject_type=TIMETABLE_SUBJECT, state=State.PENDING)
    return Counter(rows.values_list("subject_id", flat=True))


def check_rows(event: Event) -> None:
    """The rows are the published plan and nothing else, each person on one chair a round."""
    published = Plan.objects.get(event=event, state=PlanState.PUBLISHED)
    assert find_violations(facts_of(published).problem, to_meetings(published.meetings)) == []
    pairs = Pairing.objects.filter(event=event).that_stand()
    stored = {
        (frozenset((pair.one_id, pair.other_id)), pair.round.number, pair.table and pair.table.number)
        for pair in pairs.select_related("round", "table")
    }
    assert stored == {(frozenset(row[:2]), row[2], row[3]) for row in published.meetings}
    chairs = set(Chair.objects.values_list("round__number", "registration", "table__number"))
    assert chairs == {(row[2], key, row[3]) for row in published.meetings for key in row[:2]}


def test_plans_published_in_turn_tell_each_time_those_whose_rows_changed(event, plan, maria):
    mentee, mentor, *_rest = plan.meetings[0]
    publish_plan(plan=plan, now=NOW)
    second = edit_plan(plan=plan, edit=Edit(Change.FREE, mentee, mentor), by=maria, now=NOW)
    everyone = set(event.registrations.values_list("pk", flat=True))
    assert set(waits_for_mail(FIRST)) == everyone

    for newest in (second, plan, second, plan):
        publish_plan(plan=newest, now=NOW)
        check_rows(event)
        # Of all that was scheduled for these two, the newest mail alone is left.
        assert (waits_for_mail(CHANGED), set(waits_for_mail(FIRST))) == (
            {mentee: 1, mentor: 1},
            everyone - {mentee, mentor},
        )
    newest = Notification.objects.filter(kind=CHANGED).order_by("subject_version").last()
    assert newest.subject_version == Event.objects.get().version


def test_publishing_twice_is_once(event, plan):
    publish_plan(plan=plan, now=NOW)
    version = Event.objects.get().version

    assert publish_plan(plan=plan, now=NOW).state == PlanState.PUBLISHED
    assert Event.objects.get().version == version


@pytest.mark.parametrize("state", [PlanState.ASKED, PlanState.FAILED])
def test_a_plan_that_is_not_ready_is_not_published(event, maria, state):
    plan = Plan.objects.create(event=event, number=1, state=state, by=maria, asked_at=NOW)

    assert refused(lambda: publish_plan(plan=plan, now=NOW)) == "closed"


def test_a_plan_for_tables_that_are_gone_is_out_of_date(event, plan):
    set_tables(event=event, tables=[TableInput("Window")], now=NOW)

    assert refused(lambda: publish_plan(plan=plan, now=NOW)) == "outdated"
    publish_plan(plan=planned(event), now=NOW)
    check_rows(event)


def test_a_plan_for_more_rounds_than_there_are_is_out_of_date(event, plan):
    said = make_said(rounds_count=2, places={"mentee": 6, "mentor": 5})
    change_event(event=event, said=said, now=NOW)

    assert refused(lambda: publish_plan(plan=plan, now=NOW)) == "outdated"


def test_a_plan_against_a_new_refusal_is_out_of_date(event, plan):
    mentee, mentor, *_rest = plan.meetings[0]
    event.wishes.create(by_id=mentor, about_id=mentee, kind=WishKind.NO)

    assert refused(lambda: publish_plan(plan=plan, now=NOW)) == "outdated"


def test_a_newcomer_does_not_make_a_plan_impossible(event, plan):
    come_too(event, "Nia")

    publish_plan(plan=plan, now=NOW)

    check_rows(event)


def test_the_rows_of_who_is_kept_apart_outlive_every_publication(event, plan, maria):
    apart = Pairing.objects.create(event=event, one=one(event, "Guest 1"), other=one(event, "Guest 2"), is_apart=True)

    publish_plan(plan=plan, now=NOW)
    again = planned(event, now=NOW + timedelta(hours=1))
    publish_plan(plan=again, now=NOW)

    assert Pairing.objects.filter(pk=apart.pk, is_apart=True).exists()


@pytest.mark.parametrize("name", ["Guest 1", "Ann"])
def test_who_leaves_after_publishing_is_gone_from_every_row(event, plan, name):
    publish_plan(plan=plan, now=NOW)
    leaving = one(event, name)
    kept = [row for row in plan.meetings if leaving.pk not in row[:2]]

    cancel_registration(registration=leaving, by=leaving.person, now=NOW)

    newest = Plan.objects.get(event=event, state=PlanState.PUBLISHED)
    check_rows(event)
    assert [row for row in kept if row not in newest.meetings] == []
    assert newest.proof["why_not"] == "filled"
    assert leaving.pk not in waits_for_mail(CHANGED)
    assert Event.objects.get().state == EventState.SCHEDULED


@pytest.mark.parametrize("act", ["cancelled", "gone", "published again", "parted"])
def test_the_timetable_is_mended_while_people_arrive(act, event, plan, maria):
    """The doors open an hour before the start: the log of who has come stays, whatever becomes of the timetable."""
    publish_plan(plan=plan, now=NOW)
    arriving = EVENING - timedelta(minutes=30)
    here, leaving, partner = one(event, "Guest 1"), one(event, "Guest 2"), one(event, "Ann")
    check_in(registration=here, by=maria, now=arriving)
    match act:
        case "cancelled":
            cancel_registration(registration=leaving, by=leaving.person, now=arriving)
        case "gone":
            go_home(registration=leaving, by=maria, now=arriving)
            cancel_registration(registration=leaving, by=maria, now=arriving)
        case "published again":
            publish_plan(plan=planned(event, now=arriving), now=arriving)
        case "parted":
            keep_apart(here.person, partner.person)
            event.refresh_from_db()
            part_timetable(event, now=arriving)

    check_rows(event)
    assert standing_of_one(here) == Standing.HERE
    assert list(Presence.objects.filter(registration=here).values_list("kind", "from_round__number")) == [("in", 1)]


@pytest.mark.parametrize("act", ["left", "parted"])
def test_a_round_that_the_desk_has_skipped_stays_skipped_when_the_timetable_is_mended(act, event, plan, maria):
    publish_plan(plan=plan, now=NOW)
    skip_round(event=event, number=2, now=NOW)
    before = list(Round.objects.filter(event=event).values_list("number", "during", "is_skipped"))
    leaving = one(event, "Guest 2")

    if act == "left":
        cancel_registration(registration=leaving, by=leaving.person, now=NOW)
    else:
        mentee, mentor = next(row[:2] for row in plan.meetings if row[2] == 1)
        keep_apart(*(Registration.objects.get(pk=key).person for key in (mentee, mentor)))
        event.refresh_from_db()
        part_timetable(event, now=NOW)

    assert list(Round.objects.filter(event=event).values_list("number", "during", "is_skipped")) == before
    assert set(Pairing.objects.filter(event=event).that_stand().values_list("round__number", flat=True)) == {1, 3}
    check_rows(event)


def test_all_mentors_leave_one_after_the_other_and_nobody_is_left_with_a_meeting(event, plan):
    publish_plan(plan=plan, now=NOW)

    for name in ("Ann", "Ben", "Cas"):
        leaving = one(event, name)
        cancel_registration(registration=leaving, by=leaving.person, now=NOW)
        check_rows(event)

    assert not Pairing.objects.exists()
    assert Round.objects.count() == 3


def test_a_place_that_comes_free_after_publishing_brings_somebody_who_can_be_planned(event, plan, maria):
    extra = come_too(event, "Nia", "Ola", "Pia", "Quin")
    assert [registration.state for registration in extra] == ["in", "in", "waiting", "waiting"]
    publish_plan(plan=planned(event), now=NOW)
    leaving = one(event, "Guest 1")

    cancel_registration(registration=leaving, by=leaving.person, now=NOW)

    extra[2].refresh_from_db()
    newest = Plan.objects.get(event=event, state=PlanState.PUBLISHED)
    assert extra[2].is_in
    assert Plan.objects.filter(state=PlanState.REPLACED).count() == 2
    kept = {tuple(row) for row in plan_of(event).meetings if leaving.pk not in row[:2]}
    assert kept <= {tuple(row) for row in newest.meetings}
    check_rows(event)


def plan_of(event: Event) -> Plan:
    """The last that the planner made."""
    return event.plans.exclude(proof__why_not="filled").first()


def test_two_who_should_not_meet_any_more_are_parted_when_the_timetable_is_mended(event, plan, maria):
    publish_plan(plan=plan, now=NOW)
    mentee, mentor = next(row[:2] for row in plan.meetings if row[0] != one(event, "Guest 4").pk)
    mentor_person = Registration.objects.get(pk=mentor).person
    keep_apart(Registration.objects.get(pk=mentee).person, mentor_person)
    leaving = one(event, "Guest 4")

    cancel_registration(registration=leaving, by=leaving.person, now=NOW)

    newest = Plan.objects.get(event=event, state=PlanState.PUBLISHED)
    assert [mentee, mentor] not in [row[:2] for row in newest.meetings]
    check_rows(event)


def test_pods_are_published_and_mended(maria):
    event = make_meeting_event(maria, mentees=5, mentors=("Ann", "Ben"), group_size=3)
    publish_plan(plan=planned(event), now=NOW)
    check_rows(event)
    leaving = one(event, "Guest 1")

    cancel_registration(registration=leaving, by=leaving.person, now=NOW)

    check_rows(event)


# Workers


def test_a_cancelled_event_plans_no_more(event, plan, maria):
    asked = ask_plan(event=event, by=maria, now=NOW)
    cancel_event(event=event, reason="Flood", now=NOW)

    solve_asked(now=NOW)

    asked.refresh_from_db()
    assert asked.meetings == []
    assert refused(lambda: publish_plan(plan=plan, now=NOW)) == "closed"
    assert not Pairing.objects.filter(outcome=Outcome.PLANNED).exists()


def test_thirty_plans_an_hour_and_then_more(event, maria):
    fields = {"event": event, "state": PlanState.FAILED, "by": maria}
    Plan.objects.bulk_create(
        Plan(number=number, asked_at=NOW - timedelta(minutes=number), **fields)
        for number in range(1, plans.MOST_AN_HOUR + 1)
    )

    with pytest.raises(EventError) as error:
        ask_plan(event=event, by=maria, now=NOW)
    assert (error.value.code, error.value.wait) == ("too_often", timedelta(minutes=10))
    # The oldest was asked for half an hour ago.
    assert ask_plan(event=event, by=maria, now=NOW + timedelta(minutes=30)).number == 31


def test_one_plan_that_fails_does_not_keep_others_from_being_made(maria, monkeypatch):
    poor, good = (make_meeting_event(maria, mentees=0, mentors=(), title=title) for title in ("Poor", "Good"))
    asked = [ask_plan(event=event, by=maria, now=NOW) for event in (poor, good)]

    def read(plan):
        if plan.event_id == poor.pk:
            raise ValueError
        return facts_of(plan)

    monkeypatch.setattr(solving, "facts_of", read)
    assert solve_asked(now=NOW) == 2

    states = [Plan.objects.get(pk=plan.pk).state for plan in asked]
    assert states == [PlanState.FAILED, PlanState.PROPOSED]


def test_a_plan_that_breaks_a_rule_is_never_proposed(event, monkeypatch):
    made = solving.propose

    def propose(problem):
        found = made(problem)
        return type(found)(found.meetings + found.meetings[:1], found.counts, found.proof)

    monkeypatch.setattr(solving, "propose", propose)
    plan = planned(event)

    assert (plan.state, plan.reason) == (PlanState.FAILED, "once, once_a_round")


@pytest.mark.django_db(transaction=True)
def test_a_plan_that_one_worker_is_at_is_left_by_the_other_and_begun_anew_if_it_dies(maria, monkeypatch):
    event = make_meeting_event(maria, mentees=2, mentors=("Ann",))
    asked = ask_plan(event=event, by=maria, now=NOW)

    def solve() -> int:
        try:
            return solve_asked(now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Plan.objects.select_for_update().get(pk=asked.pk)
            assert pool.submit(solve).result() == 0
            transaction.set_rollback(True)  # as when its process is killed
        assert pool.submit(solve).result() == 1
    asked.refresh_from_db()
    assert (asked.state, len(asked.meetings)) == (PlanState.PROPOSED, 2)


@pytest.mark.django_db(transaction=True)
def test_somebody_leaves_while_the_plan_is_made(maria, monkeypatch):
    """The worker has read the rows when they leave: the plan still has them, and can't be published."""
    event = make_meeting_event(maria, mentees=2, mentors=("Ann",))
    asked = ask_plan(event=event, by=maria, now=NOW)
    leaving, made = one(event, "Guest 1"), solving.propose

    def leave() -> None:
        try:
            cancel_registration(registration=leaving, by=leaving.person, now=NOW)
        finally:
            connection.close()

    def propose(problem):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(leave).result()
        return made(problem)

    monkeypatch.setattr(solving, "propose", propose)
    assert solve_plan(asked.pk, now=NOW)

    asked.refresh_from_db()
    assert leaving.pk in {key for row in asked.meetings for key in row[:2]}
    assert facts_of(asked).mark != asked.made_from
    assert refused(lambda: publish_plan(plan=asked, now=NOW)) == "outdated"


@pytest.mark.django_db(transaction=True)
def test_two_organisers_publish_two_plans_at_once_and_the_rows_are_of_one(maria):
    event = make_meeting_event(maria, mentees=2, mentors=("Ann",))
    first = planned(event)
    mentee, mentor, *_rest = first.meetings[0]
    second = edit_plan(plan=first, edit=Edit(Change.FREE, mentee, mentor), by=maria, now=NOW)

    assert race([lambda plan=plan: publish_plan(plan=plan, now=NOW) for plan in (first, second)]) == {"won": 2}

    check_rows(event)
    assert Counter(Plan.objects.values_list("state", flat=True)) == {"published": 1, "replaced": 1}


# Tables


def test_tables_are_replaced_until_people_know_theirs(event, plan):
    set_tables(event=event, tables=[TableInput("A", has_screen=True), TableInput("B", is_quiet=True)], now=NOW)
    assert list(EventTable.objects.values_list("number", "name", "has_screen", "is_quiet")) == [
        (1, "A", True, False),
        (2, "B", False, True),
    ]
    assert refused(lambda: set_tables(event=event, tables=[], now=EVENING)) == "closed"
