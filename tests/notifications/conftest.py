"""Rows of a kind that only says its own number, due by Postgres' clock."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection

from accounts.models import User
from notifications import outbox, registry
from notifications.models import Notification
from notifications.registry import Kind, Message, Policy, Render, WriteLines
from notifications.services import Due, schedule_notices
from tests.smtp import smtp_sink  # noqa: F401 - a fixture


def plain(row: Notification, now: datetime) -> Message:
    return Message(f"Number {row.subject_id}", f"Text of {row.subject_id}\n", f"<p>Text of {row.subject_id}</p>")


def add_kind(name: str, *, render: Render = plain, lines: WriteLines | None = None, **options) -> None:
    """A kind of notice about things."""
    registry.register_kinds([Kind(name, "thing", render=render, lines=lines, **options)])


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    """The kinds of the real apps stay; what a test registers is forgotten."""
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))
    add_kind("plain")
    add_kind("held", policy=Policy.HOLD)
    add_kind("urgent")
    add_kind("chat", capped=True)


@pytest.fixture
def database_now(db) -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        return cursor.fetchone()[0]


@pytest.fixture
def due(bob: User, database_now: datetime) -> Callable[..., Notification]:
    """due(7, kind=…, since=…): a row about subject 7, due a minute ago unless told otherwise."""

    def make(
        number: int = 1,
        *,
        kind: str = "plain",
        recipient: User = bob,
        version: int = 0,
        since: timedelta = timedelta(minutes=1),
        keeps: timedelta = timedelta(days=1),
        by: User | None = None,
    ) -> Notification:
        due_at = database_now - since
        caused_by = by.pk if by else None
        notice = Due(kind, recipient.pk, "thing", number, version, due_at, due_at + keeps, caused_by=caused_by)
        schedule_notices(notice, now=min(due_at, database_now))
        return Notification.objects.get(dedupe_key=Notification.key(kind, "thing", number, version, recipient.pk))

    return make


@pytest.fixture(params=[0.75, 1, 1.25], ids=["soonest", "usual", "latest"])
def retry_waits(request, monkeypatch) -> list[float]:
    """The seconds before each of seven further tries, where chance always falls on the same end or on the middle."""
    monkeypatch.setattr(outbox.random, "uniform", lambda _low, _high: request.param)
    return [min(30 * 3**failures, 6 * 60 * 60) * request.param for failures in range(7)]
