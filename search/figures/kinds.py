"""The mail with a programme's figures: what has changed and what needs someone, as they are when it is sent."""

from datetime import datetime

from django.utils.translation import gettext

from common.mail.rendering import Context, absolute_url
from notifications.models import Group, Notification
from notifications.readers import NoticeReader
from notifications.registry import Kind, Message, Nothing, Policy
from programmes.models import Programme
from search.models import FigureMail, FigureRhythm

from .choosing import answer_url
from .defined import Row
from .facts import Facts
from .news import list_changes, list_headlines, list_needs
from .report import read_report
from .rounds import KIND, SUBJECT
from .turns import news_since


def render_figures_email(row: Notification, now: datetime) -> Message | Nothing:
    mail = FigureMail.objects.running().filter(pk=row.subject_id).first()
    if mail is None:
        return Nothing("not wanted any more")
    programme = mail.manager.programme
    if not Programme.objects.with_manager(row.recipient).filter(pk=programme.pk).exists():
        return Nothing("not a manager any more")
    report = read_report(programme, None, now=now)
    if report is None or report.period is None:
        return Nothing("no week is over yet")
    since = max(news_since(mail.rhythm, report.period.seen_at), report.period.since)
    context: Context = {
        "programme": programme.name,
        "is_weekly": mail.rhythm == FigureRhythm.WEEKLY,
        "since": since.date(),
        "first_day": report.period.first_day,
        "last_day": report.period.last_day,
        "changes": [in_words(row) for row in list_changes(Facts(programme, report.period, now=now), since)],
        "headlines": [in_words(row) for row in list_headlines(report)],
        "needs": list_needs(report),
        "asks": mail.next_at is None,
        "figures_url": absolute_url("programme_figures", programme.slug),
        "answer_url": answer_url(mail),
    }
    return NoticeReader(row.recipient, now).render_email("programmes/figures", context, from_name=programme.name)


def in_words(row: Row) -> str:
    words = f"{row.label}: {row.text}"
    return words if row.of is None else f"{words} {gettext('(%(n)s in all)') % {'n': row.of}}"


# By mail only: the page has the same, and more. A copy too many is worse than one that is missing.
KINDS = [
    Kind(
        KIND,
        SUBJECT,
        render_figures_email,
        None,
        model=FigureMail,
        policy=Policy.HOLD,
        group=Group.FIGURES,
    )
]
