"""Who writes into the calendars of a connection."""

from collections.abc import Callable

from calendars.models import SERVICE_KINDS, Connection, ConnectionKind
from calendars.sources.accounts import open_service
from calendars.sources.contract import Writer
from calendars.sources.opening import ConnectionKeeper, may_write, open_secret
from calendars.sources.service import Service

from .caldav import CalDavWriter
from .google import GoogleWriter
from .microsoft import MicrosoftWriter

# By kind of connection. Each raises UnsealError, if no key that we still have opens the connection's secret, and
# FetchError.
WRITERS: dict[str, Callable[[Connection], Writer]] = {
    ConnectionKind.CALDAV: lambda connection: CalDavWriter(open_secret(connection)),
    ConnectionKind.GOOGLE: lambda connection: GoogleWriter(_service_of(connection)),
    ConnectionKind.MICROSOFT: lambda connection: MicrosoftWriter(_service_of(connection)),
}


def can_write(connection: Connection) -> bool:
    """At Google and Microsoft only if its person has allowed that, too."""
    return connection.kind in WRITERS and (connection.kind not in SERVICE_KINDS or may_write(connection))


def writer_of(connection: Connection) -> Writer:
    """Raises UnsealError, FetchError."""
    return WRITERS[connection.kind](connection)


def _service_of(connection: Connection) -> Service:
    return open_service(connection.kind, open_secret(connection), keeper=ConnectionKeeper(connection.pk))
