"""Who writes into the calendars of a connection."""

from collections.abc import Callable

from calendars.models import Connection, ConnectionKind
from calendars.sources.contract import Writer
from calendars.sources.opening import open_secret

from .caldav import CalDavWriter

# By kind of connection. Each raises InvalidToken, if no key that we still have opens the connection's secret.
WRITERS: dict[str, Callable[[Connection], Writer]] = {
    ConnectionKind.CALDAV: lambda connection: CalDavWriter(open_secret(connection))
}


def can_write(connection: Connection) -> bool:
    return connection.kind in WRITERS


def writer_of(connection: Connection) -> Writer:
    """Raises InvalidToken."""
    return WRITERS[connection.kind](connection)
