from datetime import timedelta

import pytest

from accounts.hooks import announce_person
from accounts.models import User
from events.models import Event, EventState, RegistrationState
from events.privacy import end_what_is_ahead
from events.registering.emails import render_left
from events.registering.notices import News
from notifications.models import Notification
from sessions_app.models import Occupancy
from tests.conftest import NOW, make_staff
from tests.events.making import come, make_guests
from tests.trust.cases import decide
from trust.models import Case, Outcome, ReportKind

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


def test_who_is_suspended_gives_the_place_to_who_waits(event):
    first, second, third = make_guests(3)
    mine, _other, waiting = [come(event, guest) for guest in (first, second, third)]

    end_what_is_ahead(first, NOW)

    for registration in (mine, waiting):
        registration.refresh_from_db()
    assert first.is_active
    assert (mine.state, waiting.state) == (RegistrationState.CANCELLED, RegistrationState.IN)


@pytest.mark.parametrize("is_suspended", [True, False])
def test_the_mail_thanks_only_who_gave_the_place_up_themselves(event, bob, dora, maria, is_suspended):
    come(event, bob)
    if is_suspended:
        case = Case.objects.create(about=bob, kind=ReportKind.SELLING, opened_at=NOW, due_at=NOW + timedelta(days=1))
        decide(case, make_staff(dora), Outcome.SUSPENSION, until=NOW + timedelta(days=30))
    end_what_is_ahead(bob, NOW)

    [row] = Notification.objects.filter(kind=News.LEFT)
    assert ("Thank you" in render_left(row, NOW).text) is not is_suspended
