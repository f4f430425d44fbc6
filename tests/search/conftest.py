"""A site that has learnt to read questions: the demo's topics, and the examples that come with the product."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from redis import Redis

from mentors.models import Topic
from mentors.topics_file import starter_topics
from search.indexing import write_profiles
from search.models import StoredReader
from search.understanding.bundled import load_bundled
from search.understanding.encoders import load_encoders
from search.understanding.material import Material, load_examples
from search.understanding.training import train
from tests.conftest import NOW, make_mentor, make_person

TOPICS = json.loads((Path(settings.BASE_DIR) / "demo" / "data" / "topics.json").read_text())


@pytest.fixture(scope="session")
def encoders():
    """Both are in the lock of the tests, so both are here."""
    return load_encoders()


@pytest.fixture(scope="session")
def names():
    """The demo's topics with their synonyms."""
    return {row.topic: row.synonyms for row in starter_topics()}


@pytest.fixture(scope="session")
def material(names):
    return Material.of(names, load_examples())


@pytest.fixture(scope="session")
def trained(material, encoders):
    texts = [*(example.text for example in material.examples), *(phrase for _, phrase in material.phrases())]
    earlier = load_bundled(texts, encoders.found)
    return train(material, encoders.found, dictionary=encoders.dictionary, earlier=earlier)


@pytest.fixture(scope="session")
def written(trained) -> bytes:
    """What was learnt, as it is stored: writing it takes a good part of a second."""
    return trained.to_bytes()


@pytest.fixture
def topics(db, names):
    """The demo's topics, by name."""
    found = {}
    for place, group in enumerate(TOPICS):
        parent = Topic.objects.create(name=group["name"], slug=f"group-{place}", position=place)
        for number, topic in enumerate(group["topics"]):
            slug = topic["name"].lower().replace(" ", "-")
            found[topic["name"]] = Topic.objects.create(
                name=topic["name"], slug=slug, parent=parent, synonyms=list(names[topic["name"]]), position=number
            )
    return found


@pytest.fixture
def reading(topics, trained, written):
    """Questions are read by what was learnt, and no earlier reading is shared."""
    forget_shared()
    return StoredReader.objects.create(
        content=written, digest=trained.digest, source="tests", trained_at=NOW, **trained.check
    )


def forget_shared() -> None:
    with Redis.from_url(settings.REDIS_URL) as redis:
        for key in redis.scan_iter("reading:*"):
            redis.delete(key)


@pytest.fixture
def who_knows(topics):
    """Make a mentor who knows these topics and mentions none of them."""

    def make(name: str, *known: str, **fields):
        profile = make_mentor(
            make_person(f"{name.split()[0].lower()}@example.org", name),
            headline="Director",
            asks=("x", "y", "z"),
            **fields,
        )
        profile.topics.set([topics[topic] for topic in known])
        write_profiles([profile.pk])
        return profile

    return make
