"""What can be reported, or show someone whom one doesn't want to meet again. Apps above enter theirs by name."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Found:
    """One subject as its reader may see it. `about`: whose it is, None for an event; `page`: where its reader saw it.

    `title` says what it is, as after “Report …”.
    """

    kind: str
    pk: int
    about: User | None
    page: str
    title: str


@dataclass(frozen=True, slots=True)
class Subject:
    """`find` answers what the reader sees under this key of an address, None if they see nothing there.

    `can_part`: the page it is on offers to keep the two apart.
    """

    name: str
    find: Callable[[str, User], Found | None]
    can_part: bool = False


def read_uuid(key: str) -> UUID | None:
    try:
        return UUID(key)
    except ValueError:
        return None


_subjects: dict[str, Subject] = {}


def register_subjects(*subjects: Subject) -> None:
    _subjects.update({subject.name: subject for subject in subjects})


def find_subject(name: str, key: str, reader: User) -> Found:
    """Raises Http404 for what this reader can't see, as for what doesn't exist, and for what is their own."""
    subject = _subjects.get(name)
    found = subject.find(key, reader) if subject else None
    if found is None or found.about == reader:
        raise Http404
    return found


def find_person(name: str, key: str, reader: User) -> tuple[Found, User]:
    """As `find_subject`, only where it is about a person whom one can be kept apart from there."""
    if name not in _subjects or not _subjects[name].can_part:
        raise Http404
    found = find_subject(name, key, reader)
    if found.about is None:
        raise Http404
    return found, found.about
