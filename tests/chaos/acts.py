"""What the scenarios do; all of it inside one that `scenario.launch` has started."""

import os
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta

from django.db.models.functions import Now

from notifications.models import Notification, State
from tests.chaos.sink import Sink
from tests.chaos.stand import Stand, wait_for
from tests.chaos.verdict import unsettled
from tests.chaos.world import World, address, whatever_happens

OLDEST = """
SELECT id FROM notifications_notification WHERE state = 'pending' ORDER BY next_try_at, id LIMIT 1 FOR UPDATE
"""
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def settled() -> bool:
    return not whatever_happens(lambda: unsettled(Notification.objects.all()))


@contextmanager
def locked_row(stand: Stand) -> Iterator[None]:
    """Somebody else holds the oldest due row, for longer than anybody would wait."""
    with closing(stand.connect(os.environ["CHAOS_DATABASE"])) as other, other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(OLDEST)
        yield
        cursor.execute("ROLLBACK")


def waiting_for_a_lock(stand: Stand) -> int:
    with closing(stand.connect(os.environ["CHAOS_DATABASE"])) as other, other.cursor() as cursor:
        cursor.execute(WAITING)
        return int(cursor.fetchone()[0])


def end_leases(name: str) -> None:
    """End the lease of the mail that is on its way to this person, as if its worker had been quiet for long.

    Where two workers can take the same row, the other one may have sent it already.
    """
    leased = Notification.objects.filter(recipient__email=address(name), state=State.LEASED)
    leased.update(lease_until=Now())


def settled_but_for(names: Iterable[str], lease: timedelta, after: timedelta) -> bool:
    """Ends each lease that is older than `after`, of all `lease` long, but those of mails to these people.

    So a row whose worker was lost goes out, and how long the scenario takes ends no lease of a worker that it stopped.
    """
    began_long_ago = Notification.objects.filter(state=State.LEASED, lease_until__lte=Now() + lease - after)
    began_long_ago.exclude(recipient__email__in=map(address, names)).update(lease_until=Now())
    return settled()


def let_go(sink: Sink, name: str) -> None:
    """A worker wakes up that everybody thought dead; wait until it has done what it then does."""
    zombie = sink.resume(address(name))
    wait_for(lambda: not zombie.talks(), f"{name} has hung up")


def few(world: World, name: str, count: int = 2) -> None:
    for number in range(count):
        world.book(f"{name}-{number}")
