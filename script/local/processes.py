"""Child processes: one after another, or side by side until Ctrl-C."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from local.output import print_step, print_warning
from local.places import ROOT

Command = Sequence[str]
PATIENCE = 25.0  # seconds that a process gets to finish what it is at


def run_command(command: Command, env: Mapping[str, str], *, quiet: bool = False) -> int:
    """To the end, whatever keys are pressed: Ctrl-C reaches the child by itself, and it knows best how to stop."""
    previous = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        output = subprocess.PIPE if quiet else None
        done = subprocess.run(command, cwd=ROOT, env=env, stdout=output, stderr=subprocess.STDOUT if quiet else None)
    finally:
        signal.signal(signal.SIGINT, previous)
    if quiet and done.returncode:
        print(done.stdout.decode(errors="replace"), flush=True)
    return done.returncode


class ProcessGroup:
    """Processes that belong together: when one ends, or someone asks for it, all end."""

    def __init__(self, env: Mapping[str, str], logs: Path) -> None:
        self.env, self.logs = env, logs
        self.commands: dict[str, Command] = {}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.restarted: set[str] = set()

    def start(self, name: str, command: Command) -> None:
        """In a session of its own: Ctrl-C reaches only us, and we stop the processes in order."""
        self.logs.mkdir(parents=True, exist_ok=True)
        mode = "ab" if name in self.commands else "wb"  # the log of one run of ours
        self.commands[name] = command
        with open(self.logs / f"{name}.log", mode) as log:
            self.running[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )

    def find_ended(self) -> str | None:
        """The name of a process that is no longer there."""
        return next((name for name, process in self.running.items() if process.poll() is not None), None)

    def wait(self, stopping: Callable[[], bool], each_time: Callable[[], None] | None = None) -> bool:
        """Until asked to stop (true), or until a process ended by itself that nothing will start again (false)."""
        while not stopping():
            if each_time:
                each_time()
            if name := self.find_ended():
                print_warning(f"{name} ended by itself. Its last words, from {self.logs / name}.log:")
                print((self.logs / f"{name}.log").read_text(errors="replace")[-2000:], file=sys.stderr)
                if name not in self.restarted:
                    return False
                del self.running[name]  # the new code is at fault, and it will change again
            time.sleep(0.5)
        return True

    def restart(self, *names: str) -> None:
        """With the code of now."""
        self.restarted |= set(names)
        self.stop(*(name for name in names if name in self.running))
        for name in names:
            self.start(name, self.commands[name])

    def stop(self, *names: str) -> None:
        """These at once; whoever does not end in time is killed, with its children."""
        ending = {name: self.running.pop(name) for name in names}
        for process in ending.values():
            process.terminate()
        deadline = time.monotonic() + PATIENCE
        for name, process in ending.items():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                print_step(f"{name} did not stop in time and is killed")
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)  # also what a crashed one left behind
            process.wait()


@contextlib.contextmanager
def stop_requests() -> Iterator[Callable[[], bool]]:
    """Ctrl-C, a closed terminal and a plain kill become an answer to a question."""
    requests: list[int] = []
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    previous = [signal.signal(number, lambda number, _: requests.append(number)) for number in signals]
    try:
        yield lambda: bool(requests)
    finally:
        for number, handler in zip(signals, previous, strict=True):
            signal.signal(number, handler)


def _end_with_parent() -> None:
    """Linux: if this command is killed outright, its children end too."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)
