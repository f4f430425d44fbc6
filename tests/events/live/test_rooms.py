"""The call of a pair of which someone is online."""

from datetime import timedelta

import jwt
import pytest

from events.errors import EventError
from events.live.chat import why_not_write
from events.live.rooms import GOODBYE, meets_online, open_call
from events.models import Attending, Event, EventMode, EventState, Pairing, Registration, Round, Side
from events.registering.managing import cancel_event
from tests.conftest import NOW
from tests.events.making import EVENING, come, make_event, publish_rows
from tests.markup import markup_of, parts_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


@pytest.fixture
def pair(maria, alice, bob) -> Pairing:
    """bob, who is online, meets alice, who is there, in the first round."""
    event = make_event(maria, mode=EventMode.MIXED)
    guest = come(event, bob, attending=Attending.ONLINE)
    mentor = come(event, alice, side=Side.MENTOR)
    publish_rows(event, [(guest, mentor, 1, None)])
    return Pairing.objects.select_related("event", "round", "one__person", "other__person").get()


@pytest.fixture
def service(settings) -> None:
    settings.MEETING_URL = "https://meet.example.org/{token}"


def call_it(pair: Pairing) -> None:
    Round.objects.filter(pk=pair.round_id).update(called_at=EVENING - timedelta(minutes=1))
    pair.refresh_from_db()


def own(pair: Pairing, side: str) -> Registration:
    return pair.one if pair.one.side == side else pair.other


def refused(act) -> str:
    with pytest.raises(EventError) as error:
        act()
    return error.value.code


@pytest.mark.parametrize(
    ("mode", "attending", "online"),
    [
        (EventMode.ON_SITE, Attending.TABLE, False),
        (EventMode.ONLINE, Attending.TABLE, True),
        (EventMode.MIXED, Attending.TABLE, False),
        (EventMode.MIXED, Attending.ONLINE, True),
    ],
)
def test_a_pair_has_a_call_where_one_of_them_is_online(pair, mode, attending, online):
    Event.objects.update(mode=mode)
    Registration.objects.filter(side=Side.MENTEE).update(attending=attending)

    found = Pairing.objects.select_related("event", "one", "other").get()
    assert meets_online(found) == online


def test_the_call_opens_when_the_round_is_called_and_stays_for_a_goodbye(pair, service):
    mentee = own(pair, Side.MENTEE)
    assert refused(lambda: open_call(pair, mentee, EVENING)) == "not_yet"
    call_it(pair)
    end = pair.round.end

    addresses = {open_call(pair, mentee, moment) for moment in (EVENING, end, end + GOODBYE)}

    assert len(addresses) == 1
    assert pair.uuid.hex in addresses.pop()
    assert refused(lambda: open_call(pair, mentee, end + GOODBYE + timedelta(seconds=1))) == "over"


@pytest.mark.parametrize("is_paused", [True, False])
def test_a_call_ends_with_the_event_that_is_cancelled_in_the_middle(pair, service, is_paused):
    call_it(pair)
    start = pair.round.start
    paused_at = start + timedelta(minutes=1) if is_paused else None
    Event.objects.update(state=EventState.LIVE, paused_at=paused_at)
    cancelled_at = start + timedelta(minutes=2)
    cancel_event(event=pair.event, reason="The fire alarm went off.", now=cancelled_at)
    pair.refresh_from_db()

    assert open_call(pair, own(pair, Side.MENTEE), cancelled_at + GOODBYE)
    later = cancelled_at + GOODBYE + timedelta(seconds=1)
    assert refused(lambda: open_call(pair, own(pair, Side.MENTEE), later)) == "over"
    assert why_not_write(pair, later).code == "over"


def test_a_token_opens_this_call_alone_and_the_mentor_moderates(pair, settings):
    settings.JITSI_DOMAIN, settings.JITSI_APP_SECRET = "meet.example.org", "s" * 32
    settings.JITSI_AUDIENCE = settings.JITSI_ISSUER = settings.JITSI_SUBJECT = "jitsi"
    call_it(pair)

    claims = {
        side: jwt.decode(
            open_call(pair, own(pair, side), EVENING).partition("?jwt=")[2],
            "s" * 32,
            algorithms=["HS256"],
            audience="jitsi",
            options={"verify_exp": False, "verify_nbf": False},
        )
        for side in (Side.MENTEE, Side.MENTOR)
    }

    assert {side: one["moderator"] for side, one in claims.items()} == {Side.MENTEE: False, Side.MENTOR: True}
    assert {one["room"].endswith(pair.uuid.hex) for one in claims.values()} == {True}
    assert claims[Side.MENTEE]["exp"] == int((pair.round.end + GOODBYE).timestamp())


def test_the_page_leads_to_the_call_and_strangers_find_nothing(pair, service, bob, charlie, client_for):
    page = f"/events/{pair.event.slug}/pair/{pair.uuid}/join/"
    assert client_for(bob).get(page).url == f"/events/{pair.event.slug}/now/"
    Round.objects.exclude(pk=pair.round_id).delete()
    Round.objects.update(called_at=NOW, during=(NOW, NOW + timedelta(minutes=10)))

    answer = client_for(bob).get(page)

    assert pair.uuid.hex in answer.url
    assert answer["Referrer-Policy"] == "no-referrer"
    assert client_for(charlie).get(page).status_code == 404


def test_without_a_service_a_pair_is_led_to_its_chat(pair, bob, client_for):
    Round.objects.exclude(pk=pair.round_id).delete()
    Round.objects.update(called_at=NOW, during=(NOW, NOW + timedelta(minutes=10)))
    page = f"/events/{pair.event.slug}/pair/{pair.uuid}/"

    assert client_for(bob).get(f"{page}join/").url == page
    pair.refresh_from_db()
    assert refused(lambda: open_call(pair, own(pair, Side.MENTEE), NOW)) == "no_call"
    seat = client_for(bob).get(f"/events/{pair.event.slug}/now/")
    assert {"in-writing", "chat"} <= set(parts_in(markup_of(seat)))
    assert "call" not in parts_in(markup_of(seat))
