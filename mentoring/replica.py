"""Public pages for visitors are read from a replica, if there is one: a copy that PostgreSQL keeps a moment behind.

Never a read that decides, and never for someone who is signed in, or who has begun to book: they would miss what they
themselves just did. A copy that is too far behind, or away, isn't asked.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.http import HttpRequest, HttpResponse

from common.statements import read_from, reads_from

logger = logging.getLogger(__name__)

REPLICA = "replica"
# By their names in the map of addresses. A page that isn't here is read from the database itself.
PAGES = {
    *("home", "mentor_list", "mentor_detail", "mentor_photo", "mentor_card"),
    *("events", "event", "event_card", "sitemap", "sitemap_section"),
}
# Nothing comes to a replica whose receiver has ended; until then all that came is applied, or the last of it is so old.
BEHIND = """
SELECT CASE
    WHEN NOT pg_is_in_recovery() THEN NULL
    WHEN NOT EXISTS (SELECT FROM pg_stat_get_wal_receiver() AS receiver WHERE pid IS NOT NULL) THEN NULL
    WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
    ELSE extract(epoch FROM now() - pg_last_xact_replay_timestamp())
END
"""


class ReplicaRouter:
    """Which database the ORM asks. Whatever locks rows or writes asks the one that decides."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        # Limits and what a page remembers are counted there: the cache is a table that every request may write.
        return DEFAULT_DB_ALIAS if model._meta.app_label == "django_cache" else reads_from()

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


def seconds_behind() -> float | None:
    """How far the replica is behind; None where it isn't a replica, or nothing reaches it. Raises DatabaseError."""
    with connections[REPLICA].cursor() as cursor:
        cursor.execute(BEHIND)
        found: float | None = cursor.fetchone()[0]
    return None if found is None else float(found)


class ReplicaState:
    """Whether the replica can be asked, as this process knows it."""

    def __init__(self) -> None:
        self.is_well = False
        self.known_until = 0.0

    def can_be_asked(self) -> bool:
        if time.monotonic() >= self.known_until:
            # One of the threads asks; the others go by what was known.
            self.note(is_well=self.is_well)
            self.note(is_well=self._look())
        return self.is_well

    def note(self, *, is_well: bool) -> None:
        if self.is_well and not is_well:
            logger.warning("the replica is away or too far behind; pages are read from the database itself")
        self.is_well, self.known_until = is_well, time.monotonic() + settings.REPLICA_ASKED_EVERY.total_seconds()

    def _look(self) -> bool:
        try:
            behind = seconds_behind()
        except Error:
            return False
        return behind is not None and behind <= settings.REPLICA_BEHIND.total_seconds()


class ReplicaMiddleware:
    """Reads a visitor's page from the replica. If that breaks, the page is made again from the database itself.

    The last of all middlewares: once it has an answer, no other one is asked whether the view may be called.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.state = ReplicaState()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not (self.is_for_replica(request) and self.state.can_be_asked()):
            return None
        try:
            with read_from(REPLICA):
                return view(request, *args, **kwargs)
        except Error as error:
            logger.warning("the replica did not answer a page: %s", error)
            self.state.note(is_well=False)
            return None

    def is_for_replica(self, request: HttpRequest) -> bool:
        match = request.resolver_match
        return (
            request.method in ("GET", "HEAD")
            and match is not None
            and match.view_name in PAGES
            and settings.SESSION_COOKIE_NAME not in request.COOKIES
        )
