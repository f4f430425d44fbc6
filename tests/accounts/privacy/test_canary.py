"""A person with strings of their own everywhere is removed: none of them is left, and all of another person's are."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest
import redis
import time_machine
from django.conf import settings as live_settings
from django.core.management import call_command

from accounts.models import Erasure, ErasureState, User
from accounts.privacy.erasing import ask_erasure, erase_due
from accounts.privacy.exports import forget_copies
from accounts.services import create_person
from notifications.models import UNSENT, Notification
from search.indexing import count_words
from tests.conftest import NOW, make_mentor, make_person

from .canary import Canary, dump, fill, restore, unfilled

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
LATER = NOW + timedelta(days=8)


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.ERASURE_LOG = tmp_path / "erasures.log"
    return tmp_path


@pytest.fixture
def carl() -> User:
    person = make_person("zq001@example.org", "Zqcarl Canary")
    make_mentor(person, windows=[(day, 0, 1440) for day in range(1, 8)])
    return person


@pytest.fixture
def canary(carl, alice, maria, topic) -> Canary:
    return fill(carl, alice, maria, topic, prefix="zq")


@pytest.fixture
def other(canary, alice, carl, maria, topic) -> Canary:
    """alice has filled everything too, and met carl."""
    return fill(alice, carl, maria, topic, prefix="ak")


@pytest.fixture
def run_callbacks(django_capture_on_commit_callbacks):
    return django_capture_on_commit_callbacks


def remove(canary: Canary, run_callbacks) -> None:
    with run_callbacks(execute=True):
        ask_erasure(person=canary.person, now=NOW)
    with time_machine.travel(LATER, tick=False), run_callbacks(execute=True):
        erase_due(now=LATER)
        count_words()
        forget_copies(now=LATER)


def found(strings: list[str], places: dict[str, str]) -> list[tuple[str, str]]:
    return [(place, string) for place, text in places.items() for string in strings if string in text]


def stored() -> dict[str, str]:
    """Names and contents of everything that is stored."""
    root = Path(live_settings.MEDIA_ROOT)
    files = [path for path in root.rglob("*") if path.is_file()]
    return {str(path): f"{path} {path.read_bytes().decode('latin-1')}" for path in files}


def in_redis() -> dict[str, str]:
    client = redis.Redis.from_url(live_settings.REDIS_URL)
    return {key.decode("latin-1"): repr(client.dump(key)) + repr(key) for key in client.scan_iter()}


def test_every_personal_column_is_filled(canary):
    """A new column makes this red: give it a string in `fill`, so that its removal is proven too."""
    assert unfilled(canary) == set()
    assert {string for string in canary.strings if not found([string], dump() | stored())} <= set(canary.strings[2:])


def test_nothing_of_a_removed_person_is_left_anywhere(canary, run_callbacks, caplog, mailoutbox):
    with caplog.at_level(logging.INFO):
        remove(canary, run_callbacks)

    assert Erasure.objects.get().state == ErasureState.DONE
    assert found(canary.strings, dump()) == []
    assert found(canary.strings, stored()) == []
    assert found(canary.strings, in_redis()) == []
    assert found(canary.strings, {"log": caplog.text}) == []


def test_everything_of_another_person_stays(canary, other, run_callbacks):
    before = {string for string in other.strings if found([string], dump() | stored())}
    remove(canary, run_callbacks)

    after = {string for string in other.strings if found([string], dump() | stored())}
    assert found(canary.strings, dump() | stored()) == []
    # Programs of theirs may have been answered with words of the other: what is kept of that for a day is gone.
    assert before - after <= set(other.kept_answers)


def test_address_signs_up_again_to_an_empty_account(canary, run_callbacks):
    remove(canary, run_callbacks)

    person = create_person(email="zq001@example.org", name="Zoe New", timezone="UTC")

    assert person.pk != canary.person.pk
    assert not person.briefs.exists()
    assert not hasattr(person, "mentor_profile")
    assert User.objects.get(pk=canary.person.pk).email == f"erased-{canary.person.uuid}@erased.invalid"


def test_restored_backup_brings_nobody_back(canary, run_callbacks):
    backup = dump()
    remove(canary, run_callbacks)
    restore(backup)
    assert found([canary.person.email], dump()) != []

    with run_callbacks(execute=True):
        call_command("replay_erasures", verbosity=0)
        count_words()

    assert found(canary.strings, dump()) == []
    assert Notification.objects.filter(recipient=canary.person, state__in=UNSENT).count() == 0
