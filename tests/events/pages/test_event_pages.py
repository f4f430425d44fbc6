"""The page of one event as each reader has it, the list of its people, timetables and plans."""

from datetime import timedelta

import pytest

from events.models import (
    Event,
    EventKind,
    EventMode,
    EventState,
    EventTable,
    Helper,
    Outcome,
    Pairing,
    Place,
    Plan,
    PlanState,
    Registration,
    Side,
)
from events.pages.event_page import EventPage
from events.pages.people import SideOfPeople, list_people
from events.pages.plan_page import PlanPage, people_of, plan_rounds
from events.pages.timetable_page import WHY, WHY_OF_MENTOR, all_timetables, timetable_rows
from events.planning.problems import read_facts
from events.planning.timetables import known_reasons, own_pairs
from events.registering.inviting import invite_mentors
from events.registering.office_hours import OfficeHoursInput, offer_office_hours
from events.registering.places import PlaceCount
from tests.conftest import NOW, at
from tests.events.making import EVENING, come, make_guests

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast, pytest.mark.usefixtures("now")]
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)


def page_of(event, reader=None, *, now=NOW) -> EventPage:
    event = Event.objects.get(pk=event.pk)
    own = Registration.objects.filter(event=event, person=reader).first() if reader else None
    return EventPage(event, reader, own, now)


# The page of one event


@pytest.mark.parametrize("kind", [None, "desk", "lead"])
def test_the_readers_part_in_the_team(event, bob, maria, kind):
    if kind:
        Helper.objects.create(event=event, person=bob, role=kind)

    assert (page_of(event, bob).role, page_of(event, bob).is_led) == (kind or "", kind == "lead")
    assert (page_of(event, maria).role, page_of(event).role) == ("lead", "")


@pytest.mark.parametrize(("kind", "can"), [(EventKind.SPEED, True), (EventKind.NETWORKING, False)])
def test_a_live_mentor_can_mentor_where_there_are_mentors(event, alice, bob, kind, can):
    Event.objects.filter(pk=event.pk).update(kind=kind)

    assert [page_of(event, one).can_mentor for one in (alice, bob, None)] == [can, False, False]


def test_a_place_for_the_first_to_take_is_shown_to_those_who_wait(event, bob):
    waiting = [come(event, guest) for guest in make_guests(3)][2]

    assert not page_of(event, waiting.person).has_free_place
    Place.objects.create(event=event, side=Side.MENTEE, number=9)
    assert page_of(event, waiting.person).has_free_place
    assert not page_of(event, bob).has_free_place
    assert not page_of(event, Registration.objects.who_are_in().first().person).has_free_place


def test_the_page_knows_on_which_side_its_reader_is(event, alice, bob, charlie):
    come(event, alice, side=Side.MENTOR)
    come(event, bob)

    assert [page_of(event, one).is_mentor for one in (alice, bob, charlie, None)] == [True, False, False, False]
    assert [page_of(event, one).is_in for one in (alice, bob, charlie, None)] == [True, True, False, False]


@pytest.mark.parametrize("state", EventState)
def test_what_there_is_to_plan_and_to_look_at(event, state):
    Event.objects.filter(pk=event.pk).update(state=state)
    page = page_of(event)

    assert page.has_plan == (state in ("open", "closed", "scheduled", "live"))
    assert page.has_timetable == page.has_day == (state in ("scheduled", "live"))
    assert page.takes_wishes == (state in ("open", "closed"))
    assert page.is_draft == (state == "draft")
    assert page.is_cancelled == (state == "cancelled")


def test_rounds_stand_on_the_page_with_their_times(event):
    spans = page_of(event).spans

    assert [(number, start) for number, start, _end in spans] == [
        (1, EVENING),
        (2, at("2026-12-03 17:12")),
        (3, at("2026-12-03 17:24")),
    ]


@pytest.mark.parametrize("fields", [{"is_named": False}, {"state": "cancelled", "place": None}])
def test_mentors_are_named_who_come_and_agreed(event, alice, dora, fields):
    come(event, alice, side=Side.MENTOR)
    other = come(event, dora, side=Side.MENTOR)
    assert [one.slug for one in page_of(event).mentors] == ["alice-adair", "dora-dane"]

    Registration.objects.filter(pk=other.pk).update(**fields)

    assert [one.slug for one in page_of(event).mentors] == ["alice-adair"]


@pytest.fixture
def hours(alice) -> Event:
    said = OfficeHoursInput("Ask me", "", at("2026-11-26 14:00"), 45, 2)
    return offer_office_hours(host=alice, said=said, now=NOW)


def test_the_call_and_the_questions_are_for_those_who_come_and_the_host(hours, alice, bob, charlie, maria):
    come(hours, bob)
    people = (alice, bob, charlie, maria, None)

    assert [page_of(hours, one).has_call for one in people] == [True, True, False, False, False]
    assert [page_of(hours, one).sees_questions for one in people] == [True, True, False, True, False]
    assert [page_of(hours, one).is_host for one in people] == [True, False, False, False, False]
    assert (page_of(hours).is_office_hours, page_of(hours).spans, page_of(hours).has_plan) == (True, [], False)


@pytest.mark.parametrize(("state", "has_call"), [("closed", True), ("archived", False), ("cancelled", False)])
def test_a_call_is_there_while_it_is_ahead(hours, bob, state, has_call):
    come(hours, bob)
    Event.objects.filter(pk=hours.pk).update(state=state)

    assert page_of(hours, bob).has_call == has_call


def test_a_reader_sees_which_question_is_theirs_and_which_they_have_too(hours, alice):
    first, second = (come(hours, guest, question=f"From {guest.name}?") for guest in make_guests(2))
    first.agrees_with.create(question=second)

    shown = page_of(hours, first.person).questions
    rows = {row.question.pk: (row.count, row.is_own, row.is_mine_too, row.can_say) for row in shown}
    of_host = [(row.is_own, row.is_mine_too, row.can_say) for row in page_of(hours, alice).questions]

    assert rows == {first.pk: (0, True, False, True), second.pk: (1, False, True, True)}
    assert of_host == [(False, False, False)] * 2
    late = page_of(hours, first.person, now=hours.end)
    assert {row.can_say for row in late.questions} == {False}
    assert {row.can_say for row in page_of(hours, first.person, now=hours.end - SECOND).questions} == {True}


# The list of people


def test_people_are_listed_by_side_and_standing(event, alice, dora):
    guests = [come(event, guest) for guest in make_guests(4)]
    come(event, dora, side=Side.MENTOR)
    [invited] = invite_mentors(event=event, profiles=[alice.mentor_profile], now=NOW)
    gone = guests[0]
    Registration.objects.filter(pk=gone.pk).update(state="cancelled", place=None)

    people = list_people(event, now=NOW)

    mentees, mentors = people.sides
    assert (mentees.inside, mentees.waiting, mentees.invited) == ([guests[1]], guests[2:], [])
    assert ([one.person for one in mentors.inside], mentors.invited) == ([dora], [invited])
    assert people.told == 5


def test_those_who_wait_are_in_the_order_of_the_line(event):
    waiting = [come(event, guest, now=NOW - minutes * SECOND) for minutes, guest in enumerate(make_guests(4))][2:]

    assert list_people(event, now=NOW).sides[0].waiting == waiting[::-1]


def test_figures_are_for_events_with_two_sides(event, hours):
    found = list_people(event, now=NOW)

    assert (str(found.all_come), str(found.some_stay_away)) == ("2", "2")
    assert (list_people(hours, now=NOW).all_come, list_people(hours, now=NOW).some_stay_away) == (None, None)
    Event.objects.filter(pk=event.pk).update(kind=EventKind.NETWORKING)
    assert list_people(Event.objects.get(pk=event.pk), now=NOW).all_come is None


def test_every_side_has_a_name():
    labels = [SideOfPeople(PlaceCount(side, 0, 0, 0, 0), (), (), ()).label for side in Side]

    assert len(set(map(str, labels))) == 3


# Timetables


def test_a_timetable_has_all_rounds_and_free_ones_are_empty(evening):
    mentee = evening.mentees[3]
    rows = timetable_rows(mentee)

    assert [(row.round.number, row.partner and row.partner.board_name, row.table) for row in rows] == [
        (1, "Mentor 2", "Table 2"),
        (2, "Mentor 1", "Table 1"),
        (3, None, ""),
    ]


@pytest.mark.parametrize("outcome", [Outcome.MISSED, Outcome.DROPPED])
def test_what_fell_through_is_in_no_timetable(evening, outcome):
    Pairing.objects.of(evening.mentees[3]).update(outcome=outcome)

    assert own_pairs(evening.mentees[3]) == []
    assert [row.partner for row in timetable_rows(evening.mentees[3])] == [None, None, None]


def test_whom_one_is_kept_apart_from_is_in_no_timetable(evening):
    one, other = evening.mentees[:2]
    Pairing.objects.create(event=evening.event, one=one, other=other, is_apart=True)

    assert other not in [row.partner for row in timetable_rows(one)]


REASONS = ["both_asked", "you_asked", "topic", "language"]


@pytest.mark.parametrize(
    ("why", "of_mentee", "of_mentor"),
    [
        (["you_asked", "topic"], ["you_asked", "topic"], ["topic"]),
        (["both_asked", "topic", "language"], ["both_asked", "topic"], ["both_asked", "topic"]),
        (["you_asked"], ["you_asked"], []),
        (["unheard_of", "language"], ["language"], ["language"]),
        ([], [], []),
    ],
)
def test_reasons_are_at_most_two_of_those_that_one_may_know(evening, why, of_mentee, of_mentor):
    Pairing.objects.update(why=why)
    [row, *_], [other, *_] = timetable_rows(evening.mentees[3]), timetable_rows(evening.mentors[1])

    assert list(row.why) == [WHY[code] for code in of_mentee]
    assert list(other.why) == [WHY_OF_MENTOR[code] for code in of_mentor]


@pytest.mark.parametrize("code", REASONS)
def test_a_mentor_never_knows_of_a_wish_that_is_not_theirs(evening, code):
    pair = Pairing.objects.of(evening.mentees[3]).first()
    pair.why = [code]

    assert known_reasons(pair, evening.mentees[3]) == [code]
    assert known_reasons(pair, evening.mentors[1]) == ([] if code == "you_asked" else [code])


def test_cards_are_of_all_by_name_and_say_nothing_of_wishes(evening, django_assert_num_queries):
    Pairing.objects.update(why=["both_asked", "you_asked", "language"])

    with django_assert_num_queries(3):
        cards = all_timetables(evening.event)

    assert [one.board_name for one, _rows in cards] == [
        *("Mentee 1", "Mentee 2", "Mentee 3", "Mentee 4", "Mentor 1", "Mentor 2"),
    ]
    shown = {str(words) for _one, rows in cards for row in rows for words in row.why}
    assert shown == {str(WHY["language"])}
    assert all(len(rows) == 3 for _one, rows in cards)


def test_who_is_not_coming_has_no_card(evening):
    Registration.objects.filter(pk=evening.mentees[0].pk).update(state="cancelled", place=None)

    assert evening.mentees[0] not in [one for one, _rows in all_timetables(evening.event)]


# Plans


def plan_of(evening, **fields) -> Plan:
    mentee, mentor = evening.mentees[0], evening.mentors[0]
    usual = {"number": 1, "state": PlanState.PROPOSED, "by": evening.event.by, "asked_at": NOW}
    usual |= {"meetings": [[mentee.pk, mentor.pk, 2, 1]]}
    return Plan.objects.create(event=evening.event, **usual | fields)


def test_a_plan_is_shown_by_rounds_with_tables_and_locks(evening):
    mentee, mentor = evening.mentees[0], evening.mentors[0]
    plan = plan_of(evening, locks=[[mentee.pk, mentor.pk, 2, 1]])

    rounds = plan_rounds(plan, people_of(evening.event))

    assert [(one.number, len(one.meetings)) for one in rounds] == [(1, 0), (2, 1), (3, 0)]
    [meeting] = rounds[1].meetings
    assert (meeting.mentee, meeting.mentor, meeting.table, meeting.is_locked) == (mentee, mentor, "Table 1", True)
    assert meeting.key == f"{mentee.pk}-{mentor.pk}"
    assert rounds[1].start == evening.rounds[2].start


def test_a_lock_of_another_pair_locks_nothing_here(evening):
    plan = plan_of(evening, locks=[[evening.mentees[1].pk, evening.mentors[0].pk, 2, 1]])

    [meeting] = plan_rounds(plan, people_of(evening.event))[1].meetings

    assert not meeting.is_locked


def test_meetings_of_a_round_are_in_the_order_of_the_tables(evening):
    (first, second, *_), (ann, ben) = evening.mentees, evening.mentors
    rows = [[second.pk, ben.pk, 1, 2], [first.pk, ann.pk, 1, 1]]

    shown = plan_rounds(plan_of(evening, meetings=rows), people_of(evening.event))[0].meetings

    assert [one.table for one in shown] == ["Table 1", "Table 2"]


def test_who_has_no_meeting_is_named(evening):
    plan_of(evening)

    left = PlanPage(evening.event, NOW).without

    assert [one.board_name for one in left] == ["Mentee 2", "Mentee 3", "Mentee 4", "Mentor 2"]
    Registration.objects.filter(pk=evening.mentees[1].pk).update(state="cancelled", place=None)
    assert evening.mentees[1] not in PlanPage(evening.event, NOW).without


@pytest.mark.parametrize("state", PlanState)
def test_only_a_plan_that_is_ready_is_shown(evening, state):
    plan = plan_of(evening, state=state)
    page = PlanPage(evening.event, NOW)

    is_ready = state not in (PlanState.ASKED, PlanState.FAILED)
    assert page.shown == (plan if is_ready else None)
    assert page.is_newest == is_ready
    assert (page.asked is not None, page.failed is not None) == (state == "asked", state == "failed")
    assert page.can_publish == (state in (PlanState.PROPOSED, PlanState.REPLACED))
    assert (page.published is not None) == (state == "published")
    assert (page.rounds != []) == is_ready


@pytest.mark.parametrize("state", EventState)
def test_plans_are_made_until_it_begins(evening, state):
    Event.objects.filter(pk=evening.event.pk).update(state=state)
    event = Event.objects.get(pk=evening.event.pk)

    can = [PlanPage(event, moment).can_plan for moment in (EVENING - SECOND, EVENING)]

    assert can == [state in ("open", "closed", "scheduled"), False]


def test_a_plan_is_out_of_date_once_people_say_otherwise(evening):
    facts = read_facts(evening.event)
    plan_of(evening, made_from=facts.mark)
    assert not PlanPage(evening.event, NOW).is_outdated

    Registration.objects.filter(pk=evening.mentees[0].pk).update(most=1)

    assert PlanPage(evening.event, NOW).is_outdated
    # When it has begun nothing can be done about that.
    assert not PlanPage(evening.event, EVENING).is_outdated


@pytest.mark.parametrize(
    "change",
    [
        lambda e: Registration.objects.filter(pk=e.mentees[0].pk).update(languages=["de"]),
        lambda e: Registration.objects.filter(pk=e.mentees[0].pk).update(attends=[1]),
        lambda e: Registration.objects.filter(pk=e.mentees[0].pk).update(stays_seated=True),
        lambda e: Registration.objects.filter(pk=e.mentees[0].pk).update(state="cancelled", place=None),
        lambda e: Event.objects.filter(pk=e.event.pk).update(mode=EventMode.ONLINE),
        lambda e: Event.objects.filter(pk=e.event.pk).update(group_size=2),
        lambda e: e.event.wishes.create(by=e.mentees[0], about=e.mentors[0], kind="no"),
        lambda e: EventTable.objects.filter(number=1).update(has_screen=True),
        lambda e: Pairing.objects.filter(pk=Pairing.objects.first().pk).update(is_apart=True, round=None, table=None),
    ],
)
def test_the_mark_of_what_a_plan_was_made_from_follows_what_matters(evening, change):
    before = read_facts(evening.event).mark
    assert read_facts(evening.event).mark == before

    change(evening)

    assert read_facts(Event.objects.get(pk=evening.event.pk)).mark != before


@pytest.mark.parametrize("fields", [{"question": "Other?"}, {"access_needs": "A ramp"}, {"board_name": "Robert"}])
def test_words_that_plan_nobody_leave_the_mark(evening, fields):
    before = read_facts(evening.event).mark

    Registration.objects.filter(pk=evening.mentees[0].pk).update(**fields)

    assert read_facts(evening.event).mark == before
