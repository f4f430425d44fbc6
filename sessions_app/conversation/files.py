"""Files of an engagement. Both people add them; their owner or the clock removes them, with what is stored."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from live.hints import tell_pages
from live.streams import Part
from notifications.hints import wake_worker
from sessions_app.barred import refuse_barred
from sessions_app.errors import SessionError
from sessions_app.models import Engagement, Message, SharedFile
from sessions_app.models.files import FOLDER, ScanState
from sessions_app.questions.engagements import check_part_in, lock_engagement, why_not_share
from trust.sanctions import Doing

from .messages import notify_reader
from .uploads import Upload

AT_ONCE = 200
SCAN = "sessions_app.tasks.scan_files"
KEPT_AFTER = timedelta(days=30)
# A file is written before its row is committed, so a file younger than this may still get its row.
ORPHAN_AFTER = timedelta(hours=1)


def why_not_add(engagement: Engagement, *, by: User) -> SessionError | None:
    """Both people's files count, but for those that a scanner has found something in: their content is deleted."""
    if refusal := why_not_share(engagement):
        return refusal
    owners = list(engagement.files.exclude(scan=ScanState.FOUND).values_list("owner", flat=True))
    limit = settings.MAX_FILES
    if len(owners) < limit:
        return None
    if by.pk in owners:
        words = ngettext(
            "You can share up to %(limit)d file. Remove one first.",
            "You can share up to %(limit)d files. Remove one first.",
            limit,
        )
    else:
        words = ngettext(
            "The two of you can share up to %(limit)d file. Ask %(name)s to remove one, or send a message.",
            "The two of you can share up to %(limit)d files. Ask %(name)s to remove one, or send a message.",
            limit,
        )
    return SessionError("too_many_files", words % {"limit": limit, "name": engagement.other_person(by).first_name})


@transaction.atomic
def add_file(*, engagement: Engagement, upload: Upload, by: User, now: datetime) -> SharedFile:
    """Share a file with the other person, who is told of it as of a message.

    Raises SessionError `not_yours`, `closed`, `too_many_files`, `barred`.
    """
    engagement = lock_engagement(engagement)
    check_part_in(engagement, by)
    if refusal := why_not_add(engagement, by=by):
        raise refusal
    refuse_barred(by, Doing.WRITE, now=now)
    file = SharedFile(
        engagement=engagement,
        owner=by,
        name=upload.name,
        kind=upload.kind.name,
        size=len(upload.content),
        added_at=now,
        scan_since=now if settings.CLAMD else None,
    )
    file.content.save(upload.name, ContentFile(upload.content), save=False)
    if upload.preview:
        file.preview.save(upload.name, ContentFile(upload.preview), save=False)
    file.save()
    Message.objects.create(
        engagement=engagement, author=by, body=file.name, key=f"file-{file.uuid}", is_file=True, file=file, sent_at=now
    )
    wake_scanner()
    tell_pages(Part.MESSAGES, engagement.stream)
    notify_reader(engagement, engagement.other_person(by), now=now)
    return file


def wake_scanner() -> None:
    """Have a worker look at new files after the commit. It may fail: the clock runs the task too."""
    if settings.CLAMD:
        transaction.on_commit(lambda: wake_worker(SCAN), robust=True)


@transaction.atomic
def remove_file(*, file: SharedFile, by: User) -> None:
    """Raises SessionError `not_yours`. Removing a file that is gone does no harm."""
    if file.owner_id != by.pk:
        raise SessionError("not_yours", _("Only the person who shared this file can remove it."))
    delete_files(SharedFile.objects.filter(pk=file.pk))


@transaction.atomic
def remove_expired_files(*, now: datetime) -> int:
    """Remove files thirty days after their engagement has closed. Returns how many."""
    over = SharedFile.objects.filter(engagement__closed_at__lte=now - KEPT_AFTER)
    return delete_files(over.select_for_update(skip_locked=True, of=("self",))[:AT_ONCE])


def delete_files(files: Iterable[SharedFile]) -> int:
    """Delete the rows, and after the commit the stored bytes that no other row names.

    `sweep_orphans` finds what that misses.
    """
    gone = list(files)
    SharedFile.objects.filter(pk__in=[file.pk for file in gone]).delete()
    keys = [key for file in gone for key in file.stored]
    transaction.on_commit(lambda: delete_stored(unnamed_keys(keys)), robust=True)
    return len(gone)


def unnamed_keys(keys: Collection[str]) -> set[str]:
    return set(keys) - SharedFile.objects.keys_among(keys)


def delete_stored(keys: Iterable[str]) -> None:
    for key in keys:
        default_storage.delete(key)


def sweep_orphans(*, now: datetime) -> int:
    """Delete stored files without a row, from failed uploads or deleted people. Returns how many."""
    try:
        _folders, names = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return 0
    known = {key for pair in SharedFile.objects.values_list("content", "preview") for key in pair}
    lost = [key for name in names if (key := f"{FOLDER}/{name}") not in known]
    old = [key for key in lost if default_storage.get_modified_time(key) <= now - ORPHAN_AFTER][:AT_ONCE]
    delete_stored(old)
    return len(old)
