"""The page about missed and late sessions, excuses, and confirming a session on its page."""

from datetime import timedelta

import pytest
import time_machine

from sessions_app.attendance.confirming import ask_to_confirm
from sessions_app.booking.changes import cancel_booking
from sessions_app.ledger.ledgers import ledger_of
from sessions_app.models import Confirmation, Excuse, Role
from tests.apart import keep_apart
from tests.conftest import NOW, make_mentor, make_person
from tests.markup import elements_of, markup_of, part_in, parts_in
from tests.sessions_app.conftest import THURSDAY
from tests.sessions_app.helpers.ledger import miss

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
DAY = timedelta(days=1)


@pytest.fixture
def missed(offer, bob):
    return miss(offer, bob, NOW - 90 * DAY, NOW - DAY, NOW - timedelta(hours=3))


def facts_in(page) -> list[str]:
    return [row.attributes["data-fact"] for row in elements_of(page, "li") if "data-fact" in row.attributes]


def test_page_says_the_number_what_made_it_and_how_it_falls(client_for, missed, bob):
    page = markup_of(client_for(bob).get("/settings/missed/"))

    assert facts_in(page) == ["missed"] * 3
    number = ledger_of(bob, Role.MENTEE, now=NOW).number
    assert part_in(page, "number") == f"{number:.1f}"
    assert parts_in(page) == ["number", "paused", "falls", "falls"]


def test_page_of_someone_who_always_came_has_no_facts(client_for, over, bob):
    page = markup_of(client_for(bob).get("/settings/missed/"))

    assert (facts_in(page), parts_in(page), part_in(page, "number")) == ([], ["number"], "0.0")


def test_excusing_oneself_takes_it_off_the_list_once_a_year(client_for, missed, bob):
    client = client_for(bob)

    sent = client.post(f"/sessions/{missed[0].uuid}/excuse/", {"kind": "ill"})

    assert (sent.status_code, sent["Location"]) == (302, "/settings/missed/")
    page = markup_of(client.get("/settings/missed/"))
    assert (facts_in(page), "again" in parts_in(page)) == (["missed"] * 2, True)
    again = client.post(f"/sessions/{missed[1].uuid}/excuse/", {"kind": "ill"})
    wrong = client.post(f"/sessions/{missed[1].uuid}/excuse/", {"kind": "bored"})
    assert (again.status_code, wrong.status_code, Excuse.objects.count()) == (409, 422, 1)
    assert "excused_lately" in again.text


def test_other_person_excuses_on_the_sessions_page(client_for, missed, alice, bob):
    client, address = client_for(alice), f"/sessions/{missed[0].uuid}/"
    assert "forgive" in parts_in(markup_of(client.get(address)))

    assert client.post(f"{address}excuse/").status_code == 302

    assert "forgiven" in parts_in(markup_of(client.get(address)))
    assert Excuse.objects.get().person == bob


def test_session_is_confirmed_on_its_page(client_for, offer, booking, bob):
    dora = make_mentor(make_person("dora@example.org", "Dora Dane")).offers.get()
    miss(dora, bob, NOW - 2 * DAY, NOW - DAY)
    ask_to_confirm(now=THURSDAY - 48 * timedelta(hours=1))
    client, address = client_for(bob), f"/sessions/{booking.uuid}/"
    assert "to-confirm" in parts_in(markup_of(client.get(address)))

    stale = client.post(f"{address}confirm/", {"seen": "7"})
    done = client.post(f"{address}confirm/", {"seen": str(booking.version)})

    assert (stale.status_code, done.status_code) == (409, 302)
    assert Confirmation.objects.get().confirmed_at == NOW
    assert "confirmed" in parts_in(markup_of(client.get(address)))


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        pytest.param(None, ["forgive"], id="counts"),
        pytest.param("not_again", [], id="parted-afterwards"),
    ],
)
def test_excuse_for_a_late_cancellation_is_offered_only_where_it_counts(client_for, booking, alice, bob, kind, part):
    late = booking.start - timedelta(minutes=30)
    with time_machine.travel(late, tick=False):
        cancel_booking(booking=booking, by=bob, reason="I am ill", now=late)
        if kind:
            keep_apart(alice, bob, kind=kind, now=late)
        client, address = client_for(alice), f"/sessions/{booking.uuid}/"

        offered = [one for one in parts_in(markup_of(client.get(address))) if one == "forgive"]
        done = client.post(f"{address}excuse/")

    assert (offered, done.status_code) == (part, 302 if part else 409)
