"""Calendars kept elsewhere, over the API: the same acts and limits as on the page, and never a secret out."""

import json

import pytest

from accounts.models import Scope
from calendars.models import Connection
from sessions_app.models import BusySpan
from tests.api.conftest import Program, token_of
from tests.calendars.conftest import feed, serve  # noqa: F401 - fixtures
from tests.calendars.feeds import HOUR, read_now, write_calendar
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
HERE = "me/calendars/"
CALDAV = {"kind": "caldav", "address": "dav.example.org", "user": "ann", "password": "s3cr3t-password"}


def connect(program: Program, feed) -> dict:  # noqa: F811
    """Connected and read, and not yet counted."""
    feed.content = write_calendar(NOW + HOUR)
    status, made = program.post(HERE, {"kind": "address", "address": feed.url})
    read_now()

    assert (status, made["state"]) == (201, "proposed")
    return program.get(f"{HERE}{made['id']}/")[1]


def test_a_calendar_is_connected_counted_read_and_disconnected(program, alice, feed):  # noqa: F811
    mine = program(alice)
    made = connect(mine, feed)
    here = f"{HERE}{made['id']}/"
    [calendar] = made["calendars"]
    assert (calendar["name"], calendar["counts"], calendar["busy_times"]) == ("Work", False, 1)
    assert BusySpan.objects.count() == 0

    status, counted = mine.send("PATCH", here, {"calendars": [{"id": calendar["id"], "counts": True}]})
    read_now()
    assert (status, counted["state"], BusySpan.objects.count()) == (200, "active", 1)

    said = mine.send("PATCH", here, {"calendars": [{"id": calendar["id"], "treats_all_day": "never"}]})[1]
    assert [(one["counts"], one["treats_all_day"]) for one in said["calendars"]] == [(True, "never")]
    assert mine.get(HERE)[1]["results"] == [mine.get(here)[1]]

    assert mine.send("DELETE", here) == (200, {"id": made["id"]})
    assert (mine.get(here)[0], mine.get(HERE)[1], BusySpan.objects.count()) == (404, {"results": []}, 0)


def test_no_secret_comes_out(program, alice, feed):  # noqa: F811
    mine = program(alice)
    made = connect(mine, feed)
    answers = [
        made,
        mine.post(HERE, CALDAV)[1],
        mine.post(HERE, {**CALDAV, "user": "a:b"})[1],
        mine.post(HERE, {"kind": "address", "address": feed.url})[1],
        mine.get(HERE)[1],
    ]

    assert Connection.objects.count() == 2
    assert "s3cr3t" not in json.dumps(answers)


def test_looking_too_often_says_when_to_look_again(program, alice, feed, settings):  # noqa: F811
    made = connect(program(alice), feed)
    answer = program(alice).answer("POST", f"{HERE}{made['id']}/look/")

    assert (answer.status_code, answer.json()["code"]) == (429, "too_often")
    assert answer["Retry-After"] == str(int(settings.CALENDAR_LOOK_EVERY.total_seconds()))


def test_calendars_of_others_do_not_exist(program, alice, bob, feed):  # noqa: F811
    made = connect(program(alice), feed)
    here, others = f"{HERE}{made['id']}/", program(bob)
    switch = {"calendars": [{"id": made["calendars"][0]["id"], "counts": True}]}
    answers = [
        others.get(here)[0],
        others.send("PATCH", here, switch)[0],
        others.send("DELETE", here)[0],
        others.post(f"{here}look/")[0],
    ]

    assert answers == [404] * 4
    assert others.get(HERE) == (200, {"results": []})
    assert Connection.objects.get().state == "proposed"


@pytest.mark.parametrize(
    ("sent", "status", "field"),
    [
        pytest.param({"kind": "address", "address": "my calendar"}, 422, "address", id="no-address"),
        pytest.param({"kind": "address"}, 400, "address", id="nothing"),
        pytest.param({**CALDAV, "kind": "address"}, 422, "user", id="more-than-it-needs"),
        pytest.param({"kind": "caldav", "address": "dav.example.org"}, 422, "user", id="less-than-it-needs"),
        pytest.param({**CALDAV, "user": "a:b"}, 422, "user", id="a-colon"),
        pytest.param({**CALDAV, "kind": "google"}, 400, "kind", id="another-kind"),
    ],
)
def test_bad_input_connects_nothing(program, alice, sent, status, field):
    found, said = program(alice).post(HERE, sent)

    assert (found, field in said["fields"]) == (status, True)
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("calendars", "code"),
    [
        pytest.param([{"id": 0}], "malformed", id="no-id"),
        pytest.param([], "malformed", id="none"),
        pytest.param([{"counts": True}], "malformed", id="none-named"),
        pytest.param("mine", "none_chosen", id="none-chosen"),
        pytest.param("another", "unknown_calendar", id="of-another"),
    ],
)
def test_bad_switches_change_nothing(program, alice, feed, calendars, code):  # noqa: F811
    made = connect(program(alice), feed)
    number = made["calendars"][0]["id"]
    rows = {"mine": [{"id": number}], "another": [{"id": number, "counts": True}, {"id": number + 1}]}
    sent = rows[calendars] if isinstance(calendars, str) else calendars
    said = program(alice).send("PATCH", f"{HERE}{made['id']}/", {"calendars": sent})[1]

    assert said["code"] == code
    assert program(alice).get(f"{HERE}{made['id']}/")[1] == made


def test_a_program_that_only_reads_connects_nothing(client, alice, feed):  # noqa: F811
    headers = {"Authorization": f"Token {token_of(alice, Scope.READ)}"}
    status, said = Program(client, headers).post(HERE, {"kind": "address", "address": feed.url})

    assert (status, said["code"]) == (403, "read_only_token")
    assert not Connection.objects.exists()


def test_titles_are_kept_as_their_person_says_and_never_come_out(program, alice, feed):  # noqa: F811
    mine = program(alice)
    made = connect(mine, feed)
    here, [calendar] = f"{HERE}{made['id']}/", made["calendars"]
    assert calendar["keeps_titles"] is False

    on = {"id": calendar["id"], "counts": True, "keeps_titles": True}
    said = mine.send("PATCH", here, {"calendars": [on]})[1]
    read_now()
    assert said["calendars"][0]["keeps_titles"] is True
    assert BusySpan.objects.get().title == "Secret plans"
    assert "Secret plans" not in json.dumps([mine.get(HERE)[1], mine.get(here)[1]])

    mine.send("PATCH", here, {"calendars": [{"id": calendar["id"], "keeps_titles": False}]})
    assert BusySpan.objects.get().title == ""


def test_a_calendar_that_has_no_titles_says_so(program, alice, feed):  # noqa: F811
    mine = program(alice)
    made = connect(mine, feed)
    Connection.objects.update(kind="google")
    asked = {"id": made["calendars"][0]["id"], "counts": True, "keeps_titles": True}

    status, said = mine.send("PATCH", f"{HERE}{made['id']}/", {"calendars": [asked]})

    assert (status, said["code"], list(said["fields"])) == (422, "no_titles", ["calendars"])
    assert mine.get(HERE)[1]["results"][0]["state"] == "proposed"
