"""What people do with their calendars elsewhere. The calendars themselves are read by workers only."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.limits import take_calendar
from accounts.models import User
from common.known import known
from common.refusals import TOO_OFTEN
from notifications.hints import wake_worker
from notifications.webhooks.addresses import BadAddressError, parts_of
from sessions_app.availability.busy_times import forget_titles, replace_busy_times

from .errors import CalendarError
from .fetching import as_https
from .invitations import invite_to_unseen
from .models import STANDING, AllDay, Connection, ConnectionKind, ConnectionState, ExportedEvent, ExternalCalendar
from .notices import withdraw_notices, withdraw_unwritten
from .sources.opening import seal_secret

TASK, WRITING_TASK = "calendars.tasks.read_due", "calendars.tasks.write_due"
# For how long a connection that ends waits for its sessions to be removed, and how many are looked at at once
ENDS_WITHIN, MOST_ENDINGS = timedelta(days=1), 100


def check_connecting(request: HttpRequest, person: User, now: datetime) -> None:
    """Count one attempt to connect a calendar. Raises CalendarError `too_often`."""
    if again := take_calendar(request, person):
        said = _("You’ve connected a lot of calendars in a short time. Try again later")
        raise CalendarError(TOO_OFTEN, said, field="address", wait=again - now)


@transaction.atomic
def connect_address(*, person: User, address: str, now: datetime) -> Connection:
    """Nothing of it counts before the person has seen what we read. Raises CalendarError `address`, `exists`,
    `too_many`.
    """
    address, host = _read_address(address)
    made = make_connection(
        person=person, kind=ConnectionKind.ADDRESS, host=host, account=address, secret=address.encode(), now=now
    )
    ExternalCalendar.objects.create(connection=made)
    return made


@transaction.atomic
def replace_address(*, connection: Connection, address: str, now: datetime) -> None:
    """Read it at another address from now on. Its switches stay, and what was read at the old one until it is read.

    Raises CalendarError `address`, `exists`.
    """
    address, host = _read_address(address)
    row = lock_connection(connection)
    if row is None or row.kind != ConnectionKind.ADDRESS:
        return
    same = find_same(person=row.person, kind=ConnectionKind.ADDRESS, account=address)
    if same and same.pk != row.pk:
        raise _exists_error()
    row.host, row.secret = host[:255], seal_secret(address.encode())
    row.fingerprint = _fingerprint_of(row.person, address)
    row.save(update_fields=["host", "secret", "fingerprint"])
    row.calendars.update(cursor={}, read_at=None)
    read_soon(row, now)


# As we ask it, and its host. Raises CalendarError `address`.
def _read_address(address: str) -> tuple[str, str]:
    address = as_https(address)
    try:
        _secure, host, _port, _path = parts_of(address)
    except BadAddressError:
        said = _("Enter the whole address. It starts with https:// or webcal://")
        raise CalendarError("address", said, field="address") from None
    return address, host


def _exists_error() -> CalendarError:
    return CalendarError("exists", _("This calendar is connected already. You find it on this page"), field="address")


def make_connection(
    *, person: User, kind: ConnectionKind, host: str, account: str, secret: bytes, now: datetime
) -> Connection:
    """`account` is what is connected only once. Raises CalendarError `exists`, `too_many`, beside the address."""
    User.objects.locked(person.pk)
    mine = Connection.objects.filter(person=person)
    if same := find_same(person=person, kind=kind, account=account):
        if same.ending_at is None:
            raise _exists_error()
        return _begin_again(same, secret, now)
    if mine.count() >= settings.MAX_CALENDARS:
        said = _("You can connect up to %d calendars. Disconnect one first") % settings.MAX_CALENDARS
        raise CalendarError("too_many", said, field="address")
    made = Connection.objects.create(
        person=person,
        kind=kind,
        host=host[:255],
        secret=seal_secret(secret),
        fingerprint=_fingerprint_of(person, account),
        created_at=now,
        asked_at=now,
        next_at=now,
    )
    _wake_when_committed()
    return made


# As if it were new, but for sessions that we put there before: those go on being taken out.
def _begin_again(ending: Connection, secret: bytes, now: datetime) -> Connection:
    row = known(lock_connection(ending))
    row.secret, row.state, row.ending_at = seal_secret(secret), ConnectionState.PROPOSED, None
    row.created_at = row.asked_at = row.next_at = now
    row.tried_at = row.synced_at = row.failing_since = row.stopped_at = row.lease_until = None
    row.failure, row.failures = "", 0
    row.write_failing_since = row.write_retry_at = None
    row.write_failure, row.write_failures = "", 0
    row.save()
    standing = ExternalCalendar.objects.filter(exported_events__isnull=False)
    row.calendars.exclude(pk__in=standing).delete()
    row.calendars.update(
        counts=False,
        treats_tentative=True,
        treats_all_day=AllDay.SAID,
        keeps_titles=False,
        cursor={},
        read_at=None,
        found=0,
        next_start=None,
        guessed={},
        unread=0,
    )
    _wake_when_committed()
    return row


def find_same(*, person: User, kind: ConnectionKind, account: str) -> Connection | None:
    """The connection by which this person has this account already."""
    fingerprint = _fingerprint_of(person, account)
    return Connection.objects.filter(person=person, kind=kind, fingerprint=fingerprint).first()


@transaction.atomic
def count_connection(*, connection: Connection, chosen: Collection[int] | None = None, now: datetime) -> None:
    """The person has seen what we read, and from now on these of its calendars count; all of them, if none are named.

    Raises CalendarError `unread`, `none_chosen`.
    """
    row = lock_connection(connection)
    if row is None or row.state != ConnectionState.PROPOSED:
        return
    if row.synced_at is None:
        raise CalendarError("unread", _("We haven’t been able to read this calendar yet. Look again in a minute"))
    there = row.calendars.filter(is_gone=False)
    counting = [one for one in there if chosen is None or one.pk in chosen]
    if not counting:
        raise CalendarError("none_chosen", _("Choose at least one calendar, or disconnect"), field="calendars")
    row.state = ConnectionState.FAILING if row.failing_since else ConnectionState.ACTIVE
    row.save(update_fields=["state"])
    for calendar in counting:
        calendar.counts = True
        calendar.forget_cursor()
        calendar.save()
    read_soon(row, now)


@transaction.atomic
def switch_calendar(
    *,
    calendar: ExternalCalendar,
    counts: bool,
    treats_tentative: bool,
    treats_all_day: AllDay,
    keeps_titles: bool,
    now: datetime,
) -> None:
    """Switched off, its busy times and their titles are gone at once; all else shows at the next reading, which comes
    soon. Raises CalendarError `no_titles`.
    """
    connection = lock_connection(calendar.connection)
    if connection is None or connection.state == ConnectionState.PROPOSED:
        return
    row = ExternalCalendar.objects.get(pk=calendar.pk)
    if keeps_titles and not connection.has_titles:
        said = _("Google only tells us when you’re busy, so there are no titles to keep. Leave this switched off")
        raise CalendarError("no_titles", said, field="calendars")
    row.counts, row.treats_tentative, row.treats_all_day = counts, treats_tentative, treats_all_day
    row.keeps_titles = keeps_titles
    row.forget_cursor()
    row.save()
    if not counts:
        replace_busy_times(person=connection.person, calendar=row.pk, spans=(), now=now)
    elif not keeps_titles:
        forget_titles(row.pk)
    read_soon(connection, now)


@transaction.atomic
def look_now(*, connection: Connection, now: datetime) -> None:
    """Raises CalendarError `too_often`."""
    row = lock_connection(connection)
    if row is None:
        return
    wait = row.asked_at + settings.CALENDAR_LOOK_EVERY - now
    if wait > timedelta():
        raise CalendarError(TOO_OFTEN, _("We’ve just looked. You can ask again in a minute"), wait=wait)
    Connection.objects.filter(pk=row.pk).update(asked_at=now)
    row.calendars.update(cursor={}, read_at=None)
    read_soon(row, now)


@transaction.atomic
def disconnect(*, connection: Connection, now: datetime) -> bool:
    """Times that it blocked are offered again at once. Returns whether all of it is gone by now.

    It isn't while sessions that we put there have to be removed first, which a worker does. For a connection that is
    being disconnected already, nobody waits: what stands there stays.
    """
    row = lock_connection(connection)
    if row is None:
        return True
    standing = standing_ahead(row, now)
    if row.ending_at is not None or not standing.exists():
        _end_connection(row, now)
        return True
    for calendar in row.calendars.all():
        calendar.counts = False
        calendar.save(update_fields=["counts"])
        replace_busy_times(person=row.person, calendar=calendar.pk, spans=(), now=now)
    _withdraw_all(row)
    row.ending_at, row.writes_to, row.writes_since, row.write_retry_at = now, None, None, None
    row.lease_until = None
    row.save()
    standing.update(next_at=now, attempts=0)
    _wake_when_committed(WRITING_TASK)
    return False


def disconnect_all(person: User, now: datetime) -> None:
    """Without waiting for anything: sessions that stand in calendars elsewhere stay there."""
    for connection in Connection.objects.filter(person=person):
        with transaction.atomic():
            if row := lock_connection(connection):
                _forget_connection(row, now)


def finish_endings(*, now: datetime) -> int:
    """Forget connections whose sessions are removed, or couldn't be for a day. Returns how many."""
    ending = list(Connection.objects.filter(ending_at__isnull=False).order_by("ending_at")[:MOST_ENDINGS])
    return sum(_finish_ending(one, now) for one in ending)


# Unless it was connected again meanwhile.
@transaction.atomic
def _finish_ending(connection: Connection, now: datetime) -> bool:
    row = lock_connection(connection)
    if row is None or row.ending_at is None:
        return False
    if row.ending_at > now - ENDS_WITHIN and standing_ahead(row, now).exists():
        return False
    _end_connection(row, now)
    return True


def standing_ahead(connection: Connection, now: datetime) -> QuerySet[ExportedEvent]:
    """Sessions that aren't over and that we put, or may have put, into calendars of this connection."""
    rows = ExportedEvent.objects.filter(calendar__connection=connection, state__in=STANDING)
    return rows.filter(booking__during__endswith__gt=now)


def _end_connection(row: Connection, now: datetime) -> None:
    invite_to_unseen(row, now=now)
    _forget_connection(row, now)


# Nothing of it stays: not the address, not what was read.
def _forget_connection(row: Connection, now: datetime) -> None:
    for calendar in row.calendars.all():
        replace_busy_times(person=row.person, calendar=calendar.pk, spans=(), now=now)
    _withdraw_all(row)
    row.delete()


def _withdraw_all(row: Connection) -> None:
    row.version += 1
    row.write_version += 1
    withdraw_notices(row)
    withdraw_unwritten(row)


# The same for the same address of the same person, and of no use to find it out.
def _fingerprint_of(person: User, address: str) -> str:
    return salted_hmac("calendars.fingerprint", f"{person.pk}:{address}", algorithm="sha256").hexdigest()


def lock_connection(connection: Connection) -> Connection | None:
    """The person first, as in all acts that change what can be booked."""
    User.objects.locked(connection.person_id)
    found = Connection.objects.select_for_update(of=("self",)).select_related("person")
    return found.filter(pk=connection.pk).first()


def read_soon(connection: Connection, now: datetime) -> None:
    """Also by a worker who reads it right now as it was before: that one's outcome must not stand."""
    Connection.objects.filter(pk=connection.pk).update(next_at=now, lease_until=None)
    _wake_when_committed()


def _wake_when_committed(task: str = TASK) -> None:
    transaction.on_commit(lambda: wake_worker(task), robust=True)
