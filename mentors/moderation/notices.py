"""The mails about a profile. Each finds its words in the decision that it tells, by the version that led to it."""

from collections.abc import Callable
from datetime import datetime

from common.mail.rendering import absolute, render_mail
from common.times import day_text
from mentors.hooks import times_in_words
from mentors.models import Decision, ProfileDecision, ProfileState
from notifications.models import Group, Notification
from notifications.registry import Message, Nothing, register

from .promises import apply_again_from, hear_by, points_of

Facts = dict[str, object]
GONE = Nothing("decision is gone")
MOVED_ON = Nothing("moved on")


def register_kinds() -> None:
    register("profile_received", render=received, group=Group.PROFILE)
    register("profile_approved", render=approved, group=Group.PROFILE)
    register("profile_changes", render=changes, group=Group.PROFILE)
    register("profile_declined", render=declined)
    register("profile_suspended", render=suspended)


def received(row: Notification, now: datetime) -> Message | Nothing:
    def facts(decision: ProfileDecision) -> Facts:
        person = decision.profile.person
        deadline = hear_by(decision.at, person.zone)
        return {
            "hear_by": day_text(deadline, str(person.zone), now),
            "hear_by_short": day_text(deadline, str(person.zone), now, short=True),
        }

    return _letter(row, Decision.SUBMITTED, template="profile_received", facts=facts)


def approved(row: Notification, now: datetime) -> Message | Nothing:
    def facts(decision: ProfileDecision) -> Facts:
        profile = decision.profile
        return {
            "times": times_in_words(profile, hour12=profile.person.hour12),
            "public_url": absolute("mentor_detail", profile.slug),
            "back": decision.decision == Decision.REINSTATED,
            "again": profile.decisions.filter(decision=Decision.APPROVED, version__lt=decision.version).exists(),
        }

    return _letter(row, Decision.APPROVED, Decision.REINSTATED, template="profile_approved", facts=facts, if_live=True)


def changes(row: Notification, now: datetime) -> Message | Nothing:
    def facts(decision: ProfileDecision) -> Facts:
        points = [(point.short, sentence) for point, sentence in points_of(decision)]
        return {"points": points, "count": len(points), "reviewer": decision.by.first_name if decision.by else ""}

    return _letter(row, Decision.CHANGES, template="profile_changes", facts=facts)


def declined(row: Notification, now: datetime) -> Message | Nothing:
    def facts(decision: ProfileDecision) -> Facts:
        person = decision.profile.person
        again = apply_again_from(decision.profile)
        return {
            "decline_reason": decision.reason,
            "apply_again": day_text(again, str(person.zone), now) if again else "",
        }

    return _letter(row, Decision.DECLINED, template="profile_declined", facts=facts)


def suspended(row: Notification, now: datetime) -> Message | Nothing:
    return _letter(
        row,
        Decision.SUSPENDED,
        template="profile_suspended",
        facts=lambda decision: {"suspend_reason": decision.reason},
    )


def _letter(
    row: Notification,
    *decisions: Decision,
    template: str,
    facts: Callable[[ProfileDecision], Facts],
    if_live: bool = False,
) -> Message | Nothing:
    """The mail about the decision of this row's version; nothing when that is not the state of things any more."""
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
        "profile_url": absolute("mentor_profile"),
        "times_url": absolute("mentor_availability"),
        **facts(decision),
    }
    subject, text, html = render_mail(
        template, context, zone=str(person.zone), language=person.language, hour12=person.hour12
    )
    return Message(subject=subject, text=text, html=html)
