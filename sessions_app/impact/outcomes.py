"""From asking a question to having it solved: how many people get how far, and how long it takes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mentors.models import IssueType, Topic
from sessions_app.afterwards.track_record import ENOUGH
from sessions_app.models import BookingState, FollowUpQuestion, Resolution, Role, WrittenState

from .survival import Quantile, Span, estimate_quantiles

# A date before any question was asked
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
# Only so many of the newest questions: more would make the page slower, and its numbers hardly better.
AT_MOST = 20_000
# The latest answer to “is it solved?” counts. It was solved at the first “yes” after which no other answer came.
JOURNEYS = """
WITH asked AS (
    SELECT id, created_at, issue_type FROM sessions_app_brief
    WHERE author_id IS NOT NULL AND created_at >= %(since)s AND created_at < %(until)s
    ORDER BY created_at DESC LIMIT %(most)s
), contact AS (
    SELECT engagement.brief_id AS id, booking.id AS booking, NULL::bigint AS written, booking.offer_id AS offer,
        booking.created_at AS made, booking.confirmed_at AS at,
        CASE WHEN booking.state = %(completed)s THEN lower(booking.during) END AS met
    FROM sessions_app_engagement AS engagement
    JOIN sessions_app_booking AS booking ON booking.engagement_id = engagement.id
    WHERE engagement.brief_id IN (SELECT id FROM asked)
    UNION ALL
    SELECT engagement.brief_id, NULL, written.id, written.offer_id, written.asked_at, written.asked_at,
        CASE WHEN written.state = %(answered)s THEN written.settled_at END
    FROM sessions_app_engagement AS engagement
    JOIN sessions_app_writtenquestion AS written ON written.engagement_id = engagement.id
    WHERE engagement.brief_id IN (SELECT id FROM asked)
), booked AS (
    SELECT id, min(at) AS at, min(met) AS met, (array_agg(offer ORDER BY made, booking))[1] AS offer
    FROM contact GROUP BY id
), said AS (
    SELECT contact.id, answers.at, answers.yes
    FROM contact CROSS JOIN LATERAL (
        SELECT created_at AS at, resolution = %(yes)s AS yes FROM sessions_app_feedback
        WHERE booking_id = contact.booking AND role = %(mentee)s
        UNION ALL
        SELECT created_at, resolution = %(yes)s FROM sessions_app_feedback WHERE written_id = contact.written
        UNION ALL
        SELECT answered_at, answer = %(yes)s FROM sessions_app_followup
        WHERE booking_id = contact.booking AND question = %(solved)s
        UNION ALL
        SELECT answered_at, answer = %(yes)s FROM sessions_app_followup
        WHERE written_id = contact.written AND question = %(solved)s
    ) AS answers
), solved AS (
    SELECT id, min(at) FILTER (WHERE yes AND (last_no IS NULL OR at > last_no)) AS at
    FROM (SELECT id, at, yes, max(at) FILTER (WHERE NOT yes) OVER (PARTITION BY id) AS last_no FROM said) AS answers
    GROUP BY id
), about AS (
    SELECT booked.id, CASE
        WHEN EXISTS (SELECT FROM mentors_offer_topics WHERE offer_id = booked.offer)
        THEN ARRAY(SELECT topic_id FROM mentors_offer_topics WHERE offer_id = booked.offer)
        ELSE ARRAY(
            SELECT topics.topic_id FROM mentors_mentorprofile_topics AS topics
            JOIN mentors_offer AS offer ON offer.profile_id = topics.mentorprofile_id WHERE offer.id = booked.offer
        ) END AS topics
    FROM booked
)
SELECT asked.created_at, booked.at, booked.met, solved.at, asked.issue_type, coalesce(about.topics, '{}')
FROM asked LEFT JOIN booked USING (id) LEFT JOIN solved USING (id) LEFT JOIN about USING (id)
"""


@dataclass(frozen=True, slots=True)
class Journey:
    """One question: when it was asked, and when it reached each stage, if it did."""

    asked_at: datetime
    booked_at: datetime | None
    met_at: datetime | None
    solved_at: datetime | None
    kind: str
    topics: Sequence[int]
    # For each stage, how long it took from asking, or how long the person has waited so far
    spans: Sequence[Span]


@dataclass(frozen=True, slots=True)
class FunnelStage:
    """How many reached this stage, and after what time half and nine tenths of all who asked did, counting those who
    wait.
    """

    label: str | Promise
    count: int
    percent: int
    half: Quantile | None
    most: Quantile | None


@dataclass(frozen=True, slots=True)
class OutcomeGroup:
    """The same numbers for people who asked about one thing."""

    label: str
    asked: int
    stages: Sequence[FunnelStage]

    @property
    def is_small(self) -> bool:
        """Whether there are too few for times to mean anything."""
        return self.asked < ENOUGH


# In writing a question is with its mentor from the moment that it is asked; its answer is the meeting.
STAGES: Sequence[str | Promise] = (
    gettext_lazy("Booked or asked in writing"),
    gettext_lazy("Met or answered"),
    gettext_lazy("Solved"),
)
PERCENTS = (50, 90)


def load_journeys(*, since: datetime, now: datetime) -> list[Journey]:
    """Each question asked since then, newest first, in one query. What visitors typed without booking doesn't count."""
    values: dict[str, Any] = {
        "since": since,
        "until": now,
        "most": AT_MOST,
        "completed": BookingState.COMPLETED,
        "answered": WrittenState.ANSWERED,
        "yes": Resolution.YES,
        "mentee": Role.MENTEE,
        "solved": FollowUpQuestion.SOLVED,
    }
    with connection.cursor() as cursor:
        cursor.execute(JOURNEYS, values)
        return [journey_of(*row, now=now) for row in cursor.fetchall()]


def journey_of(
    asked_at: datetime,
    booked_at: datetime | None,
    met_at: datetime | None,
    solved_at: datetime | None,
    kind: str,
    topics: Sequence[int],
    *,
    now: datetime,
) -> Journey:
    spans = tuple(span_of(asked_at, moment, now) for moment in (booked_at, met_at, solved_at))
    return Journey(asked_at, booked_at, met_at, solved_at, kind, topics, spans)


def span_of(asked_at: datetime, reached_at: datetime | None, now: datetime) -> Span:
    """The time from asking to this stage, never negative: an agreement in the same request may have an earlier
    timestamp.
    """
    end = now if reached_at is None else min(reached_at, now)
    return Span(max(0, round((end - asked_at).total_seconds())), reached_at is not None and reached_at <= now)


def group_of(label: str, found: Sequence[Journey]) -> OutcomeGroup:
    stages = []
    for number, name in enumerate(STAGES):
        spans = [journey.spans[number] for journey in found]
        count = sum(span.happened for span in spans)
        half, most = estimate_quantiles(spans, PERCENTS)
        stages.append(FunnelStage(name, count, 100 * count // len(found) if found else 0, half, most))
    return OutcomeGroup(label, len(found), stages)


def by_topic(found: Iterable[Journey]) -> list[OutcomeGroup]:
    """A question counts under each topic of the offer that was booked first, or of its mentor if the offer has none."""
    names = dict(Topic.objects.values_list("pk", "name"))
    parts: defaultdict[str, list[Journey]] = defaultdict(list)
    for journey in found:
        for topic in journey.topics or [0]:
            parts[names.get(topic, _("No topic"))].append(journey)
    return outcome_groups(parts)


def by_kind(found: Iterable[Journey]) -> list[OutcomeGroup]:
    parts: defaultdict[str, list[Journey]] = defaultdict(list)
    names = dict(IssueType.choices)
    for journey in found:
        parts[str(names.get(journey.kind, _("Not said")))].append(journey)
    return outcome_groups(parts)


def outcome_groups(parts: Mapping[str, Sequence[Journey]]) -> list[OutcomeGroup]:
    made = [group_of(label, found) for label, found in parts.items()]
    return sorted(made, key=lambda group: (-group.asked, group.label))
