"""What the sink got, held against what had to arrive."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from statistics import quantiles

from django.db import connection

from notifications.models import Notification, State
from tests.chaos.sink import Accepted
from tests.chaos.world import World

# An independent witness inside the database: every change of hands of every row.
JOURNAL = """
CREATE TABLE chaos_journal (
    id bigserial PRIMARY KEY, row_id bigint, old_state text, new_state text, old_token uuid, new_token uuid
);
CREATE FUNCTION chaos_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chaos_journal (row_id, old_state, new_state, old_token, new_token)
    VALUES (OLD.id, OLD.state, NEW.state, OLD.lease_token, NEW.lease_token);
    RETURN NULL;
END $$;
CREATE TRIGGER chaos_note AFTER UPDATE ON notifications_notification FOR EACH ROW
    WHEN (OLD.state <> NEW.state OR OLD.lease_token IS DISTINCT FROM NEW.lease_token) EXECUTE FUNCTION chaos_note();
"""
STOLEN = """
SELECT count(*) FROM chaos_journal WHERE old_state = 'leased' AND new_state = 'leased' AND old_token <> new_token
"""


GIVEN_UP = (State.DEAD, State.EXPIRED)


@dataclass
class Verdict:
    """`unasked`: a cancellation for somebody who never heard of the booking. `given_up`: rows that ended with no mail.

    `named`: copies beyond the first of rows that the outbox itself calls doubtful; others are `doubled`.
    `unneeded`: answers to mails that never left, which were not sent either.
    """

    rows: int = 0
    expected: int = 0
    accepted: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    called_off: list[str] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    stolen: int = 0
    unsettled: list[str] = field(default_factory=list)
    named: int = 0
    doubtful: int = 0
    held: list[str] = field(default_factory=list)
    bounced: int = 0
    unneeded: int = 0
    late_p50: float = 0
    late_p99: float = 0
    late_max: float = 0

    @property
    def holds(self) -> bool:
        wrong = (self.lost, self.doubled, self.called_off, self.unasked, self.given_up, self.stolen, self.unsettled)
        return not any(wrong)

    def as_dict(self) -> dict[str, object]:
        return asdict(self) | {"holds": self.holds}


def open_journal() -> None:
    with connection.cursor() as cursor:
        cursor.execute(JOURNAL)


def judge(world: World, mails: list[Accepted], *, refused: Iterable[str] = ()) -> Verdict:
    """`refused`: addresses that the sink never takes, so that nothing can be expected there."""
    rows = {row.message_id: row for row in Notification.objects.select_related("recipient")}
    by_key = {row.dedupe_key: row for row in rows.values()}
    first: dict[str, float] = {}
    copies: dict[str, int] = {}
    for mail in mails:
        copies[mail.message_id] = copies.get(mail.message_id, 0) + 1
        first.setdefault(mail.message_id, mail.at)

    verdict = Verdict(rows=len(rows), expected=len(world.expected), accepted=len(mails))
    delays = []
    for key, due in world.expected.items():
        row = by_key.get(key)
        if row and row.recipient.email in refused:
            verdict.bounced += 1
        elif row and row.message_id in first:
            delays.append(first[row.message_id] - due.timestamp())
            if key in world.answers and all(not earlier.attempts for earlier in before(row, rows.values())):
                verdict.unasked.append(key)
        elif row and key in world.answers and not any(e.message_id in first for e in before(row, rows.values())):
            verdict.unneeded += 1
        elif row and row.state == State.UNCERTAIN:
            verdict.held.append(key)
        else:
            verdict.lost.append(f"{key} {row.state} {row.last_error}" if row else f"{key}: no row")
    for message_id, count in copies.items():
        row = rows.get(message_id)
        if row is None or row.dedupe_key in world.forbidden or (was_called_off(row) and not row.doubted_at):
            verdict.called_off.append(row.dedupe_key if row else message_id)
        elif count > 1 and not row.doubted_at:
            verdict.doubled.append(row.dedupe_key)
        elif count > 1:
            verdict.named += count - 1
    verdict.given_up = [
        f"{row.dedupe_key} {row.state} {row.last_error}"
        for row in rows.values()
        if row.dedupe_key in world.expected and row.state in GIVEN_UP and row.recipient.email not in refused
    ]
    verdict.doubtful = sum(bool(row.doubted_at) for row in rows.values())
    verdict.unsettled = [row.dedupe_key for row in unsettled(rows.values())]
    with connection.cursor() as cursor:
        cursor.execute(STOLEN)
        verdict.stolen = cursor.fetchone()[0]
    if len(delays) > 1:
        points = quantiles(delays, n=100, method="inclusive")
        verdict.late_p50, verdict.late_p99, verdict.late_max = points[49], points[98], max(delays)
    return verdict


def before(row: Notification, rows: Iterable[Notification]) -> list[Notification]:
    """What its recipient was to be told of the same thing before."""
    return [
        other
        for other in rows
        if (other.recipient_id, other.subject_type, other.subject_id)
        == (row.recipient_id, row.subject_type, row.subject_id)
        and other.subject_version < row.subject_version
    ]


def was_called_off(row: Notification) -> bool:
    return row.state in (State.OBSOLETE, State.EXPIRED, State.DEAD)


def unsettled(rows: Iterable[Notification]) -> list[Notification]:
    now = database_now()
    return [row for row in rows if row.state in (State.PENDING, State.LEASED) and row.due_at <= now]


def database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        moment: datetime = cursor.fetchone()[0]
        return moment
