"""Who is told what a scanner said of a shared file: mails and inbox lines."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import may
from accounts.rules.roles import Power
from common.mail.rendering import Context, absolute_url
from notifications.models import InboxItem, Notification
from notifications.readers import NoticeReader
from notifications.registry import InboxLine, Message, Nothing
from notifications.services import Due, schedule_notices
from sessions_app.models import SharedFile

SUBJECT_TYPE = "shared_file"
FOUND, FOUND_FOR_STAFF, REFUSED = "file_found", "file_found_staff", "file_refused"
WORTH_TELLING_FOR = timedelta(days=14)


def tell_of_found(file: SharedFile, *, now: datetime) -> None:
    """Its owner, and the staff who moderate."""
    staff = User.objects.who_may(Power.MODERATE).order_by("pk").values_list("pk", flat=True)
    told = [(FOUND, file.owner_id), *((FOUND_FOR_STAFF, person) for person in staff)]
    schedule_notices(*(_due(kind, person, file, now) for kind, person in told), now=now)


def tell_of_refused(file: SharedFile, *, now: datetime) -> None:
    schedule_notices(_due(REFUSED, file.owner_id, file, now), now=now)


def _due(kind: str, person: int, file: SharedFile, now: datetime) -> Due:
    return Due(kind, person, SUBJECT_TYPE, file.pk, 0, now, now + WORTH_TELLING_FOR)


def render_scan_email(row: Notification, now: datetime) -> Message | Nothing:
    """To the owner of a file in which something was found, or that couldn't be scanned."""
    files = SharedFile.objects.select_related("engagement__mentor", "engagement__mentee")
    file = files.filter(pk=row.subject_id).first()
    if file is None:
        return Nothing("the file is gone")
    context: Context = {
        "name": file.name,
        "other": file.engagement.other_person(row.recipient).first_name,
        "threat": file.threat,
        "is_found": row.kind == FOUND,
        "page_url": absolute_url("thread_files", file.engagement.uuid),
    }
    return NoticeReader(row.recipient, now).render_email("conversation/file_scanned", context)


def render_staff_email(row: Notification, now: datetime) -> Message | Nothing:
    file = SharedFile.objects.select_related("owner").filter(pk=row.subject_id).first()
    if file is None:
        return Nothing("the file is gone")
    if not may(row.recipient, Power.MODERATE):
        return Nothing("not staff any more")
    reader = NoticeReader(row.recipient, now)
    context: Context = {
        "owner": file.owner.display_name,
        "threat": file.threat,
        "shared": reader.when_in_city(file.added_at),
        "person_url": absolute_url("staff_person", file.owner.uuid),
    }
    return reader.render_email("conversation/file_found_staff", context)


def scan_inbox_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    files = SharedFile.objects.select_related("owner", "engagement").in_bulk({item.subject_id for item in items})
    return {item.pk: _line(item, files[item.subject_id]) for item in items if item.subject_id in files}


def _line(item: InboxItem, file: SharedFile) -> InboxLine:
    words = {"file": file.name, "name": file.owner.display_name}
    if item.kind == FOUND_FOR_STAFF:
        person = reverse("staff_person", args=[file.owner.uuid])
        return InboxLine(_("We deleted a file from %(name)s in which a virus was found") % words, person)
    page = reverse("thread_files", args=[file.engagement.uuid])
    if item.kind == FOUND:
        return InboxLine(_("We deleted %(file)s: a virus was found in it") % words, page)
    return InboxLine(_("We couldn’t check %(file)s for viruses. Share it again") % words, page)
