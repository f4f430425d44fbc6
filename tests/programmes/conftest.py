"""Two programmes that know nothing of each other, and the browsers of their people."""

import pytest

from programmes.models import Programme
from tests.programmes.making import make_programme


@pytest.fixture
def programme(alice, maria) -> Programme:
    """Managed by alice."""
    return make_programme(alice, maria)


@pytest.fixture
def other(dora, maria) -> Programme:
    """Managed by dora."""
    return make_programme(dora, maria, "Other")
