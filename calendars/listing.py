"""What pages below this app are told of a person's calendars: their names, and which can't be relied on any more."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from sessions_app.availability.busy_week import NamedCalendar

from .models import TOLD_AFTER, Connection, ConnectionState, ExternalCalendar
from .wording import describe_failure


def list_counting(person: User, now: datetime) -> list[NamedCalendar]:
    found = ExternalCalendar.objects.filter(connection__person=person, counts=True, is_gone=False)
    counting = found.select_related("connection")
    return [NamedCalendar(one.pk, one.shown_name, _warn_of(one.connection, now)) for one in counting]


# Silent about what may pass by itself within a day.
def _warn_of(connection: Connection, now: datetime) -> str:
    since = connection.failing_since
    if since is None or (connection.state != ConnectionState.NEEDS_YOU and now - since < TOLD_AFTER):
        return ""
    what = describe_failure(connection).what
    if connection.stopped_at:
        return _("%(what)s It doesn’t block times any more.") % {"what": what}
    return _("%(what)s New events there don’t block times.") % {"what": what}
