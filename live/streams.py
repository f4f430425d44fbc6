"""What pages can listen to, and what on a page a hint is about."""

import re
from enum import StrEnum
from uuid import UUID

from django.utils.crypto import salted_hmac


class StreamKind(StrEnum):
    """Whose news a stream carries. Its name has a uuid: of the thread (engagement), session, event, or `disguise`."""

    PERSON = "person"
    THREAD = "thread"
    ROOM = "room"
    EVENT = "event"


class Part(StrEnum):
    """The part of a page that has something new to ask for. Templates name it in `data-hears`."""

    INBOX = "inbox"
    MESSAGES = "messages"
    PRESENCE = "presence"
    MORE_TIME = "more-time"
    TAKEAWAYS = "takeaways"
    ROOM = "room"
    EVENT = "event"


_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAME = re.compile(f"(?:{'|'.join(StreamKind)})-{_UUID}")


def name_stream(kind: StreamKind, uuid: UUID) -> str:
    return f"{kind}-{uuid}"


def disguise(person_id: int) -> UUID:
    """A uuid that stands for a person here only. Whoever gives a hint knows the id, and needs no query for it."""
    return UUID(bytes=salted_hmac("live.streams", str(person_id)).digest()[:16])


def name_person_stream(person_id: int) -> str:
    return name_stream(StreamKind.PERSON, disguise(person_id))


def is_stream(name: str) -> bool:
    return _NAME.fullmatch(name) is not None
