"""What the home page tells of past sessions. All of it comes from the latest few, however long the history is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from accounts.models import User
from common.statements import ModelColumns
from mentors.models import IssueType, MentorProfile
from sessions_app.models.feedback import BLIND_FOR, PUBLISHED_WORDS

from .summaries import about_text

# So many of the words that were published last are looked through.
LATEST = 40
MOST_QUOTES, MOST_QUESTIONS = 3, 6
# Fewer don't make a list.
FEWEST_QUESTIONS = 2
# Characters that can be taken in at a glance
SHORT_QUOTE, SHORT_QUESTION = 220, 140
WEEK = timedelta(days=7)

_PERSON, _PROFILE = ModelColumns(User, "person"), ModelColumns(MentorProfile, "profile")
# `FeedbackQuerySet.offered_words` says the same of what is published. Most rows are only counted or skipped, so an
# instance of a mentor is made only where one is shown.
PUBLISHED = f"""
SELECT said.left_with, said.at, said.ended_at, said.written_id IS NOT NULL, said.may_publish_question,
    brief.question, brief.issue_type, brief.created_at, person.id, {_PERSON.columns}, {_PROFILE.columns}
FROM sessions_app_feedback AS said
LEFT JOIN sessions_app_booking AS booking ON booking.id = said.booking_id
LEFT JOIN sessions_app_writtenquestion AS written ON written.id = said.written_id
JOIN sessions_app_engagement AS engagement ON engagement.id = coalesce(booking.engagement_id, written.engagement_id)
JOIN sessions_app_brief AS brief ON brief.id = engagement.brief_id
JOIN accounts_user AS person ON person.id = said.mentor_id
LEFT JOIN mentors_mentorprofile AS profile ON profile.person_id = person.id
WHERE {PUBLISHED_WORDS}
ORDER BY said.published_at DESC, said.id DESC
LIMIT %(latest)s
"""


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


class PublishedWords(NamedTuple):
    """A row of `PUBLISHED`. `mentor`: the columns of the mentor and their profile."""

    text: str
    began: datetime
    ended: datetime
    in_writing: bool
    with_question: bool
    question: str
    kind: str
    asked_at: datetime
    mentor_id: int
    mentor: Sequence[Any]


def list_voices(*, now: datetime) -> Voices:
    """Quotes and questions that their authors and staff agreed to show, the newest first, in one query."""
    rows = latest_published(now=now)
    asked = [row for row in rows if row.with_question and len(row.question) <= SHORT_QUESTION]
    lately = [row for row in asked if now - row.asked_at <= WEEK]
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


def latest_published(*, now: datetime) -> list[PublishedWords]:
    width = len(PublishedWords._fields) - 1
    with connection.cursor() as cursor:
        cursor.execute(PUBLISHED, {"blind_until": now - BLIND_FOR, "latest": LATEST})
        return [PublishedWords._make((*row[:width], row[width:])) for row in cursor.fetchall()]


def choose_quotes(rows: Iterable[PublishedWords], *, now: datetime) -> list[MentorQuote]:
    """Short ones, each of another mentor whom everyone can find."""
    quotes: dict[int, MentorQuote] = {}
    for row in rows:
        if len(quotes) < MOST_QUOTES and len(row.text) <= SHORT_QUOTE and row.mentor_id not in quotes:
            profile = _read_mentor(row.mentor)
            if profile.is_seen_by(None):
                about = about_text(row.began, row.ended, in_writing=row.in_writing, zone=profile.person.zone, now=now)
                quotes[row.mentor_id] = MentorQuote(row.text, about, profile)
    return list(quotes.values())


# One without a profile is as if it weren't public.
def _read_mentor(row: Sequence[Any]) -> MentorProfile:
    person, row = _PERSON.read_row(row)
    profile, _rest = _PROFILE.read_row(row)
    profile.person = person
    return profile


def describe_asked(row: PublishedWords) -> AskedQuestion:
    length = None if row.in_writing else round((row.ended - row.began).total_seconds() / 60)
    return AskedQuestion(row.question, length, str(IssueType(row.kind).label) if row.kind else "")
