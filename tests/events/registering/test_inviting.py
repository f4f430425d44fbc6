"""Invitations of mentors, their answers, and what becomes of those who don't answer."""

from datetime import timedelta

import pytest

from events.errors import EventError
from events.models import Event, EventKind, EventState, Place, Registration, RegistrationState, Side
from events.registering import inviting
from events.registering.acts import cancel_registration
from events.registering.clock import run_registrations
from events.registering.inviting import accept_invitation, invite_mentors
from events.registering.managing import cancel_event, change_event, close_registration
from events.registering.notices import INVITATION_NUDGE, News
from notifications.models import InboxItem, Notification, State
from sessions_app.models import Occupancy
from tests.conftest import NOW, make_staff
from tests.events.making import EVENING, come, make_event, make_guests, make_said
from tests.sessions_app.conftest import book
from tests.trust.cases import decide
from trust.models import Case, Outcome, ReportKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def invited(event, alice) -> Registration:
    [registration] = invite_mentors(event=event, profiles=[alice.mentor_profile], now=NOW)
    return registration


def pending(person) -> set[str]:
    return set(Notification.objects.filter(recipient=person, state=State.PENDING).values_list("kind", flat=True))


def lines(person) -> set[str]:
    return set(InboxItem.objects.filter(recipient=person).values_list("kind", flat=True))


def refused(act) -> str:
    with pytest.raises(EventError) as error:
        act()
    return error.value.code


def state_of(registration: Registration) -> str:
    registration.refresh_from_db()
    return registration.state


def test_an_invitation_brings_what_is_known_of_the_mentor_and_takes_nothing(invited, alice):
    assert (invited.state, invited.side, invited.languages) == (RegistrationState.INVITED, Side.MENTOR, ["en"])
    assert not Occupancy.objects.exists()
    assert pending(alice) == {News.INVITED, INVITATION_NUDGE}


def test_nobody_is_asked_twice_nor_after_saying_no(event, alice, invited):
    assert invite_mentors(event=event, profiles=[alice.mentor_profile], now=NOW) == []

    cancel_registration(registration=invited, by=alice, now=NOW)

    assert (state_of(invited), pending(alice), lines(alice)) == ("declined", set(), set())
    assert invite_mentors(event=event, profiles=[alice.mentor_profile], now=NOW) == []


def test_who_gave_up_a_place_as_a_mentee_can_be_invited_as_a_mentor(event, alice):
    registration = come(event, alice)
    ended = cancel_registration(registration=registration, by=alice, now=NOW)

    [invited] = invite_mentors(event=event, profiles=[alice.mentor_profile], now=NOW)

    assert (invited.pk, invited.side, invited.ended_at) == (registration.pk, Side.MENTOR, None)
    assert (registration.question, invited.question) == ("Which offer do I take?", "")
    assert invited.version > ended.version
    assert accept_invitation(registration=invited, now=NOW).is_in
    assert invited.version < Registration.objects.get().version


def test_who_is_waiting_or_removed_is_not_invited(event, maria, alice, dora):
    for guest in make_guests(2):
        come(event, guest)
    come(event, alice)
    cancel_registration(registration=come(event, dora, side=Side.MENTOR), by=maria, now=NOW)

    assert invite_mentors(event=event, profiles=[alice.mentor_profile, dora.mentor_profile], now=NOW) == []


def test_what_cannot_be_invited_says_so(event, maria, alice, monkeypatch):
    profiles = [alice.mentor_profile]
    with monkeypatch.context() as patched:
        patched.setattr(inviting, "MOST_AT_ONCE", 0)
        assert refused(lambda: invite_mentors(event=event, profiles=profiles, now=NOW)) == "too_many"
    assert refused(lambda: invite_mentors(event=event, profiles=profiles, now=EVENING)) == "closed"
    Event.objects.update(kind=EventKind.NETWORKING)
    assert refused(lambda: invite_mentors(event=event, profiles=profiles, now=NOW)) == "wrong_side"
    assert not Registration.objects.exists()


def test_accepting_takes_a_place_and_the_mentors_time_once(invited, alice):
    accepted = accept_invitation(registration=invited, now=NOW)
    again = accept_invitation(registration=invited, now=NOW)

    assert (accepted.state, again.version) == (RegistrationState.IN, accepted.version)
    assert Occupancy.objects.get().person == alice
    assert News.REGISTERED in pending(alice)
    assert not {News.INVITED, INVITATION_NUDGE} & pending(alice)


def test_an_invitation_that_cannot_be_accepted_any_more(event, maria, alice, dora, offer, bob, invited):
    book(offer, bob, EVENING.replace(hour=10))
    Place.objects.filter(side=Side.MENTOR).delete()
    assert refused(lambda: accept_invitation(registration=invited, now=NOW)) == "full"
    assert refused(lambda: accept_invitation(registration=invited, now=EVENING)) == "closed"
    Occupancy.objects.create(person=alice, subject="other", subject_id=1, during=event.during)
    assert refused(lambda: accept_invitation(registration=invited, now=NOW)) == "own_overlap"
    close_registration(event=event, now=NOW)
    assert refused(lambda: accept_invitation(registration=invited, now=NOW)) == "closed"
    cancel_registration(registration=invited, by=alice, now=NOW)
    assert refused(lambda: accept_invitation(registration=invited, now=NOW)) == "stale"


def test_who_may_not_register_at_the_moment_accepts_no_invitation(event, invited, alice, dora):
    case = Case.objects.create(about=alice, kind=ReportKind.SELLING, opened_at=NOW, due_at=EVENING)
    decide(case, make_staff(dora), Outcome.LIMIT, until=EVENING)

    assert refused(lambda: accept_invitation(registration=invited, now=NOW)) == "barred"
    assert state_of(invited) == "invited"


def test_an_event_that_moves_leaves_its_invitations_to_be_answered(event, invited, alice):
    change_event(event=event, said=make_said(start=EVENING + timedelta(days=1)), now=NOW)

    invited.refresh_from_db()
    rows = Notification.objects.filter(recipient=alice, state=State.PENDING)
    assert {row.subject_version for row in rows} == {invited.version}
    assert pending(alice) == {News.INVITED, INVITATION_NUDGE}


def test_a_cancelled_event_tells_those_who_were_invited(event, invited, alice):
    cancel_event(event=event, reason="Flood", now=NOW)

    assert (state_of(invited), pending(alice)) == ("cancelled", {News.CANCELLED})


# Time passes


def test_registration_closes_by_itself_and_keeps_all_places(maria, bob):
    event = make_event(maria)
    registration = come(event, bob)

    assert run_registrations(now=event.registration_until - timedelta(seconds=1)) == 0
    assert run_registrations(now=event.registration_until) == 1
    assert run_registrations(now=event.registration_until) == 0

    event.refresh_from_db()
    assert (event.state, state_of(registration)) == (EventState.CLOSED, "in")


def test_when_it_begins_who_waits_hears_so_and_who_was_invited_hears_nothing(event, invited, alice):
    guests = make_guests(3)
    registrations = [come(event, guest) for guest in guests]

    run_registrations(now=EVENING)
    run_registrations(now=EVENING)

    assert [state_of(one) for one in [*registrations, invited]] == ["in", "in", "over", "over"]
    assert (pending(guests[2]), pending(alice), lines(alice)) == ({News.NO_PLACE}, set(), set())


def test_an_offer_lapses_at_its_minute_and_the_next_is_asked(maria):
    start = NOW + timedelta(hours=20)
    event = make_event(maria, start=start, registration_until=start, wishes_until=None)
    guests = make_guests(4)
    registrations = [come(event, guest) for guest in guests]
    cancel_registration(registration=registrations[0], by=guests[0], now=NOW)
    third, fourth = registrations[2:]
    third.refresh_from_db()

    assert run_registrations(now=third.answer_by - timedelta(seconds=1)) == 0
    moment = third.answer_by
    run_registrations(now=moment)

    third.refresh_from_db()
    fourth.refresh_from_db()
    assert (third.is_asked(moment), fourth.is_asked(moment)) == (False, True)
    assert list(Registration.objects.waiting()) == [fourth, third]
    assert News.OFFERED not in lines(guests[2])
