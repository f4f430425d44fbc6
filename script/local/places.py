"""Where things are."""

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = str(VENV / "bin" / "python")
# The commit whose code people still run while they install this one
RELEASE_BEFORE = (ROOT / ".ci" / "release-before").read_text().strip()

# The shell does the same work in half the time: it draws no windows.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser() -> str | None:
    """The Chromium of this machine that tests drive."""
    return next((program for name in BROWSERS if (program := shutil.which(name))), None)


def find_pooler() -> str | None:
    """The PgBouncer of this machine; Debian keeps it where only root's programs are looked for."""
    return shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")


def find_proxy() -> str | None:
    return shutil.which("caddy")


def find_scanner() -> str | None:
    """The clamd of this machine; like the pooler it may be among root's programs."""
    return shutil.which("clamd") or shutil.which("/usr/sbin/clamd")


def find_prometheus() -> str | None:
    return shutil.which("prometheus")


def has_commit(commit: str) -> bool:
    """Whether git can show it here."""
    asked = ["git", "cat-file", "-e", f"{commit}^{{commit}}"]
    return shutil.which("git") is not None and not subprocess.run(asked, cwd=ROOT, capture_output=True).returncode


def data_dir() -> Path:
    """Everything that the product writes on this machine: servers, mail, media, logs, the secret key."""
    return Path(os.environ.get("DATA_DIR") or ROOT / "var").expanduser().absolute()
