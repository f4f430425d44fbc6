"""The mail server's own faults: it refuses us, hangs up too early, or takes long to answer.

Nothing is given up, and nothing is sent twice. Started by `scenario.launch`. The workers wait one second at most for
the answer to a command, and have a lease of four.
"""

import threading

import django

django.setup()

from django.conf import settings  # noqa: E402 (after the setup)
from django.db.models import F  # noqa: E402

from notifications.models import MailBreaker, Notification, State  # noqa: E402
from tests.chaos import sink as faults  # noqa: E402
from tests.chaos.acts import few, settled  # noqa: E402
from tests.chaos.scenario import PATIENCE, in_scenario, report, until  # noqa: E402
from tests.chaos.sink import Sink, listen  # noqa: E402
from tests.chaos.stand import Stand  # noqa: E402
from tests.chaos.verdict import database_now, judge, open_journal  # noqa: E402
from tests.chaos.world import World, address, whatever_happens  # noqa: E402
from tests.conftest import make_person  # noqa: E402

ANSWERS_IN = {"EMAIL_TIMEOUT": "1"}
PEOPLE = 4
HANGS_UP = 10  # times: more often than a row may fail through us


def refuses_us(stand: Stand, sink: Sink, world: World) -> dict[str, object]:
    """By policy, whoever the mail is for: all workers pause and try one at a time, until it takes mail again."""
    sink.refuses_all = True
    few(world, "refused", PEOPLE)
    until(stand, is_open, "all workers pause")
    before = sink.done[faults.REFUSED_BY_POLICY]
    until(stand, lambda: sink.done[faults.REFUSED_BY_POLICY] >= before + 3, "three mails were tried meanwhile")
    waits = Notification.objects.filter(state=State.PENDING, refusals__gt=0).count()
    sink.refuses_all = False
    until(stand, settled, "mails go out when it takes them again")
    return {"waits": waits, "still_open": is_open()}


def is_open() -> bool:
    return whatever_happens(lambda: MailBreaker.objects.filter(opened_at__isnull=False).exists())


def hangs_up_before_the_go_ahead(stand: Stand, sink: Sink, world: World) -> dict[str, object]:
    sink.plans[address("hung-up-0")] = [faults.HANG_UP] * HANGS_UP
    few(world, "hung-up", 2)
    until(stand, lambda: skip_pauses() and settled(), "mails go out in the end")
    return {"hung_up": sink.done[faults.HANG_UP], "doubted": doubted("hung-up-0")}


def skip_pauses() -> bool:
    """What waits for its next try is tried at once: ten tries would take hours."""
    waiting = Notification.objects.filter(state=State.PENDING, refusals__gt=0, next_try_at__gt=F("due_at"))
    whatever_happens(lambda: waiting.update(next_try_at=F("due_at")))
    return True


def answers_late(stand: Stand, sink: Sink, world: World) -> dict[str, object]:
    """Later than a command may take, and later than the lease of the row would have ended."""
    sink.plans[address("late-0")] = [faults.KEEP_AND_WAIT]
    few(world, "late", 2)
    until(stand, sink.at_gate.is_set, "a message is there and not answered")
    row = whatever_happens(lambda: Notification.objects.get(recipient__email=address("late-0"), state=State.LEASED))
    ends = row.data_started_at + 2 * settings.OUTBOX_LEASE
    pause = threading.Event()
    until(stand, lambda: pause.wait(0.1) or database_now() > ends, "two leases would be over")
    row.refresh_from_db()
    sink.gate.set()
    until(stand, settled, "the others go out meanwhile")
    return {"held": row.state == State.LEASED and row.lease_until > ends, "late": doubted("late-0")}


def answers_while_the_workers_end(stand: Stand, sink: Sink, world: World) -> dict[str, object]:
    """A worker that is told to end finishes the mail it is at, and hands nothing over to doubt."""
    sink.gate.clear()
    sink.at_gate.clear()
    sink.plans[address("ending-0")] = [faults.KEEP_AND_WAIT]
    few(world, "ending", 1)
    until(stand, sink.at_gate.is_set, "a message is there and not answered")
    ending = [stand.processes[name] for name in "ab"]
    for process in ending:
        process.terminate()
    sink.gate.set()
    ended = [process.wait(PATIENCE) for process in ending]
    until(stand, settled, "mails go out with new workers")
    return {"ended": ended, "doubted": doubted("ending-0")}


def doubted(name: str) -> int:
    return Notification.objects.filter(recipient__email=address(name), doubted_at__isnull=False).count()


def main() -> None:
    world = World()
    with in_scenario() as (stand, env):
        open_journal()
        make_person("staff@chaos.test", "Maria", "UTC", is_staff=True)
        sink = Sink(stand.workers)
        server = listen(sink, stand.mail_port)
        for name in "ab":  # and no beat: each worker process looks by itself
            stand.start_worker(name, env | ANSWERS_IN)
        found = {}
        acts = (refuses_us, hangs_up_before_the_go_ahead, answers_late, answers_while_the_workers_end)
        for act in acts:
            found[act.__name__] = act(stand, sink, world)
        server.stop()
        report(verdict=judge(world, sink.accepted).as_dict(), found=found)


if __name__ == "__main__":
    main()
