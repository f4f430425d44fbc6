"""An outbox with something left out, named by the arguments, must be found out. With nothing left out it holds.

Two situations decide it: a worker that wakes up after its lease, and two workers that reach for the same row at once.
Both are brought about on purpose, so a broken outbox fails every time: leases are long, and end when it says.
"""

import sys
from datetime import timedelta

import django

django.setup()

from tests.chaos import sink as faults  # noqa: E402 (after the setup)
from tests.chaos.acts import end_leases, few, let_go, locked_row, settled_but_for, waiting_for_a_lock  # noqa: E402
from tests.chaos.scenario import in_scenario, report, until  # noqa: E402
from tests.chaos.sink import Sink, listen  # noqa: E402
from tests.chaos.verdict import judge, open_journal  # noqa: E402
from tests.chaos.world import World, address  # noqa: E402

FEW = 3
STOPPED = ("stopped", "overtaken")
# No lease ends by itself while two workers are stopped, however slow the machine is.
LEASE, LOST_AFTER = timedelta(minutes=20), timedelta(seconds=45)


def main(*left_out: str) -> None:
    world = World()
    with in_scenario() as (stand, env):
        open_journal()
        sink = Sink(stand.workers)
        server = listen(sink, stand.mail_port)
        few(world, "quiet", FEW)
        stand.start_worker(
            "a",
            env | {"BROKEN": " ".join(left_out), "LEASE": f"{LEASE.total_seconds():.0f}"},
            app="tests.chaos.broken",
            children=3,
        )
        stand.start_beat("beat", env)
        with locked_row(stand):
            reached = lambda: len(sink.accepted) >= 2 * FEW - 1 or waiting_for_a_lock(stand) >= 2  # noqa: E731
            until(stand, reached, "everybody has got past the locked row, or waits for it")
        sent = lambda: settled_but_for(STOPPED, LEASE, LOST_AFTER)  # noqa: E731
        until(stand, sent, "the locked row has been sent")
        for name in STOPPED:
            sink.plans[address(name)] = [faults.STOP]
        bookings = {name: world.book(name) for name in STOPPED}
        until(stand, lambda: len(sink.stopped) == len(STOPPED), "two workers are stopped")
        world.cancel(bookings["overtaken"], by_mentor=True)
        end_leases("stopped")  # the other one's ended when its news was called off
        until(stand, sent, "others have sent it, and what came after the news that was called off")
        assert all(sink.reached(address(name)) for name in STOPPED)
        for name in STOPPED:
            let_go(sink, name)
        server.stop()
        report(verdict=judge(world, sink.accepted).as_dict())


if __name__ == "__main__":
    main(*sys.argv[1:])
