"""The API does what its description says, whoever asks and whatever they send."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.servers.basehttp import WSGIRequestHandler

from accounts.limits import LIMITS
from sessions_app.conversation.files import add_file
from sessions_app.conversation.uploads import read_upload
from tests.api.conftest import token_of
from tests.conftest import at
from tests.sessions_app.conftest import book
from tests.sessions_app.helpers.documents import PDF

CONFIG = Path(__file__).parent / "schemathesis.toml"
# A usual run is the same every time and takes a while already; TRY_API=200 tries so many examples of each call, others
# every time, and everything as everybody.
LONG = os.environ.get("TRY_API", "")
EXAMPLES = LONG or "5"
ALL = "examples,coverage,fuzzing,stateful"
PHASES = {"nobody": "examples,fuzzing", "bob": ALL, "alice": "examples,fuzzing,stateful"}


@pytest.fixture
def busy_world(alice, offer, bob, charlie, topic, settings, monkeypatch, now, tmp_path):
    """Something to read and to act on for everybody, and limits out of the way."""
    # Else every answer waits 40 ms for the acknowledgement of its own headers.
    monkeypatch.setattr(WSGIRequestHandler, "disable_nagle_algorithm", True)
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setitem(LIMITS, "upload", f"{10**6}/h/key")
    settings.API_PERSON_A_MINUTE = settings.API_ADDRESS_A_MINUTE = 10**6
    settings.MAX_BOOKINGS_AN_HOUR = settings.MAX_BOOKINGS_TOGETHER_A_DAY = 10**6
    settings.MAX_MOVES_A_DAY = settings.MAX_MOVES_TOGETHER_A_DAY = 10**6
    offer.profile.topics.add(topic)
    share = {"engagement": book(offer, bob).engagement, "now": now}
    for person in (alice, bob):
        add_file(by=person, upload=read_upload(SimpleUploadedFile("offer.pdf", PDF)), **share)
    offer.instant = False
    offer.save()
    book(offer, charlie, at("2026-11-27 10:00"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("who", PHASES)
def test_it_does_what_its_description_says(who, live_server, busy_world, request, now, tmp_path):
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"]
    command += [f"{live_server.url}/api/v1/schema/", "--url", live_server.url, "--no-color", "--checks", "all"]
    command += ["--max-examples", EXAMPLES, "--phases", ALL if LONG else PHASES[who]]
    command += [] if LONG else ["--generation-deterministic"]
    if who != "nobody":
        command += ["--header", f"Authorization: Token {token_of(request.getfixturevalue(who))}"]

    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
