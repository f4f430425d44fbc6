"""A scanner looks at each shared file, where the installation has one (`CLAMD`). Until then only its owner reads it."""

import logging
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from sessions_app.conversation.clamd import Outcome, ScannerError, Verdict, ping, scan_stream
from sessions_app.models import ScanState, SharedFile
from sessions_app.models.stuck import ClockAct
from sessions_app.stuck_rows import act_on_each

from .files import delete_stored, unnamed_keys
from .scan_notices import tell_of_found, tell_of_refused

logger = logging.getLogger(__name__)

GIVE_UP_AFTER = timedelta(minutes=10)
# Seconds of one run after which no further file is sent. With the last one it stays within the time of a task.
RUN_FOR = 20.0


def scan_files(*, now: datetime) -> int:
    """Look at the files that wait, each of which is given up after ten minutes. Returns how many were settled.

    In no order, so that a file on which the scanner hangs doesn't stand before all others.
    """
    if not settings.CLAMD:
        return 0
    waiting = SharedFile.objects.waiting_for_scan()
    # Those that were shared before there was a scanner
    waiting.filter(scan_since=None).update(scan_since=now)
    return act_on_each(ClockAct.SCAN, waiting.order_by("?"), _Run(now).look_at, now=now)


class _Run:
    """One run of the task. If the scanner is away, that is found out once."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.is_away = False
        self.ends_at = time.monotonic() + RUN_FOR

    def look_at(self, file: SharedFile) -> bool:
        if not self.is_away:
            if time.monotonic() > self.ends_at:
                return False
            try:
                return settle_scan(file, scan_stored_file(file), now=self.now)
            except ScannerError as error:
                logger.warning("the scanner didn't look at file %s: %s", file.pk, error)
                self.is_away = not is_scanner_there()
        if file.scan_since and self.now >= file.scan_since + GIVE_UP_AFTER:
            return settle_scan(file, Verdict(Outcome.REFUSED), now=self.now)
        return False


def is_scanner_there() -> bool:
    try:
        ping()
    except ScannerError:
        return False
    return True


def scan_stored_file(file: SharedFile) -> Verdict:
    """What the scanner says. Raises ScannerError."""
    try:
        with file.content.open("rb") as stored:
            return scan_stream(stored)
    except FileNotFoundError:
        return Verdict(Outcome.REFUSED)


@transaction.atomic
def settle_scan(file: SharedFile, verdict: Verdict, *, now: datetime) -> bool:
    """Write what the scanner said to all rows that name these bytes. Returns whether this one still waited.

    What it found is deleted after the commit, also where it was taken for clean earlier; `sweep_orphans` finds what
    that misses.
    """
    rows = SharedFile.objects.filter(content=file.content.name).order_by("pk").select_for_update(of=("self",))
    list(rows)  # Sharing again locks a row before it adds one. So once all are locked, the next look sees every row.
    same = list(rows.all())
    mine = next((row for row in same if row.pk == file.pk and row.scan == ScanState.WAITING), None)
    if mine is None:
        return False
    named = SharedFile.objects.filter(pk__in=[row.pk for row in same])
    if verdict.outcome != Outcome.FOUND:
        named.waiting_for_scan().update(scan=ScanState(verdict.outcome))
        if verdict.outcome == Outcome.REFUSED:
            tell_of_refused(mine, now=now)
        return True
    keys = [key for row in same for key in row.stored]
    named.update(scan=ScanState.FOUND, threat=verdict.threat, content="", preview="")
    transaction.on_commit(lambda: delete_stored(unnamed_keys(keys)), robust=True)
    tell_of_found(mine, now=now)
    return True
