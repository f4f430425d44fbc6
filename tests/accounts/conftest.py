"""What the tests of this app share: the newest code out of the newest mail."""

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.db import transaction


@pytest.fixture
def newest_code() -> Callable[[], str]:
    def read() -> str:
        return re.match(r"(\d{3} \d{3}) is your code", mail.outbox[-1].subject)[1]

    return read


@pytest.fixture
def commits(monkeypatch) -> None:
    """What waits for a commit is done at once: the transaction of a test never comes to its end."""
    monkeypatch.setattr(transaction, "on_commit", lambda act, **options: act())
