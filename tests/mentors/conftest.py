from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mentors.models import MentorProfile, ProfileState, Topic
from mentors.services import ProfileTexts, save_words, set_lengths, start_application, submit_profile
from tests.conftest import NOW, make_person

QUESTIONS = ["How do I ask for more?", "Is this offer a good one?", "What do I say on Monday?"]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def fill(profile: MentorProfile, topic: Topic, *, headline: str = "Staff engineer") -> MentorProfile:
    """Everything that a profile needs."""
    words = ProfileTexts(headline=headline, asks=QUESTIONS, how_i_work="Bring the draft.", languages=["en"])
    save_words(profile=profile, words=words, topics=[topic], name=profile.person.name)
    set_lengths(profile=profile, lengths=[25], format="video", instant=True)
    profile.refresh_from_db()
    return profile


@pytest.fixture
def dora(db):
    """Wants to mentor."""
    return make_person("dora@example.org", "Dora Diaz", "America/New_York")


@pytest.fixture
def draft_profile(dora, topic) -> MentorProfile:
    return fill(start_application(person=dora, now=NOW, name="Dora Diaz"), topic)


@pytest.fixture
def sent_profile(draft_profile) -> MentorProfile:
    return submit_profile(profile=draft_profile, by=draft_profile.person, now=NOW)


@pytest.fixture
def live_profile(alice, topic) -> MentorProfile:
    """Alice's, with all that a complete profile has."""
    profile = alice.mentor_profile
    profile.topics.set([topic])
    profile.draft.topics.set([topic])
    return profile


@pytest.fixture
def changed_profile(live_profile) -> MentorProfile:
    save_words(profile=live_profile, words=ProfileTexts(headline="Chief engineer"))
    return submit_profile(profile=live_profile, by=live_profile.person, now=NOW)


def later(days: int) -> datetime:
    return datetime(2026, 11, 24 + days, 9, 0, tzinfo=UTC)


def state_of(profile: MentorProfile) -> ProfileState:
    return ProfileState(MentorProfile.objects.values_list("state", flat=True).get(pk=profile.pk))


def queries_of(client: Client, path: str) -> int:
    """How many queries the page takes, once everything that is asked only once has been asked."""
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)
