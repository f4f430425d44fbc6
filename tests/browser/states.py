"""The states of a session's page: how its two people bring each about, at what moment, and what each of them sees."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from accounts.models import User
from mentors.models import Format, IssueType, MentorProfile
from mentors.services import suspend_profile
from sessions_app.afterwards.feedback import give_feedback, give_written_feedback
from sessions_app.afterwards.followups import NextStepInput, write_next_step
from sessions_app.afterwards.takeaways import write_takeaway
from sessions_app.attendance.acts import answer_absent, join_call, run_late, say_absent, settle_silent
from sessions_app.attendance.disputes import contest_missed, decide_attendance, explain_missed
from sessions_app.booking.book import book_session
from sessions_app.booking.changes import cancel_booking, move_booking
from sessions_app.booking.clock import close_engagements, complete_ended, expire_overdue
from sessions_app.booking.counters import choose_time, counter_request
from sessions_app.booking.ending import end_booking, end_for_suspended
from sessions_app.booking.more_time import agree_more_time, ask_more_time
from sessions_app.booking.requests import accept_booking, decline_booking, extend_request, withdraw_booking
from sessions_app.booking.series import book_further
from sessions_app.conversation.clamd import Outcome, Verdict
from sessions_app.conversation.files import add_file
from sessions_app.conversation.messages import send_message
from sessions_app.conversation.scanning import settle_scan
from sessions_app.conversation.uploads import read_upload
from sessions_app.locks import lock_booking
from sessions_app.models import AttendanceKind, Booking, Confirmation, HeldTime, Message, Resolution, WrittenQuestion
from sessions_app.questions.brief_input import BriefInput
from sessions_app.waiting.acts import decline_time, wait_for_mentor
from sessions_app.waiting.handing_out import hand_out_freed_time
from sessions_app.written.acts import ask_in_writing, decline_written, expire_written, withdraw_written
from tests.conftest import NOW, at, make_person
from tests.mentors.pictures import picture
from tests.sessions_app.helpers.documents import PDF

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
START, END = at("2026-11-26 14:30"), at("2026-11-26 14:55")
QUESTION = (
    "My manager matched my new offer, plus a promotion in six months. "
    "I have until Friday. What should I ask before I say yes or no?"
)
STEP = NextStepInput("my manager asks on Monday", "ask who else knows about the promotion", date(2026, 11, 30))
MENTEE_LINE = "A promise counts when somebody else knows of it and it has a date"
MENTOR_LINE = "Ask for the level now and for the money in six months"


@dataclass(frozen=True)
class Cast:
    """`priya` is booked at once, `tomas` is asked first; `bob` asks."""

    priya: MentorProfile
    tomas: MentorProfile
    bob: User
    settings: Any

    @property
    def maria(self) -> User:
        return make_person("maria@example.org", "Maria Marsh", is_staff=True)


class Sight(NamedTuple):
    """What one of the two sees: the page's heading, other words on it, and what they can do by one name."""

    heading: str
    says: str = ""
    does: str = ""


Build = Callable[[Cast], Booking | str]


@dataclass(frozen=True)
class State:
    """`build` returns the session, or the address of another page; nobody looks from a side without a sight."""

    name: str
    at: datetime
    build: Build
    mentee: Sight | None
    mentor: Sight | None


STATES: list[State] = []


def state(name: str, at: datetime, *, mentee: Sight | None = None, mentor: Sight | None = None) -> Callable:
    def keep(build: Build) -> Build:
        STATES.append(State(name, at, build, mentee, mentor))
        return build

    return keep


WITH_PRIYA, WITH_TOMAS = "25 minutes with Priya Raghunathan", "25 minutes with Tomás Herrera"
WITH_BOB = "25 minutes with Bob Bose"
BOB_ASKS = "Bob is asking for 25 minutes"


def booked(profile: MentorProfile, mentee: User, *, start: datetime = START, **brief) -> Booking:
    words = BriefInput(**({"question": QUESTION} | brief))
    return book_session(offer=profile.offers.timed().get(), start=start, brief=words, mentee=mentee, now=NOW)


def fresh(booking: Booking) -> Booking:
    return Booking.objects.with_people().get(pk=booking.pk)


def write(booking: Booking, by: User, body: str, now: datetime) -> Message:
    return send_message(engagement=booking.engagement, body=body, by=by, now=now, key=uuid4().hex)


# Asked, and not answered yet


@state(
    "asked",
    NOW + HOUR,
    mentee=Sight("Waiting for Tomás", "Nothing is in your calendar yet.", "Withdraw the request"),
    mentor=Sight(BOB_ASKS, "Bob is waiting for your answer until", "Answer Bob"),
)
@state("asked-last-minutes", NOW + DAY - 5 * MINUTE, mentee=Sight("Waiting for Tomás"), mentor=Sight(BOB_ASKS))
@state(
    "asked-and-overdue",
    NOW + DAY + MINUTE,
    mentee=Sight("Tomás didn’t answer in time"),
    mentor=Sight("You didn’t answer in time"),
)
def asked(cast: Cast) -> Booking:
    return booked(cast.tomas, cast.bob)


@state("asked-more-time", NOW + 3 * HOUR, mentee=Sight("Waiting for Tomás"), mentor=Sight(BOB_ASKS, does="Answer Bob"))
def asked_more_time(cast: Cast) -> Booking:
    booking = asked(cast)
    return extend_request(booking=booking, by=booking.mentor, now=NOW + 2 * HOUR)


@state(
    "expired",
    NOW + 2 * DAY,
    mentee=Sight("Tomás didn’t answer in time", does="See who is free soonest"),
    mentor=Sight("You didn’t answer in time"),
)
def expired(cast: Cast) -> Booking:
    booking = asked(cast)
    expire_overdue(now=NOW + DAY + MINUTE)
    return booking


@state(
    "declined",
    NOW + 3 * HOUR,
    mentee=Sight("Tomás can’t make it", "I am travelling that day.", "See who is free soonest"),
    mentor=Sight("You declined this request"),
)
def declined(cast: Cast) -> Booking:
    booking = asked(cast)
    reason = "I am travelling that day. Next week suits me."
    return decline_booking(booking=booking, by=booking.mentor, reason=reason, now=NOW + 2 * HOUR)


def countered(cast: Cast) -> Booking:
    booking, starts = asked(cast), [at("2026-11-27 15:00"), at("2026-11-30 16:00"), at("2026-12-01 15:00")]
    return counter_request(booking=booking, starts=starts, by=booking.mentor, now=NOW + 2 * HOUR)


@state(
    "countered",
    NOW + 3 * HOUR,
    mentee=Sight("Tomás has offered you other times", "Other times offered", "Choose a time"),
    mentor=Sight("Waiting for Bob to choose", "Other times offered"),
)
def other_times(cast: Cast) -> Booking:
    return countered(cast)


@state("chosen", NOW + 3 * HOUR, mentee=Sight(WITH_TOMAS, "Accepted"), mentor=Sight(WITH_BOB, "Accepted"))
def chosen(cast: Cast) -> Booking:
    booking = countered(cast)
    return choose_time(booking=booking, start=at("2026-11-30 16:00"), by=cast.bob, now=NOW + 2 * HOUR)


@state(
    "counter-expired",
    NOW + 3 * DAY,
    mentee=Sight("You didn’t choose a time", does="See who is free soonest"),
    mentor=Sight("Bob didn’t choose a time"),
)
def counter_expired(cast: Cast) -> Booking:
    booking = countered(cast)
    expire_overdue(now=booking.expires_at)
    return booking


@state("withdrawn", NOW + 3 * HOUR, mentee=Sight("You withdrew this request"), mentor=Sight("Bob withdrew"))
def withdrawn(cast: Cast) -> Booking:
    return withdraw_booking(booking=asked(cast), by=cast.bob, now=NOW + 2 * HOUR)


# Agreed, and ahead


@state("accepted", NOW + 3 * HOUR, mentee=Sight(WITH_TOMAS, "Accepted"), mentor=Sight(WITH_BOB, "Accepted"))
def accepted(cast: Cast) -> Booking:
    booking = asked(cast)
    return accept_booking(booking=booking, by=booking.mentor, now=NOW + 2 * HOUR)


@state(
    "ahead",
    NOW + MINUTE,
    mentee=Sight(WITH_PRIYA, "Help Priya prepare.", "Add to calendar"),
    mentor=Sight(WITH_BOB, does="Add to calendar"),
)
@state(
    "day-before",
    START - 20 * HOUR,
    mentee=Sight(WITH_PRIYA, "Help Priya prepare.", "Add some background"),
    mentor=Sight(WITH_BOB),
)
def ahead(cast: Cast) -> Booking:
    return booked(cast.priya, cast.bob)


@state("ahead-by-phone", NOW + MINUTE, mentee=Sight(WITH_PRIYA, "Audio call"), mentor=Sight(WITH_BOB, "Audio call"))
@state("open-by-phone", START - 5 * MINUTE, mentee=Sight(WITH_PRIYA), mentor=Sight(WITH_BOB))
def ahead_by_phone(cast: Cast) -> Booking:
    cast.priya.offers.update(format=Format.PHONE)
    return booked(cast.priya, cast.bob)


@state("ahead-clocks-change", NOW + MINUTE, mentee=Sight("25 minutes with"), mentor=Sight(WITH_BOB))
def ahead_clocks_change(cast: Cast) -> Booking:
    cast.priya.schedule.__class__.objects.update(horizon_days=180, timezone="America/New_York")
    return booked(cast.priya, cast.bob, start=at("2027-03-18 15:00"))


@state(
    "moved",
    NOW + 3 * HOUR,
    mentee=Sight(WITH_PRIYA, "Rescheduled by Priya", "Add to calendar"),
    mentor=Sight(WITH_BOB, "Rescheduled by you", "Add to calendar"),
)
def moved(cast: Cast) -> Booking:
    return move_booking(booking=ahead(cast), start=START + DAY, by=cast.priya.person, now=NOW + 2 * HOUR)


KINDS = {
    IssueType.CAREER: {"heading_for": "Leading a team of my own, in the same company"},
    IssueType.SKILL: {"level": "I read spreadsheets and have never built a model", "used_for": "Next year’s budget"},
    IssueType.FEEDBACK: {"look_at": "The first page only", "audience": "The hiring manager"},
    IssueType.DECISION: {"options": "Stay\nGo\nAsk for three months", "leaning": "Stay, for the people", "sure": 6},
    IssueType.INTERVIEW: {"interview": "Engineering manager, second round", "practise": "Saying no to a roadmap"},
    IssueType.OTHER: {},
}
REST = {
    "situation": "They matched the money the day after I resigned.\nThe promotion was only said out loud.",
    "tried": "A list for and against. It came out even.",
    "done_when": "I know the two questions to ask on Friday.",
    "needed_by": date(2026, 11, 27),
}


def brief_of_kind(kind: str, answers: dict) -> None:
    @state(
        f"day-before-{kind}",
        START - 20 * HOUR,
        mentee=Sight(WITH_PRIYA, "Your brief is ready to read.", "Edit"),
        mentor=Sight(WITH_BOB, str(IssueType(kind).label)),
    )
    def build(cast: Cast) -> Booking:
        return booked(cast.priya, cast.bob, issue_type=kind, answers=answers, **REST)


for kind, answers in KINDS.items():
    brief_of_kind(kind, answers)


@state(
    "day-before-files",
    START - 20 * HOUR,
    mentee=Sight(WITH_PRIYA, "offer-letter-no-names.pdf", "Add or remove a file"),
    mentor=Sight(WITH_BOB, "offer-letter-no-names.pdf", "Add or remove a file"),
)
@state("soon-reminded", START - 50 * MINUTE, mentee=Sight(WITH_PRIYA), mentor=Sight(WITH_BOB))
def day_before_files(cast: Cast) -> Booking:
    booking = booked(cast.priya, cast.bob, issue_type=IssueType.FEEDBACK, answers=KINDS[IssueType.FEEDBACK])
    write(booking, cast.priya.person, "Got it. Is the promotion written down anywhere?", NOW + 2 * HOUR)
    write(booking, cast.bob, "Only said out loud so far.\n\nThe offer letter is here.", NOW + 3 * HOUR)
    for by, name, content in (
        (cast.bob, "offer-letter-no-names.pdf", PDF),
        (cast.priya.person, "sketch.png", picture((600, 400), format="PNG")),
    ):
        upload = read_upload(SimpleUploadedFile(name, content))
        add_file(engagement=booking.engagement, upload=upload, by=by, now=NOW + 3 * HOUR)
    return booking


# Files, where the installation has a scanner


def scanned(cast: Cast, verdict: Verdict | None) -> str:
    """Bob has shared a file, of which the scanner says this; nothing: it is away."""
    cast.settings.CLAMD = "127.0.0.1:1"
    booking = ahead(cast)
    upload = read_upload(SimpleUploadedFile("offer.pdf", PDF))
    file = add_file(engagement=booking.engagement, upload=upload, by=cast.bob, now=NOW + HOUR)
    if verdict:
        settle_scan(file, verdict, now=NOW + HOUR)
    return f"/sessions/{booking.uuid}/files/"


@state(
    "file-waiting",
    NOW + 2 * HOUR,
    mentee=Sight("Files", "Until then only you can open it.", "Remove"),
    mentor=Sight("Files", "We’re checking it for viruses."),
)
def file_waiting(cast: Cast) -> str:
    return scanned(cast, None)


@state("file-clean", NOW + 2 * HOUR, mentee=Sight("Files", does="Remove"), mentor=Sight("Files", does="offer.pdf"))
def file_clean(cast: Cast) -> str:
    return scanned(cast, Verdict(Outcome.CLEAN))


@state(
    "file-found",
    NOW + 2 * HOUR,
    mentee=Sight("Files", "a virus was found in it", "Remove"),
    mentor=Sight("Files", "a virus was found in it"),
)
def file_found(cast: Cast) -> str:
    return scanned(cast, Verdict(Outcome.FOUND, "Some-Virus"))


@state(
    "file-refused",
    NOW + 2 * HOUR,
    mentee=Sight("Files", "so only you can open it", "Remove"),
    mentor=Sight("Files", "Ask Bob to share it again"),
)
def file_refused(cast: Cast) -> str:
    return scanned(cast, Verdict(Outcome.REFUSED))


# The last hour, and the call


@state("late-mentee", START - 30 * MINUTE, mentee=Sight(WITH_PRIYA, "Priya knows"), mentor=Sight(WITH_BOB, "late"))
@state("open-late", START + 3 * MINUTE, mentee=Sight(WITH_PRIYA, "Priya knows"), mentor=Sight(WITH_BOB, "late"))
def late(cast: Cast) -> Booking:
    booking = ahead(cast)
    run_late(booking=booking, by=cast.bob, now=START - 40 * MINUTE)
    return booking


@state(
    "open",
    START - 8 * MINUTE,
    mentee=Sight(WITH_PRIYA, "Priya hasn’t joined yet.", "Join the call"),
    mentor=Sight(WITH_BOB, "Bob hasn’t joined yet.", "Join the call"),
)
def opened(cast: Cast) -> Booking:
    return booked(cast.priya, cast.bob, issue_type=IssueType.DECISION, answers=KINDS[IssueType.DECISION], **REST)


@state(
    "open-one-is-here",
    START - 3 * MINUTE,
    mentee=Sight(WITH_PRIYA, "Priya is here.", "Join the call"),
    mentor=Sight(WITH_BOB, "You joined at", "Join the call"),
)
def one_is_here(cast: Cast) -> Booking:
    booking = ahead(cast)
    join_call(booking=booking, by=cast.priya.person, now=START - 5 * MINUTE)
    return booking


@state(
    "running",
    START + 9 * MINUTE,
    mentee=Sight(WITH_PRIYA, "Priya is here.", "Join the call"),
    mentor=Sight(WITH_BOB, "Bob is here.", "Join the call"),
)
@state(
    "last-minutes",
    END - 4 * MINUTE,
    mentee=Sight(WITH_PRIYA, "Takeaways", "Ask Priya for five more minutes"),
    mentor=Sight(WITH_BOB, "Takeaways", "Ask Bob for five more minutes"),
)
@state(
    "just-ended",
    END + 2 * MINUTE,
    mentee=Sight(WITH_PRIYA, does="Say if it helped"),
    mentor=Sight(WITH_BOB, does="Say if it helped"),
)
def running(cast: Cast) -> Booking:
    booking = one_is_here(cast)
    join_call(booking=booking, by=cast.bob, now=START - MINUTE)
    return booking


@state(
    "last-minutes-written",
    END - 3 * MINUTE,
    mentee=Sight(WITH_PRIYA, MENTOR_LINE, "Change the step"),
    mentor=Sight(WITH_BOB, MENTEE_LINE),
)
def last_minutes_written(cast: Cast) -> Booking:
    booking = running(cast)
    keep_lines(booking, END - 4 * MINUTE)
    return booking


def keep_lines(booking: Booking, now: datetime) -> None:
    write_takeaway(booking=booking, text=MENTEE_LINE, by=booking.mentee, now=now)
    write_takeaway(booking=booking, text=MENTOR_LINE, by=booking.mentor, now=now)
    write_next_step(booking=booking, step=STEP, by=booking.mentee, now=now)


@state(
    "more-time-asked",
    END - 3 * MINUTE,
    mentee=Sight(WITH_PRIYA, "Priya would like five more minutes.", "Yes, five more minutes"),
    mentor=Sight(WITH_BOB, "You’ve asked Bob for five more minutes."),
)
def more_time_asked(cast: Cast) -> Booking:
    return ask_more_time(booking=running(cast), by=cast.priya.person, now=END - 4 * MINUTE)


@state(
    "more-time-agreed",
    END + MINUTE,
    mentee=Sight(WITH_PRIYA, "5 more minutes, until 15:00.", "Ask Priya for five more minutes"),
    mentor=Sight(WITH_BOB, "5 more minutes"),
)
def more_time_agreed(cast: Cast) -> Booking:
    booking = more_time_asked(cast)
    return agree_more_time(booking=booking, end=END, by=cast.bob, now=END - 3 * MINUTE)


@state(
    "more-time-enough",
    END + 6 * MINUTE,
    mentee=Sight(WITH_PRIYA, "ten more minutes"),
    mentor=Sight(WITH_BOB),
)
def more_time_enough(cast: Cast) -> Booking:
    booking = more_time_agreed(cast)
    ask_more_time(booking=booking, by=cast.bob, now=END + 2 * MINUTE)
    return ask_more_time(booking=fresh(booking), by=cast.priya.person, now=END + 3 * MINUTE)


@state(
    "more-time-refused",
    END - 4 * MINUTE,
    mentee=Sight(WITH_PRIYA, "Priya has something else straight after this, so the session has to end on time."),
    mentor=Sight(WITH_BOB, "You have something else straight after this, so the session has to end on time."),
)
def more_time_refused(cast: Cast) -> Booking:
    booking = running(cast)
    cleo = make_person("cleo@example.org", "Cleo Clark")
    cast.priya.schedule.__class__.objects.update(buffer=0)
    cast.priya.refresh_from_db()
    booked(MentorProfile.objects.get(pk=cast.priya.pk), cleo, start=END)
    return booking


# A chat is held on the page


@state("chat-ahead", NOW + MINUTE, mentee=Sight(WITH_PRIYA, "The chat opens"), mentor=Sight(WITH_BOB, "The chat opens"))
@state(
    "chat-open",
    START - 5 * MINUTE,
    mentee=Sight(WITH_PRIYA, "You’re meeting Priya here.", "Go to the chat"),
    mentor=Sight(WITH_BOB, "You’re meeting Bob here.", "Go to the chat"),
)
def chat_ahead(cast: Cast) -> Booking:
    cast.priya.offers.update(format=Format.CHAT)
    return booked(cast.priya, cast.bob)


@state(
    "chat-running",
    START + 9 * MINUTE,
    mentee=Sight(WITH_PRIYA, "Who else knows about it?", "Go to the chat"),
    mentor=Sight(WITH_BOB, "Nobody that I know of.", "Go to the chat"),
)
@state("chat-over", END + 40 * MINUTE, mentee=Sight("How did it go?"), mentor=Sight("How did it go?"))
def chat_running(cast: Cast) -> Booking:
    booking = chat_ahead(cast)
    for by, minute in ((cast.priya.person, -2), (cast.bob, -1)):
        join_call(booking=booking, by=by, now=START + minute * MINUTE)
    write(booking, cast.priya.person, "Who else knows about it?", START + MINUTE)
    write(booking, cast.bob, "Nobody that I know of.\nShould I ask for it in writing?", START + 3 * MINUTE)
    return booking


# After it


@state(
    "over",
    END + HOUR,
    mentee=Sight("How did it go?", does="Say if it helped"),
    mentor=Sight("How did it go?", does="Say if it helped"),
)
@state(
    "over-never-said",
    END + 8 * DAY,
    mentee=Sight(WITH_PRIYA, "The seven days to tell us", "Book Priya again"),
    mentor=Sight(WITH_BOB, "The seven days to tell us"),
)
def over(cast: Cast) -> Booking:
    booking = running(cast)
    complete_ended(now=END)
    return fresh(booking)


@state("over-long-ago", END + 40 * DAY, mentee=Sight(WITH_PRIYA, does="Book Priya again"), mentor=Sight(WITH_BOB))
def over_long_ago(cast: Cast) -> Booking:
    booking = over(cast)
    close_engagements(now=END + 39 * DAY)
    return fresh(booking)


@state("over-written", END + HOUR, mentee=Sight("How did it go?", MENTOR_LINE), mentor=Sight("How did it go?"))
def over_written(cast: Cast) -> Booking:
    booking = last_minutes_written(cast)
    complete_ended(now=END)
    return fresh(booking)


def say(booking: Booking, by: User, **answers) -> None:
    give_feedback(booking=booking, by=by, now=END + HOUR, answers={"resolution": "yes"} | answers)


@state("said-yes", END + 2 * HOUR, mentee=Sight(WITH_PRIYA, "Yes, a lot"), mentor=Sight("How did it go?"))
def said_yes(cast: Cast) -> Booking:
    booking = over_written(cast)
    say(booking, cast.bob, left_with=MENTEE_LINE, may_publish=True, advice="Slower with the numbers")
    return booking


@state("said-by-both", END + 3 * HOUR, mentee=Sight(WITH_PRIYA, "What Priya said"), mentor=Sight(WITH_BOB, "Slower"))
def said_by_both(cast: Cast) -> Booking:
    booking = said_yes(cast)
    say(booking, cast.priya.person, prepared=3, right_person=True)
    return booking


@state(
    "said-no",
    END + 2 * HOUR,
    mentee=Sight(WITH_PRIYA, "Not really", "Ask someone else the same question"),
    mentor=Sight("How did it go?"),
)
def said_no(cast: Cast) -> Booking:
    booking = over(cast)
    say(booking, cast.bob, resolution="no")
    return booking


@state(
    "said-partly",
    END + 2 * HOUR,
    mentee=Sight(WITH_PRIYA, "Yes, a bit", "Ask someone else the same question"),
    mentor=Sight("How did it go?"),
)
def said_partly(cast: Cast) -> Booking:
    booking = over(cast)
    say(booking, cast.bob, resolution="partly")
    return booking


@state("card", END + 2 * HOUR, mentee=Sight("My takeaways", MENTOR_LINE), mentor=Sight("My takeaways"))
def card(cast: Cast) -> str:
    return f"/sessions/{said_yes(cast).uuid}/card/"


@state("card-empty", END + 2 * HOUR, mentee=Sight("My takeaways", "Nothing is written down yet."))
def card_empty(cast: Cast) -> str:
    return f"/sessions/{over(cast).uuid}/card/"


@state("takeaway", END + 2 * HOUR, mentee=Sight("Takeaways", does="Save for both"))
def takeaway(cast: Cast) -> str:
    return f"/sessions/{over(cast).uuid}/takeaway/"


@state("left-with", END + 2 * HOUR, mentee=Sight("My takeaways", MENTEE_LINE))
def left_with(cast: Cast) -> str:
    said_yes(cast)
    return "/sessions/left-with/"


# Called off


@state(
    "cancel-several",
    NOW + HOUR,
    mentee=Sight("Cancel this session?", "2 other sessions with Priya", does="Cancel what’s selected"),
    mentor=Sight("Cancel this session?", "2 other sessions with Bob", does="Cancel what’s selected"),
)
def cancel_several(cast: Cast) -> str:
    booking = ahead(cast)
    starts = [booking.start + timedelta(weeks=week) for week in (1, 2)]
    book_further(booking=booking, starts=starts, by=cast.bob, now=NOW)
    return f"/sessions/{booking.uuid}/cancel/"


@state(
    "cancelled-by-mentee",
    NOW + 3 * HOUR,
    mentee=Sight("You cancelled this session", does="Another time with Priya"),
    mentor=Sight("Bob cancelled this session"),
)
def cancelled_by_mentee(cast: Cast) -> Booking:
    return cancel_booking(booking=ahead(cast), by=cast.bob, reason="", now=NOW + 2 * HOUR)


@state(
    "cancelled-by-mentor",
    NOW + 3 * HOUR,
    mentee=Sight("Priya cancelled this session", "I am ill", "See who is free soonest"),
    mentor=Sight("You cancelled this session", "You told Bob:"),
)
def cancelled_by_mentor(cast: Cast) -> Booking:
    reason = "I am ill and would not be of much help."
    return cancel_booking(booking=ahead(cast), by=cast.priya.person, reason=reason, now=NOW + 2 * HOUR)


@state("cancelled-by-staff", NOW + 3 * HOUR, mentee=Sight("Our team cancelled"), mentor=Sight("Our team cancelled"))
def cancelled_by_staff(cast: Cast) -> Booking:
    return cancel_booking(booking=ahead(cast), by=cast.maria, reason="The building is closed.", now=NOW + 2 * HOUR)


@state(
    "not-confirmed",
    START - 11 * HOUR,
    mentee=Sight("You didn’t confirm this session in time", "It doesn’t count against you", "See who is free soonest"),
    mentor=Sight("This session can’t take place"),
)
def not_confirmed(cast: Cast) -> Booking:
    booking, due = ahead(cast), START - 12 * HOUR
    said = {"person": cast.bob, "start": booking.start, "asked_at": START - 48 * HOUR, "due_at": due}
    Confirmation.objects.create(booking=booking, freed_at=due, **said)
    with transaction.atomic():
        end_booking(lock_booking(booking), now=due)
    return fresh(booking)


@state(
    "cannot-take-place",
    NOW + 3 * HOUR,
    mentee=Sight("This session can’t take place", does="See who is free soonest"),
    mentor=Sight("This session can’t take place"),
)
def cannot_take_place(cast: Cast) -> Booking:
    booking = ahead(cast)
    suspend_profile(profile=cast.priya, reason="Sold courses.", by=cast.maria, now=NOW + 2 * HOUR)
    end_for_suspended(now=NOW + 2 * HOUR)
    booking.refresh_from_db()
    return booking


# Somebody does not come


@state(
    "waits",
    START + 6 * MINUTE,
    mentee=Sight(WITH_PRIYA, "Priya is here"),
    mentor=Sight(WITH_BOB, does="Bob hasn’t come"),
)
def waits(cast: Cast) -> Booking:
    return one_is_here(cast)


@state(
    "not-come",
    START + 8 * MINUTE,
    mentee=Sight(WITH_PRIYA, "Priya says you haven’t come.", "I’m here"),
    mentor=Sight(WITH_BOB, "We’ve asked Bob.", "Bob is here now"),
)
def not_come(cast: Cast) -> Booking:
    return say_absent(booking=waits(cast), by=cast.priya.person, now=START + 6 * MINUTE)


@state(
    "not-come-answered",
    START + 9 * MINUTE,
    mentee=Sight(WITH_PRIYA, "You’ve told us you came."),
    mentor=Sight(WITH_BOB, "Bob says they came."),
)
def not_come_answered(cast: Cast) -> Booking:
    booking = not_come(cast)
    words = "I am in the call, alone. Is the link the right one?"
    return answer_absent(booking=booking, by=cast.bob, came=True, words=words, now=START + 8 * MINUTE)


@state(
    "not-come-said-later",
    END + 2 * HOUR,
    mentee=Sight("Did you come?", "Answer by", "I missed it"),
    mentor=Sight(WITH_BOB, "If they don’t answer by", "Bob did come"),
)
def not_come_said_later(cast: Cast) -> Booking:
    return say_absent(booking=waits(cast), by=cast.priya.person, now=END + HOUR)


@state(
    "missed",
    START + 2 * HOUR,
    mentee=Sight("You missed this session", "It happens.", "Tell Priya what happened"),
    mentor=Sight("Bob didn’t join", "It doesn’t count against you."),
)
def missed(cast: Cast) -> Booking:
    booking = not_come(cast)
    settle_silent(now=START + 20 * MINUTE)
    return fresh(booking)


@state(
    "missed-explained",
    START + 3 * HOUR,
    mentee=Sight("You missed this session", "You’ve told Priya what happened."),
    mentor=Sight("Bob didn’t join", "My flight was late."),
)
def missed_explained(cast: Cast) -> Booking:
    booking = missed(cast)
    explain_missed(booking=booking, by=cast.bob, words="My flight was late.", now=START + 2 * HOUR)
    return fresh(booking)


@state(
    "missed-by-mentor",
    START + 2 * HOUR,
    mentee=Sight("Priya didn’t join", "Your question is saved.", "See who is free soonest"),
    mentor=Sight("You missed this session", does="Tell Bob what happened"),
)
def missed_by_mentor(cast: Cast) -> Booking:
    booking = ahead(cast)
    join_call(booking=booking, by=cast.bob, now=START - MINUTE)
    say_absent(booking=booking, by=cast.bob, now=START + 6 * MINUTE)
    settle_silent(now=START + 20 * MINUTE)
    return fresh(booking)


@state(
    "contested",
    START + 4 * HOUR,
    mentee=Sight("Not decided yet: who came", "doesn’t count against anyone"),
    mentor=Sight("Not decided yet: who came", "doesn’t count against anyone"),
)
def contested(cast: Cast) -> Booking:
    words = "I was in the call from half past two and saw nobody there."
    return contest_missed(booking=missed(cast), by=cast.bob, words=words, now=START + 3 * HOUR)


@state(
    "decided-held",
    START + DAY,
    mentee=Sight("How did it go?", "either of you"),
    mentor=Sight("How did it go?", "either of you"),
)
def decided_held(cast: Cast) -> Booking:
    reason = "Both of you were in a call, each in another."
    return decide_attendance(
        booking=contested(cast), decision=AttendanceKind.HELD, by=cast.maria, reason=reason, now=START + 5 * HOUR
    )


@state("decided-missed", START + DAY, mentee=Sight("You missed this session"), mentor=Sight("Bob didn’t join"))
def decided_missed(cast: Cast) -> Booking:
    return decide_attendance(
        booking=contested(cast), decision=AttendanceKind.MENTEE_MISSED, by=cast.maria, reason="", now=START + 5 * HOUR
    )


# More than one date, more than one person


def further(booking: Booking, *days: int, now: datetime = NOW) -> None:
    starts = [START + day * DAY for day in days]
    book_further(booking=booking, starts=starts, by=booking.mentee, now=now)


@state(
    "series",
    NOW + MINUTE,
    mentee=Sight(WITH_PRIYA, "About this question", "Add more dates"),
    mentor=Sight(WITH_BOB, "About this question"),
)
def series(cast: Cast) -> Booking:
    booking = ahead(cast)
    further(booking, 7)
    return booking


@state("series-full", END + 2 * HOUR, mentee=Sight("How did it go?", "4 sessions"), mentor=Sight("How did it go?"))
def series_full(cast: Cast) -> Booking:
    booking = ahead(cast)
    further(booking, 7, 14)
    complete_ended(now=END)
    further(fresh(booking), 21, now=END + HOUR)
    return fresh(booking)


@state("series-choose", NOW + MINUTE, mentee=Sight("More dates for this question", "1 of 3 selected"))
def series_choose(cast: Cast) -> str:
    start = START + 7 * DAY
    return f"/sessions/{ahead(cast).uuid}/further/?t={start:%Y-%m-%dT%H:%MZ}&day={start:%Y-%m-%d}"


@state("series-check", NOW + MINUTE, mentee=Sight("Check your dates", does="Book these 2 dates"))
def series_check(cast: Cast) -> str:
    dates = "&".join(f"t={START + days * DAY:%Y-%m-%dT%H:%MZ}" for days in (7, 12))
    return f"/sessions/{ahead(cast).uuid}/further/check/?{dates}"


@state("series-conflict", NOW + MINUTE, mentee=Sight("Check your dates", "taken", "Choose other times"))
def series_conflict(cast: Cast) -> str:
    booked(cast.priya, make_person("cleo@example.org", "Cleo Clark"), start=START + 7 * DAY)
    return series_check(cast)


@state(
    "second-opinion",
    NOW + HOUR,
    mentee=Sight("Waiting for Tomás", does="Withdraw the request"),
    mentor=Sight(BOB_ASKS, does="Answer Bob"),
)
def second_opinion(cast: Cast) -> Booking:
    first = ahead(cast)
    brief = BriefInput.carried_from(first.engagement.brief, question=QUESTION)
    return book_session(
        offer=cast.tomas.offers.timed().get(),
        start=START + 2 * HOUR,
        brief=brief,
        mentee=cast.bob,
        now=NOW,
        continues=first.engagement,
    )


# A time that is held for who waits


def held(cast: Cast) -> HeldTime:
    wait_for_mentor(profile=cast.priya, words=QUESTION, known=[], person=cast.bob, now=NOW - DAY)
    hand_out_freed_time(now=NOW)
    return HeldTime.objects.get()


@state(
    "held-time", NOW + 5 * MINUTE, mentee=Sight("Priya is free for 25 minutes", "Held for you until", "Book this time")
)
@state("held-time-over", NOW + DAY, mentee=Sight(WITH_PRIYA, "This time has passed.", "Other times with Priya"))
@state("held-time-lapsed", NOW + HOUR, mentee=Sight(WITH_PRIYA, "any longer", "Book this time"))
def held_time(cast: Cast) -> str:
    return f"/waiting/held/{held(cast).uuid}/"


@state(
    "held-time-given-back", NOW + HOUR, mentee=Sight(WITH_PRIYA, "You passed this time on.", "Other times with Priya")
)
def held_time_given_back(cast: Cast) -> str:
    time = held(cast)
    decline_time(held=time, by=cast.bob, now=NOW + MINUTE)
    return f"/waiting/held/{time.uuid}/"


# Written answers: no session, but what is asked, answered and ended is the same question


def written(cast: Cast) -> WrittenQuestion:
    offer = cast.priya.offers.create(length=15, format=Format.WRITING)
    return ask_in_writing(offer=offer, brief=BriefInput(QUESTION), mentee=cast.bob, now=NOW, key="asked")


@state("written-asked", NOW + HOUR, mentee=Sight("Priya Raghunathan"), mentor=Sight("Bob Bose"))
@state("written-late", NOW + 47 * HOUR, mentee=Sight("Priya Raghunathan"), mentor=Sight("Bob Bose"))
def written_asked(cast: Cast) -> str:
    return thread_of(written(cast))


def thread_of(question: WrittenQuestion) -> str:
    return f"/messages/{question.engagement.uuid}/"


@state("written-answered", NOW + 5 * HOUR, mentee=Sight("Priya Raghunathan"), mentor=Sight("Bob Bose"))
def written_answered(cast: Cast) -> str:
    question = written(cast)
    for by, words, hours in (
        (cast.priya.person, "Is the promotion written down anywhere?", 1),
        (cast.bob, "Only said out loud so far.", 2),
        (cast.priya.person, "Then ask who else knows of it, and for a date.", 3),
    ):
        answers = by != cast.bob and hours > 1
        now = NOW + hours * HOUR
        send_message(engagement=question.engagement, body=words, by=by, now=now, key=uuid4().hex, answers=answers)
    return thread_of(question)


@state("written-helped-partly", NOW + 6 * HOUR, mentee=Sight("Priya Raghunathan"), mentor=Sight("Bob Bose"))
def written_helped_partly(cast: Cast) -> str:
    address = written_answered(cast)
    question = WrittenQuestion.objects.get()
    answers = {"resolution": Resolution.PARTLY}
    give_written_feedback(written=question, by=cast.bob, answers=answers, now=NOW + 5 * HOUR)
    return address


@state("written-declined", NOW + 3 * HOUR, mentee=Sight("Priya Raghunathan"), mentor=Sight("Bob Bose"))
def written_declined(cast: Cast) -> str:
    reason = "I have never worked in your country."
    question = decline_written(written=written(cast), by=cast.priya.person, reason=reason, now=NOW + HOUR)
    return thread_of(question)


@state("written-expired", NOW + 3 * DAY, mentee=Sight("Priya Raghunathan"), mentor=Sight("Bob Bose"))
def written_expired(cast: Cast) -> str:
    question = written(cast)
    expire_written(now=NOW + 49 * HOUR)
    return thread_of(question)


@state("written-withdrawn", NOW + 3 * HOUR, mentee=Sight("Priya Raghunathan"), mentor=Sight("Bob Bose"))
def written_withdrawn(cast: Cast) -> str:
    return thread_of(withdraw_written(written=written(cast), by=cast.bob, now=NOW + HOUR))
