"""Ports on this machine."""

import os
import socket
import sys

HOST = "127.0.0.1"


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
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


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
