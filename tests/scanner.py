"""A clamd with signatures of our own, and a stand-in that fails as it is told."""

import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.test import override_settings

from local.places import find_scanner
from sessions_app.conversation.clamd import ScannerError, ping

# What scanners take for a virus, though it is none. In two parts, so that none takes this file for one.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
THREAT = "Tests.Eicar.UNOFFICIAL"
LARGEST = 200_000
CONFIGURATION = """
{address}
DatabaseDirectory {folder}/signatures
TemporaryDirectory {folder}
StreamMaxLength {largest}
MaxFileSize 100K
AlertExceedsMax yes
Foreground yes
"""


@contextmanager
def real_clamd(*, by_socket: bool = True) -> Iterator[None]:
    """Debian's clamd, which knows EICAR and nothing else, as the scanner of the installation."""
    with tempfile.TemporaryDirectory() as name, closing(socket.socket()) as free:
        folder = Path(name)
        (folder / "signatures").mkdir()
        (folder / "signatures" / "tests.ndb").write_text(f"Tests.Eicar:0:*:{EICAR.hex()}\n")
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        address = f"LocalSocket {folder}/clamd" if by_socket else f"TCPAddr 127.0.0.1\nTCPSocket {port}"
        file = folder / "clamd.conf"
        file.write_text(CONFIGURATION.format(folder=folder, address=address, largest=LARGEST))
        with (folder / "log").open("w") as log, override_settings(CLAMD=_setting(folder, port, by_socket=by_socket)):
            process = subprocess.Popen([str(find_scanner()), "--config-file", file], stdout=log, stderr=log)
            try:
                _wait_for(process, folder / "log")
                yield
            finally:
                process.terminate()
                process.wait(30)


def _setting(folder: Path, port: int, *, by_socket: bool) -> str:
    return f"{folder}/clamd" if by_socket else f"127.0.0.1:{port}"


def _wait_for(process: subprocess.Popen, log: Path) -> None:
    for _attempt in range(600):
        if process.poll() is not None:
            break
        try:
            ping()
        except ScannerError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"clamd did not start: {log.read_text()}")


Behave = Callable[[socket.socket], None]


@contextmanager
def stand_in(behave: Behave, *, is_alive: bool = True) -> Iterator[None]:
    """A scanner that treats each file as `behave` does; it answers pings if it `is_alive`."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                connection, _address = listening.accept()
                with connection:
                    command = _read_command(connection)
                    if command == b"zINSTREAM":
                        behave(connection)
                    elif command == b"zPING" and is_alive:
                        connection.sendall(b"PONG\0")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port = listening.getsockname()[1]
        try:
            with override_settings(CLAMD=f"127.0.0.1:{port}"):
                yield
        finally:
            over.set()
            socket.create_connection(("127.0.0.1", port)).close()
            thread.join()


def _read_command(connection: socket.socket) -> bytes:
    read = b""
    while not read.endswith(b"\0"):
        some = connection.recv(1)
        if not some:
            break
        read += some
    return read.removesuffix(b"\0")


def _read_stream(connection: socket.socket) -> None:
    with connection.makefile("rb") as stream:
        while size := int.from_bytes(stream.read(4), "big"):
            stream.read(size)


def hang(connection: socket.socket) -> None:
    """Takes all and says nothing, until the other side gives up."""
    while connection.recv(65536):
        pass


def cut(connection: socket.socket) -> None:
    _read_stream(connection)
    connection.sendall(b"stream: O")


def answer(words: bytes) -> Behave:
    def behave(connection: socket.socket) -> None:
        _read_stream(connection)
        connection.sendall(words + b"\0")

    return behave
