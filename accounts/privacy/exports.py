"""Acts on copies: ask for one, write those that are due, delete those that are old."""

import logging
import secrets
import tempfile
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import DataExport, ExportState, User
from common.refusals import RefusalError

from .copying import write_copy
from .hooks import News, tell_news

logger = logging.getLogger(__name__)

FOLDER = "exports"
SECONDS = 300
# A worker that has not written a copy by then counts as gone, and another one begins again.
LEASE = timedelta(minutes=15)
MOST_ATTEMPTS = 4
# A copy up to this size is put together in memory
IN_MEMORY = 8 * 1024 * 1024


class PrivacyError(RefusalError):
    pass


def newest_export(person: User) -> DataExport | None:
    return DataExport.objects.filter(person=person).order_by("-asked_at", "-pk").first()


def ask_again_at(person: User, *, now: datetime) -> datetime | None:
    """When this person can ask for another copy; None: now. One that failed doesn't count."""
    last = DataExport.objects.filter(person=person).exclude(state=ExportState.FAILED).order_by("-asked_at").first()
    again = last.asked_at + settings.EXPORT_EVERY if last else now
    return again if again > now else None


@transaction.atomic
def ask_export(*, person: User, now: datetime) -> DataExport:
    """Have a worker write a copy. One that is being prepared already is returned as it is.

    Raises PrivacyError `too_often`.
    """
    User.objects.lock_rows(person)
    if waiting := DataExport.objects.filter(person=person, state=ExportState.ASKED).first():
        return waiting
    if again := ask_again_at(person, now=now):
        words = _("You can ask for one copy a day. Download the one you have, or ask again tomorrow.")
        raise PrivacyError("too_often", words, wait=again - now)
    return DataExport.objects.create(person=person, asked_at=now, due_at=now)


def write_due_copies(*, now: datetime, seconds: float = SECONDS) -> int:
    """Write the copies that are due, one after the other, until the time is up. Returns how many were taken up."""
    end, taken = time.monotonic() + seconds, 0
    while time.monotonic() < end and (export := claim_export(now)):
        taken += 1
        try:
            write_export(export, now=now)
        except Exception as error:
            # Not the error's text, in which there may be words of the person.
            logger.error("copy %s could not be written: %s", export.pk, type(error).__name__)
    return taken


@transaction.atomic
def claim_export(now: datetime) -> DataExport | None:
    """Take the next copy that is due. If its worker is killed, it is due again after a while."""
    due = DataExport.objects.select_for_update(skip_locked=True, of=("self",))
    export = due.filter(state=ExportState.ASKED, due_at__lte=now).order_by("due_at", "pk").first()
    if export is None:
        return None
    export.attempts += 1
    export.due_at = now + LEASE
    if export.attempts > MOST_ATTEMPTS or not export.person.is_active:
        export.state = ExportState.FAILED
    export.save(update_fields=["attempts", "due_at", "state"])
    return export


def write_export(export: DataExport, *, now: datetime) -> None:
    if export.state != ExportState.ASKED:
        return
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as target:
        write_copy(export.person, target, now=now)
        size = target.tell()
        target.seek(0)
        key = default_storage.save(f"{FOLDER}/{export.uuid.hex}-{secrets.token_hex(4)}.zip", File(target))
    if not finish_export(export, key=key, size=size, now=now):
        default_storage.delete(key)


@transaction.atomic
def finish_export(export: DataExport, *, key: str, size: int, now: datetime) -> bool:
    """Note that it is ready and tell its person, unless another worker has taken it over."""
    ours = DataExport.objects.filter(pk=export.pk, state=ExportState.ASKED, attempts=export.attempts)
    ready = {"state": ExportState.READY, "key": key, "size": size, "expires_at": now + settings.EXPORT_KEEPS}
    if not ours.update(**ready):
        return False
    export.refresh_from_db()
    tell_news(News.COPY_READY, export, now)
    return True


def forget_copies(*, now: datetime) -> int:
    over = DataExport.objects.filter(state=ExportState.READY, expires_at__lte=now)
    gone = sum(delete_copy(export) for export in over[:200])
    old = now - settings.RETENTION["copies"]
    return gone + DataExport.objects.filter(asked_at__lt=old).exclude(state=ExportState.READY).delete()[0]


def delete_copy(export: DataExport) -> int:
    default_storage.delete(export.key)
    return DataExport.objects.filter(pk=export.pk).update(state=ExportState.GONE, key="")


def delete_copies_of(person: User) -> None:
    for export in DataExport.objects.filter(person=person).exclude(key=""):
        delete_copy(export)
