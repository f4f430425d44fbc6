"""Which source reads the calendars of a connection."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from django.db.models import Q

from accounts.encryption import UnsealError, seal, unseal
from calendars.fetching import FetchError
from calendars.models import Connection, ConnectionKind

from .accounts import open_account
from .address import AddressSource
from .caldav import CalDavSource
from .contract import Source
from .own_sessions import sessions_of
from .tokens import Tokens

PURPOSE = b"calendar"
# The first of the two numbers of an advisory lock; the second is a connection's.
RENEWING, LARGEST_KEY = 7003, 0x7FFFFFFF
SOURCES: dict[str, Callable[[bytes], Source]] = {
    ConnectionKind.ADDRESS: AddressSource,
    ConnectionKind.CALDAV: CalDavSource,
}


def source_of(row: Connection) -> Source:
    """Raises UnsealError, if no key that we still have opens its secret; FetchError."""
    secret = open_secret(row)
    if row.kind in SOURCES:
        return SOURCES[row.kind](secret)

    def list_wanted() -> list[str]:
        unseen = Q(counts=True) | Q(read_at=None)
        return list(row.calendars.filter(unseen, is_gone=False).values_list("remote_id", flat=True))

    return open_account(
        row.kind,
        secret,
        keeper=ConnectionKeeper(row.pk),
        own_sessions=sessions_of(row.person),
        list_wanted=list_wanted,
    )


def open_secret(row: Connection) -> bytes:
    return unseal(row.secret, purpose=PURPOSE)


def may_write(row: Connection) -> bool:
    """Whether the person of an account at Google or Microsoft has allowed that sessions are put there."""
    try:
        return Tokens.from_secret(open_secret(row)).writes
    except UnsealError:
        return False


def seal_secret(secret: bytes) -> str:
    return seal(secret, purpose=PURPOSE)


class ConnectionKeeper:
    """Keeps the tokens of one connection where it keeps its secret."""

    def __init__(self, number: int) -> None:
        self.number, self.rows = number, Connection.objects.filter(pk=number)

    @contextmanager
    def hold_secret(self) -> Iterator[None]:
        """By a lock that is in nobody else's way, for as long as a service takes to answer."""
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [RENEWING, self.number % LARGEST_KEY])
                yield
        except OperationalError:
            raise FetchError("too_slow") from None

    def load_secret(self) -> bytes | None:
        row = self.rows.first()
        return open_secret(row) if row else None

    @transaction.atomic
    def replace_secret(self, old: bytes, new: bytes) -> bool:
        row = self.rows.select_for_update().first()
        if row is None or open_secret(row) != old:
            return False
        row.secret = seal_secret(new)
        row.save(update_fields=["secret"])
        return True
