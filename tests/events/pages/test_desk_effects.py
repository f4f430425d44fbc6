"""What the desk learns of a press before it counts."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from events.live import running
from events.live.evening import Evening, read_evening
from events.live.presence import go_home
from events.models import Event, Registration
from events.pages.desk import DeskPage
from events.pages.desk_effects import LONG_PAUSE, find_effect
from sessions_app.models import Occupancy
from tests.events.live.acting import MINUTE, started
from tests.events.making import EVENING, MadeEvening
from tests.markup import parts_in, refusals_in

pytestmark = pytest.mark.django_db
STARTED = EVENING + 2 * MINUTE
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock():
    with time_machine.travel(STARTED, tick=False) as traveller:
        yield traveller


def occupy(registration: Registration, start: datetime) -> None:
    """A session of theirs, which begins then."""
    Occupancy.objects.create(
        person=registration.person, subject="other", subject_id=registration.pk, during=(start, start + 25 * MINUTE)
    )


def now_at(evening: MadeEvening, now: datetime = STARTED) -> Evening:
    return read_evening(Event.objects.get(pk=evening.event.pk), now)


def named(evening: MadeEvening, act: str, now: datetime = STARTED) -> list[str]:
    return list(find_effect(now_at(evening, now), act).people)


def test_one_more_minute_names_who_has_something_right_after(evening):
    started(evening)
    end = evening.event.end
    occupy(evening.mentees[0], end)
    occupy(evening.mentees[1], end + MINUTE)
    occupy(evening.mentees[2], end + MINUTE - SECOND)

    assert named(evening, "minute") == ["Mentee 1", "Mentee 3"]
    assert find_effect(now_at(evening), "minute").ends == end + MINUTE
    running.add_minute(event=evening.event, now=STARTED)
    assert named(evening, "minute") == ["Mentee 2"]


def test_a_pause_names_who_has_something_within_a_quarter_of_an_hour(evening):
    started(evening)
    end = evening.event.end
    occupy(evening.mentees[1], end + LONG_PAUSE - SECOND)
    occupy(evening.mentors[0], end + 5 * MINUTE)
    occupy(evening.mentees[0], end + LONG_PAUSE)

    assert named(evening, "pause") == ["Mentor 1", "Mentee 2"]
    assert find_effect(now_at(evening), "pause").ends == end + LONG_PAUSE


def test_ending_a_round_makes_nobody_late(evening):
    started(evening)
    occupy(evening.mentees[0], evening.event.end)

    effect = find_effect(now_at(evening), "end")

    assert (effect.people, effect.ends) == ([], evening.event.end - 8 * MINUTE)
    assert DeskPage(now_at(evening)).if_ended == evening.event.end - 8 * MINUTE
    between = EVENING + 11 * MINUTE
    assert find_effect(now_at(evening, between), "end").ends == evening.event.end - MINUTE


def test_who_has_gone_isnt_named_and_neither_is_who_is_not_at_the_event(evening, bob):
    started(evening)
    for one in evening.mentees[:2]:
        occupy(one, evening.event.end)
    go_home(registration=evening.mentees[0], by=bob, now=STARTED)
    Occupancy.objects.create(
        person=bob, subject="other", subject_id=0, during=(evening.event.end, evening.event.end + MINUTE)
    )

    assert named(evening, "minute") == ["Mentee 2"]


@pytest.mark.parametrize("act", ["call", "skip", "close", "message", "resume", "", "x"])
def test_other_acts_are_done_at_once(evening, act):
    started(evening)
    occupy(evening.mentees[0], evening.event.end)

    assert find_effect(now_at(evening), act) is None


def test_nothing_is_delayed_before_the_start_in_a_pause_or_at_the_end(evening):
    occupy(evening.mentees[0], evening.event.end)
    before = find_effect(now_at(evening), "minute")
    started(evening)
    over = find_effect(now_at(evening, EVENING + 40 * MINUTE), "minute")
    running.pause(event=evening.event, now=STARTED)

    assert (before, over, find_effect(now_at(evening), "minute")) == (None, None, None)


def press(client: Client, evening: MadeEvening, act: str, **fields):
    return client.post(f"/events/{evening.event.slug}/desk/", {"act": act, "seen": now_at(evening).mark, **fields})


def test_the_desk_is_asked_before_someone_is_made_late_and_does_it_with_a_second_press(
    evening, clock, client_for, maria
):
    started(evening)
    desk, end = client_for(maria), evening.event.end
    occupy(evening.mentees[0], end)
    version = now_at(evening).event.version

    asked = press(desk, evening, "minute")

    words = asked.content.decode()
    assert (asked.status_code, now_at(evening).event.version) == (200, version)
    assert ('data-effect="minute"' in words, "Mentee 1" in words, refusals_in(words)) == (True, True, [])
    assert asked.context["effect"].people == ["Mentee 1"]
    sure = press(desk, evening, "minute", sure="yes")
    assert (sure.status_code, now_at(evening).rounds[-1].end) == (302, end + MINUTE)
    assert "pressed" in parts_in(desk.get(f"/events/{evening.event.slug}/desk/").content.decode())


@pytest.mark.parametrize("act", ["pause", "minute", "end"])
def test_a_press_that_makes_nobody_late_counts_at_once(evening, clock, client_for, maria, act):
    started(evening)
    occupy(evening.mentees[0], evening.event.end + 2 * LONG_PAUSE)
    version = now_at(evening).event.version

    assert press(client_for(maria), evening, act).status_code == 302
    assert now_at(evening).event.version > version


def test_what_was_not_seen_is_refused_rather_than_asked_about(evening, clock, client_for, maria):
    started(evening)
    occupy(evening.mentees[0], evening.event.end)

    old = press(client_for(maria), evening, "minute", seen="old")

    assert (old.status_code, refusals_in(old.content.decode())) == (409, ["stale"])
    assert "data-effect" not in old.content.decode()
