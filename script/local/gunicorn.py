"""Gunicorn for script/server: threads as in production, and new code is taken up as it is saved."""

import os
import sys
from pathlib import Path

root = Path(__file__).resolve().parents[2]
sys.path += [str(root / "script"), str(root)]

from local.variables import is_on  # noqa: E402 (not to be found before)
from mentoring.gunicorn import accesslog, limit_request_line, on_exit, raw_env, threads, worker_class, workers  # noqa: E402, F401

bind = f"127.0.0.1:{os.environ['PORT']}"
graceful_timeout = 5
reload = is_on(os.environ["DEBUG"])
reload_extra_files = [str(path) for path in root.glob("**/templates/**/*.html") if ".venv" not in path.parts]
