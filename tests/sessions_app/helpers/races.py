"""Acts at the same moment, each on a connection of its own."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from common.refusals import RefusalError
from tests.conftest import make_person

RACERS = 12


def race(acts: Sequence[Callable[[], object]]) -> Counter[str]:
    """Run all acts at the same moment, each on its own connection; count the outcomes by code.

    Each waits for those before it as long as that takes, beyond a page's limits: else the machine's speed would decide.
    """
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout TO '2min'; SET statement_timeout TO '2min'")
        barrier.wait()
        try:
            act()
        except RefusalError as error:
            return error.code
        else:
            return "won"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(run, acts))


def people(count: int):
    return [make_person(f"p{number}@example.org", f"Person {number}") for number in range(count)]


def someone_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        # Within one transaction the view shows the same again and again.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
        return cursor.rowcount > 0
