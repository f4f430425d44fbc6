"""Wrong statements, each written to the database past all services: it refuses each by the constraint of that name."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from common.trouble import constraint_of
from events.models import (
    Answer,
    Chair,
    Event,
    EventState,
    EventTable,
    Goal,
    Helper,
    MeToo,
    Outcome,
    Pairing,
    PairMessage,
    Place,
    Plan,
    PlanState,
    Presence,
    Registration,
    Round,
    Side,
    Wish,
    WishKind,
)
from sessions_app.models import Occupancy
from tests.conftest import NOW
from tests.events.making import EVENING, MadeEvening, come, make_evening, make_event

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def evening(remembered, maria):
    """Two mentees and a mentor with a published timetable of three rounds; `other` is another event with a guest."""
    return remembered(make_two_events, maria)


def make_two_events(maria: User) -> MadeEvening:
    made = make_evening(maria, mentees=2, mentors=1)
    made.other = make_event(maria, start=EVENING + timedelta(days=1))
    made.stranger = come(made.other, made.mentees[0].person)
    return made


def refusal_of(act: Callable[[], object]) -> str:
    """The name of the constraint that stands against this, at once or where the transaction would end."""

    @transaction.atomic
    def try_it() -> None:
        act()
        connection.check_constraints()

    with pytest.raises(IntegrityError) as error:
        try_it()
    return constraint_of(error.value)


def planned(evening, **fields) -> Pairing:
    """One more row beside those of the timetable, whose second round has one."""
    usual = {"event": evening.event, "one": evening.mentees[0], "other": evening.mentees[1], "round": evening.rounds[3]}
    return Pairing.objects.create(**usual | fields)


def plan(evening, **fields) -> Plan:
    usual = {"event": evening.event, "number": 1, "state": PlanState.PROPOSED, "by": evening.event.by, "asked_at": NOW}
    return Plan.objects.create(**usual | fields)


EVENTS = {
    "office_hours_have_a_host": [{"kind": "office_hours", "rounds_count": 0}],
    "shape_is_in_bounds": [
        {"rounds_count": 1},
        {"rounds_count": 13},
        {"round_minutes": 4},
        {"round_minutes": 21},
        {"change_minutes": 0},
        {"change_minutes": 6},
        {"break_minutes": 61},
        {"break_after": 3},
        {"group_size": 0},
        {"group_size": 5},
    ],
    "event_is_no_longer_than_four_hours": [
        {"during": (EVENING, EVENING + 4 * HOUR + MINUTE)},
        {"during": (EVENING, EVENING)},
    ],
    "registration_closes_before_start": [{"registration_until": EVENING + MINUTE}],
    "wishes_close_before_start": [{"wishes_until": EVENING + MINUTE}],
}


@pytest.mark.parametrize(("name", "fields"), [(name, one) for name, many in EVENTS.items() for one in many])
def test_an_event_keeps_within_its_bounds(event, name, fields):
    assert refusal_of(lambda: Event.objects.filter(pk=event.pk).update(**fields)) == name


def test_a_host_is_of_office_hours_only(event, alice):
    assert refusal_of(lambda: Event.objects.filter(pk=event.pk).update(host=alice)) == "office_hours_have_a_host"


def test_rows_of_one_event_are_unique(evening, maria):
    event, mentee = evening.event, evening.mentees[0]
    twice = {
        "one_role_per_helper": lambda: Helper.objects.create(event=event, person=maria, role="desk"),
        "one_place_per_number": lambda: Place.objects.create(event=event, side=Side.MENTEE, number=1),
        "one_registration_per_person": lambda: Registration.objects.create(
            event=event, person=mentee.person, side=Side.MENTOR, state="declined", registered_at=NOW
        ),
        "one_round_per_number": lambda: Round.objects.create(
            event=event, number=1, during=(EVENING - HOUR, EVENING - MINUTE)
        ),
        "one_table_per_name": lambda: EventTable.objects.create(event=event, number=9, name="Table 1"),
        "one_table_per_number": lambda: EventTable.objects.create(event=event, number=1, name="Window"),
        "one_place_per_person_and_round": lambda: Chair.objects.create(round=evening.rounds[1], registration=mentee),
    }
    Chair.objects.get_or_create(round=evening.rounds[1], registration=mentee)

    assert {refusal_of(act) for act in twice.values()} == set(twice)
    for name, act in twice.items():
        assert refusal_of(act) == name


def test_who_is_in_has_a_place_which_is_theirs_alone_and_who_waits_has_a_turn(evening):
    first, second = (Registration.objects.filter(pk=one.pk) for one in evening.mentees)

    assert refusal_of(lambda: first.update(place=None)) == "who_is_in_has_a_place"
    assert refusal_of(lambda: first.update(state="cancelled")) == "who_is_in_has_a_place"
    assert refusal_of(lambda: first.update(state="waiting", place=None, waiting_since=None)) == "who_waits_has_a_turn"
    assert refusal_of(lambda: first.update(place=second.get().place)) == "events_registration_place_id_key"
    assert "place_id" in refusal_of(lambda: Place.objects.filter(pk=second.get().place_id)._raw_delete("default"))


def test_a_place_is_of_the_same_event_and_side(evening):
    registration = Registration.objects.filter(pk=evening.mentees[0].pk)
    of_mentors = Place.objects.create(event=evening.event, side=Side.MENTOR, number=9)
    elsewhere = Place.objects.create(event=evening.other, side=Side.MENTEE, number=9)

    for wrong in ({"place": of_mentors}, {"place": elsewhere}, {"side": Side.MENTOR}, {"event": evening.other}):
        assert refusal_of(lambda wrong=wrong: registration.update(**wrong)) in (
            "place_is_of_this_event_and_side",
            "one_registration_per_person",
        )


def test_wishes_are_one_for_each_pair_and_of_one_event(evening):
    event, (first, second), [mentor] = evening.event, evening.mentees, evening.mentors
    Wish.objects.create(event=event, by=first, about=mentor, kind=WishKind.LIKE)

    def wish(**fields):
        return refusal_of(lambda: Wish.objects.create(**{"event": event, "by": second, "kind": "must"} | fields))

    assert wish(by=first, about=mentor) == "one_wish_per_pair"
    assert wish(about=second) == "nobody_wishes_for_themselves"
    assert wish(about=evening.stranger) == "wish_about_is_of_this_event"
    assert wish(by=evening.stranger, about=mentor) == "wish_by_is_of_this_event"


def test_two_people_are_kept_apart_or_meet_once(evening):
    first, second = evening.mentees
    row = planned(evening)

    assert refusal_of(lambda: planned(evening)) == "no_two_meet_twice"
    assert refusal_of(lambda: planned(evening, is_apart=True, round=None)) == "no_two_meet_twice"
    for outcome in (Outcome.MISSED, Outcome.DROPPED):
        Pairing.objects.filter(pk=row.pk).update(outcome=outcome)
        planned(evening, round=evening.rounds[1]).delete()
    assert refusal_of(lambda: planned(evening, one=second, other=first)) == "pairing_is_of_two"
    assert refusal_of(lambda: planned(evening, other=first)) == "pairing_is_of_two"
    assert refusal_of(lambda: planned(evening, round=None)) == "kept_apart_or_meeting_in_a_round"
    assert refusal_of(lambda: planned(evening, is_apart=True)) == "kept_apart_or_meeting_in_a_round"


def test_a_pair_its_round_and_its_table_are_of_one_event(evening):
    elsewhere = Round.objects.create(event=evening.other, number=1, during=(EVENING, EVENING + HOUR))
    table = EventTable.objects.create(event=evening.other, number=1, name="There")

    assert refusal_of(lambda: planned(evening, round=elsewhere)) == "pairing_round_is_of_this_event"
    assert refusal_of(lambda: planned(evening, table=table)) == "pairing_table_is_of_this_event"
    assert refusal_of(lambda: planned(evening, other=evening.stranger)) == "pairing_other_is_of_this_event"
    there = {"event": evening.other, "round": elsewhere, "other": evening.stranger}
    assert refusal_of(lambda: planned(evening, **there)) == "pairing_one_is_of_this_event"


def test_chairs_are_of_one_event(evening):
    stray, strange_round = (
        evening.stranger,
        Round.objects.create(event=evening.other, number=1, during=(evening.other.start, evening.other.end)),
    )
    foreign = EventTable.objects.create(event=evening.other, number=1, name="Foreign")
    name = "chair_is_of_one_event"
    mentee = evening.mentees[0]

    assert refusal_of(lambda: Chair.objects.create(round=evening.rounds[1], registration=stray)) == name
    assert refusal_of(lambda: Chair.objects.create(round=strange_round, registration=mentee)) == name
    assert refusal_of(lambda: Chair.objects.update(table=foreign)) == name
    assert refusal_of(lambda: Chair.objects.filter(registration=mentee).update(registration=stray)) == name
    wrong = Chair(round=strange_round, registration=mentee)
    right = Chair(round=strange_round, registration=stray, table=foreign)
    assert refusal_of(lambda: Chair.objects.bulk_create([right, wrong])) == name
    right.save()


@pytest.mark.parametrize(
    ("model", "name", "said"),
    [
        (Answer, "answer_is_by_one_of_the_two", {"useful": 3}),
        (PairMessage, "message_is_by_one_of_the_two", {"text": "Hello"}),
    ],
)
def test_only_one_of_the_two_says_something_of_a_meeting_or_in_it(evening, model, name, said):
    pairing = Pairing.objects.first()
    beside = next(one for one in evening.people if one.pk not in (pairing.one_id, pairing.other_id))
    fields = {"pairing": pairing, "at": NOW, **said}

    for who in (beside, evening.stranger):
        assert refusal_of(lambda who=who: model.objects.create(registration=who, **fields)) == name
    own = model.objects.create(registration_id=pairing.one_id, **fields)
    assert refusal_of(lambda: model.objects.filter(pk=own.pk).update(registration=beside)) == name
    other = Pairing.objects.exclude(one=pairing.one_id).exclude(other=pairing.one_id).first()
    if other:
        assert refusal_of(lambda: model.objects.filter(pk=own.pk).update(pairing=other)) == name


def test_a_question_is_shared_at_one_event_only(evening):
    one, other = evening.mentees
    name = "me_too_is_of_one_event"

    assert refusal_of(lambda: MeToo.objects.create(question=one, registration=evening.stranger)) == name
    assert refusal_of(lambda: MeToo.objects.create(question=evening.stranger, registration=one)) == name
    MeToo.objects.create(question=one, registration=other)
    assert refusal_of(lambda: MeToo.objects.update(registration=evening.stranger)) == name


def test_office_hours_have_no_rounds(evening, alice):
    hours = {"kind": "office_hours", "host": alice}

    assert refusal_of(lambda: Event.objects.filter(pk=evening.event.pk).update(**hours)) == "shape_is_in_bounds"
    Event.objects.filter(pk=evening.event.pk).update(**hours, rounds_count=0)


def test_rounds_overlap_only_while_they_are_being_moved_or_if_they_are_skipped(evening):
    first, second = Round.objects.filter(number=1), Round.objects.filter(number=2)
    spans = first.get().during, second.get().during

    with transaction.atomic():
        first.update(during=spans[1])
        second.update(during=spans[0])
        connection.check_constraints()
    assert refusal_of(lambda: first.update(during=spans[0])) == "rounds_do_not_overlap"
    first.update(during=spans[0], is_skipped=True)
    connection.check_constraints()
    Round.objects.create(event=evening.other, number=1, during=spans[0])
    connection.check_constraints()


def test_a_called_round_stays(evening):
    [row, *_] = Pairing.objects.filter(round=evening.rounds[1])
    same, spare = Pairing.objects.filter(pk=row.pk), EventTable.objects.create(event=row.event, number=9, name="Spare")
    later = Pairing.objects.filter(round=evening.rounds[2])
    Round.objects.filter(number=1).update(called_at=NOW)

    assert refusal_of(lambda: same.update(table=spare)) == "a_called_round_stays"
    assert refusal_of(lambda: same.update(round=evening.rounds[3])) == "a_called_round_stays"
    assert refusal_of(lambda: later.update(round=evening.rounds[1])) == "a_called_round_stays"
    assert refusal_of(lambda: planned(evening, round=evening.rounds[1])) == "a_called_round_stays"
    same.update(outcome=Outcome.MISSED, why=["language"])
    later.update(table=spare)
    planned(evening, round=evening.rounds[1], is_standby=True)
    evening.mentees[0].delete()
    assert not same.exists()


def test_a_plan_never_changes_but_for_what_becomes_of_it(evening):
    asked = plan(evening, state=PlanState.ASKED)
    row = Plan.objects.filter(pk=asked.pk)
    row.update(meetings=[[1, 2, 1, 1]], state=PlanState.PROPOSED)

    for wrong in (
        {"meetings": []},
        {"locks": [[1, 2, 1, 1]]},
        {"proof": {"is_proven": True}},
        {"made_from": "x"},
        {"number": 7},
        {"event": evening.other},
    ):
        assert refusal_of(lambda wrong=wrong: row.update(**wrong)) == "a_plan_never_changes"
    row.update(state=PlanState.PUBLISHED, published_at=NOW)


def test_one_plan_is_asked_for_and_one_is_published(evening):
    plan(evening, number=1)
    plan(evening, number=2, state=PlanState.ASKED)
    plan(evening, number=3, state=PlanState.PUBLISHED)

    assert refusal_of(lambda: plan(evening, number=1)) == "one_plan_per_number"
    assert refusal_of(lambda: plan(evening, number=4, state=PlanState.ASKED)) == "one_plan_at_a_time_per_event"
    assert refusal_of(lambda: plan(evening, number=4, state=PlanState.PUBLISHED)) == "one_published_plan_per_event"
    plan(evening, event=evening.other, state=PlanState.ASKED)


def test_who_was_there_is_only_added_to(evening):
    Presence.objects.create(registration=evening.mentees[0], kind="in", at=NOW)

    with pytest.raises(Exception, match="append-only") as error, transaction.atomic():
        Presence.objects.update(kind="gone")
    assert error.value is not None
    evening.mentees[0].delete()
    assert not Presence.objects.exists()


def test_what_people_say_of_each_other(evening):
    row, (first, second) = Pairing.objects.first(), evening.mentees
    Answer.objects.create(pairing=row, registration=first, at=NOW)

    def say(**fields):
        return refusal_of(lambda: Answer.objects.create(**{"pairing": row, "registration": second, "at": NOW} | fields))

    assert say(registration=first) == "one_answer_per_person"
    assert (say(useful=0), say(useful=5)) == ("useful_is_one_to_four", "useful_is_one_to_four")
    MeToo.objects.create(question=first, registration=second)
    assert refusal_of(lambda: MeToo.objects.create(question=first, registration=second)) == "one_me_too_each"
    assert refusal_of(lambda: MeToo.objects.create(question=first, registration=first)) == "not_me_too_to_oneself"
    goal = {"registration": first, "text": "Ask", "due": date(2027, 3, 3), "set_at": NOW}
    assert refusal_of(lambda: Goal.objects.create(**goal, witness=first)) == "goal_has_another_witness"


def test_an_event_that_goes_takes_all_of_its_rows(evening):
    row, mentee = Pairing.objects.first(), evening.mentees[0]
    PairMessage.objects.create(pairing=row, registration=mentee, text="Hi", at=NOW)
    Round.objects.filter(number=1).update(called_at=NOW)
    plan(evening)
    Event.objects.filter(pk=evening.event.pk).update(state=EventState.OVER)

    # Tables stay while a pair or a chair is at them.
    Pairing.objects.all().delete()
    Chair.objects.all().delete()
    evening.event.delete()

    assert list(Event.objects.all()) == [evening.other]
    for model in (PairMessage, Pairing, Round, Plan, EventTable, Place):
        assert not model.objects.filter(**{"event" if model is not PairMessage else "pairing__event": evening.event.pk})
    assert Occupancy.objects.filter(subject="event", subject_id=evening.stranger.pk).count() == 1
