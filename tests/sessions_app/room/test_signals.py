"""What two windows tell each other: passed on to the one it is for, refused if no browser would say it."""

from datetime import timedelta

import pytest

from sessions_app.models import RoomSignal, SignalKind
from sessions_app.room.signals import SignalInput, exchange_signals
from tests.sessions_app.helpers.attendance import after
from tests.sessions_app.helpers.followups import code_of

from .conftest import CANDIDATE, DESCRIPTION, candidate_to, enter, offer_to

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
LONG_LINE = "a=" + "x" * 16_400 + "\r\n"


def test_signals_arrive_once_in_order_and_to_the_letter(both):
    mine, other = both(after(0))
    mine.ask(offer_to(other), candidate_to(other), now=after(0))

    news = other.ask(now=after(0))
    assert [(one.kind, one.body) for one in news.signals] == [("offer", DESCRIPTION), ("candidate", CANDIDATE)]
    assert {one.sender for one in news.signals} == {mine.seat}
    assert other.ask(after=news.signals[-1].pk, now=after(0)).signals == []
    assert mine.ask(now=after(0)).signals == []


def test_what_was_said_to_a_page_before_it_was_loaded_again_is_lost(both, booking, alice):
    mine, other = both(after(0))
    mine.ask(offer_to(other), now=after(0))
    again = enter(booking, alice, now=after(0) + SECOND)

    assert again.ask(now=after(0) + SECOND).signals == []
    mine.ask(candidate_to(other), now=after(0) + SECOND)
    assert RoomSignal.objects.filter(kind="candidate").count() == 0


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        pytest.param("offer", "", id="empty"),
        pytest.param("offer", "v=0", id="no-line-end"),
        pytest.param("offer", "v=1\r\ns=-\r\n", id="other-version"),
        pytest.param("offer", DESCRIPTION.replace("\r\n", "\n"), id="other-line-ends"),
        pytest.param("offer", DESCRIPTION + LONG_LINE, id="too-long"),
        pytest.param("offer", DESCRIPTION + "a=é" * 8_000 + "\r\n", id="too-many-bytes"),
        pytest.param("offer", DESCRIPTION + "<script>alert(1)</script>\r\n", id="markup"),
        pytest.param("answer", DESCRIPTION + "a=x\x00y\r\n", id="nul"),
        pytest.param("answer", DESCRIPTION + "a=x\x1b[2Jy\r\n", id="control"),
        pytest.param("answer", "x" + DESCRIPTION, id="something-before"),
        pytest.param("answer", DESCRIPTION + "what is this", id="something-after"),
        pytest.param("answer", '{"type": "answer"}', id="json"),
        pytest.param("candidate", "", id="empty-candidate"),
        pytest.param("candidate", DESCRIPTION, id="description-as-candidate"),
        pytest.param("candidate", CANDIDATE.replace("udp", "icmp"), id="other-transport"),
        pytest.param("candidate", CANDIDATE + "\r\na=x", id="two-lines"),
        pytest.param("candidate", CANDIDATE + " x" * 400, id="long-candidate"),
        pytest.param("candidate", CANDIDATE.replace("host", "elsewhere"), id="other-type"),
        pytest.param("candidate", CANDIDATE.replace("192.0.2.7", "a b"), id="other-address"),
    ],
)
def test_broken_signals_are_refused_and_the_call_goes_on(both, kind, body):
    mine, other = both(after(0))
    bad = SignalInput(SignalKind(kind), other.seat, body)

    assert code_of(lambda: mine.ask(offer_to(other), bad, now=after(0))) == "bad_signal"

    assert RoomSignal.objects.count() == 0
    mine.ask(offer_to(other), now=after(0))
    assert [one.body for one in other.ask(now=after(0)).signals] == [DESCRIPTION]


@pytest.mark.parametrize(
    "body",
    [
        CANDIDATE.replace("192.0.2.7", "2001:db8::1"),
        CANDIDATE.replace("192.0.2.7", "3f2a6c1e-1111-4222-8333-944455556666.local"),
        "candidate:842163049 1 tcp 1677729535 203.0.113.9 9 typ srflx raddr 0.0.0.0 rport 0 tcptype active",
    ],
)
def test_candidates_of_every_browser_pass(both, body):
    mine, other = both(after(0))
    mine.ask(candidate_to(other, body), now=after(0))

    assert [one.body for one in other.ask(now=after(0)).signals] == [body]


def test_nobody_speaks_in_the_name_of_the_other_seat(both):
    mine, other = both(after(0))

    def pretend() -> None:
        exchange_signals(booking=mine.booking, by=mine.person, seat=other.seat, sent=[offer_to(mine)], now=after(0))

    assert code_of(pretend) == "seat_lost"
    assert RoomSignal.objects.count() == 0


def test_120_signals_a_minute_are_enough(both):
    mine, other = both(after(0))
    for _time in range(6):
        mine.ask(*[candidate_to(other)] * 20, now=after(0))

    assert code_of(lambda: mine.ask(candidate_to(other), now=after(0) + 59 * SECOND)) == "too_many_signals"
    other.ask(now=after(1))
    mine.ask(candidate_to(other), now=after(1))
    assert RoomSignal.objects.count() == 121
