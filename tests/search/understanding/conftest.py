import json
from pathlib import Path

import pytest

from search.understanding.reader import Reader

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def reader(trained, encoders):
    return Reader(trained, encoders.found)


@pytest.fixture(scope="session")
def fixture():
    """Two hundred labelled questions of our own: text, lang, topics (1 related, 2 helps, 3 exactly), kinds, issue."""
    return json.loads((HERE / "fixture.json").read_text())
