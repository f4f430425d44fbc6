import json
from pathlib import Path

import pytest
from django.conf import settings

from search.understanding.bundled import load_bundled
from search.understanding.encoders import load_encoders
from search.understanding.material import Material, load_examples
from search.understanding.reader import Reader
from search.understanding.training import train

ROOT = Path(settings.BASE_DIR)
HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def encoders():
    """Both are in the lock of the tests, so both are here."""
    return load_encoders()


@pytest.fixture(scope="session")
def names():
    """The demo's topics with their synonyms."""
    path = next(path for path in (*ROOT.glob("demo/data/topics.json"), *ROOT.glob("*/demo/data/topics.json")))
    return {
        topic["name"]: tuple(topic["synonyms"]) for group in json.loads(path.read_text()) for topic in group["topics"]
    }


@pytest.fixture(scope="session")
def material(names):
    return Material.of(names, load_examples())


@pytest.fixture(scope="session")
def trained(material, encoders):
    texts = [*(example.text for example in material.examples), *(phrase for _, phrase in material.phrases())]
    earlier = load_bundled(texts, encoders.found)
    return train(material, encoders.found, dictionary=encoders.dictionary, earlier=earlier)


@pytest.fixture(scope="session")
def reader(trained, encoders):
    return Reader(trained, encoders.found)


@pytest.fixture(scope="session")
def fixture():
    """Two hundred labelled questions of our own: text, lang, topics (1 related, 2 helps, 3 exactly), kinds, issue."""
    return json.loads((HERE / "fixture.json").read_text())
