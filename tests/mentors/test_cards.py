"""The card of a mentor's page: of approved words only, drawn once, drawn again when they change."""

import pytest
from django.core.files.storage import default_storage

from mentors import cards
from mentors.models import MentorProfile, ShareCard, Topic
from mentors.services import ProfileTexts, save_words, suspend_profile
from tests.conftest import NOW, make_mentor, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
CARD = "/share/alice-adair-0.png"


@pytest.fixture(autouse=True)
def stored_here(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def drawn(monkeypatch) -> list[tuple]:
    """What was drawn, in order."""
    calls = []

    def draw(*words):
        calls.append(words)
        return f"picture {len(calls)}".encode()

    monkeypatch.setattr(cards, "draw_mentor_card", draw)
    return calls


def content_of(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_card_is_drawn_once_for_all_who_ask(client, alice, drawn):
    answers = [client.get(path) for path in (CARD, CARD, "/share/alice-adair-77.png")]

    assert [content_of(answer) for answer in answers] == [b"picture 1"] * 3
    assert drawn == [("Alice Adair", "Engineering director", [])]
    assert answers[0]["Cache-Control"] == "public, max-age=86400"


def test_card_follows_approved_words_and_leaves_no_old_file(
    client, alice, drawn, topic, django_capture_on_commit_callbacks
):
    first = content_of(client.get(CARD))
    profile = alice.mentor_profile
    save_words(profile=profile, words=ProfileTexts(headline="Not approved"))
    unchanged = content_of(client.get(CARD))
    old = ShareCard.objects.get().file
    profile.topics.add(topic, Topic.objects.create(name="Hidden", slug="hidden", parent=topic.parent, is_active=False))
    with django_capture_on_commit_callbacks(execute=True):
        changed = content_of(client.get(CARD))

    assert (first, unchanged, changed) == (b"picture 1", b"picture 1", b"picture 2")
    assert drawn[1] == ("Alice Adair", "Engineering director", ["Negotiation"])
    assert [default_storage.exists(name) for name in (old, ShareCard.objects.get().file)] == [False, True]


def test_profile_that_is_not_public_has_no_card(client, alice, maria, drawn):
    content_of(client.get(CARD))
    suspend_profile(profile=alice.mentor_profile, reason="x", by=maria, now=NOW)

    assert client.get(CARD).status_code == 404
    assert client.get("/share/nobody-0.png").status_code == 404


@pytest.mark.parametrize("name", ["Alice Adair", "李雷", "W" * 80, "Олег Ш"])
def test_every_name_gets_a_card(client, name):
    profile = make_mentor(make_person("x@example.org", name))
    MentorProfile.objects.filter(pk=profile.pk).update(slug="x", headline="🙂 Director")

    assert content_of(client.get("/share/x-0.png")).startswith(b"\x89PNG")
