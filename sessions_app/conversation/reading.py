"""What a page shows of a thread, and the list of a person's threads."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from common.pages.rows import load_in_order
from mentors.models import Format
from sessions_app.errors import SessionError
from sessions_app.models import Booking, Engagement, Message, ReadMarker, WrittenQuestion, WrittenState
from sessions_app.models.bookings import EngagementQuerySet
from sessions_app.questions.engagements import why_not_share
from sessions_app.session_rows import MESSAGES, SessionRows
from trust.separations import is_cut_off

AT_ONCE = MESSAGES
NEIGHBOURS = 2


@dataclass(frozen=True, slots=True)
class Thread:
    """`newest` is the id after which the page asks for more; `first_new` is the first message that its reader hasn't
    read.

    `unread`: whether anything shown is unread. `is_live`: it is the chat of a session that is open now.
    """

    engagement: Engagement
    other: User
    messages: list[Message]
    newest: int
    unread: bool = False
    first_new: int = 0
    has_earlier: bool = False
    is_part: bool = False
    refusal: SessionError | None = None
    is_live: bool = False
    written: WrittenQuestion | None = None
    reader: User | None = None

    @property
    def waits_for_answer(self) -> bool:
        """Whether what its reader writes here may be the answer that they promised."""
        written, reader = self.written, self.reader
        is_asked = written is not None and written.state == WrittenState.ASKED
        return is_asked and reader is not None and reader.pk == self.engagement.mentor_id

    @property
    def key(self) -> str:
        return uuid4().hex

    @property
    def earliest(self) -> int:
        return self.messages[0].pk if self.messages else 0

    @property
    def look_every(self) -> str:
        """Seconds between two requests for news: short for a chat, long otherwise."""
        return "2.5" if self.is_live else "6"


def thread_of(
    engagement: Engagement, reader: User, *, now: datetime, before: int | None = None, is_live: bool = False
) -> Thread:
    found = messages_in(engagement).order_by("-pk")
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found[: AT_ONCE + 1])
    messages = rows[:AT_ONCE][::-1]
    return make_thread(
        engagement,
        reader,
        messages,
        new=unread_of(messages, engagement, reader),
        written=WrittenQuestion.objects.with_people().filter(engagement=engagement).first(),
        has_earlier=len(rows) > AT_ONCE,
        is_part=before is not None,
        is_live=is_live,
        now=now,
    )


def thread_of_session(booking: Booking, rows: SessionRows, *, reader: User, now: datetime) -> Thread:
    """The thread's end, as the session's page shows it, from what has been read for that page."""
    return make_thread(
        booking.engagement,
        reader,
        rows.messages,
        new=new_among(rows.messages, reader, read_to=rows.read_to),
        written=rows.written,
        has_earlier=rows.has_earlier,
        is_live=is_chat(booking, now),
        now=now,
    )


def make_thread(
    engagement: Engagement,
    reader: User,
    messages: list[Message],
    *,
    new: list[int],
    written: WrittenQuestion | None,
    has_earlier: bool,
    is_part: bool = False,
    is_live: bool,
    now: datetime,
) -> Thread:
    """`new`: the ids of those among the messages that the reader hasn't read."""
    leave_out_files(messages, engagement, reader, now=now)
    return Thread(
        engagement,
        engagement.other_person(reader),
        messages,
        newest=messages[-1].pk if messages else 0,
        unread=bool(new),
        first_new=new[0] if new else 0,
        has_earlier=has_earlier,
        is_part=is_part,
        refusal=why_not_share(engagement),
        is_live=is_live,
        written=written,
        reader=reader,
    )


def leave_out_files(messages: list[Message], engagement: Engagement, reader: User, *, now: datetime) -> None:
    """Where the connection between the two has ended, files of the other read as files that are gone.

    Asks the database only where there is such a file in a conversation that is closed.
    """
    other = engagement.other_person(reader)
    theirs = [message for message in messages if message.file and message.author_id == other.pk]
    if theirs and engagement.closed_at and is_cut_off(reader.pk, other.pk, now=now):
        for message in theirs:
            message.file = None


def news_of(engagement: Engagement, reader: User, *, after: int, now: datetime) -> Thread:
    """The messages after this one."""
    messages = list(messages_in(engagement).filter(pk__gt=after)[:AT_ONCE])
    leave_out_files(messages, engagement, reader, now=now)
    return Thread(
        engagement,
        engagement.other_person(reader),
        messages,
        newest=messages[-1].pk if messages else after,
        unread=bool(messages and unread_of(messages, engagement, reader)),
    )


def messages_in(engagement: Engagement) -> QuerySet[Message]:
    return Message.objects.filter(engagement=engagement).select_related("author__mentor_profile", "file__owner")


def unread_of(messages: list[Message], engagement: Engagement, reader: User) -> list[int]:
    marker = ReadMarker.objects.filter(engagement=engagement, person=reader).first()
    return new_among(messages, reader, read_to=marker.read_to if marker else 0)


def new_among(messages: list[Message], reader: User, *, read_to: int) -> list[int]:
    return [message.pk for message in messages if message.pk > read_to and message.author_id != reader.pk]


def messages_around(pks: Collection[int]) -> dict[int, list[Message]]:
    """Each of these messages with the two before and the two after it, enough to see how it was meant."""
    threads = dict(Message.objects.filter(pk__in=pks).values_list("pk", "engagement"))
    if not threads:
        return {}
    sides = [Message.objects.filter(pk__in=threads).order_by().values("pk")]
    for pk, thread in threads.items():
        own = Message.objects.filter(engagement=thread).values("pk")
        sides += [own.filter(pk__lt=pk).order_by("-pk")[:NEIGHBOURS], own.filter(pk__gt=pk).order_by("pk")[:NEIGHBOURS]]
    near = Message.objects.filter(pk__in=sides[0].union(*sides[1:], all=True)).select_related("author").order_by("pk")
    by_thread: dict[int, list[Message]] = {}
    for message in near:
        by_thread.setdefault(message.engagement_id, []).append(message)
    return {pk: _beside(by_thread[thread], pk) for pk, thread in threads.items()}


def _beside(messages: Sequence[Message], pk: int) -> list[Message]:
    before, after = [one for one in messages if one.pk < pk], [one for one in messages if one.pk > pk]
    own = [one for one in messages if one.pk == pk]
    return [*before[-NEIGHBOURS:], *own, *after[:NEIGHBOURS]]


def is_chat(booking: Booking, now: datetime) -> bool:
    """Whether the thread is the chat of this session at this moment."""
    return booking.format == Format.CHAT and booking.is_join_open(now)


class ThreadList:
    """This person's threads, the newest message first, for a Paginator. Empty ones are included while they are open.

    Those of each role are found by an index, however many there are.
    """

    def __init__(self, person: User) -> None:
        self.person = person
        begun = Engagement.objects.exclude(mentee=None).exclude(newest_message=None)
        self.sides = [begun.filter(mentor=person), begun.filter(mentee=person)]
        self.empty = Engagement.objects.visible_to(person).live().filter(newest_message=None)

    def count(self) -> int:
        return sum(found.count() for found in (*self.sides, self.empty))

    def __getitem__(self, wanted: slice) -> list[Engagement]:
        sides = [found.order_by("-newest_message").values("pk")[: wanted.stop] for found in self.sides]
        listed = Engagement.objects.filter(pk__in=sides[0].union(sides[1], self.empty.values("pk"), all=True))
        in_order = listed.order_by(F("newest_message").desc(nulls_last=True), "-pk")
        pks = in_order.values_list("pk", flat=True)[wanted]
        return load_in_order(self.with_new(Engagement.objects.all()), pks)

    def with_new(self, threads: EngagementQuerySet) -> EngagementQuerySet:
        """Adds `new`: how many messages this person hasn't read."""
        marker = ReadMarker.objects.filter(engagement=OuterRef("pk"), person=self.person)
        unread = Message.objects.filter(engagement=OuterRef("pk"), pk__gt=OuterRef("read_to")).exclude(
            author=self.person
        )
        number = unread.order_by().values("engagement").annotate(number=Count("pk")).values("number")
        return (
            threads.annotate(read_to=Coalesce(Subquery(marker.values("read_to")[:1]), 0))
            .annotate(new=Coalesce(Subquery(number), 0))
            .select_related("mentor__mentor_profile", "mentee__mentor_profile", "brief")
        )


def newest_of(threads: Iterable[Engagement]) -> QuerySet[Message]:
    return Message.objects.filter(pk__in=[thread.newest_message for thread in threads if thread.newest_message])
