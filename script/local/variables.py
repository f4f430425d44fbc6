"""The environment of every process of the product on this machine."""

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from local.places import ROOT, VENV, data_dir

TRUE = ("1", "true", "yes", "on", "y", "t", "ok")
TEST_SLOTS = 8  # from the top of the sixteen databases of a Redis as it comes


def is_on(value: str) -> bool:
    return value.lower() in TRUE


def base_variables() -> dict[str, str]:
    """What is set already stays."""
    place = data_dir()
    place.mkdir(parents=True, exist_ok=True)
    variables = {
        "SECRET_KEY": os.environ.get("SECRET_KEY") or _secret_key(place / "secret_key"),
        "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        # Without compiled modules each start of a process takes two seconds more; a read-only tree gets none beside it.
        "PYTHONPYCACHEPREFIX": os.environ.get("PYTHONPYCACHEPREFIX") or str(place / "bytecode"),
        "PYTHONDONTWRITEBYTECODE": "",
    }
    # Who tries the product out uses the staff pages at once; docs/deployment.md says more.
    return {"DEBUG": "1", "STAFF_SECOND_FACTOR": "optional", **os.environ, **variables, "DATA_DIR": str(place)}


def server_addresses(urls: dict[str, str]) -> dict[str, str]:
    """The servers' addresses; one for Celery that is set already stays."""
    return {"CELERY_BROKER_URL": os.environ.get("CELERY_BROKER_URL") or _celery_broker(urls["REDIS_URL"]), **urls}


def for_tests(urls: dict[str, str], slot: int) -> dict[str, str]:
    """Addresses that are nobody else's: Django puts test_ before the database's name, Redis has numbers."""
    database = urlsplit(urls["DATABASE_URL"])
    if slot:
        database = database._replace(path=f"{database.path}_{slot}")
    redis = urlsplit(urls["REDIS_URL"])
    number = 15 - slot
    # geturl() would write unix:/path, which Celery doesn't know as a socket.
    socket = f"unix://{redis.path}?db={number}"
    own = {
        "DATABASE_URL": database.geturl(),
        "REDIS_URL": socket if redis.scheme == "unix" else redis._replace(path=f"/{number}").geturl(),
    }
    fixed = {"TESTING": "1", "DEBUG": "0", "STAFF_SECOND_FACTOR": "required"}
    return own | {"CELERY_BROKER_URL": _celery_broker(own["REDIS_URL"]), **fixed}


def _celery_broker(redis_url: str) -> str:
    """Celery spells the address of a socket in its own way."""
    return redis_url.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")


def _secret_key(path: Path) -> str:
    """Made on the first start, kept with the data."""
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(60))
    return path.read_text()
