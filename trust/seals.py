"""Every night the logs are sealed, so that nobody rewrites them unseen, not even those who run the database.

A seal holds a digest of what was added to each log since the seal before, and of that seal. Owners get it by mail: who
changes a row, and all seals after it, still can't change what lies in their mailboxes. Words that a person may have
emptied are left out of the digest, so a removal breaks no seal; which columns those are, the triggers of the logs say.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from accounts.models import User
from accounts.rules.roles import Power
from notifications.services import Due, schedule_notices

from .models import Seal

KIND, SUBJECT_TYPE = "seal", "seal"
WORTH_TELLING_FOR = timedelta(days=7)
# Who writes a log is waited for no longer than this; the task tries again when its turn comes.
LOCK_TIMEOUT = "2s"

# The tables that refuse to have rows deleted (bit 3 of `tgtype`), with the columns that may be emptied.
FIND_LOGS = r"""
SELECT tgrelid::regclass::text, array_remove(string_to_array(encode(tgargs, 'escape'), '\000'), '')
FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
WHERE proname = 'refuse_change_of_log' AND tgtype & 8 = 8
ORDER BY 1
"""
# `row` as JSON without what may be emptied, and without columns that came after the seal.
DIGEST = """
WITH facts (id, facts) AS (
    SELECT log.id, (SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(log)) WHERE key = ANY(%(columns)s))
    FROM {table} AS log WHERE log.id > %(after)s AND log.id <= %(last)s
), digests (id, digest) AS (
    SELECT id, sha256(convert_to(facts::text, 'UTF8')) FROM facts
)
SELECT count(*), encode(sha256(COALESCE(string_agg(digest, ''::bytea ORDER BY id), '')), 'hex') FROM digests
"""


@dataclass(frozen=True, slots=True)
class Log:
    table: str
    columns: list[str]


@dataclass(frozen=True, slots=True)
class SealedPart:
    """Rows of one log with an id above `after`, up to `last`, and the digest of their `columns`."""

    after: int
    last: int
    rows: int
    columns: list[str]
    digest: str


@dataclass(frozen=True, slots=True)
class BrokenSeal:
    """A day whose log isn't what was sealed. Without `table` it is the seal itself that was changed."""

    day: date
    table: str = ""


def seal_logs(*, now: datetime) -> Seal | None:
    """Seal what was added to the logs, and tell the owners. Once a day (UTC): after that it changes nothing."""
    day = now.date()
    before = Seal.objects.order_by("day").last()
    if before and before.day >= day:
        return None
    ends = {log.table: (log, find_last_row(log.table)) for log in find_logs()}
    with transaction.atomic():
        parts = {
            table: asdict(_seal_part(log, after=before.last_row(table) if before else 0, last=last))
            for table, (log, last) in ends.items()
        }
        digest = digest_of(day=day, parts=parts, before=before.digest if before else "")
        seal, is_new = Seal.objects.get_or_create(
            day=day, defaults={"parts": parts, "digest": digest, "before": before, "at": now}
        )
        if is_new:
            owners = User.objects.who_may(Power.RUN).order_by("pk")
            until = now + WORTH_TELLING_FOR
            schedule_notices(*(Due(KIND, one.pk, SUBJECT_TYPE, seal.pk, 0, now, until) for one in owners), now=now)
    return seal if is_new else None


def find_broken_seals() -> Iterator[BrokenSeal]:
    """Work all digests out again. Reads every log whole."""
    before: Seal | None = None
    for seal in Seal.objects.order_by("day").iterator():
        chained = digest_of(day=seal.day, parts=seal.parts, before=before.digest if before else "")
        if seal.digest != chained or seal.before_id != (before.pk if before else None):
            yield BrokenSeal(seal.day)
        for table, facts in sorted(seal.parts.items()):
            part = SealedPart(**facts)
            if _seal_part(Log(table, part.columns), after=part.after, last=part.last) != part:
                yield BrokenSeal(seal.day, table)
        before = seal


def digest_of(*, day: date, parts: dict[str, dict[str, Any]], before: str) -> str:
    sealed = json.dumps({"day": day.isoformat(), "parts": parts, "before": before}, sort_keys=True)
    return hashlib.sha256(sealed.encode()).hexdigest()


def find_logs() -> list[Log]:
    with connection.cursor() as cursor:
        cursor.execute(FIND_LOGS)
        return [Log(table, _facts_of(cursor, table, without=words)) for table, words in cursor.fetchall()]


def find_last_row(table: str) -> int:
    """The highest id of which no lower one can still be added: writers of the log are waited for.

    Raises OperationalError where one of them takes long.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
        cursor.execute(f"LOCK TABLE {table} IN SHARE MODE")  # a name from the catalogue
        cursor.execute(f"SELECT COALESCE(max(id), 0) FROM {table}")
        return int(cursor.fetchone()[0])


def _facts_of(cursor: CursorWrapper, table: str, *, without: list[str]) -> list[str]:
    names = [column.name for column in connection.introspection.get_table_description(cursor, table)]
    return sorted(name for name in names if name not in without)


def _seal_part(log: Log, *, after: int, last: int) -> SealedPart:
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"columns": log.columns, "after": after, "last": last}
        cursor.execute(DIGEST.format(table=log.table), values)
        rows, digest = cursor.fetchone()
    return SealedPart(after, last, rows, log.columns, digest)
