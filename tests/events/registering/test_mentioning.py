"""Where other pages mention an event."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Event, Side
from events.registering.mentioning import forget_quiet
from mentors.models import Topic
from sessions_app.questions.gatherings import find_gatherings
from tests.conftest import NOW, make_mentor
from tests.events.making import EVENING, come, make_event, make_guests

pytestmark = pytest.mark.django_db
FAR = NOW + timedelta(days=30)


@pytest.fixture(autouse=True)
def _nothing_remembered():
    forget_quiet()
    yield
    forget_quiet()


def titles(*topics: Topic, **asked) -> list[str]:
    return [one.title for one in find_gatherings([topic.pk for topic in topics], now=NOW, count=3, **asked)]


def test_near_events_and_those_whose_mentors_know_the_topic(maria, alice, topic):
    make_event(maria, title="Near")
    far = make_event(maria, title="Far", start=FAR)
    come(far, alice, side=Side.MENTOR).topics.add(topic)

    assert titles() == ["Near"]
    assert titles(topic) == ["Far", "Near"]
    assert titles(near=timedelta(days=60)) == ["Near", "Far"]


def test_only_what_is_open_and_has_a_free_place(maria, event):
    make_event(maria, title="Draft", is_open=False)
    late = make_event(maria, title="Late")
    Event.objects.filter(pk=late.pk).update(registration_until=NOW)
    for guest in make_guests(2):
        come(event, guest)

    assert titles() == []


def test_what_is_said_of_it(maria, event, alice):
    before = find_gatherings(now=NOW)[0].words
    before = find_gatherings(now=NOW)[0].words
    come(event, alice, side=Side.MENTOR)
    come(event, make_mentor(maria).person, side=Side.MENTOR)

    [found] = find_gatherings(now=NOW)

    assert "2" not in before
    assert (re.findall(r"\d+", found.words), found.free, found.start) == (["2", "34"], 2, EVENING)


def test_where_nothing_is_open_it_costs_no_query(maria):
    counts = []
    for _time in range(2):
        with CaptureQueriesContext(connection) as found:
            assert titles() == []
        counts.append(len(found))
    make_event(maria)

    assert counts == [1, 0]
    assert titles() == ["First jobs"]


@pytest.mark.parametrize("path", ["/", "/mentors/?q=offer", "/waiting/"])
def test_pages_mention_it(client_for, alice, bob, event, path, now):
    page = client_for(bob).get(path).content.decode()

    assert 'data-part="gatherings"' in page
    assert f"/events/{event.slug}/" in page
