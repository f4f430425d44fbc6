"""Nothing lost, nothing twice, while everything breaks that can break on one machine; and a check that would notice."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.chaos.scenario import LONGEST, launch, prepare
from tests.chaos.stand import Stand, open_stand

EVERY_FAULT = {
    "RCPT 451",
    "RCPT 550",
    "DATA 451",
    "killed at RCPT",
    "parent killed at RCPT",
    "stopped at RCPT",
    "kept, no answer",
    "lost, no answer",
    "kept, killed before the answer",
    "kept, answer waits",
}
NOTHING_WRONG = {
    "lost": [],
    "doubled": [],
    "called_off": [],
    "unasked": [],
    "given_up": [],
    "stolen": 0,
    "unsettled": [],
}
BROKEN = {"nothing": (), "fence": ("fence",), "skip-locked": ("skip-locked",), "both": ("fence", "skip-locked")}


@pytest.fixture(scope="module")
def stand() -> Iterator[Stand]:
    with open_stand() as stand:
        prepare(stand)
        yield stand


@pytest.fixture(scope="module")
def verdicts(stand: Stand) -> dict[str, dict[str, Any]]:
    """Outboxes with something left out, side by side, each with a database of its own."""

    def judged(item: tuple[int, tuple[str, ...]]) -> dict[str, Any]:
        number, left_out = item
        return launch(stand, "tests.chaos.counterproof", *left_out, number=number)["verdict"]

    with ThreadPoolExecutor(len(BROKEN)) as pool:
        return dict(zip(BROKEN, pool.map(judged, enumerate(BROKEN.values(), start=1)), strict=True))


def wrongs(verdict: dict[str, Any]) -> dict[str, Any]:
    return {name: verdict[name] for name in NOTHING_WRONG}


def test_outbox_loses_nothing_and_doubles_only_what_it_names(stand):
    report = launch(stand, "tests.chaos.short")

    verdict = report["verdict"]
    assert wrongs(verdict) == NOTHING_WRONG
    assert EVERY_FAULT - set(report["faults"]) == set()
    # One mail was refused for good. Doubtful are the one that was swallowed, and the three that were kept in silence.
    assert (verdict["bounced"], verdict["held"]) == (1, [])
    assert verdict["doubtful"] >= 4
    assert 2 <= verdict["named"] <= verdict["doubtful"] - 2


def test_nothing_is_given_up_whatever_the_mail_server_does(stand):
    report = launch(stand, "tests.chaos.mail_server")

    assert wrongs(report["verdict"]) == NOTHING_WRONG
    assert (report["verdict"]["doubtful"], report["verdict"]["named"], report["verdict"]["held"]) == (0, 0, [])
    assert report["found"]["refuses_us"]["waits"] >= 1
    assert report["found"] == {
        "refuses_us": {"waits": report["found"]["refuses_us"]["waits"], "still_open": False},
        "hangs_up_before_the_go_ahead": {"hung_up": 10, "doubted": 0},
        "answers_late": {"held": True, "late": 0},
        "answers_while_the_workers_end": {"ended": [0, 0], "doubted": 0},
    }


def test_site_works_without_redis_and_mails_go_out_too(stand):
    report = launch(stand, "tests.chaos.without_redis")

    assert wrongs(report["verdict"]) == NOTHING_WRONG
    # What was booked and cancelled before anybody could be told is told to nobody; the two bookings that stand are.
    assert (report["states"], report["without"]) == (["cancelled"] * 4, 4)
    assert (report["verdict"]["expected"], report["verdict"]["unneeded"]) == (16, 8)
    # One second of waiting for a silent Redis is what one request pays; the rest is room for a busy machine.
    assert max(*report["hanging"].values(), *report["gone"].values()) < 10


@pytest.mark.proxy
def test_each_process_is_replaced_while_people_browse_book_and_listen(stand):
    report = launch(stand, "tests.chaos.rolling")

    assert report["troubles"] == []
    # The live server ends its lines, and then itself by the signal that asked for it.
    assert set(report["ended"].values()) == {0, -signal.SIGTERM}
    assert set(report["answers"]) == {"GET 200", "POST 201", "LIVE 200"}
    # Each line was cut once at most for each live server, and each press is one booking with two mails that came once.
    assert all(2 <= count <= 3 for count in report["lines"])
    assert report["tried"] == report["booked"] == report["there"] == report["people"]
    assert wrongs(report["verdict"]) == NOTHING_WRONG
    assert report["verdict"]["expected"] == report["verdict"]["accepted"] == 2 * report["booked"]


@pytest.mark.history
def test_release_before_and_this_one_serve_the_same_people(stand):
    """The old one on the new tables, as docs/deployment.md allows; the new one on the old tables waits."""
    report = launch(stand, "tests.chaos.upgrade")

    assert report["taken_away"] > 0
    assert report["too_early"] == [503, "missing"]
    assert report["ready"] == [[200, "applied"], [200, "applied"]]
    assert report["states"] == ["cancelled", "cancelled", "confirmed", "cancelled"]
    assert wrongs(report["verdict"]) == NOTHING_WRONG
    assert report["booked"] == 4
    assert report["verdict"]["expected"] == report["verdict"]["accepted"] == 14


def test_same_situations_do_no_harm_to_the_whole_outbox(verdicts):
    assert wrongs(verdicts["nothing"]) == NOTHING_WRONG
    assert verdicts["nothing"]["holds"] is True


def test_outbox_without_the_fence_is_found_out(verdicts):
    """A worker that was thought dead sends a second copy, and one of what had been called off."""
    wrong = verdicts["fence"]

    assert (wrong["holds"], len(wrong["doubled"]) >= 1, len(wrong["called_off"]) >= 1) == (False, True, True)


def test_outbox_without_skip_locked_is_found_out(verdicts):
    """Two workers take the same row. The fence still keeps the second copy from leaving; the witness saw the theft."""
    wrong = verdicts["skip-locked"]

    assert (wrong["holds"], wrong["stolen"] >= 1, wrong["doubled"]) == (False, True, [])


def test_outbox_with_neither_is_found_out(verdicts):
    wrong = verdicts["both"]

    # Which of the two copies of the stolen row leaves depends on who is quicker; that one is doubled at all doesn't.
    assert (wrong["holds"], wrong["stolen"] >= 1, len(wrong["doubled"]) >= 1) == (False, True, True)


def test_visitors_read_the_standby_and_nobody_else_does(stand):
    """And without the standby they read on."""
    found = launch(stand, "tests.chaos.replica")

    assert {name: reads > 0 for name, reads in found["reads"].items()} == dict.fromkeys(found["reads"], True)
    assert (found["signed_in"], found["fell_back"]) == (0, 0)
    assert found["states"] == ["cancelled"] * 2
    assert found["doctor"] == [["good"], ["bad"], ["bad"]]


def test_busy_times_are_the_old_or_the_new_whatever_happens_to_their_reader(stand):
    report = launch(stand, "tests.chaos.calendars", number=7)

    assert report["done"] == [["killed", True], ["crashed", True]]
    assert report["torn"] == []
    # A worker that stood still with the one before the last in its hands brought nothing back.
    assert report["seen"] == [0, 1, 2, 3, 4]


def test_asks_race_for_mentors_while_all_who_work_for_them_are_killed(stand):
    report = launch(stand, "tests.chaos.asks", number=8, seconds=3 * LONGEST)

    assert {kind: where for kind, where in report["wrong"].items() if where} == {}
    assert set(report["ended"]) == {"0", str(-signal.SIGKILL)}
    assert report["ended"][str(-signal.SIGKILL)] > 30
    # Each way of ending happened, so none of this holds because nothing came of anything.
    assert sum(report["asks"].values()) == 30
    assert {"booked", "answered", "left"} <= set(report["asks"])
    assert {"won", "passed", "declined", "ended"} == set(report["routes"])
