"""PgBouncer in transaction mode in front of a database: Debian's own, set up as docs/deployment.md says."""

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from socket import socket
from typing import Any

from django.conf import settings

from local.account import Account
from local.places import find_pooler
from local.ports import free_port

GUIDE = Path(settings.BASE_DIR, "docs", "deployment.md")


def read_configuration(**values: object) -> str:
    """That of the guide, with the values of these options for its own; `database` is where the data is."""
    [text] = re.findall(r"```ini\n(\[databases\].+?)```", GUIDE.read_text(), re.DOTALL)
    text, count = re.subn(r"^mentoring = .+$", f"* = {values.pop('database')}", text, flags=re.MULTILINE)
    for name, value in values.items():
        text, found = re.subn(rf"^{name} = .+$", f"{name} = {value}", text, flags=re.MULTILINE)
        count += found
    if count != len(values) + 1:
        raise AssertionError(f"the configuration in {GUIDE.name} has other lines")
    return text


@contextmanager
def run_pooler(connection: Any, folder: Path, *, size: int) -> Iterator[str]:
    """Yields the address of the connection's database by way of a pooler, which has `size` connections to it.

    Its configuration and its log are in `folder`.
    """
    port = free_port()
    # As the servers' account: root may not run it, and the database's socket is nobody else's.
    account = Account().entry
    who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    connection.ensure_connection()
    known = connection.connection.get_dsn_parameters() | {"password": connection.settings_dict["PASSWORD"]}
    real = " ".join(f"{name}={known[name]}" for name in ("host", "port", "user", "password") if known.get(name))
    file = folder / "pgbouncer.ini"
    file.write_text(read_configuration(database=real, listen_port=port, default_pool_size=size))
    # The account may be kept out of the folder, so it gets the open file.
    with file.open() as opened, (folder / "pgbouncer.log").open("w") as log:
        command = [find_pooler(), f"/dev/fd/{opened.fileno()}"]
        process = subprocess.Popen(command, pass_fds=[opened.fileno()], stderr=log, stdout=log, **who)
        try:
            wait_for(port, process)
            yield f"postgresql://{known['user']}@127.0.0.1:{port}/{known['dbname']}"
        finally:
            process.terminate()
            process.wait(30)


def wait_for(port: int, process: subprocess.Popen) -> None:
    for _attempt in range(600):
        if process.poll() is not None:
            break
        with closing(socket()) as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"PgBouncer did not start: {process.returncode}")


@contextmanager
def give_role_settings(connection: Any) -> Iterator[None]:
    """What the guide tells to give the role, word for word, but for this database only."""
    lines = re.findall(r"^ALTER ROLE mentoring SET (.+);$", GUIDE.read_text(), re.MULTILINE)
    role = f'ALTER ROLE "{connection.settings_dict["USER"]}" IN DATABASE "{connection.settings_dict["NAME"]}"'
    with connection.cursor() as cursor:
        for line in lines:
            cursor.execute(f"{role} SET {line}")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"{role} RESET ALL")
