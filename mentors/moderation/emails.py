"""Mails about a profile. Each finds the decision it tells of by the profile's version after it."""

from collections.abc import Callable
from datetime import datetime

from common.mail.rendering import Context, absolute_url
from mentors.hooks import times_in_words
from mentors.models import Decision, ProfileDecision, ProfileState
from notifications.models import Notification
from notifications.readers import NoticeReader
from notifications.registry import Message, Nothing

from .promises import apply_again_from, points_of, review_deadline

GONE = Nothing("decision is gone")
MOVED_ON = Nothing("moved on")


def render_received_email(row: Notification, now: datetime) -> Message | Nothing:
    def facts(decision: ProfileDecision) -> Context:
        reader = NoticeReader(decision.profile.person, now)
        deadline = review_deadline(decision.at, reader.person.zone)
        return {"hear_by": reader.day(deadline), "hear_by_short": reader.day(deadline, short=True)}

    return _render_decision_email(row, now, Decision.SUBMITTED, template="mentors/profile_received", facts=facts)


def render_approved_email(row: Notification, now: datetime) -> Message | Nothing:
    def facts(decision: ProfileDecision) -> Context:
        profile = decision.profile
        return {
            "times": times_in_words(profile, hour12=profile.person.hour12),
            "public_url": absolute_url("mentor_detail", profile.slug),
            "back": decision.decision == Decision.REINSTATED,
            "again": profile.decisions.filter(decision=Decision.APPROVED, version__lt=decision.version).exists(),
        }

    return _render_decision_email(
        row, now, Decision.APPROVED, Decision.REINSTATED, template="mentors/profile_approved", facts=facts, if_live=True
    )


def render_changes_email(row: Notification, now: datetime) -> Message | Nothing:
    def facts(decision: ProfileDecision) -> Context:
        points = [(point.short, sentence) for point, sentence in points_of(decision)]
        return {"points": points, "count": len(points), "reviewer": decision.by.first_name if decision.by else ""}

    return _render_decision_email(row, now, Decision.CHANGES, template="mentors/profile_changes", facts=facts)


def render_declined_email(row: Notification, now: datetime) -> Message | Nothing:
    def facts(decision: ProfileDecision) -> Context:
        again = apply_again_from(decision.profile)
        reader = NoticeReader(decision.profile.person, now)
        return {"decline_reason": decision.reason, "apply_again": reader.day(again) if again else ""}

    return _render_decision_email(row, now, Decision.DECLINED, template="mentors/profile_declined", facts=facts)


def render_suspended_email(row: Notification, now: datetime) -> Message | Nothing:
    return _render_decision_email(
        row,
        now,
        Decision.SUSPENDED,
        template="mentors/profile_suspended",
        facts=lambda decision: {"suspend_reason": decision.reason},
    )


def _render_decision_email(
    row: Notification,
    now: datetime,
    *decisions: Decision,
    template: str,
    facts: Callable[[ProfileDecision], Context],
    if_live: bool = False,
) -> Message | Nothing:
    """The mail about the decision of this row's version; nothing if the profile has moved on since."""
    decision = (
        ProfileDecision.objects.filter(
            profile=row.subject_id, version=row.subject_version, decision__in=[str(one) for one in decisions]
        )
        .select_related("profile__person", "by")
        .first()
    )
    if decision is None:
        return GONE
    profile = decision.profile
    if if_live and not profile.is_public:
        return MOVED_ON
    context = {
        "is_live": profile.state == ProfileState.APPROVED,
        "profile_url": absolute_url("mentor_profile"),
        "times_url": absolute_url("mentor_availability"),
        **facts(decision),
    }
    return NoticeReader(profile.person, now).render_email(template, context)
