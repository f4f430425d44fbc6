"""Each fact of the rows reaches the planner, and each change of one makes a plan out of date."""

from functools import cached_property

import pytest

from events.models import Attending, Event, EventMode, EventTable, Pairing, Registration, Wish
from events.planning.problems import read_facts, to_meetings, to_rows
from events.planning.wishes import most_refusals, others_of, set_wishes
from events.registering.acts import cancel_registration
from events.scheduling.checking import find_violations
from mentors.models import Topic
from tests.apart import keep_apart
from tests.conftest import NOW
from tests.events.making import make_event

from .making import make_meeting_event, one, planned

pytestmark = pytest.mark.django_db


class Facts:
    """An event of two mentees and two mentors, and what the planner is told of it."""

    def __init__(self, event: Event):
        self.event = event

    @cached_property
    def ann(self) -> Registration:
        return one(self.event, "Ann")

    @cached_property
    def guest(self) -> Registration:
        return one(self.event, "Guest 1")

    @property
    def now(self):
        return read_facts(Event.objects.get(pk=self.event.pk))

    @property
    def problem(self):
        return self.now.problem

    def person(self, registration: Registration):
        return self.problem.people[str(registration.pk)]

    def set(self, registration: Registration, **fields) -> None:
        Registration.objects.filter(pk=registration.pk).update(**fields)


@pytest.fixture
def facts(remembered, maria) -> Facts:
    return Facts(remembered(make_meeting_event, maria, mentees=2, mentors=("Ann", "Ben")))


@pytest.fixture
def topics(topic) -> list[Topic]:
    return [topic, *(Topic.objects.create(name=name, slug=name.lower(), parent=topic.parent) for name in ("Pay", "CV"))]


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ({"languages": ["de", "sv"]}, "languages", {"de", "sv"}),
        ({"attends": [2, 3]}, "attends", {2, 3}),
        ({"attends": []}, "attends", None),
        ({"most": 2}, "most", 2),
        ({"attending": Attending.ONLINE}, "online", True),
        ({"stays_seated": True}, "seated", True),
    ],
)
def test_what_a_person_said_is_what_is_planned_with(facts, fields, name, value):
    before = facts.now.mark
    facts.set(facts.guest, **fields)

    assert getattr(facts.person(facts.guest), name) == value
    assert (facts.now.mark != before) == (fields != {"attends": []})


def test_only_those_who_are_in_are_planned(facts, bob):
    before = facts.now.mark
    cancel_registration(registration=facts.guest, by=facts.guest.person, now=NOW)

    problem = facts.problem
    assert [len(problem.mentees), len(problem.mentors), problem.rounds] == [1, 2, 3]
    assert facts.now.mark != before


def test_a_pod_has_as_many_seats_as_the_event_says(facts):
    before = facts.now.mark
    Event.objects.update(group_size=3)

    assert (facts.person(facts.ann).seats, facts.person(facts.guest).seats) == (3, 1)
    assert facts.now.mark != before


def test_at_an_online_event_everyone_is_online(facts):
    Event.objects.update(mode=EventMode.ONLINE)

    assert all(person.online for person in facts.problem.people.values())


def test_topics_are_weighed_by_how_much_of_a_question_they_cover(facts, topics):
    first, second, third = topics
    facts.guest.topics.set([first, second])
    facts.ann.topics.set([second, third])

    assert facts.problem.fit == {(str(facts.guest.pk), str(facts.ann.pk)): 50}
    assert facts.person(facts.ann).topics == {second.name, third.name}


def test_tables_and_their_screens_are_told_in_order(facts):
    before = facts.now.mark
    EventTable.objects.create(event=facts.event, number=2, name="B", has_screen=True)
    EventTable.objects.create(event=facts.event, number=1, name="A")

    assert [(table.id, table.screen) for table in facts.problem.tables] == [("1", False), ("2", True)]
    assert facts.now.mark != before


def test_wishes_of_both_sides_count_while_both_come(facts):
    pair = str(facts.guest.pk), str(facts.ann.pk)
    before = facts.now.mark
    set_wishes(registration=facts.guest, wishes={facts.ann.pk: "must"}, now=NOW)
    set_wishes(registration=facts.ann, wishes={facts.guest.pk: "no"}, now=NOW)

    assert facts.problem.wishes == {pair: "must", pair[::-1]: "no"}
    assert facts.now.mark != before
    cancel_registration(registration=facts.ann, by=facts.ann.person, now=NOW)
    assert facts.problem.wishes == {}


@pytest.mark.parametrize("turned", [False, True])
def test_pairs_that_are_kept_apart_are_told_mentee_first(facts, turned):
    """Whoever registered first has the smaller id, so a pairing has the mentor first as often as not."""
    one_id, other_id = facts.guest.pk, facts.ann.pk
    if turned:
        Registration.objects.filter(pk=one_id).delete()
        facts.guest = one(facts.event, "Guest 2")
        one_id = facts.guest.pk
    before = facts.now.mark
    Pairing.objects.create(event=facts.event, one_id=one_id, other_id=other_id, is_apart=True)

    assert facts.problem.apart == {(str(facts.guest.pk), str(facts.ann.pk))}
    assert facts.now.mark != before
    cancel_registration(registration=facts.ann, by=facts.ann.person, now=NOW)
    assert read_facts(facts.event).problem.people


def test_two_who_do_not_meet_are_kept_apart(facts):
    keep_apart(facts.guest.person, facts.ann.person)

    assert facts.problem.apart == {(str(facts.guest.pk), str(facts.ann.pk))}


def test_reading_takes_as_many_statements_for_few_as_for_many(facts, maria, django_assert_num_queries):
    with django_assert_num_queries(6):
        read_facts(facts.event)
    for number in range(5, 9):
        EventTable.objects.create(event=facts.event, number=number, name=str(number))
    with django_assert_num_queries(6):
        read_facts(facts.event)


def test_rows_are_written_in_one_order_and_read_back():
    rows = [(7, 2, 2, None), (3, 2, 1, 4), (1, 5, 1, 9)]

    assert to_rows(to_meetings(rows)) == [(1, 5, 1, 9), (3, 2, 1, 4), (7, 2, 2, None)]


# Plans from these facts


def test_pods_seat_several_mentees_with_one_mentor(maria):
    event = make_meeting_event(maria, mentees=5, mentors=("Ann", "Ben"), group_size=3)

    plan = planned(event)

    problem = read_facts(event).problem
    assert find_violations(problem, to_meetings(plan.meetings)) == []
    assert len(plan.meetings) == 10
    assert {row[:2] for row in map(tuple, plan.meetings)} == {
        (mentee.pk, mentor.pk)
        for mentee in event.registrations.filter(side="mentee")
        for mentor in event.registrations.filter(side="mentor")
    }


def test_an_online_event_is_planned_without_tables(maria):
    plan = planned(make_meeting_event(maria, mode=EventMode.ONLINE, place=""))

    assert not EventTable.objects.exists()
    assert {row[3] for row in plan.meetings} == {None}
    assert len(plan.meetings) == 9


# Whom one may wish for


def test_nobody_on_ones_own_side_and_nobody_who_left_is_there_to_choose(facts):
    assert [other.board_name for other in others_of(facts.guest)] == ["Ann", "Ben"]

    cancel_registration(registration=facts.ann, by=facts.ann.person, now=NOW)

    assert [other.board_name for other in others_of(facts.guest)] == ["Ben"]


def test_a_mentors_list_of_questions_is_in_no_order_of_people(facts):
    first, second = one(facts.event, "Guest 1"), one(facts.event, "Guest 2")
    facts.set(first, question="Why?")
    facts.set(second, question="How?")

    assert [other.question for other in others_of(facts.ann)] == ["How?", "Why?"]


@pytest.mark.parametrize(("others", "most"), [(0, 1), (1, 1), (9, 1), (10, 2), (500, 100)])
def test_no_thanks_is_for_a_fifth_of_the_others(others, most):
    assert most_refusals(others) == most


def test_wishes_are_changed_in_place_and_taken_back(facts):
    ben = one(facts.event, "Ben")
    set_wishes(registration=facts.guest, wishes={facts.ann.pk: "must", ben.pk: "like"}, now=NOW)
    kept = Wish.objects.get(about=ben).pk

    set_wishes(registration=facts.guest, wishes={ben.pk: "no"}, now=NOW)
    assert list(Wish.objects.values_list("pk", "kind")) == [(kept, "no")]
    set_wishes(registration=facts.guest, wishes={}, now=NOW)
    assert not Wish.objects.exists()


def test_plans_are_of_their_own_event(facts, maria):
    planned(facts.event)
    other = make_event(maria)

    assert read_facts(other).problem.people == {}
    assert read_facts(other).tables == []
