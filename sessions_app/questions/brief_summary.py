"""A brief in one line, for mails to the mentor."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mentors.models import IssueType
from sessions_app.availability.wording import date_text
from sessions_app.models import Engagement

from .brief_kinds import facts_of

FACT_LENGTH = 100


def brief_line(engagement: Engagement, now: datetime) -> str:
    """What the mentor is told besides the question: a few words of each answer."""
    return " · ".join(Truncator(" ".join(part.split())).chars(FACT_LENGTH) for part in _line_parts(engagement, now))


def _line_parts(engagement: Engagement, now: datetime) -> Iterator[str]:
    brief, files = engagement.brief, engagement.files.count()
    if brief.issue_type and brief.issue_type != IssueType.OTHER:
        yield brief.get_issue_type_display()
    if brief.needed_by:
        yield _("Needed by: %(day)s") % {"day": date_text(brief.needed_by, now)}
    for fact in facts_of(brief.issue_type, brief.answers):
        yield f"{fact.term}: {fact.words}"
    if files:
        yield ngettext("%(count)d file", "%(count)d files", files) % {"count": files}
