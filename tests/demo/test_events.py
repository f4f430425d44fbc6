from datetime import timedelta
from io import StringIO
from random import Random

import pytest
from django.core.management import call_command

from accounts.models import User
from demo.evening import TITLE
from demo.events import EventWriter
from events.afterwards.report import read_report
from events.models import (
    Event,
    EventKind,
    EventState,
    Goal,
    Outcome,
    Pairing,
    Plan,
    PlanState,
    Presence,
    PresenceKind,
    Registration,
    RegistrationState,
    Side,
)
from notifications.models import Notification
from sessions_app.models import Occupancy
from tests.apart import keep_apart
from tests.conftest import NOW, make_person

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_events_are_one_of_each_that_people_come_across(world):
    found = {(event.kind, event.state) for event in Event.objects.all()}
    assert found == {
        (EventKind.SPEED, EventState.OPEN),
        (EventKind.SPEED, EventState.SCHEDULED),
        (EventKind.OFFICE_HOURS, EventState.OPEN),
        (EventKind.SPEED, EventState.OVER),
    }
    tomas = Registration.objects.get(person__email="tomas@demo.example", event__state=EventState.OPEN)
    assert (tomas.state, tomas.side) == (RegistrationState.INVITED, Side.MENTOR)
    plan = Plan.objects.get(event__state=EventState.SCHEDULED)
    assert (plan.state, plan.proof["is_proven"], plan.proof["violations"]) == (PlanState.PUBLISHED, True, [])


def test_one_event_is_over_and_has_a_report_and_goals(world, client_for):
    event = Event.objects.get(state=EventState.OVER)
    figures = {one.code: one for one in read_report(event)}
    assert figures["came"].count == figures["came"].total - 2 > 10
    assert figures["kept"].percent >= 60
    assert not figures["useful"].is_hidden
    assert figures["useful"].count > figures["useful"].total / 2
    assert figures["goals"].count == 5 == Goal.objects.filter(is_witnessed=True).count()
    assert not Pairing.objects.filter(event=event, outcome=Outcome.PLANNED).exists()
    # Sam was there, and has someone to talk to again or a goal to look at.
    sam = event.registrations.get(person__email="sam@demo.example")
    assert Presence.objects.filter(registration=sam).exists()
    pages = [client_for(sam.person).get(f"/events/{event.slug}/{page}/") for page in ("after", "goal")]
    assert [page.status_code for page in pages] == [200, 200]
    assert pages[1].context["page"].goal is not None
    late = Notification.objects.filter(recipient__email__endswith="@demo.example", due_at__lte=NOW)
    assert not late.filter(kind__startswith="event_").exists()


def test_everyone_who_comes_gives_the_time(world):
    inside = Registration.objects.who_are_in().values_list("pk", flat=True)
    assert set(Occupancy.objects.filter(subject="event").values_list("subject_id", flat=True)) == set(inside)


def test_events_go_with_the_invented_people(world, seed):
    seed("--reset")

    assert User.objects.filter(email="maria@demo.example").count() == 1
    assert Event.objects.count() == 4


def test_an_evening_to_run_begins_in_ten_minutes(world):
    out = StringIO()
    call_command("demo_event", "--live", stdout=out)
    first = Event.objects.get(title=TITLE)
    call_command("demo_event", stdout=StringIO())

    event = Event.objects.exclude(pk=first.pk).get(title=TITLE)
    first.refresh_from_db()
    said = out.getvalue()
    assert (first.state, event.state, event.start) == (EventState.CANCELLED, EventState.SCHEDULED, NOW + 10 * MINUTE)
    there = Presence.objects.filter(kind=PresenceKind.IN, registration__event=first)
    assert there.count() == first.registrations.count() == said.count("@") - 1
    inside = event.registrations.who_are_in()
    assert (inside.on(Side.MENTOR).count(), inside.on(Side.MENTEE).count() <= 8) == (4, True)
    assert f"/events/{first.slug}/desk/" in said


def test_who_is_kept_apart_from_the_host_of_office_hours_is_not_among_those_who_come(world):
    event = Event.objects.select_related("host").get(kind=EventKind.OFFICE_HOURS)
    stranger = make_person("stranger@demo.example", "Sten Stranger")
    keep_apart(event.host, stranger)

    EventWriter(NOW, Random(1)).fill(event, mentees=10_000, mentors=0)

    assert not event.registrations.filter(person=stranger).exists()
