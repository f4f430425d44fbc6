"""How many rows of a large table are in each state, without reading them."""

from collections.abc import Mapping

from django.db import connection, models
from django.db.models import Sum

# Together with the rows they replace, in one statement: a reader sees either the old rows or the new one.
FOLD = """
WITH gone AS (DELETE FROM notifications_statecount RETURNING table_name, state, change)
INSERT INTO notifications_statecount (table_name, state, change)
SELECT table_name, state, sum(change) FROM gone GROUP BY table_name, state HAVING sum(change) <> 0
"""

TABLES = """
SELECT DISTINCT relname::text FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
JOIN pg_proc ON pg_proc.oid = tgfoid WHERE proname = 'count_states' ORDER BY 1
"""
DRIFT = """
SELECT state, sum(more)::bigint FROM (
    SELECT state, count(*) AS more FROM {table} GROUP BY state
    UNION ALL
    SELECT state, -change FROM notifications_statecount WHERE table_name = %s
) AS both_ways GROUP BY state HAVING sum(more) <> 0
"""


class StateCountQuerySet(models.QuerySet["StateCount"]):
    def numbers(self, model: type[models.Model]) -> Mapping[str, int]:
        found = self.filter(table_name=model._meta.db_table).order_by().values_list("state").annotate(Sum("change"))
        return dict(found)

    def fold(self) -> None:
        """Make one row of all that are about the same state. A look then stays short."""
        with connection.cursor() as cursor:
            cursor.execute(FOLD)

    def find_drift(self, table: str) -> Mapping[str, int]:
        """How many more rows there are of each state than are counted. One statement that reads the whole table."""
        with connection.cursor() as cursor:
            cursor.execute(DRIFT.format(table=connection.ops.quote_name(table)), [table])
            return dict(cursor.fetchall())

    def mend(self) -> Mapping[str, Mapping[str, int]]:
        """Count every table again. Returns what was wrong."""
        with connection.cursor() as cursor:
            cursor.execute(TABLES)
            tables = [table for (table,) in cursor.fetchall()]
        found = {table: drift for table in tables if (drift := self.find_drift(table))}
        StateCount.objects.bulk_create(
            StateCount(table_name=table, state=state, change=more)
            for table, drift in found.items()
            for state, more in drift.items()
        )
        return found


class StateCount(models.Model):
    """How many more rows of a table came to be in this state than left it, at one change of it.

    The triggers of the table add rows here, so that no two acts wait for one counter; `fold` adds them up.
    """

    table_name = models.CharField(max_length=63)
    state = models.CharField(max_length=20)
    change = models.BigIntegerField()

    objects = StateCountQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.table_name} {self.state}: {self.change:+}"
