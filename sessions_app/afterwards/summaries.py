"""What people say of a mentor: quotes for everyone, without names; advice for the mentor; numbers from five answers
on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils import dateformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.statements import Prepared
from mentors.models import MentorProfile
from sessions_app.models import Feedback, Role
from sessions_app.models.feedback import BLIND_FOR, PUBLISHED_WORDS, Agreement, FeedbackQuerySet

from .track_record import ENOUGH

ON_PAGE = 6
QUOTES = Prepared(
    f"""
SELECT id, left_with, at, ended_at, written_id IS NOT NULL FROM sessions_app_feedback AS said
WHERE mentor_id = %(mentor)s AND {PUBLISHED_WORDS}
ORDER BY published_at DESC, id DESC
LIMIT {ON_PAGE}
"""
)
SCALES: Sequence[tuple[str, str | Promise]] = (
    ("useful", gettext_lazy("The advice was useful")),
    ("doable", gettext_lazy("They can do what you found together")),
    ("clear_limits", gettext_lazy("It was clear what the advice is based on")),
    ("listened", gettext_lazy("They felt listened to")),
)


@dataclass(frozen=True, slots=True)
class Quote:
    """`about`: how long the session was, or that it was in writing, and the month.

    Nothing closer, to protect the author.
    """

    pk: int
    text: str
    about: str


@dataclass(frozen=True, slots=True)
class AgreementShare:
    name: str
    label: str | Promise
    agreed: int
    answers: int

    @property
    def percent(self) -> int:
        return 100 * self.agreed // self.answers


def published_quotes(profile: MentorProfile, *, now: datetime) -> list[Quote]:
    """The newest words that their authors and staff agreed to show, in one query."""
    zone = profile.person.zone
    with connection.cursor() as cursor:
        QUOTES.execute(cursor, {"mentor": profile.person_id, "blind_until": now - BLIND_FOR})
        return [
            Quote(pk, words, about_text(began, ended, in_writing=in_writing, zone=zone, now=now))
            for pk, words, began, ended, in_writing in cursor.fetchall()
        ]


def about_text(began: datetime, ended: datetime, *, in_writing: bool, zone: ZoneInfo, now: datetime) -> str:
    """`25 minutes in October`, of an earlier year `25 minutes in October 2025`; `In writing, October`.

    An answer in writing has `ended` when it was sent.
    """
    if in_writing:
        return _("In writing, %(month)s") % {"month": month_text(ended, zone, now)}
    minutes = round((ended - began).total_seconds() / 60)
    return _("%(minutes)d minutes in %(month)s") % {"minutes": minutes, "month": month_text(began, zone, now)}


def month_text(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    local = moment.astimezone(zone)
    return dateformat.format(local, "F" if local.year == now.astimezone(zone).year else "F Y")


def feedback_for_mentor(profile: MentorProfile, *, now: datetime) -> QuerySet[Feedback]:
    """What mentees wrote for this mentor and the mentor may read by now, the newest session or answer first."""
    return (
        answers_about(profile, now=now)
        .exclude(left_with="", advice="")
        .select_related("booking", "written__engagement", "author")
        .order_by("-at", "-pk")
    )


def answers_about(profile: MentorProfile, *, now: datetime) -> FeedbackQuerySet:
    return Feedback.objects.unveiled(now).filter(role=Role.MENTEE).of_mentor(profile.person_id)


def agreement_shares(profile: MentorProfile, *, now: datetime) -> list[AgreementShare]:
    """Shares for questions that at least five people have answered, in one query."""
    counts: dict[str, int] = answers_about(profile, now=now).aggregate(
        **{f"{name}_all": Count(name) for name, _label in SCALES},
        **{f"{name}_agreed": Count("pk", filter=Q(**{f"{name}__gte": Agreement.RATHER})) for name, _label in SCALES},
    )
    found = (AgreementShare(name, label, counts[f"{name}_agreed"], counts[f"{name}_all"]) for name, label in SCALES)
    return [share for share in found if share.answers >= ENOUGH]
