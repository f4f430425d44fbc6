"""What two people write to each other while they meet: who, when, how much, and who reads it."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from events.live import running
from events.live.chat import MOST_LINES, WITHIN, write_line
from events.live.presence import go_home
from events.models import Event, Pairing, PairMessage, Registration
from events.pages.pair import MOST_SHOWN
from tests.events.live.acting import MINUTE, arrive, refused, started
from tests.events.making import EVENING, MadeEvening
from tests.markup import parts_in, refusals_in

pytestmark = pytest.mark.django_db
STARTED = EVENING + 2 * MINUTE
PART = {"HX-Request": "true"}


@pytest.fixture
def clock():
    with time_machine.travel(STARTED, tick=False) as traveller:
        yield traveller


def pair_of(evening: MadeEvening, number: int = 1) -> Pairing:
    """The meeting of the second mentor in this round."""
    own = Pairing.objects.of(evening.mentors[1]).select_related("event", "round", "one__person", "other__person")
    return own.get(round__number=number)


def write(pairing: Pairing, text: str = "Hello", now=STARTED, by: Registration | None = None) -> PairMessage:
    return write_line(pairing=pairing, registration=by or pairing.one, text=text, now=now)


def address(evening: MadeEvening, pairing: Pairing) -> str:
    return f"/events/{evening.event.slug}/pair/{pairing.uuid}/"


def test_two_people_write_from_the_call_until_a_minute_after_the_round(evening):
    pairing = pair_of(evening)
    assert refused(lambda: write(pairing)) == "not_yet"
    arrive(*evening.people)
    running.call_round(event=evening.event, now=EVENING)
    write(pairing, "From the call on", now=EVENING)
    running.start_evening(event=evening.event, now=EVENING)
    end = EVENING + 10 * MINUTE
    write(pairing, "Until", now=end + MINUTE)

    assert refused(lambda: write(pairing, now=end + MINUTE + timedelta(seconds=1))) == "over"
    assert list(PairMessage.objects.values_list("text", flat=True)) == ["From the call on", "Until"]


def test_while_the_clock_stands_the_chat_stays_open(evening):
    started(evening)
    running.pause(event=evening.event, now=STARTED)

    write(pair_of(evening), now=EVENING + 30 * MINUTE)

    assert PairMessage.objects.count() == 1


def test_a_pause_opens_no_chat_of_an_earlier_round(evening):
    started(evening)
    later = EVENING + 15 * MINUTE
    running.pause(event=evening.event, now=later)

    assert refused(lambda: write(pair_of(evening, 1), now=later + MINUTE)) == "over"
    write(pair_of(evening, 2), now=later + 30 * MINUTE)


def test_who_left_is_written_to_no_more(evening, maria):
    started(evening)
    go_home(registration=evening.mentors[1], by=maria, now=STARTED)

    assert refused(lambda: write(pair_of(evening))) == "over"


def test_so_many_lines_a_minute_for_both_together(evening):
    started(evening)
    pairing = pair_of(evening)
    for number in range(MOST_LINES):
        write(pairing, by=pairing.one if number % 2 else pairing.other)

    assert refused(lambda: write(pairing, by=pairing.other)) == "too_many"
    write(pairing, now=STARTED + WITHIN)
    assert PairMessage.objects.count() == MOST_LINES + 1


def test_the_page_shows_both_what_was_written_and_nobody_else(evening, clock, client_for, maria):
    started(evening)
    pairing = pair_of(evening)
    path = address(evening, pairing)
    one, other = (client_for(registration.person) for registration in (pairing.one, pairing.other))

    sent = one.post(path, {"words": "Where is the level set?"})
    seen = [client.get(path) for client in (one, other)]

    assert (sent.status_code, sent["Location"]) == (302, path)
    assert [[(line.text, own) for line, own in page.context["page"].lines] for page in seen] == [
        [("Where is the level set?", True)],
        [("Where is the level set?", False)],
    ]
    strangers = [maria, evening.mentees[0].person, evening.mentors[0].person]
    assert [client_for(person).get(path).status_code for person in strangers] == [404] * 3
    assert [client_for(person).post(path, {"words": "x"}).status_code for person in strangers] == [404] * 3
    assert PairMessage.objects.count() == 1


def test_a_page_that_has_all_gets_204_and_news_comes_as_a_part(evening, clock, client_for):
    started(evening)
    pairing = pair_of(evening)
    path, reader = address(evening, pairing), client_for(pairing.other.person)
    seen = reader.get(path).context["page"].mark

    none = reader.get(f"{path}?seen={seen}", headers=PART)
    write(pairing)
    news = reader.get(f"{path}?seen={seen}", headers=PART)

    assert (none.status_code, news.status_code) == (204, 200)
    assert ("<form" in news.content.decode(), "data-speaks" in news.content.decode()) == (False, True)


@pytest.mark.parametrize("words", ["", "   ", "a" * 501])
def test_what_cant_be_sent_is_said_beside_the_field_and_kept(evening, clock, client_for, words):
    started(evening)
    pairing = pair_of(evening)

    page = client_for(pairing.one.person).post(address(evening, pairing), {"words": words})

    assert (page.status_code, bool(page.context["form"].errors["words"])) == (422, True)
    assert words.strip() in page.content.decode()
    assert PairMessage.objects.count() == 0


def test_a_refused_line_stands_in_its_field(evening, clock, client_for):
    started(evening)
    pairing = pair_of(evening)
    PairMessage.objects.bulk_create(
        PairMessage(pairing=pairing, registration=pairing.one, text="x", at=STARTED) for _number in range(MOST_LINES)
    )

    page = client_for(pairing.one.person).post(address(evening, pairing), {"words": "One more"})

    assert (refusals_in(page.content.decode()), 'value="One more"' in page.content.decode()) == (["too_many"], True)


def test_a_line_that_comes_twice_with_its_key_is_one(evening, clock, client_for):
    started(evening)
    pairing = pair_of(evening)
    client, key = client_for(pairing.one.person), {"Idempotency-Key": "k"}

    answers = [client.post(address(evening, pairing), {"words": "Once"}, headers=key).status_code for _ in range(2)]

    assert (answers, PairMessage.objects.count()) == ([302, 302], 1)


def test_after_the_round_the_chat_is_read_only(evening, clock, client_for):
    started(evening)
    pairing = pair_of(evening)
    write(pairing, "Remember this")
    clock.move_to(EVENING + 13 * MINUTE)

    page = client_for(pairing.other.person).get(address(evening, pairing)).content.decode()

    assert ("closed" in parts_in(page), 'id="send"' in page, "Remember this" in page) == (True, False, True)


def test_the_newest_lines_are_shown(evening, clock, client_for):
    started(evening)
    pairing = pair_of(evening)
    PairMessage.objects.bulk_create(
        PairMessage(pairing=pairing, registration=pairing.one, text=str(n), at=STARTED) for n in range(MOST_SHOWN + 5)
    )

    shown = client_for(pairing.one.person).get(address(evening, pairing)).context["page"].lines

    assert [line.text for line, _own in shown] == [str(n) for n in range(5, MOST_SHOWN + 5)]


def test_a_called_seat_leads_to_the_chat(evening, clock, client_for):
    reader = client_for(evening.mentors[1].person)
    page = f"/events/{evening.event.slug}/now/"
    before = parts_in(reader.get(page).content.decode())
    started(evening)
    after = reader.get(page).content.decode()

    assert ("chat" in before, "chat" in parts_in(after)) == (False, True)
    assert f'href="{address(evening, pair_of(evening))}"' in after


def test_people_kept_apart_and_events_without_an_evening_have_no_chat(evening, clock, client_for):
    pairing = pair_of(evening)
    client: Client = client_for(pairing.one.person)
    Event.objects.filter(pk=evening.event.pk).update(state="closed")
    early = client.get(address(evening, pairing))
    Pairing.objects.filter(pk=pairing.pk).update(is_apart=True, round=None, table=None)

    assert early["Location"] == f"/events/{evening.event.slug}/"
    assert client.get(address(evening, pairing)).status_code == 404
