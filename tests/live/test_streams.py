from uuid import UUID

import pytest

from live.streams import StreamKind, is_stream, name_stream

ONE = UUID("0b6c1c9e-58a8-4d3a-9e0e-3d1c8a4c7f11")


@pytest.mark.parametrize("kind", StreamKind)
def test_stream_of_each_kind_is_known_by_its_name(kind):
    assert is_stream(name_stream(kind, ONE))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(f"staff-{ONE}", id="no such kind"),
        pytest.param(f"thread-{ONE}-{ONE}", id="two"),
        pytest.param(f"thread-{ONE} event-{ONE}", id="two in words"),
        pytest.param(f"thread-{ONE}\n", id="another line"),
        pytest.param(f"Thread-{ONE}", id="capital"),
        pytest.param("thread-*", id="pattern"),
        pytest.param("thread-1", id="number"),
        pytest.param("", id="nothing"),
    ],
)
def test_other_names_are_no_streams(name):
    assert not is_stream(name)
