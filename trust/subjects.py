"""What can be reported, or show someone whom one doesn't want to meet again. Apps above enter theirs by name."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.http import Http404

from accounts.models import User

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


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
class Evidence:
    """A subject as it is now: words by the name of each, and the bytes of its file."""

    words: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Something that stands beside a subject, which staff read along to see how that was meant."""

    author: User
    words: str
    at: datetime
    is_subject: bool = False


def nothing_around(pks: Collection[int]) -> Mapping[int, list[Neighbour]]:
    return {}


@dataclass(frozen=True, slots=True)
class Subject:
    """`find` answers what the reader sees under this key of an address, None if they see nothing there.

    `can_part`: the page it is on offers to keep the two apart.
    `label`: what staff and mails call it, as in “someone reported a message”.
    `gather`: what is kept as evidence when it is reported; without it, it can't be reported.
    `around`: what staff read beside each of them. `hide(pk, True)` takes it from the sight of both while a report about
    privacy waits, and `hide(pk, False)` brings it back. `remove`: staff decided that it goes.
    `has_absences`: someone can fail to come to it, which is said on its own page.
    """

    name: str
    find: Callable[[str, User], Found | None]
    can_part: bool = False
    label: "str | StrPromise" = ""
    gather: Callable[[int], Evidence] | None = None
    around: Callable[[Collection[int]], Mapping[int, list[Neighbour]]] = nothing_around
    hide: Callable[[int, bool], None] | None = None
    remove: Callable[[int, User, datetime], None] | None = None
    has_absences: bool = False


_subjects: dict[str, Subject] = {}


def register_subjects(*subjects: Subject) -> None:
    _subjects.update({subject.name: subject for subject in subjects})


def subject_named(name: str) -> Subject | None:
    """None for what an app entered that isn't installed any more."""
    return _subjects.get(name)


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


def find_reportable(name: str, key: str, reader: User) -> Found:
    if name not in _subjects or _subjects[name].gather is None:
        raise Http404
    return find_subject(name, key, reader)
