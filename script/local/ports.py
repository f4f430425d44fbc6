"""Ports on this machine."""

import fcntl
import os
import random
import socket
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO

HOST = "127.0.0.1"
# Below those that Linux gives to connections (32768 and above) and other systems do (49152 and above): a port that was
# found free there can be another program's a moment later.
OURS = range(20_000, 32_768)
# Files that are locked as long as this process lives: one for each port that it was given.
_claims: list[IO[str]] = []


def refuse_taken_port() -> int:
    """PORT, if it can be had; says plainly what to do if not."""
    wanted = os.environ.get("PORT") or "8000"
    if not wanted.isdecimal() or not 0 < int(wanted) < 65536:
        sys.exit(f"! PORT is {wanted!r}; it is a number from 1 to 65535, such as PORT=8001")
    port = int(wanted)
    if _is_answering(port) or not _can_bind(port):
        sys.exit(f"! Port {port} is taken or not allowed. Choose another one: PORT={_suggest_port(port)} script/server")
    return port


def free_port() -> int:
    """A port that nothing listens at. No other process of this account is given the same one while this one lives."""
    for port in random.SystemRandom().sample(OURS, len(OURS)):
        if _claim(port):
            return port
    raise OSError(f"no port is free from {OURS.start} to {OURS.stop - 1}")


def _claim(port: int) -> bool:
    folder = Path(tempfile.gettempdir(), f"mentoring-ports-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    file = (folder / str(port)).open("w")
    with suppress(OSError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with socket.socket() as probe:
            probe.bind(("", port))
        _claims.append(file)
        return True
    file.close()
    return False


def _is_answering(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _can_bind(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # or the last run's closed connections block it
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _suggest_port(port: int) -> int:
    candidates = (number for number in range(max(port, 7999) + 1, 65536) if _can_bind(number))
    return next(candidates, 8001)
