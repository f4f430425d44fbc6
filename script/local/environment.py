"""The virtual environment, made from a hash-checked lock, and made anew only when the lock changes."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

from local.output import print_step
from local.places import PYTHON, ROOT, VENV

LOCKS = {"local": ("local",), "dev": ("dev", "local")}  # the dev lock holds all of the local one
UV_LOCK = Path(__file__).with_name("uv.txt")


def enter_environment(lock: str) -> None:
    """Go on in .venv with the packages of requirements-<lock>.txt: returns there, and only there."""
    try:
        with _hold_lock():
            _install_lock(lock)
    except subprocess.CalledProcessError:
        sys.exit("! The packages could not be installed; why, is above. The next start tries again.")
    except KeyboardInterrupt:
        sys.exit("! Interrupted; the next start goes on.")
    if Path(sys.prefix) != VENV:
        os.execv(PYTHON, [PYTHON, *sys.argv])


@contextlib.contextmanager
def _hold_lock() -> Iterator[None]:
    """Two commands started together must not both install."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _install_lock(lock: str) -> None:
    path = ROOT / f"requirements-{lock}.txt"
    if not _is_usable():
        _create_venv()
    wanted = hashlib.sha256(path.read_bytes()).hexdigest()
    stamp = VENV / f"installed-{lock}"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print_step(f"installing {path.name}, hash-checked")
    if not _install_with_uv(path):
        _run_pip("install", "--no-deps", "--require-hashes", "-r", str(path))
    for held in LOCKS[lock]:
        digest = hashlib.sha256((ROOT / f"requirements-{held}.txt").read_bytes()).hexdigest()
        (VENV / f"installed-{held}").write_text(digest)


def _is_usable() -> bool:
    """Whether .venv was made here (a copied one refers to where it came from) and its Python still runs."""
    made_for = VENV / "made-for"
    if made_for.exists() and made_for.read_text() != str(VENV):
        return False
    try:
        return subprocess.run([PYTHON, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]).returncode == 0
    except OSError:
        return False


def _create_venv() -> None:
    if VENV.is_symlink():
        sys.exit(f"! {VENV} is a link: making it anew would empty what it leads to. Remove the link.")
    print_step("creating .venv")
    try:
        venv.create(VENV, clear=True, with_pip=True)
    except subprocess.CalledProcessError:
        # Debian's Python leaves ensurepip to another package; a pip of the system or a uv can fill the environment too
        own_pip = subprocess.run([sys.executable, "-m", "pip", "-V"], capture_output=True).returncode == 0
        if not own_pip and not shutil.which("uv"):
            shutil.rmtree(VENV)
            sys.exit("! This Python has no ensurepip and no pip. On Debian and Ubuntu: apt install python3-venv")
        venv.create(VENV, clear=True, with_pip=False)
    (VENV / "made-for").write_text(str(VENV))


def _install_with_uv(path: Path) -> bool:
    """uv takes seconds where pip takes most of a minute; but only pip may be set up for a proxy or a mirror."""
    uv = shutil.which("uv") or str(VENV / "bin" / "uv")
    try:
        if not Path(uv).exists():
            _run_pip("install", "--require-hashes", "-r", str(UV_LOCK))
        argv = [uv, "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes", "-r", str(path)]
        done = subprocess.run(argv, cwd=ROOT, env={"UV_SYSTEM_CERTS": "true", **os.environ}, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return done.returncode == 0


def _run_pip(*arguments: str) -> None:
    inside = subprocess.run([PYTHON, "-m", "pip", "-V"], capture_output=True).returncode == 0
    command = [PYTHON, "-m", "pip"] if inside else [sys.executable, "-m", "pip", "--python", PYTHON]
    subprocess.run([*command, "--disable-pip-version-check", "--quiet", *arguments], cwd=ROOT, check=True)
