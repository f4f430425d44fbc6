"""The short form: every fault once, each at the very moment where it hurts. Started by `scenario.launch`.

Which moment that is, the sink knows: it is at the other end of the conversation and stops or kills whoever talks to it.
Nothing in here depends on how fast the machine is, only on what has happened.
"""

import time
from datetime import timedelta

import django

from tests.stopping import let_go_on, stop_processes

django.setup()

from django.utils import timezone  # noqa: E402 (after the setup)

from notifications.models import Notification  # noqa: E402
from sessions_app.models import Booking  # noqa: E402
from tests.chaos import sink as faults  # noqa: E402
from tests.chaos.acts import few, let_go, locked_row, settled  # noqa: E402
from tests.chaos.scenario import in_scenario, report, until  # noqa: E402
from tests.chaos.sink import Sink, listen  # noqa: E402
from tests.chaos.stand import Stand  # noqa: E402
from tests.chaos.verdict import judge, open_journal  # noqa: E402
from tests.chaos.world import World, address, quarter  # noqa: E402

HOUR = timedelta(hours=1)
PLANS = {
    "refused": [faults.REFUSE_LATER, faults.REFUSE_DATA],
    "gone": [faults.REFUSE],
    "silent": [faults.KEEP_SILENT],
    "swallowed": [faults.LOSE],
    "killed": [faults.KILL_CHILD],
    "killed-late": [faults.KEEP_AND_KILL],
    "orphaned": [faults.KILL_PARENT],
    "stopped": [faults.STOP],
    "overtaken": [faults.STOP],
}
REFUSED = (address("gone"),)


def before_anybody_is_awake(world: World) -> None:
    """Called off, moved, ended and too late before the first worker runs: what these would have told never leaves."""
    now = timezone.now()
    for name, act in (("cancelled", world.cancel), ("moved", world.move)):
        booking = world.book(name)
        act(booking)
        world.forbid(booking, version=0)
    # After a day and a night at most, whatever the hour is now: a deadline is never in the mentor's night.
    asked = world.book("expired", instant=False, now=now - 40 * HOUR, start=quarter(now + 20 * HOUR))
    world.expire(asked)
    world.forbid(asked, version=0)
    late = world.book("late", now=now - 30 * HOUR, start=quarter(now + 2 * HOUR))
    world.forbid(late, version=0)
    forgotten = world.book("forgotten")
    Notification.objects.about("booking", forgotten.pk).delete()  # the audit has to find out
    reminded = world.book("reminded", now=now - 3 * HOUR, start=quarter(now + HOUR / 2))
    for kind in ("booked", "reminder_hour"):
        world.expect(reminded, kind, due=now)
    over = world.book("asked", now=now - 30 * HOUR, start=quarter(now - 4 * HOUR))
    world.expect(over, "feedback_request", due=now)


def one_by_one(stand: Stand, sink: Sink, world: World) -> None:
    """The faults of single conversations."""
    bookings = {name: world.book(name) for name in PLANS}
    until(stand, lambda: address("overtaken") in sink.stopped, "a worker is stopped")
    world.cancel(bookings["overtaken"], by_mentor=True)
    until(stand, lambda: sink.reached(address("overtaken")), "the cancellation has come")
    let_go(sink, "overtaken")
    until(stand, lambda: sink.reached(address("stopped")), "somebody else has sent it")
    let_go(sink, "stopped")
    until(stand, settled, "all single faults are settled")


def redis_goes(stand: Stand, sink: Sink, world: World) -> None:
    few(world, "wiped")
    stand.wipe_redis()
    stand.kill_redis()
    few(world, "without-redis")
    stand.start_redis()
    until(stand, settled, "mails go out with a new Redis")


def postgres_crashes(stand: Stand, sink: Sink, world: World) -> None:
    """At the worst moment: the message is accepted, and nobody has written it down."""
    sink.plans[address("crashed-0")] = [faults.KEEP_AND_WAIT]
    few(world, "crashed")
    until(stand, sink.at_gate.is_set, "a message is accepted")
    stand.crash_postgres()
    sink.gate.set()
    stand.mend_postgres()
    until(stand, settled, "mails go out after the crash")


def worker_stands_still(stand: Stand, sink: Sink, world: World) -> None:
    """Parent and children, for longer than the lease."""
    stopped = stand.of("a")
    stop_processes(stopped)
    few(world, "still")
    time.sleep(5)
    let_go_on(stopped)
    until(stand, settled, "mails go out past a standing worker")


def workers_are_replaced(stand: Stand, sink: Sink, world: World) -> None:
    few(world, "rolling")
    stand.replace("a")
    few(world, "rolling-on")
    stand.replace("b")
    until(stand, settled, "mails go out during a rolling restart")


def main() -> None:
    world, took = World(), {}
    with in_scenario() as (stand, env):
        open_journal()
        sink = Sink(stand.workers)
        sink.plans |= {address(name): list(plan) for name, plan in PLANS.items()}
        sink.plans[address("asked")] = [faults.KEEP_SILENT]
        server = listen(sink, stand.mail_port)
        before_anybody_is_awake(world)
        for name in "ab":
            stand.start_worker(name, env)
            stand.start_beat(f"beat-{name}", env)
        with locked_row(stand):
            until(stand, lambda: len(sink.accepted) >= 5, "rows pass the one that is locked")
        for act in (one_by_one, redis_goes, postgres_crashes, worker_stands_still, workers_are_replaced):
            began = time.monotonic()
            act(stand, sink, world)
            took[act.__name__] = round(time.monotonic() - began, 1)
        server.stop()
        verdict = judge(world, sink.accepted, refused=REFUSED)
        report(verdict=verdict.as_dict(), faults=sink.done, took=took, bookings=Booking.objects.count())


if __name__ == "__main__":
    main()
