"""What one process that all others share costs on this machine: `python -m bench.shared_process`; prints a table.

Nothing of ours runs, and no pooler: each of one or two clients works for 19 ms, in ten steps, and after each step has
its own server work for 0.8 ms, as a web process and its connection to the database do. They talk directly, by way of
one relay that all share (as PgBouncer is), or by a relay each. The relay works for 0.04 ms a message. `linear` is the
rate of two over twice that of one; `idle` is how many processors had nothing to do meanwhile. Where two clients by one
relay stay below 1 while processors idle, the kernel lets work wait beside a processor that is free: then several web
processes by one pooler can't do better (`bench.scale`). The machine has to be quiet.
"""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from selectors import EVENT_READ, DefaultSelector
from statistics import median

import psutil

WORKS, STEPS, SERVES, RELAYS = 0.019, 10, 0.0008, 0.00004
LASTS, ROUNDS = 2.0, 5
WAYS = ("directly", "one relay", "a relay each")
Pair = tuple[socket.socket, socket.socket]


def work(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def serve(there: socket.socket) -> None:
    while there.recv(1):
        work(SERVES)
        there.send(b"x")


def ask(there: socket.socket, told: socket.socket) -> None:
    """Tells how often it was answered in `LASTS` seconds."""
    count, until = 0, time.monotonic() + LASTS
    while time.monotonic() < until:
        for _step in range(STEPS):
            work(WORKS / STEPS)
            there.send(b"x")
            there.recv(1)
        count += 1
    told.send(str(count).encode())


def relay(pairs: Sequence[Pair]) -> None:
    selector = DefaultSelector()
    for one, other in pairs:
        selector.register(one, EVENT_READ, other)
        selector.register(other, EVENT_READ, one)
    while True:
        for key, _events in selector.select():
            said = key.fileobj.recv(1)  # type: ignore[union-attr]
            work(RELAYS)
            key.data.send(said)


@contextmanager
def processes() -> Iterator[Callable[..., None]]:
    """Starts a function in a process of its own; all end with the block."""
    started: list[int] = []

    def start(act: Callable[..., None], *arguments: object) -> None:
        number = os.fork()
        if number:
            started.append(number)
            return
        with suppress(BaseException):
            act(*arguments)
        os._exit(0)

    try:
        yield start
    finally:
        for number in started:
            os.kill(number, signal.SIGKILL)
            os.waitpid(number, 0)


def measure(clients: int, way: str) -> tuple[float, float]:
    """Answers a second, and how many processors were idle."""
    with processes() as start:
        before = psutil.cpu_times().idle
        tellers, pairs = [], []
        for _client in range(clients):
            (asks, near), (far, serves), (hears, tells) = (socket.socketpair() for _pair in range(3))
            start(serve, near if way == "directly" else serves)
            start(ask, asks, tells)
            tellers.append(hears)
            pairs.append((near, far))
        for shared in {"one relay": [pairs], "a relay each": [[pair] for pair in pairs]}.get(way, []):
            start(relay, shared)
        count = sum(int(teller.recv(20)) for teller in tellers)
        return count / LASTS, (psutil.cpu_times().idle - before) / LASTS


def main() -> None:
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    print("| by way of | clients | a second | linear | idle |\n|---|---|---|---|---|")
    for way in WAYS:
        alone = 0.0
        for clients in (1, 2):
            rates, idle = zip(*(measure(clients, way) for _round in range(ROUNDS)), strict=True)
            alone = alone or median(rates)
            print(
                f"| {way} | {clients} | {median(rates):.1f} | {median(rates) / alone / clients:.2f} |"
                f" {median(idle):.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
