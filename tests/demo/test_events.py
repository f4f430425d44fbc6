import pytest

from accounts.models import User
from events.models import Event, EventKind, EventState, Plan, PlanState, Registration, RegistrationState, Side
from sessions_app.models import Occupancy

pytestmark = pytest.mark.django_db


def test_events_are_one_of_each_that_people_come_across(seed):
    seed()

    found = {(event.kind, event.state) for event in Event.objects.all()}
    assert found == {
        (EventKind.SPEED, EventState.OPEN),
        (EventKind.SPEED, EventState.SCHEDULED),
        (EventKind.OFFICE_HOURS, EventState.OPEN),
    }
    tomas = Registration.objects.get(person__email="tomas@demo.example", event__state=EventState.OPEN)
    assert (tomas.state, tomas.side) == (RegistrationState.INVITED, Side.MENTOR)
    plan = Plan.objects.get()
    assert (plan.state, plan.proof["is_proven"], plan.proof["violations"]) == (PlanState.PUBLISHED, True, [])


def test_everyone_who_comes_gives_the_time(seed):
    seed()

    inside = Registration.objects.who_are_in().values_list("pk", flat=True)
    assert set(Occupancy.objects.filter(subject="event").values_list("subject_id", flat=True)) == set(inside)


def test_events_go_with_the_invented_people(seed):
    seed()
    seed("--reset")

    assert User.objects.filter(email="maria@demo.example").count() == 1
    assert Event.objects.count() == 3
