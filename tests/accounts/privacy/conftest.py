"""Files of tests lie in a folder of their own, and so does the log of removals."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def places(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.ERASURE_LOG = tmp_path / "erasures.log"
    return tmp_path
