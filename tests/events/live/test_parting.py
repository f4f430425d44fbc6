"""Two people who part once the first round is called sit together no more."""

import pytest

from events.live import running
from events.live.evening import read_evening
from events.live.parting import part_at_evenings
from events.live.partners import find_alone
from events.live.stamping import run_evenings
from events.models import Chair, Pairing, Registration, Round
from events.planning.publishing import publish_plan
from tests.apart import keep_apart
from tests.conftest import NOW
from tests.events.live.acting import MINUTE, arrive, started
from tests.events.making import EVENING, make_evening
from tests.events.planning.making import make_meeting_event, planned
from tests.events.planning.making import one as named

pytestmark = pytest.mark.django_db
LATER = EVENING + MINUTE


def meetings(one: Registration, other: Registration) -> dict[int, str]:
    """How their meetings stand, by the number of the round."""
    rows = Pairing.objects.of(one).filter(pk__in=Pairing.objects.of(other))
    return dict(rows.values_list("round__number", "outcome"))


def pair_in(evening, number: int) -> tuple[Registration, Registration]:
    pairing = Pairing.objects.filter(round__number=number).select_related("one__person", "other__person").first()
    return pairing.one, pairing.other


@pytest.mark.parametrize("is_started", [True, False])
def test_who_parts_meets_in_no_round_to_come(evening, is_started, django_capture_on_commit_callbacks):
    arrive(*evening.people)
    running.call_round(event=evening.event, now=EVENING)
    if is_started:
        running.start_evening(event=evening.event, now=EVENING)
    one, other = pair_in(evening, 3)
    others = Pairing.objects.exclude(round__number=3, one=one, other=other)
    before = set(others.values_list("pk", "outcome"))

    with django_capture_on_commit_callbacks(execute=True):
        keep_apart(one.person, other.person, now=LATER)

    assert meetings(one, other) == {3: "dropped"}
    assert set(others.values_list("pk", "outcome")) == before
    assert not Chair.objects.filter(round__number=3, registration__in=(one, other)).exists()
    run_evenings(now=EVENING + 23 * MINUTE)
    assert meetings(one, other) == {3: "dropped"}


def test_who_sits_together_just_now_does_so_no_more(evening):
    started(evening)
    one, other = pair_in(evening, 1)
    keep_apart(one.person, other.person, now=LATER)

    assert part_at_evenings(one.person_id, other.person_id, now=LATER) == 1

    assert meetings(one, other) == {1: "dropped"}
    assert not Chair.objects.filter(round__number=1, registration__in=(one, other)).exists()
    shown, place = read_evening(evening.event, LATER), Round.objects.get(number=1)
    assert other not in [chair.registration for chair in find_alone(shown, one, place)]
    assert part_at_evenings(one.person_id, other.person_id, now=LATER) == 0


def test_the_host_of_a_pod_keeps_the_table_for_the_others(maria):
    evening = make_evening(maria, mentees=3, group_size=3)
    [mentor, _second] = evening.mentors
    here = Pairing.objects.filter(round__number=1).of(mentor).first()
    joined = next(one for one in evening.mentees if one.pk not in (here.one_id, here.other_id))
    started(evening)
    place = Round.objects.get(number=1)
    low, high = sorted((joined, mentor), key=lambda one: one.pk)
    Pairing.objects.filter(one=low, other=high).delete()
    Pairing.objects.create(event=evening.event, one=low, other=high, round=place, is_standby=True)
    keep_apart(joined.person, mentor.person, now=LATER)

    part_at_evenings(joined.person_id, mentor.person_id, now=LATER)

    assert meetings(joined, mentor) == {1: "dropped"}
    assert Chair.objects.filter(round=place, registration=mentor).exists()


@pytest.mark.usefixtures("now")
@pytest.mark.parametrize("is_first_called", [False, True])
def test_two_mentees_who_part_sit_in_no_pod_together(maria, is_first_called, django_capture_on_commit_callbacks):
    """Six mentees and two mentors, three to a table, in two rounds."""
    event = make_meeting_event(maria, mentees=6, mentors=("Ann", "Ben"), group_size=3, rounds_count=2)
    publish_plan(plan=planned(event), now=NOW)
    ann = named(event, "Ann")
    pods = {
        number: sorted(Pairing.objects.of(ann).filter(round__number=number).values_list("one", flat=True))
        for number in (1, 2)
    }
    one, other = Registration.objects.select_related("person").filter(pk__in=pods[2][:2])
    if is_first_called:
        arrive(*event.registrations.select_related("event", "person"))
        running.call_round(event=event, now=EVENING)

    with django_capture_on_commit_callbacks(execute=True):
        keep_apart(one.person, other.person, now=EVENING if is_first_called else NOW)

    shared = [set(Pairing.objects.that_stand().of(each).values_list("round", "other")) for each in (one, other)]
    assert shared[0] & shared[1] == set()
