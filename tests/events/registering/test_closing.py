from datetime import timedelta

import pytest
import time_machine

from accounts.hooks import announce_person
from accounts.models import User
from events.live.evening import Standing, standings_of
from events.models import Pairing, RegistrationState
from events.privacy import end_what_is_ahead
from events.registering.emails import render_left
from events.registering.notices import News
from notifications.models import Notification
from sessions_app.models import Occupancy
from tests.conftest import NOW, make_staff
from tests.events.live.acting import started
from tests.events.making import EVENING, come, make_guests
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


@pytest.mark.parametrize("is_account_closed", [True, False])
def test_who_is_closed_or_suspended_in_the_middle_meets_nobody_any_more(evening, is_account_closed):
    event, (mentee, *_others) = started(evening), evening.mentees
    assert Pairing.objects.of(mentee).that_stand().count() > 1

    if is_account_closed:
        User.objects.filter(pk=mentee.person_id).update(is_active=False)
        with time_machine.travel(EVENING, tick=False):
            announce_person(mentee.person)
    else:
        end_what_is_ahead(mentee.person, EVENING)

    mentee.refresh_from_db()
    assert mentee.is_in
    assert standings_of(event)[mentee.pk] == Standing.GONE
    assert not Pairing.objects.of(mentee).that_stand().exists()


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
