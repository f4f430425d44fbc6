"""By when we promise mentors to answer, and what we call the states of their profile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.rules.working_days import add_working_days
from mentors.models import Decision, MentorProfile, ProfileDecision, ProfileState

from .checklist import POINT_BY_KEY, Point

REVIEW_WORKING_DAYS = 2
NOON = time(12)
TOLD = (
    Decision.SUBMITTED,
    Decision.APPROVED,
    Decision.CHANGES,
    Decision.DECLINED,
    Decision.SUSPENDED,
    Decision.REINSTATED,
)


@dataclass(frozen=True, slots=True)
class StateTag:
    kind: str
    text: str | Promise
    icon: str


TAGS = {
    ProfileState.DRAFT: StateTag("", _("Draft"), "pencil"),
    ProfileState.SUBMITTED: StateTag("warn", _("In review"), "hourglass"),
    ProfileState.NEEDS_CHANGES: StateTag("warn", _("Changes requested"), "refresh-cw"),
    ProfileState.APPROVED: StateTag("ok", _("Live"), "circle-check"),
    ProfileState.DECLINED: StateTag("danger", _("Declined"), "circle-x"),
    ProfileState.SUSPENDED: StateTag("danger", _("Suspended"), "circle-x"),
}
PAUSED = StateTag("", _("Paused"), "circle-pause")


def state_tag(profile: MentorProfile, today: date) -> StateTag:
    """The profile's state as a label. `today` is the mentor's local date: a pause may be over."""
    state = ProfileState(profile.state)
    return PAUSED if state == ProfileState.APPROVED and profile.is_paused(today) else TAGS[state]


def review_deadline(sent: datetime, zone: tzinfo) -> datetime:
    """Noon, in the mentor's zone, of the day by which we promise an answer."""
    day = add_working_days(sent.astimezone(zone).date(), REVIEW_WORKING_DAYS)
    return datetime.combine(day, NOON, zone)


def apply_again_from(profile: MentorProfile) -> datetime | None:
    return profile.declined_at + settings.REAPPLY_AFTER if profile.declined_at else None


def last_told_decision(profile: MentorProfile) -> ProfileDecision | None:
    return profile.decisions.filter(decision__in=TOLD).select_related("by").order_by("-version", "-pk").first()


def points_of(decision: ProfileDecision) -> Sequence[tuple[Point, str]]:
    """What the mentor was asked to change, in the order of the checklist."""
    return [(point, decision.points[key]) for key, point in POINT_BY_KEY.items() if key in decision.points]
