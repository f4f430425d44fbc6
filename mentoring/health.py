"""For monitoring: is the process alive, can it serve, is due work done. Without sign-in or cookie."""

import logging
from functools import cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from common.clock import ahead_of, database_now, has_stopped, is_too_far, refused_lately
from mentoring.leaving import is_leaving
from notifications.deliveries import mail_health
from search.reading.loading import describe_state
from sessions_app.models import StuckRow

logger = logging.getLogger(__name__)

OK, ILL, UP, DOWN, DIFFERS, STOPPED, LEAVING = "ok", "ill", "up", "down", "differs", "stopped", "leaving"
THERE, MISSING = "there", "missing"
REDIS_PATIENCE = 0.5


@never_cache
@require_safe
@login_not_required
def live_check(request: HttpRequest) -> JsonResponse:
    """The process answers and goes on doing so. If there is no answer, restart it."""
    if is_leaving():
        return JsonResponse({"status": LEAVING}, status=503)
    return JsonResponse({"status": OK})


@never_cache
@require_safe
@login_not_required
def ready_check(request: HttpRequest) -> JsonResponse:
    """Requests can be served: the database is there and fits this version, and pages find their static files."""
    found = serving_state()
    return health_response(found, well=is_serving(found) and not is_leaving())


@never_cache
@require_safe
@login_not_required
def health_check(request: HttpRequest) -> JsonResponse:
    """Everything together. Without Redis alone it isn't ill: mails are then sent later, and their age shows it.

    It is also ill if a clock is wrong, this machine's or a worker's, or if a task of the clock has failed for an hour,
    or none runs.
    """
    found: dict[str, object] = {**serving_state(), "redis": redis_state()}
    if not is_serving(found):
        return health_response(found, well=False)
    now = database_now()
    mail, ahead = mail_health(now), ahead_of(now)
    found["oldest_due_seconds"] = round(mail.oldest.total_seconds()) if mail.oldest else 0
    found["mail_server"] = "refuses" if mail.refused else "accepts"
    found["clock"] = DIFFERS if is_too_far(ahead) or refused_lately(now) else OK
    found["beat"] = STOPPED if has_stopped(now) else OK
    found["questions_read"] = describe_state()
    found["stuck_rows"] = StuckRow.objects.count()
    is_stuck = StuckRow.objects.long_stuck(now).exists()
    is_ill = mail.is_ill or is_stuck or found["clock"] == DIFFERS or found["beat"] == STOPPED
    return health_response({**found, **mail.lately}, well=not is_ill)


def health_response(found: dict[str, object], *, well: bool) -> JsonResponse:
    return JsonResponse({"status": OK if well else ILL, **found}, status=200 if well else 503)


def is_serving(found: dict[str, object]) -> bool:
    return found == found | {"database": UP, "migrations": "applied", "static_files": THERE}


def serving_state() -> dict[str, object]:
    try:
        applied = migrations_applied()
    except DatabaseError as error:
        logger.warning("the database is away: %s", error)
        return {"database": DOWN}
    return {
        "database": UP,
        "migrations": "applied" if applied else MISSING,
        "static_files": MISSING if are_static_files_missing() else THERE,
    }


def are_static_files_missing() -> bool:
    """Whether this process began without the list of files that `collectstatic` writes: every page would fail."""
    names: dict[str, str] | None = getattr(staticfiles_storage, "hashed_files", None)
    return names == {}


def migrations_applied() -> bool:
    """Whether the database has every migration of this version. Raises DatabaseError if it is away."""
    return newest_migrations() <= set(MigrationRecorder(connection).applied_migrations())


@cache
def newest_migrations() -> frozenset[tuple[str, str]]:
    """The last migration of each app in this version."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


def redis_state() -> str:
    try:
        redis_client().ping()
    except RedisError:
        return DOWN
    return UP


@cache
def redis_client() -> Redis:
    return Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=REDIS_PATIENCE,
        socket_timeout=REDIS_PATIENCE,
        retry=Retry(NoBackoff(), 0),
    )
