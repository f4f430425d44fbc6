"""What people are told about their own data: that a copy is ready, and that they are going to be removed."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import DataExport, Erasure, User
from accounts.privacy.hooks import News
from common.mail.rendering import Context, absolute_url

from .models import InboxItem, Notification
from .readers import NoticeReader
from .registry import InboxLine, Kind, Message, Nothing
from .services import Due, schedule_notices, silence_older_versions

COPY, REMOVAL = "data_export", "erasure"
COPY_READY, REMOVAL_ASKED, REMOVAL_SOON = "copy_ready", "removal_asked", "removal_soon"
SOON = timedelta(days=1)


def tell_news(news: News, subject: DataExport | Erasure, now: datetime) -> None:
    if news == News.COPY_READY and isinstance(subject, DataExport):
        until = subject.expires_at or now + settings.EXPORT_KEEPS
        schedule_notices(Due(COPY_READY, subject.person_id, COPY, subject.pk, 0, now, until), now=now)
    if not isinstance(subject, Erasure):
        return
    if news == News.REMOVAL_KEPT:
        silence_older_versions(subject_type=REMOVAL, subject_id=subject.pk, version=subject.version)
    else:
        end = subject.due_at
        schedule_notices(
            _removal_due(REMOVAL_ASKED, subject, now),
            _removal_due(REMOVAL_SOON, subject, max(now, end - SOON)),
            now=now,
        )


def _removal_due(kind: str, erasure: Erasure, at: datetime) -> Due:
    return Due(kind, erasure.person_id, REMOVAL, erasure.pk, erasure.version, at, erasure.due_at)


def render_copy_email(row: Notification, now: datetime) -> Message | Nothing:
    export = DataExport.objects.filter(pk=row.subject_id).first()
    if export is None or export.expires_at is None or not export.can_be_downloaded(now):
        return Nothing("copy is gone")
    reader = NoticeReader(row.recipient, now)
    context: Context = {
        "until": reader.when_in_city(export.expires_at),
        "page_url": absolute_url("my_data"),
        "has_password": row.recipient.has_usable_password(),
    }
    return reader.render_email("accounts/copy_ready", context)


def copy_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    known = set(DataExport.objects.filter(pk__in=[item.subject_id for item in items]).values_list("pk", flat=True))
    line = InboxLine(_("The copy of your data is ready"), reverse("my_data"))
    return {item.pk: line for item in items if item.subject_id in known}


def render_removal_email(row: Notification, now: datetime) -> Message | Nothing:
    """The account is closed by now, so these two are the only mails that still reach its person."""
    erasure = Erasure.objects.filter(pk=row.subject_id).first()
    if erasure is None or not erasure.can_be_taken_back(now):
        return Nothing("removal is over")
    reader = NoticeReader(row.recipient, now)
    context: Context = {
        "when": reader.when(erasure.due_at),
        "zone": reader.zone_label(erasure.due_at),
        "is_soon": row.kind == REMOVAL_SOON,
        "sign_in_url": absolute_url("account_login"),
        "has_password": row.recipient.has_usable_password(),
    }
    return reader.render_email("accounts/removal_asked", context)


KINDS = [
    Kind(COPY_READY, COPY, render_copy_email, copy_lines),
    Kind(REMOVAL_ASKED, REMOVAL, render_removal_email, None, model=Erasure, reaches_closed=True),
    Kind(REMOVAL_SOON, REMOVAL, render_removal_email, None, model=Erasure, reaches_closed=True),
]
