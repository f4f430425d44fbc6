"""Feedback over the API: the same questions, limits and blindness as on the pages."""

from datetime import timedelta

import pytest
import time_machine

from sessions_app.models import Feedback
from tests.conftest import NOW
from tests.sessions_app.conftest import asked, in_writing, over, replied  # noqa: F401 - fixtures
from tests.sessions_app.helpers.written import ANSWERED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
SAID = {
    "resolution": "yes",
    "left_with": "Ask for the range first.",
    "may_publish": True,
    "may_publish_question": False,
    "useful": 4,
    "again": "yes",
    "advice": "Speak slower.",
    "to_staff": "Thanks",
}


@pytest.fixture
def here(over) -> str:  # noqa: F811
    return f"bookings/{over.uuid}/feedback/"


@pytest.fixture(autouse=True)
def afterwards(now, over):  # noqa: F811
    with time_machine.travel(over.end + timedelta(hours=1), tick=False):
        yield


def test_neither_reads_the_other_before_both_have_said_it(program, here, alice, bob):
    status, mine = program(bob).send("PUT", here, SAID)
    assert (status, {name: mine["mine"][name] for name in SAID}) == (200, SAID)
    assert (mine["theirs"], mine["open_until"]) == (None, "2026-12-03T14:55:00Z")
    assert program(alice).get(here)[1] == {"open_until": "2026-12-03T14:55:00Z", "mine": None, "theirs": None}

    said = {"resolution": "partly", "prepared": 3, "right_person": True, "learned": "Much", "to_staff": "Nice"}
    _status, theirs = program(alice).send("PUT", here, said)

    assert theirs["mine"] == said
    assert theirs["theirs"] == {name: SAID[name] for name in ("resolution", "left_with", "advice")}
    read = program(bob).get(here)[1]
    assert read["theirs"] == {"resolution": "partly", "prepared": 3, "right_person": True}
    assert read["open_until"] is None
    status, answer = program(bob).send("PUT", here, {"resolution": "no"})
    assert (status, answer["code"], Feedback.objects.get(author=bob).resolution) == (409, "both_answered", "yes")


def test_it_is_saved_as_a_whole(program, here, bob):
    program(bob).send("PUT", here, SAID)

    program(bob).send("PUT", here, {"resolution": "no", "may_publish": True})

    said = Feedback.objects.get()
    # Words that aren't there can't be shown.
    assert (said.resolution, said.left_with, said.useful, said.may_publish) == ("no", "", None, False)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"resolution": "great"}, id="no-choice"),
        pytest.param({**SAID, "useful": 5}, id="beyond-the-scale"),
        pytest.param({**SAID, "useful": "4"}, id="no-number"),
        pytest.param({**SAID, "left_with": "x" * 1001}, id="too-long"),
        pytest.param({**SAID, "prepared": 3}, id="asked-of-mentors"),
        pytest.param({**SAID, "published_at": None}, id="of-staff"),
    ],
)
def test_bad_input_saves_nothing(program, here, bob, said):
    assert program(bob).send("PUT", here, said)[0] in (400, 422)
    assert not Feedback.objects.exists()


def test_it_is_open_for_seven_days(program, here, over, bob, charlie):  # noqa: F811
    assert "feedback" in program(bob).get(f"bookings/{over.uuid}/")[1]["links"]
    assert program(charlie).get(here)[0] == 404
    with time_machine.travel(over.end + timedelta(days=7), tick=False):
        assert program(bob).send("PUT", here, SAID)[1]["code"] == "too_late"
        assert "feedback" not in program(bob).get(f"bookings/{over.uuid}/")[1]["links"]
    with time_machine.travel(NOW, tick=False):
        assert program(bob).send("PUT", here, SAID)[1]["code"] == "not_over"


def test_an_answer_in_writing_is_judged_by_its_mentee_alone(program, replied, alice, bob):  # noqa: F811
    here = f"engagements/{replied.engagement.uuid}/feedback/"
    with time_machine.travel(ANSWERED, tick=False):
        status, answer = program(bob).send("PUT", here, {"resolution": "partly", "doable": 3})

        assert (status, answer["mine"]["doable"], "listened" in answer["mine"]) == (200, 3, False)
        refused = program(bob).send("PUT", here, {"resolution": "yes", "listened": 4})
        assert (refused[0], list(refused[1]["fields"])) == (422, ["listened"])
        assert program(alice).get(here)[0] == 404
        assert program(alice).send("PUT", here, {"resolution": "yes"})[0] == 404
    with time_machine.travel(ANSWERED + timedelta(days=7), tick=False):
        assert program(bob).send("PUT", here, {"resolution": "yes"})[1]["code"] == "too_late"
        assert program(bob).get(here)[1]["open_until"] is None
