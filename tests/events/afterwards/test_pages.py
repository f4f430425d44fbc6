from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine

from events.afterwards.goals import set_goal
from events.models import Answer, Event, EventKind, Goal, Side, Went
from tests.conftest import at
from tests.events.making import come, make_event, make_guests

from .evening import CLOSED, close, meet

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """An hour after closing, until a test moves it."""
    with time_machine.travel(CLOSED + timedelta(hours=1), tick=False) as clock:
        yield clock


def said(pair, **fields) -> dict[str, str]:
    return {f"{name}_{pair.pk}": value for name, value in fields.items()}


def test_two_yeses_lead_to_a_booking_with_the_question(over, client_for):
    page = f"/events/{over.event.slug}/after/"
    mentee, mentor = client_for(over.bob.person), client_for(over.alice.person)
    mentee.post(page, said(over.pair, useful="4", again="yes", takeaway="Ask for the level"))
    assert b'data-part="mutual"' not in mentee.get(page).content

    mentor.post(page, said(over.pair, again="yes"))

    [wish] = mentee.get(page).context["page"].mutual
    address = urlsplit(wish.book_url)
    assert address.path == f"/mentors/{over.alice.person.mentor_profile.slug}/"
    assert parse_qs(address.query)["q"] == ["Which offer do I take?"]
    assert mentee.get(wish.book_url).status_code == 200
    [theirs] = mentor.get(page).context["page"].mutual
    assert theirs.book_url == ""
    assert b"Ask for the level" not in mentor.get(page).content


def test_a_wrong_answer_is_told_beside_its_field_and_nothing_is_lost(over, client_for):
    page = f"/events/{over.event.slug}/after/"

    answer = client_for(over.bob.person).post(page, said(over.pair, useful="9", takeaway="Kept"))

    assert answer.status_code == 422
    assert b"Kept" in answer.content
    assert not Answer.objects.exists()


def test_a_page_that_is_older_than_a_meeting_takes_no_words_of_it_away(event, alice, dora, bob, client_for):
    first, second = (come(event, one, side=Side.MENTOR) for one in (alice, dora))
    mentee, client = come(event, bob), client_for(bob)
    Event.objects.update(state="live")
    known = meet(first, mentee)
    later = meet(second, mentee, number=2)
    Answer.objects.create(pairing=later, registration=mentee, takeaway="Call Ann", at=CLOSED)

    client.post(f"/events/{event.slug}/after/", said(known, useful="4", again="", takeaway=""))

    assert dict(Answer.objects.values_list("pairing", "takeaway")) == {known.pk: "", later.pk: "Call Ann"}


def test_guests_of_a_gathering_share_what_they_wrote_for_it(maria, client_for):
    event = make_event(maria, kind=EventKind.NETWORKING, places={Side.GUEST: 4}, wishes_until=None)
    ann, ben = (come(event, one, side=Side.GUEST, contact=f"{one.first_name}@chat") for one in make_guests(2))
    pair = meet(ann, ben)
    close(event)
    page = f"/events/{event.slug}/after/"
    for one in (ann, ben):
        assert b"@chat" not in client_for(one.person).get(page).content
        client_for(one.person).post(page, said(pair, again="yes"))

    [wish] = client_for(ann.person).get(page).context["page"].mutual

    assert (wish.contact, wish.book_url) == (ben.contact, "")


def test_a_goal_is_set_witnessed_and_looked_at_after_three_months(over, client_for, clock):
    mentee, mentor = client_for(over.bob.person), client_for(over.alice.person)
    goal_page, after = f"/events/{over.event.slug}/goal/", f"/events/{over.event.slug}/after/"
    assert mentee.post(goal_page, {"text": ""}).status_code == 422
    mentee.post(goal_page, {"text": "Asked for the level", "witness": over.alice.pk})
    assert b"Asked for the level" in mentor.get(after).content
    witness = f"{after}{over.bob.uuid}/"

    mentor.post(witness)
    mentor.post(witness, {"in_touch": "yes"})
    mentee.post(goal_page, {"went": "done"})
    assert (Goal.objects.get().is_witnessed, Goal.objects.get().in_touch, Goal.objects.get().went) == (True, None, "")

    clock.move_to(at("2027-03-04 09:00"))
    mentee, mentor = client_for(over.bob.person), client_for(over.alice.person)
    mentor.post(witness, {"in_touch": "yes"})
    mentee.post(goal_page, {"went": "done"})
    assert (Goal.objects.get().in_touch, Goal.objects.get().went) == (True, Went.DONE)
    assert mentee.get(goal_page).status_code == mentor.get(after).status_code == 200


def test_only_the_witness_can_press(over, client_for):
    goal = set_goal(registration=over.bob, text="Mine", witness=over.alice, now=CLOSED)

    answer = client_for(over.bob.person).post(f"/events/{over.event.slug}/after/{over.bob.uuid}/")

    goal.refresh_from_db()
    assert (answer.status_code, goal.is_witnessed) == (404, False)


def test_the_team_reads_the_report_once_it_is_over(over, client_for, maria):
    page = f"/events/{over.event.slug}/report/"

    assert b'data-measure="kept"' in client_for(maria).get(page).content
    assert client_for(over.bob.person).get(page).status_code == 404
