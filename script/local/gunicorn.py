"""Gunicorn for script/server: threads as in production, and new code is taken up as it is saved."""

import os
import sys
from pathlib import Path

root = Path(__file__).resolve().parents[2]
sys.path += [str(root / "script"), str(root)]

import mentoring.gunicorn as usual  # noqa: E402
from local.variables import is_on  # noqa: E402 (not to be found before)

accesslog, forwarded_allow_ips, limit_request_line = (
    usual.accesslog,
    usual.forwarded_allow_ips,
    usual.limit_request_line,
)
secure_scheme_headers = usual.secure_scheme_headers
threads, worker_class, workers = usual.threads, usual.worker_class, usual.workers
on_exit, raw_env = usual.on_exit, usual.raw_env
bind = f"127.0.0.1:{os.environ['PORT']}"
graceful_timeout = 5
reload = is_on(os.environ["DEBUG"])
reload_extra_files = [str(path) for path in root.glob("**/templates/**/*.html") if ".venv" not in path.parts]
