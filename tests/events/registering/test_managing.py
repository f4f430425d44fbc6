"""What organisers change of an event that people count on, and what two of them do at once."""

from collections import Counter
from datetime import timedelta

import pytest

from events.errors import EventError
from events.models import Event, EventKind, EventState, Helper, HelperRole, Place, Registration, Round, Side
from events.registering.acts import cancel_registration, register, take_place
from events.registering.inputs import RegistrationInput
from events.registering.managing import cancel_event, change_event, close_registration, create_event, open_event
from events.registering.notices import News
from events.registering.waiting import lapse_offers, pass_on
from notifications.models import Notification, State
from sessions_app.models import Occupancy
from tests.conftest import NOW, at
from tests.events.making import EVENING, come, make_evening, make_event, make_guests, make_said
from tests.sessions_app.conftest import book
from tests.sessions_app.helpers.races import race

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def told(kind: str) -> list[str]:
    rows = Notification.objects.filter(kind=kind).exclude(state=State.OBSOLETE)
    return list(rows.order_by("pk").values_list("recipient__email", flat=True))


def refused(act) -> tuple[str, str]:
    with pytest.raises(EventError) as error:
        act()
    return error.value.code, error.value.field


def times() -> set:
    return {(time.during.lower, time.during.upper) for time in Occupancy.objects.filter(booking=None)}


# Changing


def test_a_published_timetable_moves_with_its_event(maria):
    evening = make_evening(maria)

    said = make_said(start=EVENING + DAY, places={"mentee": 3, "mentor": 2})
    change_event(event=evening.event, said=said, now=NOW)

    rounds = Round.objects.filter(event=evening.event)
    moved = Event.objects.get()
    assert [(one.start, one.end) for one in rounds] == list(moved.shape.spans(EVENING + DAY))
    assert moved.state == EventState.SCHEDULED
    assert times() == {(moved.start, moved.end)}


def test_longer_rounds_reach_the_published_timetable_too(maria):
    evening = make_evening(maria)

    change_event(event=evening.event, said=make_said(places={"mentee": 3, "mentor": 2}, round_minutes=15), now=NOW)

    spans = list(Event.objects.get().shape.spans(EVENING))
    assert [(one.start, one.end) for one in Round.objects.all()] == spans


@pytest.mark.parametrize("fields", [{"rounds_count": 2}, {"rounds_count": 4}, {"group_size": 2}])
def test_the_rounds_of_a_published_timetable_stay_as_many(maria, fields):
    evening = make_evening(maria)

    said = make_said(places={"mentee": 3, "mentor": 2}, **fields)

    assert refused(lambda: change_event(event=evening.event, said=said, now=NOW)) == ("published", "rounds_count")


def test_an_event_whose_first_round_is_called_stays_as_it_is(maria):
    evening = make_evening(maria)
    Round.objects.filter(number=1).update(called_at=NOW)

    said = make_said(start=EVENING + DAY)

    assert refused(lambda: change_event(event=evening.event, said=said, now=NOW))[0] == "closed"


def test_fewer_rounds_take_away_those_that_people_chose(event, bob, charlie):
    late, last = come(event, bob, attends=[2, 3]), come(event, charlie, attends=[3])

    change_event(event=event, said=make_said(rounds_count=2), now=NOW)

    late.refresh_from_db()
    last.refresh_from_db()
    assert (late.attends, last.attends) == ([2], [])
    assert times() == {(at("2026-12-03 17:12"), at("2026-12-03 17:22")), (EVENING, at("2026-12-03 17:22"))}


def test_who_comes_for_some_rounds_is_not_in_the_way_of_a_new_place(maria, event, offer, bob):
    come(event, bob, attends=[3])
    Occupancy.objects.create(person=bob, subject="other", subject_id=1, during=(EVENING, at("2026-12-03 17:10")))

    changed = change_event(event=event, said=make_said(place="Stadsbiblioteket"), now=NOW)

    assert changed.place == "Stadsbiblioteket"
    assert told(News.MOVED) == [bob.email]


def test_a_break_elsewhere_changes_the_time_of_some_and_tells_nobody(maria, bob):
    shape = {"rounds_count": 4, "break_minutes": 10}
    event = make_event(maria, break_after=1, **shape)
    come(event, bob, attends=[2])
    before = Registration.objects.get().version

    change_event(event=event, said=make_said(break_after=3, **shape), now=NOW)

    assert times() == {(at("2026-12-03 17:12"), at("2026-12-03 17:22"))}
    assert (told(News.MOVED), Registration.objects.get().version) == ([], before)


def test_the_kind_of_an_event_stays(event):
    said = make_said(kind=EventKind.NETWORKING)

    assert refused(lambda: change_event(event=event, said=said, now=NOW)) == ("kind_stays", "kind")


@pytest.mark.parametrize("state", [EventState.LIVE, EventState.OVER, EventState.ARCHIVED, EventState.CANCELLED])
def test_what_has_begun_or_ended_cannot_be_changed(event, state):
    Event.objects.update(state=state)

    assert refused(lambda: change_event(event=event, said=make_said(), now=NOW))[0] == "closed"
    assert refused(lambda: open_event(event=event, now=NOW))[0] == "closed"


def test_a_draft_of_a_past_day_can_be_changed_and_opened(maria):
    draft = make_event(maria, is_open=False, start=NOW - DAY, registration_until=NOW - DAY, wishes_until=None)
    assert refused(lambda: open_event(event=draft, now=NOW)) == ("too_late", "registration_until")

    change_event(event=draft, said=make_said(), now=NOW)

    assert open_event(event=draft, now=NOW).state == EventState.OPEN


def test_an_event_without_places_is_not_opened(maria):
    draft = create_event(said=make_said(places={}), by=maria)

    assert refused(lambda: open_event(event=draft, now=NOW))[0] == "no_places"


def test_opening_and_closing_twice_is_once(event):
    version = open_event(event=event, now=NOW).version
    close_registration(event=event, now=NOW)
    close_registration(event=event, now=NOW)

    event.refresh_from_db()
    assert (event.state, event.version) == (EventState.CLOSED, version + 1)
    assert open_event(event=event, now=NOW).state == EventState.OPEN


def test_cancelling_has_an_end(event):
    cancel_event(event=event, reason="Flood", now=NOW)
    assert cancel_event(event=event, reason="Fire", now=NOW).reason == "Flood"

    Event.objects.update(state=EventState.OVER)
    assert refused(lambda: cancel_event(event=event, reason="Fire", now=NOW))[0] == "closed"


def test_a_host_gives_their_time_when_office_hours_open_and_gets_it_back(maria, alice, offer, bob):
    fields = {"kind": EventKind.OFFICE_HOURS, "rounds_count": 0, "round_minutes": 0, "change_minutes": 0, "minutes": 45}
    draft = create_event(said=make_said(places={"mentee": 2}, **fields), by=maria, host=alice)
    assert not times()

    opened = open_event(event=draft, now=NOW)
    assert times() == {(EVENING, EVENING + timedelta(minutes=45))}
    with pytest.raises(EventError) as error:
        come(opened, alice)
    cancel_event(event=opened, reason="Ill", now=NOW)

    assert error.value.code == "wrong_side"
    assert not times()


def test_office_hours_do_not_open_over_a_session_of_their_host(maria, alice, offer, bob):
    session = book(offer, bob)
    fields = {"kind": EventKind.OFFICE_HOURS, "rounds_count": 0, "round_minutes": 0, "change_minutes": 0, "minutes": 45}
    said = make_said(start=session.start, registration_until=session.start, wishes_until=None, places={"mentee": 2})
    draft = create_event(said=make_said(**{**vars_of(said), **fields}), by=maria, host=alice)

    assert refused(lambda: open_event(event=draft, now=NOW))[0] == "own_overlap"
    assert Event.objects.get().state == EventState.DRAFT


def vars_of(said) -> dict:
    names = ("start", "registration_until", "wishes_until", "places")
    return {name: getattr(said, name) for name in names}


# Who passes, and who is asked in vain


def waits_with_a_place_kept(maria, hours: int = 20):
    """Two places, one of which is kept for the third who came."""
    start = NOW + timedelta(hours=hours)
    event = make_event(maria, start=start, registration_until=start, wishes_until=None)
    guests = make_guests(4)
    registrations = [come(event, guest) for guest in guests[:3]]
    cancel_registration(registration=registrations[0], by=guests[0], now=NOW)
    registrations[2].refresh_from_db()
    return event, registrations[2], guests[3]


def test_a_place_that_is_kept_for_an_answer_is_not_taken_away(maria):
    event, asked, _new = waits_with_a_place_kept(maria)
    fields = {"start": event.start, "registration_until": event.start, "wishes_until": None}
    said = make_said(**fields, places={Side.MENTEE: 1, Side.MENTOR: 2})

    assert refused(lambda: change_event(event=event, said=said, now=NOW)) == ("places_taken", "places_mentee")
    assert take_place(registration=asked, now=NOW).is_in


def test_who_passes_is_not_asked_for_the_same_place_again(maria):
    _event, asked, _new = waits_with_a_place_kept(maria)

    pass_on(registration=asked, now=NOW + HOUR)

    asked.refresh_from_db()
    assert (asked.state, asked.answer_by) == ("waiting", None)
    assert told(News.OFFERED) == []
    assert refused(lambda: pass_on(registration=asked, now=NOW + HOUR))[0] == "closed"


@pytest.mark.parametrize(("places", "asked_again"), [(2, False), (3, True)])
def test_a_change_asks_nobody_again_for_a_place_that_they_passed_on(maria, places, asked_again):
    event, asked, _new = waits_with_a_place_kept(maria)
    pass_on(registration=asked, now=NOW + HOUR)
    fields = {"start": event.start, "registration_until": event.start, "wishes_until": None}
    said = make_said(**fields, title="Other words", places={Side.MENTEE: places, Side.MENTOR: 2})

    change_event(event=event, said=said, now=NOW + HOUR)

    asked.refresh_from_db()
    assert (asked.is_asked(NOW + HOUR), bool(told(News.OFFERED))) == (asked_again, asked_again)


def test_who_does_not_answer_is_not_asked_every_two_hours(maria):
    event, asked, _new = waits_with_a_place_kept(maria)
    later = asked.answer_by

    assert lapse_offers(event=event, now=later) == 1
    assert lapse_offers(event=event, now=later) == 0

    asked.refresh_from_db()
    assert (asked.answer_by, told(News.OFFERED)) == (None, [])


def test_a_place_that_someone_passed_on_is_the_next_persons(maria):
    event, asked, new = waits_with_a_place_kept(maria)
    pass_on(registration=asked, now=NOW + HOUR)

    assert come(event, new, now=NOW + HOUR).is_in


def test_a_place_that_nobody_in_line_has_time_for_is_a_newcomers(event):
    first, second, third, fourth = make_guests(4)
    registration = come(event, first)
    come(event, second)
    come(event, third)
    Occupancy.objects.create(person=third, subject="other", subject_id=1, during=event.during)
    cancel_registration(registration=registration, by=first, now=NOW)

    assert come(event, fourth).is_in


def test_shortly_before_the_last_hours_all_are_told_since_nobody_has_time_to_answer(maria):
    start = NOW + timedelta(hours=3, minutes=20)
    event = make_event(maria, start=start, registration_until=start, wishes_until=None)
    guests = make_guests(4)
    registrations = [come(event, guest) for guest in guests]

    cancel_registration(registration=registrations[0], by=guests[0], now=NOW)

    assert told(News.FREE_FOR_ALL) == [guests[2].email, guests[3].email]


def test_a_place_that_is_kept_stays_kept_when_all_are_told_of_another(maria):
    event, asked, new = waits_with_a_place_kept(maria, hours=6)
    come(event, new)
    late = event.start - timedelta(hours=3, minutes=10)
    Registration.objects.filter(pk=asked.pk).update(answer_by=late + timedelta(minutes=5))
    inside = Registration.objects.filter(state="in").first()

    cancel_registration(registration=inside, by=inside.person, now=late)

    asked.refresh_from_db()
    assert asked.is_asked(late)
    assert told(News.FREE_FOR_ALL) == [new.email]


def test_registering_again_is_a_change_that_takes_the_right_time(event, bob):
    come(event, bob)

    come(event, bob, attends=[3])

    assert times() == {(at("2026-12-03 17:24"), at("2026-12-03 17:34"))}
    assert refused(lambda: come(event, bob, attends=[4]))[0] == "too_few_rounds"
    Event.objects.update(state=EventState.OVER)
    assert refused(lambda: come(event, bob))[0] == "closed"


def test_changing_what_one_said_keeps_the_notices_that_are_to_come(event, bob):
    registration = come(event, bob)
    come(event, bob, question="Another?")

    registration.refresh_from_db()
    pending = Notification.objects.filter(recipient=bob, state=State.PENDING)
    assert {row.subject_version for row in pending} == {registration.version}
    assert pending.count() == 4


def test_the_answers_about_a_place_that_is_gone(maria, event, bob):
    registration = come(event, bob)
    assert take_place(registration=registration, now=NOW).is_in
    cancel_registration(registration=registration, by=bob, now=NOW)

    assert refused(lambda: take_place(registration=registration, now=NOW))[0] == "stale"
    again = cancel_registration(registration=registration, by=bob, now=NOW)
    assert (again.state, told(News.LEFT)) == ("cancelled", [bob.email])


def test_nobody_takes_a_place_of_an_event_that_has_begun(event):
    guests = make_guests(3)
    waiting = [come(event, guest) for guest in guests][2]
    Place.objects.create(event=event, side=Side.MENTEE, number=3)

    assert refused(lambda: take_place(registration=waiting, now=EVENING))[0] == "closed"
    Event.objects.update(state=EventState.LIVE)
    one = Registration.objects.get(person=guests[0])
    assert refused(lambda: cancel_registration(registration=one, by=guests[0], now=NOW))[0] == "closed"


def test_who_leaves_an_event_whose_first_round_is_called_says_so_on_the_day(maria):
    evening = make_evening(maria)
    Round.objects.filter(number=1).update(called_at=NOW)
    one = evening.mentees[0]

    assert refused(lambda: cancel_registration(registration=one, by=one.person, now=NOW))[0] == "closed"


def test_who_only_waits_leaves_the_list_when_the_first_round_is_called_too(maria, bob):
    evening = make_evening(maria)
    fields = {"board_name": "Bob", "registered_at": NOW, "waiting_since": NOW}
    waiting = Registration.objects.create(event=evening.event, person=bob, side=Side.MENTEE, state="waiting", **fields)
    Round.objects.filter(number=1).update(called_at=NOW)

    assert cancel_registration(registration=waiting, by=bob, now=NOW).state == "left"


# At once


@pytest.mark.django_db(transaction=True)
def test_a_form_that_is_sent_twice_at_once_makes_two_drafts(maria):
    outcomes = race([lambda: create_event(said=make_said(), by=maria)] * 4)

    assert outcomes == {"won": 4}
    assert Event.objects.values("slug").distinct().count() == 4


@pytest.mark.django_db(transaction=True)
def test_a_freed_place_has_one_owner_whoever_is_fastest(maria):
    """Somebody gives up a place while two who wait and a newcomer reach for it."""
    start = NOW + timedelta(hours=2)
    event = make_event(maria, start=start, registration_until=start, wishes_until=None)
    guests = make_guests(5)
    registrations = [come(event, guest) for guest in guests[:4]]
    said = RegistrationInput(board_name="New", question="Which?", languages=["en"])

    race(
        [
            lambda: cancel_registration(registration=registrations[0], by=guests[0], now=NOW),
            lambda: take_place(registration=registrations[2], now=NOW),
            lambda: take_place(registration=registrations[3], now=NOW),
            lambda: register(event=event, person=guests[4], side=Side.MENTEE, said=said, now=NOW),
        ]
    )

    states = Counter(Registration.objects.values_list("state", flat=True))
    assert states["in"] <= 2
    assert states["cancelled"] == 1
    inside = Registration.objects.filter(state="in").values_list("pk", flat=True)
    assert set(Occupancy.objects.values_list("subject_id", flat=True)) == set(inside)


@pytest.mark.django_db(transaction=True)
def test_registering_while_the_event_moves_takes_the_time_that_stands(maria):
    event = make_event(maria)
    [guest] = make_guests(1)

    race(
        [
            lambda: come(event, guest),
            lambda: change_event(event=event, said=make_said(start=EVENING + DAY), now=NOW),
        ]
    )

    moved = Event.objects.get()
    assert times() == {(moved.start, moved.end)}


@pytest.mark.django_db(transaction=True)
def test_of_two_organisers_who_edit_at_once_one_reads_the_page_again(maria):
    event = make_event(maria)
    seen = str(event.version)

    outcomes = race(
        [
            lambda count=count: change_event(
                event=event, said=make_said(places={"mentee": count, "mentor": 2}), now=NOW, seen=seen
            )
            for count in (5, 6)
        ]
    )

    assert outcomes == {"won": 1, "stale": 1}
    assert Place.objects.filter(side=Side.MENTEE).count() in (5, 6)


@pytest.mark.django_db(transaction=True)
def test_two_events_of_one_title_made_at_once_have_addresses_of_their_own(maria):
    outcomes = race([lambda: create_event(said=make_said(), by=maria)] * 2)

    assert outcomes == {"won": 2}
    assert set(Event.objects.values_list("slug", flat=True)) == {"first-jobs-2026-12-03", "first-jobs-2026-12-03-2"}
    assert Helper.objects.filter(role=HelperRole.LEAD).count() == 2
