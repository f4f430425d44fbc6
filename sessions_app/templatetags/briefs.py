"""A brief on a page: its answers in words, and what would make it easier to help with."""

from collections.abc import Collection, Iterator
from datetime import date

from django import template
from django.utils import timezone

from accounts.models import User
from sessions_app.availability.wording import date_text
from sessions_app.models import Brief, SharedFile
from sessions_app.questions.brief_kinds import Fact, facts_of, hints_for

register = template.Library()


@register.filter
def facts(brief: Brief) -> Iterator[Fact]:
    return facts_of(brief.issue_type, brief.answers)


@register.filter
def hints(brief: Brief, files: Collection[SharedFile]) -> list[str]:
    return hints_for(brief.question, brief.issue_type, brief.answers, brief.other_texts, has_files=bool(files))


@register.filter
def open_to(file: SharedFile, person: User) -> bool:
    return file.is_open_to(person)


@register.filter
def written_date(day: date) -> str:
    """A date that a person typed, which has no time zone."""
    return date_text(day, timezone.now())
