"""A mail server that counts, and that breaks what a plan tells it to break, at that very moment."""

import asyncio
import logging
import os
import signal
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser

import psutil
from aiosmtpd.controller import Controller

from tests.smtp import SinkController
from tests.stopping import let_go_on, stop_process

# What can befall one conversation. RCPT: before the fence; DATA: after it.
REFUSE_LATER, REFUSE = "RCPT 451", "RCPT 550"
KILL_CHILD, KILL_PARENT, STOP = "killed at RCPT", "parent killed at RCPT", "stopped at RCPT"
REFUSE_DATA = "DATA 451"
KEEP_SILENT, LOSE, KEEP_AND_KILL = "kept, no answer", "lost, no answer", "kept, killed before the answer"
KEEP_AND_WAIT = "kept, answer waits"
KEEP_AND_TAKE_LONG = "kept, answered late"
HANG_UP = "hung up before 354"
REFUSED_BY_POLICY = "refused by policy"
POLICY = "554 5.7.1 Service refused"
AT_RCPT = {REFUSE_LATER, REFUSE, KILL_CHILD, KILL_PARENT, STOP}
ANSWERS = {REFUSE_LATER: "451 Come back later", REFUSE: "550 5.1.1 No such user", REFUSE_DATA: "451 Not now"}


# Seconds. To find a worker among all processes takes long on a crowded machine, and the conversation waits meanwhile.
PATIENCE = 120
# A late answer comes after the lease would have ended.
LATE_ANSWER = 6


@dataclass
class Accepted:
    message_id: str
    recipient: str
    at: float


def ports_of(pid: int) -> set[int]:
    """Our ends of the connections that a process has."""
    with suppress(psutil.Error):
        return {connection.laddr.port for connection in psutil.Process(pid).net_connections("tcp")}
    return set()


@dataclass
class Stopped:
    """A worker that was stopped in the middle of a conversation, and the sink's own end of that conversation."""

    pid: int
    transport: asyncio.Transport

    def talks(self) -> bool:
        """Whether the conversation goes on. The kernel's list of connections is not asked: it may leave one out."""
        return not self.transport.is_closing()


@dataclass
class Sink:
    """`plans`: what befalls the next conversations with a recipient, one after the other; then all is well.

    `refuses_all`: nobody's message is taken, by policy.
    `gate`: while it is shut, whoever was kept waiting for an answer waits; `at_gate` says that somebody does.
    """

    workers: Callable[[], list[int]]
    plans: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    accepted: list[Accepted] = field(default_factory=list)
    connections: list[object] = field(default_factory=list)
    stopped: dict[str, Stopped] = field(default_factory=dict)
    refuses_all: bool = False
    gate: threading.Event = field(default_factory=threading.Event)
    at_gate: threading.Event = field(default_factory=threading.Event)
    done: Counter[str] = field(default_factory=Counter)

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):  # noqa: N802 (aiosmtpd's name)
        plan = self.plans[address]
        if plan and plan[0] in AT_RCPT:
            fault = plan[0] if plan[0] == REFUSE else plan.pop(0)
            self.done[fault] += 1
            if fault in ANSWERS:
                return ANSWERS[fault]
            self._break(fault, address, server.transport)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def _break(self, fault: str, address: str, transport: asyncio.Transport) -> None:
        peer = self._peer(transport.get_extra_info("peername")[1])
        with suppress(ProcessLookupError, psutil.Error):
            if fault == STOP:
                self.stopped[address] = Stopped(peer, transport)
                stop_process(peer)
            else:
                os.kill(psutil.Process(peer).ppid() if fault == KILL_PARENT else peer, signal.SIGKILL)

    def say_go_ahead(self, envelope):
        plan = self.plans[envelope.rcpt_tos[0]] if envelope.rcpt_tos else []
        if plan and plan[0] == HANG_UP:
            self.done[plan.pop(0)] += 1
            return None
        return ""

    async def handle_DATA(self, server, session, envelope):
        address = envelope.rcpt_tos[0]
        plan = self.plans[address]
        if self.refuses_all:
            self.done[REFUSED_BY_POLICY] += 1
            return POLICY
        fault = plan.pop(0) if plan and plan[0] not in AT_RCPT else ""
        self.done[fault] += 1
        if fault != LOSE and fault not in ANSWERS:
            message_id = str(BytesHeaderParser().parsebytes(envelope.original_content)["Message-ID"]).strip()
            self.accepted.append(Accepted(message_id, address, time.time()))
        if fault == KEEP_AND_KILL:
            self._break(fault, address, server.transport)
            await asyncio.sleep(0.05)
        if fault == KEEP_AND_WAIT:
            self.at_gate.set()
            while not self.gate.is_set():
                await asyncio.sleep(0.02)
        if fault == KEEP_AND_TAKE_LONG:
            await asyncio.sleep(LATE_ANSWER)
        if fault in (KEEP_SILENT, LOSE, KEEP_AND_KILL):
            server.transport.abort()
        return ANSWERS.get(fault, "250 Kept")

    def resume(self, address: str) -> Stopped:
        stopped = self.stopped.pop(address)
        let_go_on([stopped.pid])
        return stopped

    def reached(self, address: str) -> int:
        return sum(mail.recipient == address for mail in self.accepted)

    def _peer(self, port: int) -> int:
        """The worker at the other end of a connection, which waits for our answer.

        The kernel's list of connections may leave one out while others come and go: it is asked again.
        """
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if found := next((pid for pid in self.workers() if port in ports_of(pid)), None):
                return found
            time.sleep(0.05)
        raise LookupError(f"No worker is at port {port}.")


def listen(sink: Sink, port: int) -> Controller:
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # or it tells every word of every conversation
    controller = SinkController(sink, hostname="127.0.0.1", port=port)
    controller.start()
    return controller
