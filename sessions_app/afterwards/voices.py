"""What the home page tells of past sessions. All of it comes from the latest few, however long the history is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mentors.models import MentorProfile
from sessions_app.models import Contact, Feedback, WrittenQuestion

from .summaries import about_text

# So many of the words that were published last are looked through.
LATEST = 40
MOST_QUOTES, MOST_QUESTIONS = 3, 6
# Fewer don't make a list.
FEWEST_QUESTIONS = 2
# Characters that can be taken in at a glance
SHORT_QUOTE, SHORT_QUESTION = 220, 140
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class MentorQuote:
    text: str
    about: str
    profile: MentorProfile


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """`length` is None for a question that was answered in writing; `kind` says what sort of help it asked for."""

    text: str
    length: int | None
    kind: str


@dataclass(frozen=True, slots=True)
class Voices:
    """`is_this_week`: all the questions were asked within the last seven days."""

    quotes: Sequence[MentorQuote]
    questions: Sequence[AskedQuestion]
    is_this_week: bool


def list_voices(*, now: datetime) -> Voices:
    """Quotes and questions that their authors and staff agreed to show, the newest first, in one query."""
    rows = latest_published(now=now)
    asked = [contact for row in rows if row.may_publish_question and is_short(contact := row.contact)]
    lately = [contact for contact in asked if now - contact.engagement.brief.created_at <= WEEK]
    is_this_week = len(lately) >= FEWEST_QUESTIONS
    # Once each, where several people asked the same.
    chosen = list(
        {question.text: question for question in map(describe_asked, lately if is_this_week else asked)}.values()
    )
    return Voices(
        quotes=choose_quotes(rows, now=now),
        questions=chosen[:MOST_QUESTIONS] if len(chosen) >= FEWEST_QUESTIONS else [],
        is_this_week=is_this_week,
    )


def latest_published(*, now: datetime) -> list[Feedback]:
    shown = Feedback.objects.offered_words(now).filter(published_at__isnull=False)
    with_people = shown.select_related(
        "booking__engagement__brief",
        "booking__mentor__mentor_profile",
        "written__engagement__brief",
        "written__mentor__mentor_profile",
    )
    return list(with_people.order_by("-published_at", "-pk")[:LATEST])


def choose_quotes(rows: Iterable[Feedback], *, now: datetime) -> list[MentorQuote]:
    """Short ones, each of another mentor who can be found."""
    quotes: dict[int, MentorQuote] = {}
    for row in rows:
        mentor = row.contact.mentor
        profile: MentorProfile | None = getattr(mentor, "mentor_profile", None)
        if profile and profile.is_public and len(row.left_with) <= SHORT_QUOTE and mentor.pk not in quotes:
            quotes[mentor.pk] = MentorQuote(row.left_with, about_text(row.contact, mentor.zone, now), profile)
    return list(quotes.values())[:MOST_QUOTES]


def is_short(contact: Contact) -> bool:
    return len(contact.engagement.brief.question) <= SHORT_QUESTION


def describe_asked(contact: Contact) -> AskedQuestion:
    brief = contact.engagement.brief
    length = None if isinstance(contact, WrittenQuestion) else contact.length
    return AskedQuestion(brief.question, length, brief.get_issue_type_display())
