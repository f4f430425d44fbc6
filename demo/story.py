"""One of each thing that the known accounts can come across, written by the product's own acts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from accounts.models import User
from mentors.models import MentorProfile, Offer, Topic
from mentors.saved import save_mentor
from notifications.models import Notification
from search.reading.learning import propose_example
from search.unmet import note_unmet
from sessions_app.afterwards.feedback import keep_apart_as_said
from sessions_app.afterwards.followups import NextStepInput, write_next_step
from sessions_app.afterwards.takeaways import write_takeaway
from sessions_app.availability.timetable import load_timetable
from sessions_app.booking.series import book_further
from sessions_app.conversation.messages import send_message
from sessions_app.impact.certificates import issue_certificate
from sessions_app.models import Booking, BookingState, Feedback, Role
from sessions_app.models.feedback import Again
from sessions_app.questions.brief_input import BriefInput
from sessions_app.waiting.acts import wait_for_help, wait_for_mentor
from sessions_app.written.acts import ask_in_writing
from trust.cases import Decision, decide_case, open_evidence, take_case
from trust.models import Case, Outcome, ReportKind, Rule, SeparationKind
from trust.reports import make_report
from trust.separations import part
from trust.subjects import find_reportable

from .calendars import write_calendars
from .people import DOMAIN
from .writing import new_uuid

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
UNMET = ("How do I knit a jumper for my dog?", "Which telescope for a beginner?", "Is a fish farm a good idea?")
ANSWER = (
    "Yes, if the date is in it. Ask for one line by email: the title, the month, and who decides. If they won’t write "
    "that line, you have your answer too.\n\nRead it out loud before you send it."
)


@dataclass(frozen=True, slots=True)
class Story:
    sam: User
    priya: User
    tomas: User
    maria: User
    now: datetime
    rng: Random

    def held_with(self, mentor: User) -> Booking:
        """Sam's last session with this mentor that took place."""
        held = Booking.objects.filter(mentee=self.sam, mentor=mentor, state=BookingState.COMPLETED)
        return held.with_people().order_by("-during")[0]


def write_story(now: datetime, rng: Random) -> None:
    """No mail goes out about what lies behind, but the inboxes tell of it."""
    cast = {name: User.objects.get(email=f"{name}@{DOMAIN}") for name in ("sam", "priya", "tomas", "maria")}
    story = Story(**cast, now=now, rng=rng)
    for write in CHAPTERS:
        write(story)
    Notification.objects.filter(recipient__email__endswith=f"@{DOMAIN}", due_at__lte=now).delete()


def _take_away(story: Story) -> None:
    """A line from each side, a step that is due tomorrow, and an earlier session whose follow-up can be answered."""
    late, early = story.held_with(story.tomas), story.held_with(story.priya)
    lines = (
        (late, story.sam, "Ask who else knows about the promotion before I say yes."),
        (late, story.tomas, "Get the date in writing. A promise without a date is a mood."),
        (early, story.sam, "Two sentences for Monday, and no apology in either."),
        (early, story.priya, "Say the level first and the number second."),
    )
    for booking, author, text in lines:
        write_takeaway(booking=booking, text=text, by=author, now=booking.end)
    due_on = (story.now + DAY).date()
    step = NextStepInput("my manager asks again", "ask for the promotion in one written line", due_on)
    write_next_step(booking=late, step=step, by=story.sam, now=late.end)


def _ask_for_another_date(story: Story) -> None:
    """A series: Tomás is asked for a second session on the same question."""
    first = story.held_with(story.tomas)
    now = story.now - HOUR
    timetable = load_timetable(first.offer.profile, now=now)
    if timetable is None:
        return
    slots = timetable.slots(length=first.length, now=now, first=now + 4 * DAY, last=now + 12 * DAY)
    if slots:
        for booking in book_further(booking=first, starts=[slots[0].start], by=story.sam, now=now):
            Booking.objects.filter(pk=booking.pk).update(uuid=new_uuid(story.rng))


def _ask_in_writing(story: Story) -> None:
    """Sam has one question answered and one open; Tomás has one to answer."""
    offers = Offer.objects.in_writing().filter(profile__person__email__endswith=f"@{DOMAIN}")
    others = list(offers.exclude(profile__person=story.tomas).select_related("profile__person").order_by("pk")[:2])
    asked = (
        (3 * DAY, "Is a promise of promotion worth anything if it isn’t written down?"),
        (5 * HOUR, "Which of these two opening lines would make you read on?"),
    )
    for offer, (ago, words) in zip(others, asked, strict=False):
        now = story.now - ago
        written = ask_in_writing(offer=offer, brief=BriefInput(words), mentee=story.sam, now=now, key=words)
        if ago > DAY:
            mentor, at = offer.profile.person, story.now - 2 * DAY
            send_message(engagement=written.engagement, body=ANSWER, by=mentor, now=at, key="answer", answers=True)
    for offer in offers.filter(profile__person=story.tomas):
        words = "The advert says “flexible”. What should I ask to find out what that means?"
        mentee, now = _stranger_to(story.tomas), story.now - 7 * HOUR
        ask_in_writing(offer=offer, brief=BriefInput(words), mentee=mentee, now=now, key=words)


def _stranger_to(mentor: User) -> User:
    """An invented mentee who has never met this mentor."""
    mentees = User.objects.filter(email__endswith=f"@{DOMAIN}", mentor_profile=None, roles=[])
    met = Booking.objects.filter(mentor=mentor).values("mentee")
    return mentees.exclude(email__startswith="sam@").exclude(pk__in=met).order_by("pk")[0]


def _wait(story: Story) -> None:
    """Sam waits for a mentor, best one who is away now, and for anyone who knows about shares."""
    mentors = MentorProfile.objects.seen_by(None).filter(person__email__endswith=f"@{DOMAIN}")
    profile = mentors.exclude(person=story.priya).order_by("paused_until", "-pk")[0]
    now = story.now - 2 * DAY
    wait_for_mentor(profile=profile, words="How do I say no to my old team?", known=(), person=story.sam, now=now)
    wait_for_help(words="What do I ask about my stock options?", filters="", person=story.sam, now=now)


def _save(story: Story) -> None:
    """Whom Sam wants to find again: someone he has met, and two he hasn't."""
    mentors = MentorProfile.objects.seen_by(None).filter(person__email__endswith=f"@{DOMAIN}")
    others = mentors.exclude(person__in=(story.priya, story.tomas)).order_by("pk")[:2]
    for profile in (*others, story.tomas.mentor_profile):
        save_mentor(profile=profile, person=story.sam, now=story.now - HOUR)


def _write_to_sam(story: Story) -> None:
    ahead = Booking.objects.filter(mentee=story.sam, mentor=story.priya, state=BookingState.CONFIRMED).first()
    if ahead:
        words = "One more thing: find out when the budget round closes. It tells us how hard to push."
        at = story.now - timedelta(minutes=20)
        send_message(engagement=ahead.engagement, body=words, by=story.priya, now=at, key="budget")


def _report(story: Story) -> None:
    """Two cases for staff: one to decide, one decided."""
    agreed = Booking.objects.filter(mentor__email__endswith=f"@{DOMAIN}", state=BookingState.CONFIRMED)
    others = agreed.exclude(mentor__in=(story.priya, story.tomas)).exclude(mentee=story.sam)
    # Of two mentors: reports about one would join in one case.
    bookings = others.with_people().order_by("mentor_id", "pk").distinct("mentor_id")[:2]
    for booking, (ago, body, reason, words) in zip(bookings, REPORTED, strict=False):
        at = story.now - ago
        engagement, mentee = booking.engagement, booking.mentee
        if mentee is None:
            continue
        message = send_message(engagement=engagement, body=body, by=booking.mentor, now=at, key="reported")
        found = find_reportable("message", str(message.uuid), mentee)
        report = make_report(found=found, kind=reason, words=words, by=mentee, now=at + HOUR)
        if ago > DAY:
            _decide(report.case, by=story.maria, now=at + 2 * HOUR)


def _decide(case: Case, *, by: User, now: datetime) -> None:
    take_case(case=case, by=by, now=now)
    open_evidence(case=case, reason="Reported as rude", by=by, now=now)
    case.refresh_from_db()
    text = "We talked to both of you. It was meant as a joke, and it hurt. Please don’t make another."
    decision = Decision(Outcome.NOTE, Rule.RESPECT, text)
    decide_case(case=case, decision=decision, by=by, now=now, seen=case.version)


REPORTED = (
    (
        5 * HOUR,
        "My agency can place you within a month. The fee is two salaries, shall I send the contract?",
        ReportKind.SELLING,
        "I asked about my CV. I’m not looking for an agency.",
    ),
    (2 * DAY, "With that attitude, I wouldn’t hire you either.", ReportKind.CONDUCT, "That hurt, and it didn’t help."),
)


def _part(story: Story) -> None:
    """Mentees who said so in their feedback don’t meet that mentor again. Sam keeps one away whom he hasn’t met."""
    said = Feedback.objects.filter(role=Role.MENTEE, again=Again.NO, author__email__endswith=f"@{DOMAIN}")
    for feedback in said.order_by("pk"):
        keep_apart_as_said(feedback, now=feedback.created_at)
    met = Booking.objects.filter(mentee=story.sam).values("mentor")
    others = MentorProfile.objects.seen_by(None).filter(person__email__endswith=f"@{DOMAIN}").exclude(person__in=met)
    if profile := others.order_by("-pk").first():
        kind = SeparationKind.BLOCK
        part(person=story.sam, other=profile.person, kind=kind, by=story.sam, now=story.now - 3 * DAY)


def _certify(story: Story) -> None:
    yesterday = (story.now - DAY).date()
    issue_certificate(mentor=story.priya, first_day=yesterday - 29 * DAY, last_day=yesterday, now=story.now - HOUR)


def _search(story: Story) -> None:
    """What staff can learn from: searches that found nobody, and a topic that someone chose for their words."""
    for words in UNMET:
        note_unmet(words, day=story.now.date())
    topic = Topic.objects.get(name="Counter-offers")
    propose_example("They want to keep me and talk about money", topics=[topic.pk], day=story.now.date())


def _keep_calendars(story: Story) -> None:
    jonas = User.objects.get(email=f"jonas@{DOMAIN}")
    write_calendars(priya=story.priya, tomas=story.tomas, sam=story.sam, jonas=jonas, now=story.now)


CHAPTERS: Sequence[Callable[[Story], None]] = (
    _take_away,
    _ask_for_another_date,
    _ask_in_writing,
    _wait,
    _save,
    _write_to_sam,
    _report,
    _part,
    _certify,
    _search,
    _keep_calendars,
)
