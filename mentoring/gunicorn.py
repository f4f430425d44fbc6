"""Gunicorn for production: `gunicorn mentoring.wsgi --config python:mentoring.gunicorn`; flags win over it."""

import gc
from typing import Any

from gunicorn.glogging import Logger

from common.redaction import without_secrets


class QuietLogger(Logger):
    """An access log that tells which page was asked for, but no secret address."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return atoms | {name: without_secrets(atoms[name]) for name in ("r", "U", "f") if atoms.get(name)}


def post_worker_init(_worker: object) -> None:
    """What is there once the project is loaded stays: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


# The longest that gunicorn can: a question of 500 letters that take twelve characters each stands in an address
limit_request_line = 8190
worker_class = "gthread"
workers = 2
threads = 8
accesslog = "-"
logger_class = QuietLogger
