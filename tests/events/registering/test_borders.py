"""Deadlines of events at their very second, and what the clock does by itself."""

from datetime import timedelta

import pytest

from events.models import Event, EventState, Place, Registration, RegistrationState, Side
from events.privacy import give_up_places
from events.registering import clock
from events.registering.acts import cancel_registration
from events.registering.clock import end_waiting, run_registrations
from events.registering.inviting import accept_invitation, invite_mentors
from events.registering.managing import cancel_event, change_event, open_event
from events.registering.notices import News
from events.registering.waiting import admit_waiting, lapse_offers, pass_on
from sessions_app.models import Occupancy
from tests.conftest import NOW
from tests.events.making import EVENING, come, make_event, make_guests, make_said
from tests.events.outcomes import lines, pending, refused, told

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast]
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def in_line(by, ahead: timedelta, count: int = 3) -> list[Registration]:
    """So many people at an event of two places that begins so long after NOW."""
    start = NOW + ahead
    event = make_event(by, start=start, registration_until=start, wishes_until=None)
    return [come(event, guest) for guest in make_guests(count)]


def give_up(registration: Registration, now=NOW) -> None:
    cancel_registration(registration=registration, by=registration.person, now=now)


# Registering


def test_people_register_until_the_deadline_to_the_second(event, bob, charlie):
    until = event.registration_until

    assert come(event, bob, now=until - SECOND).is_in
    assert refused(lambda: come(event, charlie, now=until)) == "closed"


@pytest.mark.parametrize("state", [one for one in EventState if one != EventState.OPEN])
def test_nobody_registers_for_what_is_not_open(event, bob, state):
    Event.objects.filter(pk=event.pk).update(state=state)

    assert refused(lambda: come(event, bob)) == "closed"
    assert not Registration.objects.exists()


def test_who_has_a_place_changes_their_words_after_the_deadline(event, bob):
    come(event, bob)
    Event.objects.filter(pk=event.pk).update(state=EventState.SCHEDULED)

    assert come(event, bob, now=EVENING - SECOND, question="Now?").question == "Now?"


def test_an_invitation_is_accepted_until_registration_ends(event, alice, dora):
    first, second = invite_mentors(event=event, profiles=[alice.mentor_profile, dora.mentor_profile], now=NOW)
    until = event.registration_until

    assert accept_invitation(registration=first, now=until - SECOND).is_in
    assert refused(lambda: accept_invitation(registration=second, now=until)) == "closed"


def test_an_event_is_opened_until_its_registration_would_have_closed(maria):
    draft = make_event(maria, is_open=False)
    until = draft.registration_until

    refusal = refused(lambda: open_event(event=draft, now=until))

    assert refusal == "too_late"
    assert open_event(event=draft, now=until - SECOND).state == EventState.OPEN


def test_an_event_is_changed_until_it_begins(event):
    said = make_said(title="Other")

    assert refused(lambda: change_event(event=event, said=said, now=EVENING)) == "closed"
    assert change_event(event=event, said=said, now=EVENING - SECOND).title == "Other"


@pytest.mark.parametrize("act", [change_event, cancel_event])
def test_an_act_on_a_page_that_is_old_changes_nothing(event, act):
    more = {"said": make_said(title="Other")} if act is change_event else {"reason": "Flood"}

    assert refused(lambda: act(event=event, now=NOW, seen=str(event.version - 1), **more)) == "stale"

    known = Event.objects.get()
    assert (known.title, known.state, known.version) == ("First jobs", EventState.OPEN, event.version)
    assert act(event=event, now=NOW, seen=str(event.version), **more).version == event.version + 1


# The waiting list


@pytest.mark.parametrize(
    ("ahead", "at_once", "state", "kind"),
    [
        (24 * HOUR + SECOND, True, "in", News.ADMITTED),
        (24 * HOUR, True, "waiting", News.OFFERED),
        # Who wants to be asked is asked, however early it is.
        (48 * HOUR, False, "waiting", News.OFFERED),
        (3 * HOUR + 30 * MINUTE, True, "waiting", News.OFFERED),
        (3 * HOUR + 30 * MINUTE - SECOND, True, "waiting", News.FREE_FOR_ALL),
        (SECOND, True, "waiting", News.FREE_FOR_ALL),
    ],
)
def test_a_freed_place_is_given_kept_or_for_all(maria, ahead, at_once, state, kind):
    first, _second, third = in_line(maria, ahead)
    Registration.objects.filter(pk=third.pk).update(takes_place_at_once=at_once)

    give_up(first)

    third.refresh_from_db()
    assert (third.state, told(kind)) == (state, [third.person.email])
    assert {one for one in News if told(one) == [third.person.email]} == {kind}


def test_nobody_is_asked_in_the_last_hours_at_the_event_or_after(maria):
    first, _second, third = in_line(maria, HOUR)
    start = first.event.start

    admit_waiting(first.event, Side.MENTEE, now=start)

    assert pending(third.person) == {News.WAITING}


def test_each_of_two_places_goes_to_another(maria):
    first, second, *line = in_line(maria, 48 * HOUR, 5)
    Registration.objects.filter(pk__in=[one.pk for one in line]).update(takes_place_at_once=False)

    give_up(first)
    give_up(second)

    asked = [Registration.objects.get(pk=one.pk).is_asked(NOW) for one in line]
    assert asked == [True, True, False]


def test_who_is_busy_is_passed_over_and_keeps_their_turn(maria):
    first, second, third, fourth = in_line(maria, 48 * HOUR, 4)
    Occupancy.objects.create(person=third.person, subject="other", subject_id=1, during=first.event.during)

    give_up(first)
    Occupancy.objects.filter(person=third.person).delete()
    give_up(second)

    states = [Registration.objects.get(pk=one.pk).state for one in (third, fourth)]
    assert states == ["in", "in"]


def test_more_places_than_people_leave_some_free(event):
    waiting = [come(event, guest) for guest in make_guests(3)][2]

    change_event(event=event, said=make_said(places={Side.MENTEE: 9, Side.MENTOR: 2}), now=NOW)

    waiting.refresh_from_db()
    assert (waiting.is_in, Place.objects.filter(side=Side.MENTEE).free().count()) == (True, 6)


def test_a_kept_place_lapses_at_its_second_and_its_owner_goes_behind_the_others(maria):
    first, _second, third, fourth = in_line(maria, 20 * HOUR, 4)
    give_up(first)
    third.refresh_from_db()
    until, event = third.answer_by, first.event

    assert refused(lambda: pass_on(registration=third, now=until)) == "closed"
    assert lapse_offers(event=event, now=until - SECOND) == 0
    assert lapse_offers(event=event, now=until) == 1

    assert list(Registration.objects.waiting()) == [fourth, third]
    third.refresh_from_db()
    assert (third.waiting_since, third.answer_by) == (until, None)


def test_two_who_let_their_places_lapse_make_room_for_the_next_two(maria):
    first, second, *line = in_line(maria, 20 * HOUR, 6)
    give_up(first)
    give_up(second)
    until = Registration.objects.get(pk=line[0].pk).answer_by

    assert run_registrations(now=until) == 1
    assert run_registrations(now=until) == 0

    asked = [Registration.objects.get(pk=one.pk).is_asked(until) for one in line]
    assert asked == [False, False, True, True]


def test_a_place_is_kept_for_two_hours_of_the_day(maria):
    first, _second, third = in_line(maria, 20 * HOUR)
    # 13:46 in London, where the guests are.
    give_up(first)

    third.refresh_from_db()
    assert third.answer_by == NOW + 2 * HOUR


def test_a_place_that_comes_free_at_night_is_kept_into_the_morning(maria):
    first, _second, third = in_line(maria, 40 * HOUR)
    night = NOW.replace(hour=23, minute=30)
    Registration.objects.filter(pk=third.pk).update(takes_place_at_once=False)

    give_up(first, now=night)

    third.refresh_from_db()
    assert third.answer_by - night > 8 * HOUR
    assert third.answer_by < first.event.start


# Time passes


def test_at_the_start_the_line_ends_and_who_is_in_stays(maria):
    registrations = in_line(maria, 20 * HOUR, 4)
    event = registrations[0].event
    version = event.version

    assert end_waiting(event=event, now=event.start - SECOND) is False
    assert end_waiting(event=event, now=event.start) is True

    states = [Registration.objects.get(pk=one.pk) for one in registrations]
    assert [one.state for one in states] == ["in", "in", "over", "over"]
    assert {one.ended_at for one in states[2:]} == {event.start}
    assert Event.objects.get().version > version
    assert told(News.NO_PLACE) == [one.person.email for one in registrations[2:]]


def test_a_line_that_ended_is_not_ended_again(maria):
    [*_in, last] = in_line(maria, HOUR)
    start = last.event.start

    run_registrations(now=start)

    assert run_registrations(now=start) == 0
    assert told(News.NO_PLACE) == [last.person.email]


def test_events_end_their_registration_each_at_its_own_time(event, maria):
    later = make_event(maria, start=EVENING + 24 * HOUR)

    assert run_registrations(now=event.registration_until) == 1

    states = {one.pk: one.state for one in Event.objects.all()}
    assert states == {event.pk: EventState.CLOSED, later.pk: EventState.OPEN}
    # The first is over by then.
    assert run_registrations(now=later.registration_until) == 2


def test_one_event_that_cannot_be_acted_on_keeps_no_other_waiting(event, maria, monkeypatch):
    make_event(maria, start=EVENING + 24 * HOUR)
    act = clock.close_registration

    def fail(*, event, now):
        if event.title == "First jobs" and event.start == EVENING:
            raise RuntimeError
        return act(event=event, now=now)

    monkeypatch.setattr(clock, "close_registration", fail)

    run_registrations(now=EVENING + 23 * HOUR)

    assert sorted(Event.objects.values_list("state", flat=True)) == ["closed", "open"]


# Accounts that end


def test_a_closed_account_gives_its_places_back_but_at_what_has_begun(event, maria, bob):
    other = make_event(maria, start=EVENING + 24 * HOUR)
    begun = make_event(maria, start=EVENING + 48 * HOUR)
    for one in (event, other, begun):
        come(one, bob)
    waiting = [come(event, guest) for guest in make_guests(2)][1]
    Event.objects.filter(pk=begun.pk).update(state=EventState.LIVE)
    bob.is_active = False
    bob.save()

    give_up_places(bob.pk)

    states = dict(Registration.objects.filter(person=bob).values_list("event", "state"))
    assert states == {event.pk: "cancelled", other.pk: "cancelled", begun.pk: "in"}
    waiting.refresh_from_db()
    assert waiting.is_in


def test_a_person_of_whom_something_else_changed_keeps_all(event, bob, charlie):
    come(event, bob)
    come(event, charlie)
    charlie.is_active = False
    charlie.save()

    give_up_places(bob.pk)

    assert set(Registration.objects.values_list("state", flat=True)) == {RegistrationState.IN}


def test_a_closed_account_answers_no_invitation(event, alice):
    [invited] = invite_mentors(event=event, profiles=[alice.mentor_profile], now=NOW)
    alice.is_active = False
    alice.save()

    give_up_places(alice.pk)

    invited.refresh_from_db()
    assert invited.state == "declined"
    assert (pending(alice), lines(alice)) == (set(), set())
