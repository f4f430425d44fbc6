"""Asks clamd, the daemon of ClamAV, whether a file is safe: its commands INSTREAM and PING.

See https://docs.clamav.net/manual/Usage/Scanning.html#clamd
"""

import re
import socket
import struct
import time
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from typing import IO

from django.conf import settings

# Seconds for a whole file, and for a sign of life
PATIENCE, PING_PATIENCE = 15.0, 3.0
CHUNK = 64 * 1024
LONGEST_ANSWER = 4096
ADDRESS = re.compile(r"/.+|(\[[0-9A-Fa-f:.]+\]|[\w.-]+):\d{1,5}")
FOUND = re.compile(rb"stream: ([ -~]{1,200}) FOUND")
TOO_LARGE = b"INSTREAM size limit exceeded. ERROR"
# By these names clamd tells that it didn't look at all of a file, if its configuration asks for that.
NOT_LOOKED_AT = ("Heuristics.Limits.Exceeded", "Heuristics.Encrypted")


class ScannerError(Exception):
    """There was no verdict; asking again later may bring one."""


class Outcome(StrEnum):
    CLEAN = "clean"
    FOUND = "found"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`threat` is the scanner's name for what it found."""

    outcome: Outcome
    threat: str = ""


def scan_stream(stream: IO[bytes]) -> Verdict:
    """Raises ScannerError."""
    with closing(_Scanner(PATIENCE)) as scanner:
        scanner.send(b"zINSTREAM\0")
        try:
            while chunk := stream.read(CHUNK):
                scanner.send(struct.pack("!L", len(chunk)) + chunk)
            scanner.send(struct.pack("!L", 0))
        except ConnectionClosedError:
            pass  # clamd closes when it has had enough, and has answered before
        return _read_verdict(scanner.receive())


def ping() -> None:
    """Raises ScannerError if no scanner answers."""
    with closing(_Scanner(PING_PATIENCE)) as scanner:
        scanner.send(b"zPING\0")
        if (answer := scanner.receive()) != b"PONG":
            raise ScannerError(f"it answered {answer[:80]!r}")


def _read_verdict(answer: bytes) -> Verdict:
    if answer == b"stream: OK":
        return Verdict(Outcome.CLEAN)
    if answer == TOO_LARGE:
        return Verdict(Outcome.REFUSED)
    if found := FOUND.fullmatch(answer):
        threat = found[1].decode("ascii")
        return Verdict(Outcome.REFUSED if threat.startswith(NOT_LOOKED_AT) else Outcome.FOUND, threat)
    raise ScannerError(f"it answered {answer[:80]!r}")


class ConnectionClosedError(ScannerError):
    pass


class _Scanner:
    """A connection to clamd, for one command and its answer, which may take `patience` seconds together."""

    def __init__(self, patience: float) -> None:
        self._until = time.monotonic() + patience
        try:
            self._socket = _connect(settings.CLAMD, patience)
        except (OSError, ValueError, OverflowError) as error:
            raise ScannerError(str(error)) from error

    def send(self, words: bytes) -> None:
        try:
            self._limit_time()
            self._socket.sendall(words)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise ConnectionClosedError(str(error)) from error
        except OSError as error:
            raise ScannerError(str(error)) from error

    def receive(self) -> bytes:
        """The answer without the zero byte that ends it."""
        answer = b""
        try:
            while not answer.endswith(b"\0"):
                self._limit_time()
                some = self._socket.recv(LONGEST_ANSWER)
                answer += some
                if not some or len(answer) > LONGEST_ANSWER:
                    raise ScannerError(f"its answer had no end: {answer[:80]!r}")
        except OSError as error:
            raise ScannerError(str(error)) from error
        return answer.removesuffix(b"\0")

    def _limit_time(self) -> None:
        if (left := self._until - time.monotonic()) <= 0:
            raise TimeoutError("timed out")
        self._socket.settimeout(left)

    def close(self) -> None:
        self._socket.close()


def _connect(address: str, patience: float) -> socket.socket:
    if not address.startswith("/"):
        host, _colon, port = address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), timeout=patience)
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(patience)
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection
