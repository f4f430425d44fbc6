"""PostgreSQL: whether it is there, and as we need it."""

from collections.abc import Iterator

from django.conf import settings
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from common.checks.database import SHOW
from common.clock import ahead_of, database_now, is_too_far

from .findings import Finding, bad, good

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
    wanted = settings.SESSION_SETTINGS
    with connection.cursor() as cursor:
        cursor.execute(SHOW, [list(wanted)])
        found = dict(cursor.fetchall())
    role = settings.DATABASES["default"].get("USER", "")
    wrong = {name: value for name, value in wanted.items() if found.get(name) != value}
    for name, value in wrong.items():
        do = f"ALTER ROLE \"{role}\" SET {name} = '{value}'; then let the pooler connect again."
        yield bad("database settings", f"{name} is {found.get(name)}, not {value}", do)
    if not wrong:
        yield good("database settings", f"{len(wanted)} settings are as they should be")


def look_at_migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        yield bad("migrations", f"{len(missing)} migrations are missing", "Run manage.py migrate.")
    else:
        yield good("migrations", "all are there")


def look_at_clock() -> Iterator[Finding]:
    ahead = ahead_of(database_now())
    seconds = ahead.total_seconds()
    if is_too_far(ahead):
        do = "Run an NTP client on both. Until then nothing happens by the clock."
        yield bad("clock", f"this machine’s clock and PostgreSQL’s are {abs(seconds):.0f} s apart", do)
    else:
        yield good("clock", f"{abs(seconds):.2f} s from PostgreSQL’s")
