import pytest

from accounts.hooks import announce_person
from accounts.models import User
from events.models import Event, EventState, RegistrationState
from sessions_app.models import Occupancy
from tests.events.making import come, make_guests

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def test_a_closed_account_gives_its_place_to_who_waits(event):
    first, second, third = make_guests(3)
    mine, _other, waiting = [come(event, guest) for guest in (first, second, third)]
    announce_person(first)
    mine.refresh_from_db()
    assert mine.is_in

    User.objects.filter(pk=first.pk).update(is_active=False)
    announce_person(first)

    for registration in (mine, waiting):
        registration.refresh_from_db()
    assert (mine.state, waiting.state) == (RegistrationState.CANCELLED, RegistrationState.IN)
    assert not Occupancy.objects.filter(person=first).exists()


def test_an_event_that_runs_stays_as_it_is(event, bob):
    mine = come(event, bob)
    Event.objects.update(state=EventState.LIVE)
    User.objects.filter(pk=bob.pk).update(is_active=False)

    announce_person(bob)

    mine.refresh_from_db()
    assert mine.is_in
