"""The long form: round after round of one kind of fault, then all of them at once. Started by `bench/chaos.py`."""

import argparse
import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import django

from tests.stopping import let_go_on, stop_processes

django.setup()

from aiosmtpd.controller import Controller  # noqa: E402 (after the setup)
from django.utils.text import slugify  # noqa: E402

from tests.chaos import sink as faults  # noqa: E402
from tests.chaos.acts import settled  # noqa: E402
from tests.chaos.scenario import in_scenario, report, until  # noqa: E402
from tests.chaos.sink import Sink, listen  # noqa: E402
from tests.chaos.stand import Stand  # noqa: E402
from tests.chaos.verdict import Verdict, judge, open_journal  # noqa: E402
from tests.chaos.world import World, address  # noqa: E402

WORKERS = ("a", "b", "c")
STANDS_STILL = 6  # seconds, longer than the lease
CONVERSATIONS = {
    "SMTP hangs up before 354": [faults.HANG_UP],
    "SMTP answers after the lease would have ended": [faults.KEEP_AND_TAKE_LONG],
    "SMTP answers 451": [faults.REFUSE_LATER, faults.REFUSE_DATA],
    "SMTP answers 550": [faults.REFUSE],
    "SMTP takes a mail and says nothing": [faults.KEEP_SILENT],
    "SMTP drops a mail and says nothing": [faults.LOSE],
    "child killed before DATA": [faults.KILL_CHILD],
    "child killed after DATA": [faults.KEEP_AND_KILL],
    "parent killed": [faults.KILL_PARENT],
    "child stopped for longer than its lease": [faults.STOP],
}
ONE_IN = 8  # so many of a round's mentees meet its fault


@dataclass
class Round:
    name: str
    verdict: Verdict
    times: int
    seconds: float


@dataclass
class Chaos:
    stand: Stand
    sink: Sink
    world: World
    server: Controller
    rng: random.Random
    total: World = field(default_factory=World)
    refused: set[str] = field(default_factory=set)
    since: dict[str, float] = field(default_factory=dict)
    times: int = 0

    # Faults of processes and servers

    def kill_child(self) -> None:
        name = self.rng.choice(WORKERS)
        parent = self.stand.processes[name].pid
        children = [pid for pid in self.stand.of(name) if pid != parent]
        if children:
            self._signal(self.rng.choice(children), signal.SIGKILL)

    def kill_worker(self) -> None:
        for pid in self.stand.of(self.rng.choice(WORKERS)):
            self._signal(pid, signal.SIGKILL)

    def stop_worker(self) -> None:
        pids = self.stand.of(self.rng.choice(WORKERS))
        stop_processes(pids)
        self.go_on(STANDS_STILL)
        let_go_on(pids)

    def replace_worker(self) -> None:
        self.stand.replace(self.rng.choice(WORKERS))

    def kill_beat(self) -> None:
        self._signal(self.stand.processes[self.rng.choice(("beat-a", "beat-b"))].pid, signal.SIGKILL)

    def wipe_redis(self) -> None:
        self.stand.wipe_redis()

    def kill_redis(self) -> None:
        self.stand.kill_redis()
        self.go_on(2)
        self.stand.start_redis()

    def crash_postgres(self) -> None:
        self.stand.crash_postgres()
        self.stand.mend_postgres()

    def mail_server_away(self) -> None:
        self.server.stop()
        self.go_on(3)
        self.server = listen(self.sink, self.stand.mail_port)

    def mail_server_refuses_us(self) -> None:
        """554 5.7.1 for every message, whoever it is for."""
        self.sink.refuses_all = True
        self.go_on(3)
        self.sink.refuses_all = False

    def _signal(self, pid: int, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, number)

    def go_on(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.look_after()
            time.sleep(0.05)

    def look_after(self) -> None:
        """What stands still long enough wakes up; what has ended starts again."""
        for name in list(self.sink.stopped):
            began = self.since.setdefault(name, time.monotonic())
            if time.monotonic() - began > STANDS_STILL:
                del self.since[name]
                self.sink.resume(name)
        self.stand.keep_alive()

    # Rounds

    def play(self, name: str, size: int, acts: list[Callable[[], None]], plans: list[list[str]]) -> Round:
        """Book, move and cancel, with the acts spread over it; then wait until everything due has met its end."""
        first_mail, began, self.times = len(self.sink.accepted), time.monotonic(), 0
        self.world.expected = {}
        turns = max(6, size // 6)
        queue = [act for act in acts for _turn in range(max(1, turns // max(1, len(acts))))]
        self.rng.shuffle(queue)
        every = max(1, size // (len(queue) + 1)) if queue else size + 1
        for number in range(size):
            self.book(slugify(f"{name}-{number}"), plans if number % ONE_IN == 0 else [])
            if queue and number % every == every - 1:
                queue.pop()()
                self.times += 1
        while queue:
            queue.pop()()
            self.times += 1
        until(self.stand, self.is_quiet, f"{name} is settled")
        self.total.expected |= self.world.expected
        self.total.answers |= self.world.answers
        verdict = judge(self.world, self.sink.accepted[first_mail:], refused=self.refused)
        return Round(name, verdict, self.times, round(time.monotonic() - began, 1))

    def is_quiet(self) -> bool:
        self.look_after()
        return not self.sink.stopped and settled()

    def book(self, name: str, plans: list[list[str]]) -> None:
        if plans:
            plan = self.rng.choice(plans)
            self.sink.plans[address(name)] = list(plan)
            self.times += 1
            if plan == [faults.REFUSE]:
                self.refused.add(address(name))
        booking = self.world.book(name)
        self.look_after()
        fate = self.rng.random()
        if fate < 0.1:
            self.world.cancel(booking, by_mentor=fate < 0.05)
        elif fate < 0.2:
            self.world.move(booking)


def rounds(chaos: Chaos, size: int) -> list[Round]:
    acts = {
        "nothing breaks": [],
        "child killed at any moment": [chaos.kill_child],
        "worker killed, parent and children": [chaos.kill_worker],
        "worker stopped for longer than the lease": [chaos.stop_worker],
        "rolling restarts": [chaos.replace_worker],
        "beat killed": [chaos.kill_beat],
        "Redis wiped": [chaos.wipe_redis],
        "Redis killed": [chaos.kill_redis],
        "PostgreSQL killed": [chaos.crash_postgres],
        "mail server away": [chaos.mail_server_away],
        "mail server refuses us (554 5.7.1)": [chaos.mail_server_refuses_us],
    }
    played = [chaos.play(name, size, act, []) for name, act in acts.items()]
    played += [chaos.play(name, size, [], [plan]) for name, plan in CONVERSATIONS.items()]
    everything = [act for named in acts.values() for act in named]
    return [*played, chaos.play("all at once", size * 3, everything, list(CONVERSATIONS.values()))]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with in_scenario() as (stand, env):
        open_journal()
        sink = Sink(stand.workers)
        chaos = Chaos(stand, sink, World(), listen(sink, stand.mail_port), random.Random(options.seed))
        for name in WORKERS:
            stand.start_worker(name, env)
        for name in ("beat-a", "beat-b"):
            stand.start_beat(name, env)
        played = rounds(chaos, options.size)
        total = judge(chaos.total, sink.accepted, refused=chaos.refused)
        chaos.server.stop()
        table = [{"name": r.name, "times": r.times, "seconds": r.seconds, **r.verdict.as_dict()} for r in played]
        report(rounds=table, total=total.as_dict(), faults=sink.done)


if __name__ == "__main__":
    main()
