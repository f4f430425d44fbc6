"""What the tests of this app share: the newest code out of the newest mail, and an empty table of limits."""

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _no_limits_used_up(db) -> None:
    cache.clear()


@pytest.fixture
def newest_code() -> Callable[[], str]:
    def read() -> str:
        return re.match(r"(\d{3} \d{3}) is your code", mail.outbox[-1].subject)[1]

    return read
