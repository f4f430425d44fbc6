"""The inbox: the same news as in the mails, as lines on a page.

A row only says that there is something to tell. Its words are found when the page is read: in the reader's zone, clock
and language of that moment, from the present state or the log. It doesn't depend on any mail having been sent.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from live.hints import tell_people
from live.streams import Part

from .models import InboxItem
from .registry import InboxLine, WriteLines, registered_kinds

# With more unread lines than this, nobody needs their exact number.
MOST_COUNTED = 99


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """One item with its `line`, which is None when its subject is gone."""

    item: InboxItem
    line: InboxLine | None


def forget_passing(*, subject_type: str, subject_id: int, version: int) -> int:
    """Delete reminders about older versions of a subject, and items that would have shown later. Returns how many."""
    kinds = [kind.name for kind in registered_kinds() if kind.passing]
    about = InboxItem.objects.filter(subject_type=subject_type, subject_id=subject_id)
    return about.filter(kind__in=kinds, subject_version__lt=version).delete()[0]


def forget_lines(
    *, subject_type: str, subjects: Collection[int], kinds: Collection[str], people: Collection[int], until: datetime
) -> None:
    """Delete what these people were shown until then: what it reminds them of is over."""
    about = InboxItem.objects.filter(subject_type=subject_type, subject_id__in=subjects, recipient__in=people)
    if about.filter(kind__in=kinds, at__lte=until).delete()[0]:
        tell_bells(*people)


def build_entries(items: Sequence[InboxItem], *, reader: User, now: datetime) -> list[InboxEntry]:
    writers = {kind.name: kind.lines for kind in registered_kinds()}
    by_writer: dict[WriteLines, list[InboxItem]] = {}
    for item in items:
        if write_lines := writers.get(item.kind):
            by_writer.setdefault(write_lines, []).append(item)
    lines: dict[int, InboxLine] = {}
    for write, theirs in by_writer.items():
        lines |= write(theirs, reader, now)
    return [InboxEntry(item, lines.get(item.pk)) for item in items]


def tell_bells(*people: int) -> None:
    """Have the open pages of these people (their ids) count again what is unread."""
    tell_people(Part.INBOX, *people)


def mark_subject_read(person: User, *, subject_type: str, subject_id: int, now: datetime) -> int:
    """A person who acts on a subject knows its news. Returns how many items were unread."""
    about = InboxItem.objects.shown_to(person, now).filter(subject_type=subject_type, subject_id=subject_id)
    read = about.unread().update(read_at=now)
    if read:
        tell_bells(person.pk)
    return read


# `unread_count` as a part of a larger statement
UNREAD_COUNT = f"""
SELECT count(*) FROM (
    SELECT FROM notifications_inboxitem WHERE recipient_id = %(reader)s AND at <= %(now)s AND read_at IS NULL
    LIMIT {MOST_COUNTED + 1}
) AS unread
"""


def unread_count(person: User, *, now: datetime) -> int:
    """How many items are unread, up to one more than MOST_COUNTED."""
    return InboxItem.objects.shown_to(person, now).unread()[: MOST_COUNTED + 1].count()


def mark_read(person: User, *, now: datetime, item: int | None = None, until: datetime | None = None) -> int:
    """Mark one item, or everything shown until a moment. Returns how many were unread."""
    mine = InboxItem.objects.shown_to(person, min(until or now, now)).unread()
    read = (mine if item is None else mine.filter(pk=item)).update(read_at=now)
    if read:
        tell_bells(person.pk)
    return read
