"""What becomes of a consent: an account is connected, or one that had to be mended is."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from calendars.connecting import find_same, make_connection, read_soon
from calendars.errors import CalendarError
from calendars.models import Connection, ConnectionKind, ConnectionState
from calendars.notices import withdraw_notices
from calendars.sources.opening import seal_secret

from .journeys import ConsentedAccount


@transaction.atomic
def connect_account(
    *, person: User, kind: ConnectionKind, account: ConsentedAccount, again: UUID | None, now: datetime
) -> Connection:
    """Connect it, or mend the connection `again`, whose calendars keep their switches.

    Raises CalendarError `exists`, `other_account`, `too_many`.
    """
    User.objects.locked(person.pk)
    known = find_same(person=person, kind=kind, account=account.name)
    if again and Connection.objects.filter(person=person, uuid=again).exclude(pk=known.pk if known else 0).exists():
        said = _(
            "%(name)s is another account, so nothing was changed. Start again and choose the account that you had."
        )
        raise CalendarError("other_account", said % {"name": account.name})
    if known is None or known.ending_at is not None:
        return make_connection(
            person=person, kind=kind, host=account.name, account=account.name, secret=account.secret, now=now
        )
    if again is None and known.failing_since is None:
        said = _("The calendars of %(name)s are connected already. You find them on this page.")
        raise CalendarError("exists", said % {"name": account.name})
    _mend(known, account, now)
    return known


def _mend(row: Connection, account: ConsentedAccount, now: datetime) -> None:
    # As if it had never failed; all of it is read again.
    row.secret = seal_secret(account.secret)
    if row.failing_since:
        row.version += 1
        withdraw_notices(row)
    if row.state != ConnectionState.PROPOSED:
        row.state = ConnectionState.ACTIVE
    row.failing_since = row.stopped_at = None
    row.failure, row.failures = "", 0
    row.save()
    for calendar in row.calendars.all():
        calendar.forget_cursor()
        calendar.save()
    read_soon(row, now)
