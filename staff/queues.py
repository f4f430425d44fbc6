"""What waits for staff, of every kind: how much, and since when. One statement reads them all.

Each app says which rows wait; here stands only which moment of a row is the one since when it waits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import DateTimeField, F, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from about.models import ContactMessage
from accounts.models import LetterRequest, User
from accounts.roles import may
from accounts.rules.roles import Power
from mentors.models import MentorProfile
from notifications.deliveries import failed_this_week
from notifications.models.webhooks import WebhookEndpoint
from search.reading.learning import list_proposals
from search.unmet import unmet_lately
from sessions_app.attendance.cases import disputed_sessions
from sessions_app.attendance.reviews import open_reviews_for
from sessions_app.impact.help_sought import late_asks
from sessions_app.models import Feedback, StuckRow
from trust.models import Appeal, Case, Sanction

# As far as a queue is counted: a longer one costs no more.
MOST_COUNTED = 99
# Their rows are counted by the day of UTC, whose midnight is no moment at which something happened.
KEPT_BY_DAY = frozenset({"staff_reading", "staff_unmet"})


@dataclass(frozen=True, slots=True)
class Queue:
    """`key` is the name of the page that shows it. `count` is at most one more than `MOST_COUNTED`."""

    key: str
    label: str | Promise
    count: int
    oldest: datetime | None

    @property
    def is_longer(self) -> bool:
        return self.count > MOST_COUNTED

    @property
    def oldest_day(self) -> date | None:
        """Of rows that know their day only, not the hour."""
        return self.oldest.astimezone(UTC).date() if self.oldest and self.key in KEPT_BY_DAY else None


# What a reader must be allowed to do to see a queue
NEEDS = {
    "staff_profiles": Power.REVIEW,
    "staff_words": Power.REVIEW,
    "staff_cases": Power.MODERATE,
    "staff_appeals": Power.APPEALS,
    "staff_contact": Power.ANSWER,
    "staff_letters": Power.RUN,
    "staff_attendance": Power.ATTENDANCE,
    "staff_ledgers": Power.ATTENDANCE,
    "staff_deliveries": Power.LOOK_UP,
    "staff_clock": Power.LOOK_UP,
    "staff_webhooks": Power.RUN,
    "staff_reading": Power.REVIEW,
    "staff_unmet": Power.REVIEW,
    "staff_asks": Power.REVIEW,
}
LABELS: dict[str, str | Promise] = {
    "staff_profiles": _("Profiles to review"),
    "staff_words": _("Feedback to review"),
    "staff_cases": _("Cases to decide"),
    "staff_appeals": _("Appeals and signatures"),
    "staff_contact": _("Messages to answer"),
    "staff_letters": _("Letters to sign"),
    "staff_attendance": _("Who came: to decide"),
    "staff_ledgers": _("People who miss a lot"),
    "staff_deliveries": _("Failed emails, last 7 days"),
    "staff_clock": _("Stuck work"),
    "staff_webhooks": _("Webhook secrets to renew"),
    "staff_reading": _("Proposals for reading questions"),
    "staff_unmet": _("Unmet searches, last 30 days"),
    "staff_asks": _("Questions nobody has answered"),
}


def list_queues(reader: User, *, now: datetime) -> list[Queue]:
    """The queues that this reader may see: first those in which something waits, the longest wait first."""
    theirs = [row for row in _waiting_rows(reader, now) if may(reader, NEEDS[row[0]])]
    found: dict[str, list[datetime]] = {key: [] for key, _rows, _moment in theirs}
    if theirs:
        first, *others = (_since_when(*row) for row in theirs)
        for key, moment in first.union(*others, all=True) if others else first:
            found[key].append(moment)
    queues = [Queue(key, LABELS[key], len(moments), min(moments, default=None)) for key, moments in found.items()]
    return sorted(queues, key=lambda queue: (queue.oldest is None, queue.oldest or now))


def _waiting_rows(reader: User, now: datetime) -> Iterator[tuple[str, QuerySet[Any, Any], str]]:
    yield "staff_profiles", MentorProfile.objects.to_review(), "draft__submitted_at"
    yield "staff_words", Feedback.objects.offered_words(now).undecided(), "created_at"
    yield "staff_cases", Case.objects.undecided().decidable_by(reader), "opened_at"
    yield "staff_appeals", Appeal.objects.waiting().decidable_by(reader), "at"
    if may(reader, Power.SIGN):
        yield "staff_appeals", Sanction.objects.signable_by(reader), "case__decided_at"
    yield "staff_contact", ContactMessage.objects.open(), "sent_at"
    yield "staff_letters", LetterRequest.objects.open(), "prepared_at"
    yield "staff_attendance", disputed_sessions(now), "during__endswith"
    yield "staff_ledgers", open_reviews_for(reader), "opened_at"
    yield "staff_deliveries", failed_this_week(now), "ended_at"
    yield "staff_clock", StuckRow.objects.all(), "first_at"
    yield "staff_webhooks", WebhookEndpoint.objects.to_renew(), "renew_asked_at"
    yield "staff_reading", list_proposals(), "day"
    yield "staff_unmet", unmet_lately(now), "first"
    yield "staff_asks", late_asks(now), "since"


def _since_when(key: str, rows: QuerySet[Any, Any], moment: str) -> QuerySet[Any, Any]:
    """Pairs of the key and the moment for the oldest rows."""
    since = rows.annotate(queue=Value(key), waits_since=Cast(F(moment), DateTimeField()))
    return since.order_by("waits_since").values_list("queue", "waits_since")[: MOST_COUNTED + 1]
