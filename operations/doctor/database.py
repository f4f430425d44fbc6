"""PostgreSQL: whether it is there, and as we need it."""

from collections.abc import Iterator

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection

from common.checks.database import role_errors
from common.clock import ahead_of, database_now, is_too_far
from mentoring.health import migrations_applied
from mentoring.replica import REPLICA, seconds_behind

from .findings import Finding, bad, good, warning

OLDEST = 15


def look_at_database() -> Iterator[Finding]:
    try:
        connection.ensure_connection()
    except OperationalError as error:
        said = f"PostgreSQL can’t be reached: {str(error).strip()}"
        yield bad("database", said, "Start it, or correct DATABASE_URL.")
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('server_encoding')")
        version, encoding = cursor.fetchone()
    if int(version.split(".")[0]) < OLDEST:
        yield bad("database", f"PostgreSQL is {version}", f"Version {OLDEST} or newer is needed.")
    elif encoding != "UTF8":
        yield bad("database", f"the database has the encoding {encoding}", "Create it again with the encoding UTF8.")
    else:
        yield good("database", f"PostgreSQL {version}")


def look_at_settings() -> Iterator[Finding]:
    """As `SHOW` says, since a pooler or a role may have others than those that we ask for."""
    wrong = role_errors(DEFAULT_DB_ALIAS)
    for error in wrong:
        yield bad("database settings", str(error.msg), str(error.hint))
    if not wrong:
        yield good("database settings", f"{len(settings.SESSION_SETTINGS)} settings are as they should be")


def look_at_replica() -> Iterator[Finding]:
    """Whether the copy for visitors' pages, where there is one, is a copy that is up to date."""
    if REPLICA not in settings.DATABASES:
        return
    try:
        behind = seconds_behind()
    except OperationalError as error:
        do = "Start it, or correct DATABASE_REPLICA_URL. Meanwhile pages are read from the database itself."
        yield bad("replica", f"it can’t be reached: {str(error).strip()}", do)
        return
    if behind is None:
        do = "Name a standby in DATABASE_REPLICA_URL, and look at its log: it has to stream from DATABASE_URL’s."
        yield bad("replica", "it is no standby, or nothing reaches it", do)
    elif behind > settings.REPLICA_BEHIND.total_seconds():
        do = "Look at its load, and at the network."
        yield warning("replica", f"it is {behind:.0f} s behind, so it isn’t asked", do)
    else:
        yield good("replica", f"{behind:.1f} s behind")
    for wrong in role_errors(REPLICA):
        yield bad("replica", str(wrong.msg), str(wrong.hint))


def look_at_migrations() -> Iterator[Finding]:
    if migrations_applied():
        yield good("migrations", "all are there")
    else:
        yield bad("migrations", "some are missing", "Run manage.py migrate.")


def look_at_clock() -> Iterator[Finding]:
    ahead = ahead_of(database_now())
    seconds = ahead.total_seconds()
    if is_too_far(ahead):
        do = "Run an NTP client on both. Until then nothing happens by the clock."
        yield bad("clock", f"this machine’s clock and PostgreSQL’s are {abs(seconds):.0f} s apart", do)
    else:
        yield good("clock", f"{abs(seconds):.2f} s from PostgreSQL’s")
