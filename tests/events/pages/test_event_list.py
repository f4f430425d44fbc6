"""The list of events: what is ahead, what has been, and the reader's own part."""

from datetime import timedelta

import pytest
import time_machine

from events.models import (
    Event,
    EventState,
    Place,
    Registration,
    Side,
)
from events.pages.event_list import MOST_AHEAD, MOST_PAST, list_events
from events.pages.event_page import EventPage
from mentors.models import MentorProfile
from tests.conftest import NOW
from tests.events.making import EVENING, come, make_event, make_said
from tests.markup import links_in, markup_of

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast, pytest.mark.usefixtures("now")]
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)


def page_of(event, reader=None, *, now=NOW) -> EventPage:
    event = Event.objects.get(pk=event.pk)
    own = Registration.objects.filter(event=event, person=reader).first() if reader else None
    return EventPage(event, reader, own, now)


def test_drafts_are_apart_and_the_past_is_the_newest_first(maria, bob):
    for days, state in enumerate(("draft", "open", "live", "over", "archived", "cancelled")):
        made = make_event(maria, title=state, start=EVENING + days * DAY, is_open=False)
        Event.objects.filter(pk=made.pk).update(state=state)

    seen = {person: list_events(person, now=NOW) for person in (None, bob, maria)}

    for person, drafts in ((None, []), (bob, []), (maria, ["draft"])):
        found = seen[person]
        assert [row.event.title for row in found.drafts] == drafts
        assert [row.event.title for row in found.ahead] == ["open", "live"]
        assert [row.event.title for row in found.past] == ["archived", "over"]
    assert [one.may_create for one in seen.values()] == [False, False, True]


def test_only_mentors_with_a_live_profile_may_host(alice, bob):
    assert [list_events(person, now=NOW).may_host for person in (None, bob, alice)] == [False, False, True]
    alice.mentor_profile.state = "draft"
    alice.mentor_profile.save()
    assert not list_events(alice, now=NOW).may_host


@pytest.mark.parametrize("state", ["in", "waiting", "invited", "cancelled"])
def test_ones_own_part_is_in_the_list_and_nobody_elses(event, bob, charlie, state):
    registration = come(event, bob)
    fields = {} if state == "in" else {"place": None, "waiting_since": NOW}
    Registration.objects.filter(pk=registration.pk).update(state=state, **fields)

    [own], [other], [visitor] = (list_events(one, now=NOW).ahead for one in (bob, charlie, None))

    assert (own.is_in, own.is_waiting, own.is_invited) == tuple(state == one for one in ("in", "waiting", "invited"))
    assert (own.state, other.state, visitor.state) == (state, "", "")


def test_places_in_the_list_are_those_of_mentees(event, bob, alice):
    come(event, bob)
    come(event, alice, side=Side.MENTOR)
    Place.objects.create(event=event, side=Side.MENTEE, number=9)

    [row] = list_events(None, now=NOW).ahead

    assert (row.count.side, row.total, row.free) == (Side.MENTEE, 3, 2)


@pytest.mark.parametrize("is_full", [False, True])
def test_the_list_offers_a_place_only_while_people_can_register(event, bob, client, is_full):
    if is_full:
        Place.objects.filter(event=event, side=Side.MENTEE).delete()
    for now, is_open in ((NOW, True), (event.registration_until - SECOND, True), (event.registration_until, False)):
        [row] = list_events(bob, now=now).ahead
        assert row.is_open == page_of(event, bob, now=now).may_register == is_open
        with time_machine.travel(now, tick=False):
            assert ('data-part="closed"' in markup_of(client.get("/events/"))) == (not is_open)


def test_an_empty_list_leads_to_mentors_only_where_there_are_some(alice, client):
    def leads() -> bool:
        main = markup_of(client.get("/events/")).partition("<main")[2].partition("</main")[0]
        return "/mentors/" in links_in(main)

    assert leads()
    MentorProfile.objects.update(state="draft")
    assert not leads()


def test_the_list_has_an_end(maria):
    fields = make_said().values() | {"by": maria, "state": EventState.OPEN}
    Event.objects.bulk_create(Event(slug=f"ahead-{number}", **fields) for number in range(MOST_AHEAD + 1))
    past = fields | {"state": EventState.OVER}
    Event.objects.bulk_create(Event(slug=f"past-{number}", **past) for number in range(MOST_PAST + 1))

    found = list_events(maria, now=NOW)

    assert (len(found.ahead), len(found.past)) == (MOST_AHEAD, MOST_PAST)
