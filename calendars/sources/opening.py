"""Which source reads the calendars of a connection."""

from collections.abc import Callable

from accounts.encryption import cipher_for
from calendars.models import Connection, ConnectionKind

from .address import AddressSource
from .caldav import CalDavSource
from .contract import Source

PURPOSE = b"calendar"
SOURCES: dict[str, Callable[[bytes], Source]] = {
    ConnectionKind.ADDRESS: AddressSource,
    ConnectionKind.CALDAV: CalDavSource,
}


def source_of(connection: Connection) -> Source:
    """Raises InvalidToken, if no key that we still have opens its secret."""
    return SOURCES[connection.kind](open_secret(connection))


def open_secret(connection: Connection) -> bytes:
    return cipher_for(PURPOSE).decrypt(connection.secret)


def seal_secret(secret: bytes) -> str:
    return cipher_for(PURPOSE).encrypt(secret).decode()
