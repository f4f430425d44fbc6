"""What pages can listen to, and what on a page a hint is about."""

import re
from enum import StrEnum
from uuid import UUID


class StreamKind(StrEnum):
    """Whose news a stream carries. Its name has the uuid of that person, thread (engagement), session or event."""

    PERSON = "person"
    THREAD = "thread"
    ROOM = "room"
    EVENT = "event"


class Part(StrEnum):
    """The part of a page that has something new to ask for. Templates name it in `data-hears`."""

    INBOX = "inbox"
    MESSAGES = "messages"
    PRESENCE = "presence"
    ROOM = "room"
    EVENT = "event"


_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAME = re.compile(f"(?:{'|'.join(StreamKind)})-{_UUID}")


def name_stream(kind: StreamKind, uuid: UUID) -> str:
    return f"{kind}-{uuid}"


def is_stream(name: str) -> bool:
    return _NAME.fullmatch(name) is not None
