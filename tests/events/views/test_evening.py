"""The pages of an evening, as their readers get them."""

from datetime import timedelta
from urllib.parse import unquote

import pytest
import time_machine
from django.test import Client

from accounts.models import KeptAnswer
from events.live import running
from events.models import Answer, Event, EventState, Outcome, Pairing, Presence, Registration
from sessions_app.models import Occupancy
from tests.events.live.acting import MINUTE, arrive, started
from tests.events.making import EVENING, MadeEvening, come, make_event
from tests.markup import parts_in, refusals_in, stage_in

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true"}
STARTED = EVENING + 2 * MINUTE


@pytest.fixture
def clock():
    """Stands in the second minute of the first round."""
    with time_machine.travel(STARTED, tick=False) as traveller:
        yield traveller


def now_of(evening: MadeEvening) -> str:
    return f"/events/{evening.event.slug}/now/"


def desk_of(evening: MadeEvening) -> str:
    return f"/events/{evening.event.slug}/desk/"


def press(client: Client, evening: MadeEvening, what: str, **fields) -> str:
    answer = client.post(now_of(evening), {"press": what, **fields}, follow=True)
    return (refusals_in(answer.content.decode()) or [""])[0]


def test_own_page_needs_few_statements_and_nothing_is_sent_twice(
    evening, clock, client_for, django_assert_max_num_queries
):
    started(evening)
    client = client_for(evening.mentees[3].person)
    page = client.get(now_of(evening))
    seen = page.context["page"].mark

    # Two of them find the session and its person.
    with django_assert_max_num_queries(6):
        none = client.get(f"{now_of(evening)}?seen={seen}", headers=PART)
    running.add_minute(event=evening.event, now=STARTED)
    news = client.get(f"{now_of(evening)}?seen={seen}", headers=PART)

    assert (none.status_code, none["Clock-Left"]) == (204, "480.0")
    assert (news.status_code, news["Clock-Left"], stage_in(news.content.decode())) == (200, "540.0", "running")


def test_each_press_of_a_persons_page(evening, clock, client_for):
    started(evening, without=(evening.mentees[0],))
    late, mentee, mentor = evening.mentees[0], evening.mentees[3], evening.mentors[1]
    clients = {one.pk: client_for(one.person) for one in (late, mentee, mentor)}

    def standing(registration: Registration) -> list[str]:
        return list(Presence.objects.filter(registration=registration).values_list("kind", flat=True))

    assert press(clients[late.pk], evening, "break") == "not_here"
    assert press(clients[late.pk], evening, "here") == ""
    pairing = Pairing.objects.of(mentor).get(round__number=1)
    assert press(clients[mentee.pk], evening, "takeaway", pairing=pairing.uuid, words="Say it twice") == ""
    assert Answer.objects.get().takeaway == "Say it twice"
    assert press(clients[mentor.pk], evening, "missing", pairing=pairing.uuid) == ""
    assert Pairing.objects.get(pk=pairing.pk).outcome == Outcome.MISSED
    assert press(clients[mentee.pk], evening, "here") == ""
    assert press(clients[mentee.pk], evening, "join", whom=mentor.uuid) == ""
    assert Pairing.objects.filter(is_standby=True, outcome=Outcome.PLANNED).count() == 1
    assert press(clients[mentor.pk], evening, "break") == ""
    assert press(clients[mentor.pk], evening, "here") == ""
    assert press(clients[mentor.pk], evening, "gone") == ""
    assert standing(mentor) == ["in", "break", "back", "gone"]
    assert standing(mentee) == ["in", "missing"]


def test_a_press_that_comes_twice_with_its_key_counts_once(evening, clock, client_for):
    """Also where the same act would do something again by then, and where the second time would be refused."""
    started(evening)
    mentee, mentor = evening.mentees[3], evening.mentors[1]
    client, waiting = client_for(mentee.person), client_for(mentor.person)
    pairing = Pairing.objects.of(mentor).get(round__number=1)

    def send(by: Client, key: str, what: str, **fields) -> tuple[int, list[str]]:
        said = {"press": what, **fields}
        answer = by.post(now_of(evening), said, headers={"Idempotency-Key": key}, follow=True)
        return answer.status_code, refusals_in(answer.content.decode())

    assert [send(waiting, "k", "missing", pairing=pairing.uuid) for _time in range(2)] == [(200, [])] * 2
    assert send(waiting, "other", "missing", pairing=pairing.uuid) == (200, ["stale"])
    assert send(client, "k", "break") == (200, [])
    assert send(client, "back", "here") == (200, [])
    assert send(client, "k", "break") == (200, [])
    kinds = Presence.objects.filter(registration=mentee).values_list("kind", flat=True)
    assert list(kinds) == ["in", "missing", "break", "back"]


def test_a_press_that_was_refused_is_tried_again_with_its_key(evening, clock, client_for):
    started(evening, without=(evening.mentees[0],))
    late = evening.mentees[0]
    client, key = client_for(late.person), {"Idempotency-Key": "k"}
    early = client.post(now_of(evening), {"press": "break"}, headers=key, follow=True)
    client.post(now_of(evening), {"press": "here"})

    client.post(now_of(evening), {"press": "break"}, headers=key)

    assert refusals_in(early.content.decode()) == ["not_here"]
    assert list(Presence.objects.filter(registration=late).values_list("kind", flat=True)) == ["in", "break"]


@pytest.mark.parametrize("key", ["", "ä", "k" * 256])
def test_a_press_without_a_key_that_can_be_kept_is_done(evening, clock, client_for, key):
    started(evening)
    client_for(evening.mentees[3].person).post(
        now_of(evening), {"press": "break"}, headers={"Idempotency-Key": key.encode().decode("latin-1")}
    )

    assert Presence.objects.filter(kind="break").count() == 1
    assert not KeptAnswer.objects.exists()


def test_pages_say_when_each_round_is_from_now_and_what_time_it_is(evening, clock, client_for):
    started(evening)
    page = client_for(evening.mentees[3].person).get(now_of(evening))

    rounds = [(one.starts, one.ends) for one in page.context["page"].rounds]

    assert rounds == [("-120.0", "480.0"), ("600.0", "1200.0"), ("1320.0", "1920.0")]
    assert unquote(page["Clock-Read"]) == "17:02"
    running.pause(event=evening.event, now=STARTED)
    clock.move_to(STARTED + 5 * MINUTE)
    paused = client_for(evening.mentees[3].person).get(now_of(evening))
    assert paused.context["page"].rounds[1].starts == "600.0"
    assert (unquote(paused["Clock-Read"]), paused["Clock-Left"]) == ("17:07", "")


def test_other_peoples_meetings_are_not_there(evening, clock, client_for):
    started(evening)
    foreign = Pairing.objects.of(evening.mentors[0]).get(round__number=1)

    answer = client_for(evening.mentees[3].person).post(
        now_of(evening), {"press": "takeaway", "pairing": foreign.uuid, "words": "x"}
    )

    assert (answer.status_code, Answer.objects.count()) == (404, 0)


def test_desk_runs_the_clock_and_shows_the_page_as_it_is_now(evening, clock, client_for, maria):
    started(evening)
    desk = client_for(maria)
    seen = desk.get(desk_of(evening)).context["page"].evening.mark
    other = client_for(maria).post(desk_of(evening), {"act": "pause", "seen": seen})

    stale = desk.post(desk_of(evening), {"act": "end", "seen": seen})
    page = stale.content.decode()

    assert (other.status_code, stale.status_code, refusals_in(page), stage_in(page)) == (302, 409, ["stale"], "paused")
    assert 'value="resume"' in page
    assert 'value="end"' not in page
    resumed = desk.post(desk_of(evening), {"act": "resume", "seen": stale.context["page"].evening.mark})
    assert (resumed.status_code, Event.objects.get().paused_at) == (302, None)


def test_desk_checks_people_in_finds_them_and_says_who_has_to_leave(evening, clock, client_for, maria):
    started(evening, without=(evening.mentees[0],))
    desk, late = client_for(maria), evening.mentees[0]
    desk.post(f"{desk_of(evening)}{late.uuid}/", {"press": "in"})
    found = desk.get(f"{desk_of(evening)}?q=mentéE%201").context["page"].rows
    desk.post(f"{desk_of(evening)}{late.uuid}/", {"press": "gone"})
    Occupancy.objects.create(
        person=evening.mentees[1].person,
        subject="other",
        subject_id=1,
        during=(evening.event.end, evening.event.end + 9 * MINUTE),
    )
    before = parts_in(desk.get(desk_of(evening)).content.decode())
    running.add_minute(event=evening.event, now=STARTED)
    after = parts_in(desk.get(desk_of(evening)).content.decode())

    assert [(row.registration.board_name, row.standing) for row in found] == [("Mentee 1", "here")]
    assert list(Presence.objects.filter(registration=late).values_list("kind", "by")) == [
        ("in", maria.pk),
        ("gone", maria.pk),
    ]
    assert ("pressed" in before, "pressed" in after) == (False, True)


def test_board_shows_names_and_tables_to_the_room_and_nothing_else(evening, clock):
    address = f"/events/board/{evening.event.board_key}/"
    before = Client().get(address)
    started(evening)
    Event.objects.update(message="Soup is served")

    page = Client().get(address)
    seen = page.context["page"].mark
    unchanged = Client().get(f"{address}?seen={seen}", headers=PART)

    assert before.context["page"].rows == []
    assert [(row.name, row.table) for row in page.context["page"].rows] == [
        ("Mentee 3", "Table 1"),
        ("Mentee 4", "Table 2"),
        ("Mentor 1", "Table 1"),
        ("Mentor 2", "Table 2"),
    ]
    words = page.content.decode()
    assert ("message" in parts_in(words), "<form" in words, "Which offer" in words) == (True, False, False)
    assert unchanged.status_code == 204


def test_door_opens_an_hour_before_for_whoever_is_registered(evening, client_for, bob):
    mentee, code = evening.mentees[0], evening.event.door_key
    client = client_for(mentee.person)
    with time_machine.travel(EVENING - timedelta(minutes=61), tick=False):
        early = client.get(f"/e/{code}/")
        refused = client.post(f"/e/{code}/", follow=True)
    with time_machine.travel(EVENING - timedelta(minutes=60), tick=False):
        came = client.post(f"/e/{code}/")
        stranger = client_for(bob).get(f"/e/{code}/")

    assert "press-here" not in early.content.decode()
    assert refusals_in(refused.content.decode()) == ["not_yet"]
    assert came["Location"] == now_of(evening)
    assert Presence.objects.get().registration == mentee
    assert stranger.status_code == 404


def test_a_card_is_read_by_its_owner_and_by_the_desk_of_its_event_only(evening, clock, client_for, maria):
    mentee = evening.mentees[0]
    helper = evening.mentors[0].person
    evening.event.helpers.create(person=helper, role="desk")
    other = make_event(maria, start=EVENING + timedelta(days=1), title="Another")
    foreign = come(other, mentee.person)

    readers = {"owner": mentee.person, "desk": helper, "other": evening.mentees[1].person}
    found = {name: client_for(person).get(f"/e/{mentee.uuid}/").status_code for name, person in readers.items()}
    checked = client_for(helper).post(f"/e/{mentee.uuid}/")

    assert found == {"owner": 200, "desk": 200, "other": 404}
    assert checked["Location"] == f"/e/{mentee.uuid}/"
    assert Presence.objects.get().by == helper
    assert client_for(helper).get(f"/e/{foreign.uuid}/").status_code == 404


def test_pages_lead_to_the_event_where_there_is_no_evening(event, bob, client_for, maria):
    come(event, bob)

    answers = [client_for(bob).get(f"/events/{event.slug}/now/"), client_for(maria).get(f"/events/{event.slug}/desk/")]

    assert [answer["Location"] for answer in answers] == [f"/events/{event.slug}/"] * 2
    assert Client().get(f"/events/board/{event.board_key}/").status_code == 404


def test_a_page_that_finds_a_round_due_calls_it(evening, clock, client_for):
    started(evening)
    clock.move_to(EVENING + 8.5 * MINUTE)

    page = client_for(evening.mentees[3].person).get(now_of(evening))

    assert page.context["page"].next.is_called
    assert evening.event.rounds.get(number=2).called_at == EVENING + 8.5 * MINUTE


def test_after_a_call_the_timetable_and_the_places_stay(evening, clock, client_for):
    arrive(*evening.people)
    running.call_round(event=evening.event, now=STARTED)
    mentee = evening.mentees[3]

    answer = client_for(mentee.person).post(f"/events/{evening.event.slug}/answer/", {"answer": "cancel"}, follow=True)

    assert refusals_in(answer.content.decode()) == ["closed"]
    assert Event.objects.get().state == EventState.SCHEDULED
    assert Registration.objects.get(pk=mentee.pk).is_in
