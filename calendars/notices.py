"""What people are told of calendars that can't be read or written into: the mails, and the lines of the inbox."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from common.known import known
from common.mail.rendering import Context, absolute_url
from notifications.models import InboxItem, Notification
from notifications.readers import NoticeReader
from notifications.registry import InboxLine, Message, Nothing
from notifications.services import Due, schedule_notices, withdraw_older_versions
from sessions_app.models import BookingState

from .models import UNSEEN, Connection, ExportedEvent
from .wording import describe_failure, describe_writing_failure

CONNECTION, WRITING = "calendar_connection", "calendar_writing"
UNWRITTEN = "calendar_unwritten"
WORTH_TELLING_FOR = timedelta(days=3)


class News(StrEnum):
    """AWAY: it couldn't be read for a day. REFUSED: only its person can mend it. STOPPED: it counts no longer."""

    AWAY = "calendar_away"
    REFUSED = "calendar_refused"
    STOPPED = "calendar_stopped"


def tell_person(connection: Connection, news: News, *, now: datetime) -> None:
    """Once for each time that the calendar began to fail."""
    due = Due(news, connection.person_id, CONNECTION, connection.pk, connection.version, now, now + WORTH_TELLING_FOR)
    schedule_notices(due, now=now)


def tell_unwritten(connection: Connection, *, now: datetime) -> None:
    """Once for each time that sessions couldn't be put there any more."""
    number, version = connection.pk, connection.write_version
    due = Due(UNWRITTEN, connection.person_id, WRITING, number, version, now, now + WORTH_TELLING_FOR)
    schedule_notices(due, now=now)


def withdraw_unwritten(connection: Connection) -> None:
    """Sessions come there again, or aren't meant to any more. It has to be of a new version."""
    withdraw_older_versions(subject_type=WRITING, subject_id=connection.pk, version=connection.write_version)


def withdraw_notices(connection: Connection) -> None:
    """What was said of it before isn’t so any more. It has to be of a new version."""
    withdraw_older_versions(subject_type=CONNECTION, subject_id=connection.pk, version=connection.version)


def render_email(row: Notification, now: datetime) -> Message | Nothing:
    connection = Connection.objects.prefetch_related("calendars").filter(pk=row.subject_id).first()
    if connection is None or connection.failing_since is None:
        return Nothing("not so any more")
    reader = NoticeReader(row.recipient, now)
    failure = describe_failure(connection)
    context: Context = {
        "news": row.kind,
        "calendar": _name_of(connection),
        "what": failure.what,
        "what_to_do": failure.what_to_do,
        "read": reader.when_in_city(connection.synced_at) if connection.synced_at else "",
        "calendars_url": absolute_url("external_calendars"),
    }
    return reader.render_email("calendars/connection", context)


def render_unwritten_email(row: Notification, now: datetime) -> Message | Nothing:
    connection = Connection.objects.select_related("writes_to").filter(pk=row.subject_id).first()
    if connection is None or connection.writes_to is None or connection.write_failing_since is None:
        return Nothing("not so any more")
    reader = NoticeReader(row.recipient, now)
    failure = describe_writing_failure(connection)
    missing = ExportedEvent.objects.filter(person=row.recipient, state__in=UNSEEN)
    context: Context = {
        "calendar": connection.writes_to.shown_name,
        "what": failure.what,
        "what_to_do": failure.what_to_do,
        "since": reader.when_in_city(connection.write_failing_since),
        "missing": missing.filter(booking__state=BookingState.CONFIRMED, booking__during__startswith__gt=now).count(),
        "calendars_url": absolute_url("external_calendars"),
        "sessions_url": absolute_url("session_list"),
    }
    return reader.render_email("calendars/unwritten", context)


def write_unwritten_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    found = Connection.objects.select_related("writes_to__connection").filter(
        pk__in=[item.subject_id for item in items], person=reader, writes_to__isnull=False
    )
    names = {row.pk: known(row.writes_to).shown_name for row in found}
    words, page = _("We can’t put your sessions into your calendar %(calendar)s"), reverse("external_calendars")
    return {
        item.pk: InboxLine(words % {"calendar": names[item.subject_id]}, page)
        for item in items
        if item.subject_id in names
    }


def write_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    found = Connection.objects.prefetch_related("calendars").filter(
        pk__in=[item.subject_id for item in items], person=reader
    )
    rows = {row.pk: row for row in found}
    return {item.pk: _line_of(News(item.kind), rows[item.subject_id]) for item in items if item.subject_id in rows}


def _line_of(news: News, connection: Connection) -> InboxLine:
    names = {"calendar": _name_of(connection)}
    page = reverse("external_calendars")
    match news:
        case News.AWAY:
            return InboxLine(_("We can’t read your calendar %(calendar)s") % names, page)
        case News.REFUSED:
            return InboxLine(_("Your calendar %(calendar)s needs you") % names, page)
        case News.STOPPED:
            return InboxLine(_("Your calendar %(calendar)s doesn’t block times any more") % names, page)


def _name_of(connection: Connection) -> str:
    return next((one.name for one in connection.calendars.all() if one.name), connection.host)
