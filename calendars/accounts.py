"""What people do with accounts on CalDAV servers: connect one, and give a new password once the old one ended."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.encryption import UnsealError
from accounts.models import User
from notifications.webhooks.addresses import BadAddressError, BadPortError, parts_of

from .connecting import lock_connection, make_connection, read_soon
from .errors import CalendarError
from .models import Connection, ConnectionKind
from .sources.caldav import CalDavSecret
from .sources.opening import open_secret, seal_secret


@transaction.atomic
def connect_caldav(*, person: User, address: str, user: str, password: str, now: datetime) -> Connection:
    """Nothing of it counts before the person has seen which calendars there are and chosen.

    Raises CalendarError `address`, `port`, `user`, `exists`, `too_many`.
    """
    address = as_server(address)
    try:
        _secure, host, _port, path = parts_of(address)
    except BadPortError:
        said = _("Leave out the port, or use 443: we only connect to the usual https port")
        raise CalendarError("port", said, field="address") from None
    except BadAddressError:
        said = _("Enter the address of the server, like caldav.icloud.com or https://example.org/dav")
        raise CalendarError("address", said, field="address") from None
    if "." not in host and ":" not in host:
        said = _("Enter the whole name of the server, like caldav.icloud.com")
        raise CalendarError("address", said, field="address")
    if ":" in user:
        raise CalendarError("user", _("A user name has no colon. Enter it without the password"), field="user")
    return make_connection(
        person=person,
        kind=ConnectionKind.CALDAV,
        host=host,
        account=f"{user}@{host}{path.rstrip('/')}",
        secret=CalDavSecret(address, user, password).write(),
        now=now,
    )


@transaction.atomic
def renew_password(*, connection: Connection, password: str, now: datetime) -> None:
    """Try again at once with another password, at the same account. All that was chosen stays.

    Raises CalendarError `key`.
    """
    row = lock_connection(connection)
    if row is None or row.kind != ConnectionKind.CALDAV:
        return
    try:
        secret = CalDavSecret.read(open_secret(row))
    except UnsealError:
        said = _("We can’t open what we stored of this account any more. Disconnect it, and connect it again")
        raise CalendarError("key", said, field="password") from None
    secret.password = password
    row.secret = seal_secret(secret.write())
    row.save(update_fields=["secret"])
    read_soon(row, now)


def as_server(text: str) -> str:
    """People copy a host alone, or an address as calendar programs write it."""
    text = text.strip()
    scheme, separator, rest = text.partition("://")
    if not separator:
        return f"https://{text}"
    return f"https://{rest}" if scheme.lower() in ("caldav", "caldavs") else text
