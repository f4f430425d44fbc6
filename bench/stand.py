"""A database of its own for what is measured, filled once and kept: the embedded server is started for it.

with bench_database("search_1000"):
    ...     # Django is set up and its tables are there
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import django
import psycopg2
from django.core.management import call_command

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "script"))

from local.places import data_dir
from local.servers import Servers
from local.variables import base_variables, server_addresses


@contextlib.contextmanager
def bench_database(name: str) -> Iterator[dict[str, str]]:
    """A database for benches, migrated. Yields the environment variables that lead to it, and sets them in this
    process.

    Models can only be imported once this has set Django up, which is why the benches import them inside functions.
    """
    with Servers(data_dir()) as urls:
        url = urlsplit(urls["DATABASE_URL"])
        _create_database(urls["DATABASE_URL"], f"bench_{name}")
        own = {**urls, "DATABASE_URL": url._replace(path=f"/bench_{name}").geturl()}
        variables = base_variables() | server_addresses(own) | {"DEBUG": "0", "LOG_LEVEL": "WARNING"}
        os.environ.update(variables | {"DJANGO_SETTINGS_MODULE": "mentoring.settings"})

        django.setup()
        call_command("migrate", verbosity=0)
        print_load("at the start")
        yield variables
        print_load("at the end")


def print_load(when: str) -> None:
    """What else the machine had to do: without it a measured time says little."""
    print("load {:.1f} {:.1f} {:.1f} ".format(*os.getloadavg()) + when, file=sys.stderr, flush=True)


def _create_database(url: str, name: str) -> None:
    with contextlib.closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not cursor.fetchone():
                cursor.execute(f'CREATE DATABASE "{name}"')
