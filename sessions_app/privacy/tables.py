"""The tables of this app: whose rows they are, and what becomes of each column of words."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.privacy.registry import Step, Table, fact, hidden, mine, not_personal, removed_by_step
from sessions_app.models import (
    AttendanceAct,
    AvailabilityWindow,
    Booking,
    BookingEvent,
    Brief,
    BusyMinutes,
    BusySpan,
    CalendarFeed,
    Certificate,
    Confirmation,
    CounterTime,
    DateOverride,
    Engagement,
    Excuse,
    Feedback,
    FollowUp,
    HeldTime,
    LedgerReview,
    LineRound,
    MentorTally,
    Message,
    MoreTime,
    NextStep,
    Occupancy,
    QuoteDecision,
    ReadMarker,
    ReservedTime,
    RoomSeat,
    RoomSignal,
    Route,
    Schedule,
    SharedFile,
    StuckRow,
    Takeaway,
    TimeOff,
    WaitlistEntry,
    WallChange,
    WrittenQuestion,
    ZoneRules,
)

from .forgetting import (
    close_conversations,
    forget_kept_answers,
    remove_files,
    remove_schedule,
    take_down_quotes,
)


def the_other(row: Any, person: User) -> str:
    """Of a row that has both people, or that belongs to one that has."""
    while not hasattr(row, "other_person"):
        row = getattr(row, "booking", None) or getattr(row, "engagement", None) or getattr(row, "written", None)
        if row is None:
            return ""
    if row.mentee_id is None or row.mentor_id is None:
        return ""
    other: User = row.other_person(person)
    return other.display_name


def awaited_name(row: WaitlistEntry, person: User) -> str:
    return row.mentor.name if row.mentor else ""


BOTH = ("mentor", "mentee")
BOTH_OF_BOOKING = ("booking__mentor", "booking__mentee")
BOTH_OF_THREAD = ("engagement__mentor", "engagement__mentee")
TABLES: tuple[Table | Step, ...] = (
    Step("answers that programs got", forget_kept_answers),
    Step("conversations", close_conversations),
    Table(
        RoomSignal,
        {"kind": not_personal("one of a few values of ours"), "body": hidden("what two browsers told each other")},
        people=("person",),
        is_deleted=True,
        why="gone minutes after a call",
    ),
    Table(
        RoomSeat,
        {"tab": hidden("a name that a browser’s window gave itself")},
        people=("person",),
        is_deleted=True,
        why="gone minutes after a call; who came is in another part",
    ),
    Step("files", remove_files),
    Table(
        SharedFile,
        {
            "name": mine(),
            "kind": fact(),
            "content": mine(),
            "preview": hidden("a small copy of the file"),
            "scan": fact(),
            "threat": not_personal("the name that the virus scanner gave to what it found"),
        },
        people=("owner",),
        part="files",
        heading=_("Files you shared"),
        company=the_other,
        hidden=("uuid", "scan_since"),
        is_deleted=True,
    ),
    Table(
        Message,
        {"body": mine(), "key": not_personal("a mark of the form")},
        people=("author",),
        part="messages",
        heading=_("Messages you wrote"),
        company=the_other,
        hidden=("uuid", "erased_at"),
        stamp="erased_at",
    ),
    Step("words shown to others", take_down_quotes),
    Table(
        Feedback,
        {
            **dict.fromkeys(("role", "resolution", "overall", "again"), fact()),
            **dict.fromkeys(("left_with", "advice", "to_staff", "learned"), mine()),
        },
        people=("author",),
        part="feedback",
        heading=_("Feedback you gave"),
        company=the_other,
        hidden=("published_at", "declined_at"),
    ),
    Table(
        QuoteDecision,
        {"act": fact(), "reason": mine()},
        people=("by",),
        part="words-you-reviewed-as-staff",
        heading=_("Words you reviewed as staff"),
        is_log=True,
    ),
    Table(
        FollowUp,
        dict.fromkeys(("step", "question", "answer"), fact()),
        people=("booking__mentee", "written__mentee"),
        part="later-answers",
        heading=_("What you answered later"),
        company=the_other,
    ),
    Table(
        NextStep,
        {"situation": mine(), "response": mine()},
        people=("person",),
        part="next-steps",
        heading=_("Next steps"),
        company=the_other,
        hidden=("version",),
        is_deleted=True,
    ),
    Table(
        Takeaway,
        {"text": mine()},
        people=("author",),
        part="takeaways",
        heading=_("What you took away"),
        company=the_other,
        is_deleted=True,
    ),
    Table(
        Certificate,
        {"code": mine(), "name": mine(), "organisation": mine()},
        people=("person",),
        part="certificates",
        heading=_("Certificates"),
        is_deleted=True,
    ),
    Table(
        CalendarFeed,
        {"token_hash": hidden("a hash"), "content_hash": hidden("a hash")},
        people=("person",),
        part="calendar-address",
        heading=_("Your calendar address"),
        is_deleted=True,
    ),
    Table(
        HeldTime,
        {"answer": fact()},
        people=("person",),
        part="held-times",
        heading=_("Times kept for you"),
        hidden=("uuid", "version"),
        is_deleted=True,
    ),
    Table(
        Route,
        {"kind": fact(), "state": fact()},
        people=("mentor",),
        part="when-you-were-asked-to-help",
        heading=_("When we asked you to help someone"),
        hidden=("uuid", "version"),
        is_deleted=True,
    ),
    Table(
        WaitlistEntry,
        {
            "words": mine(),
            "filters": mine(),
            "known": not_personal("times"),
            "parts": fact(),
            "days": fact(),
            "ended": fact(),
        },
        people=("person",),
        part="waiting-lists",
        heading=_("Your waiting lists"),
        company=awaited_name,
        hidden=("uuid", "lapses"),
        is_deleted=True,
    ),
    Table(LineRound, {"about": not_personal("numbers")}, why="how far the waiting list was asked"),
    Table(
        BusyMinutes,
        {"minutes": not_personal("numbers")},
        people=("person",),
        is_deleted=True,
        why="copied from busy times",
    ),
    Table(
        BusySpan,
        {"sealed_title": hidden("the copy has it in words")},
        people=("person",),
        part="busy-times",
        heading=_("Events whose titles you keep"),
        hidden=("calendar",),
        said=lambda span: span.title,
        in_copy=lambda spans, _now: spans.exclude(sealed_title=""),
        is_deleted=True,
    ),
    Table(ReservedTime, people=("person",), is_deleted=True, why="lasts for minutes"),
    Table(
        Excuse,
        {"kind": fact()},
        people=("person",),
        part="excuses",
        heading=_("Sessions that you are excused for"),
        company=the_other,
    ),
    Table(
        Confirmation,
        people=("person",),
        part="confirmations",
        heading=_("Sessions that we asked you to confirm"),
        company=the_other,
    ),
    Table(
        LedgerReview,
        {"side": fact(), "words": hidden("what staff found, for staff alone")},
        people=("person",),
        part="missed-sessions-we-looked-at",
        heading=_("When we looked at the sessions you missed"),
    ),
    Table(
        AttendanceAct,
        {"kind": fact(), "words": mine()},
        people=("person",),
        part="who-came",
        heading=_("What you said about who came"),
        company=the_other,
        is_log=True,
    ),
    Table(
        BookingEvent,
        {
            **dict.fromkeys(("from_state", "to_state", "event"), fact()),
            "reason": mine(),
        },
        people=("by",),
        part="changes-of-sessions",
        heading=_("What you did with sessions"),
        company=the_other,
        hidden=("version",),
        is_log=True,
    ),
    Table(
        WrittenQuestion,
        {"state": fact(), "reason": mine(by="settled_by"), "mark": not_personal("a mark of the form")},
        people=BOTH,
        part="questions-in-writing",
        heading=_("Questions in writing"),
        company=the_other,
        hidden=("version",),
    ),
    Table(CounterTime, people=BOTH_OF_BOOKING, why="times that were offered; they stay, without words"),
    Table(
        MoreTime, people=("asked_by",), part="more-time", heading=_("When you asked for more time"), company=the_other
    ),
    Table(
        WallChange,
        {"release": not_personal("of the list of time zones")},
        people=BOTH_OF_BOOKING,
        why="that a clock change moved a session; it stays, without words",
    ),
    Table(
        Booking,
        {
            "format": fact(),
            "state": fact(),
            "reason": mine(by="ended_by"),
            "room": not_personal("random; the room is open around the session only"),
            "idempotency_key": not_personal("a mark of the form"),
            "held_for": hidden("a hash of a network address", by="mentee"),
        },
        people=BOTH,
        part="sessions",
        heading=_("Sessions"),
        company=the_other,
        hidden=("uuid", "version", "sequence", "moves", "expires_at"),
    ),
    Table(
        Occupancy,
        {"subject": not_personal("a name of ours")},
        people=("person",),
        why="the time of what is in other parts",
    ),
    Table(ReadMarker, people=("person",), why="how far a conversation was read; it stays, as a number"),
    Table(Engagement, people=BOTH, why="joins what is in other parts; it stays, without words"),
    Table(
        Brief,
        {
            "question": mine(),
            "issue_type": fact(),
            **dict.fromkeys(("situation", "tried", "done_when", "answers"), mine()),
        },
        people=("author",),
        part="questions",
        heading=_("Questions you asked"),
        hidden=("uuid",),
    ),
    Table(MentorTally, people=("person",), is_deleted=True, why="sums of what is in other parts"),
    Table(
        AvailabilityWindow,
        people=("schedule__profile__person",),
        part="weekly-times",
        heading=_("Your weekly times"),
        is_deleted=True,
    ),
    Table(
        DateOverride,
        {"minutes": fact()},
        people=("schedule__profile__person",),
        part="single-dates",
        heading=_("Your times on single dates"),
        is_deleted=True,
    ),
    Table(TimeOff, people=("schedule__profile__person",), part="time-off", heading=_("Your time off"), is_deleted=True),
    Step("a mentor’s times", remove_schedule),
    Table(
        Schedule,
        {"timezone": removed_by_step(), "meeting_url": removed_by_step()},
        people=("profile__person",),
        part="rules-for-your-times",
        heading=_("Your rules for times"),
    ),
    Table(
        StuckRow,
        {"act": fact(), "error": not_personal("the first line of an error, which quotes nobody")},
        why="rows that a task failed on, by number",
    ),
    Table(
        ZoneRules,
        dict.fromkeys(("zone", "release", "offsets"), not_personal("of the list of time zones")),
        why="the rules of time zones",
    ),
)
