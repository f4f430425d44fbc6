"""The programs in docs/api.md do what they say."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from notifications.webhooks.signing import sign_content
from sessions_app.models import Booking
from tests.api.conftest import token_of
from tests.conftest import NOW

CLIENT, CHECK = re.findall(r"```python\n(.*?)```", (Path(settings.BASE_DIR) / "docs/api.md").read_text(), re.DOTALL)


def run_client(live_server, person) -> subprocess.CompletedProcess:
    command = [sys.executable, "-", live_server.url, token_of(person)]
    return subprocess.run(command, input=CLIENT, capture_output=True, text=True, check=False)


@pytest.mark.django_db(transaction=True)
def test_the_client_searches_books_moves_and_cancels(live_server, offer, bob, now):
    done = run_client(live_server, bob)

    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "booked Alice Adair 2026-11-25T09:00:00Z confirmed",
        "moved 2026-11-25T16:30:00Z 1",
        "cancelled cancelled",
    ]
    assert [(row.state, row.moves, row.reason) for row in Booking.objects.all()] == [
        ("cancelled", 1, "I know the answer now.")
    ]


@pytest.mark.django_db(transaction=True)
def test_the_client_moves_nothing_that_the_mentor_has_to_confirm(live_server, ask_first, bob, now):
    done = run_client(live_server, bob)

    assert (done.stderr, done.stdout.splitlines()) == (
        "",
        ["booked Alice Adair 2026-11-25T09:00:00Z requested", "cancelled withdrawn"],
    )


@pytest.mark.django_db(transaction=True)
def test_the_client_says_why_nothing_can_be_booked(live_server, offer, bob, now, settings):
    settings.MAX_OPEN_BOOKINGS = 0

    done = run_client(live_server, bob)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("refused: 409 too_many_open: You can have ")


def test_the_check_of_a_signature_believes_ours_and_nobody_elses():
    told: dict = {}
    exec(CHECK, told)  # noqa: S102 - it is our own text
    moment = int(NOW.timestamp())
    header = sign_content("whsec_x", moment, b"{}")

    def is_ours(key: str, body: bytes, late: int) -> bool:
        return told["is_ours"](key, header, body, now=moment + late)

    assert [is_ours("whsec_x", b"{}", 0), is_ours("whsec_x", b"{}", 299)] == [True, True]
    assert [is_ours("whsec_y", b"{}", 0), is_ours("whsec_x", b"{ }", 0), is_ours("whsec_x", b"{}", 301)] == [False] * 3
