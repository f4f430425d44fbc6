"""One line for each person who was removed, in a file outside the database: a hash and the day.

A backup that is restored has these people again. `manage.py replay_erasures` finds them by this file.
"""

import os
from datetime import date

from django.conf import settings

from accounts.models import User
from common.hashing import hash_text


def hash_person(person: User) -> str:
    return hash_text(str(person.uuid))


def note_removal(person: User, *, day: date) -> None:
    """Written to the disk before it returns. A line that is there twice does no harm."""
    path = settings.ERASURE_LOG
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="ascii") as log:
        log.write(f"{hash_person(person)} {day:%Y-%m-%d}\n")
        log.flush()
        os.fsync(log.fileno())


def read_removals() -> set[str]:
    try:
        lines = settings.ERASURE_LOG.read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return set()
    return {line.split()[0] for line in lines if line.strip()}
