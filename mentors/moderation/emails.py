"""Mails about a profile. Each finds the decision it tells of by the profile's version after it."""

from collections.abc import Callable
from datetime import datetime

from common.mail.rendering import absolute_url, render_mail
from common.times import day_text
from mentors.hooks import times_in_words
from mentors.models import Decision, ProfileDecision, ProfileState
from notifications.models import Notification
from notifications.registry import Message, Nothing

from .promises import apply_again_from, points_of, review_deadline

Facts = dict[str, object]
GONE = Nothing("decision is gone")
MOVED_ON = Nothing("moved on")


def render_received_email(row: Notification, now: datetime) -> Message | Nothing:
    def facts(decision: ProfileDecision) -> Facts:
        person = decision.profile.person
        deadline = review_deadline(decision.at, person.zone)
        return {
            "hear_by": day_text(deadline, str(person.zone), now),
            "hear_by_short": day_text(deadline, str(person.zone), now, short=True),
        }

    return _render_decision_email(row, Decision.SUBMITTED, template="mentors/profile_received", facts=facts)


def render_approved_email(row: Notification, now: datetime) -> Message | Nothing:
    def facts(decision: ProfileDecision) -> Facts:
        profile = decision.profile
        return {
            "times": times_in_words(profile, hour12=profile.person.hour12),
            "public_url": absolute_url("mentor_detail", profile.slug),
            "back": decision.decision == Decision.REINSTATED,
            "again": profile.decisions.filter(decision=Decision.APPROVED, version__lt=decision.version).exists(),
        }

    return _render_decision_email(
        row, Decision.APPROVED, Decision.REINSTATED, template="mentors/profile_approved", facts=facts, if_live=True
    )


def render_changes_email(row: Notification, now: datetime) -> Message | Nothing:
    def facts(decision: ProfileDecision) -> Facts:
        points = [(point.short, sentence) for point, sentence in points_of(decision)]
        return {"points": points, "count": len(points), "reviewer": decision.by.first_name if decision.by else ""}

    return _render_decision_email(row, Decision.CHANGES, template="mentors/profile_changes", facts=facts)


def render_declined_email(row: Notification, now: datetime) -> Message | Nothing:
    def facts(decision: ProfileDecision) -> Facts:
        person = decision.profile.person
        again = apply_again_from(decision.profile)
        return {
            "decline_reason": decision.reason,
            "apply_again": day_text(again, str(person.zone), now) if again else "",
        }

    return _render_decision_email(row, Decision.DECLINED, template="mentors/profile_declined", facts=facts)


def render_suspended_email(row: Notification, now: datetime) -> Message | Nothing:
    return _render_decision_email(
        row,
        Decision.SUSPENDED,
        template="mentors/profile_suspended",
        facts=lambda decision: {"suspend_reason": decision.reason},
    )


def _render_decision_email(
    row: Notification,
    *decisions: Decision,
    template: str,
    facts: Callable[[ProfileDecision], Facts],
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
    person = profile.person
    context = {
        "is_live": profile.state == ProfileState.APPROVED,
        "profile_url": absolute_url("mentor_profile"),
        "times_url": absolute_url("mentor_availability"),
        **facts(decision),
    }
    subject, text, html = render_mail(
        template, context, zone=str(person.zone), language=person.language, hour12=person.hour12
    )
    return Message(subject=subject, text=text, html=html)
