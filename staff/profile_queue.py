"""The list of profiles for staff: by state, by name, with what a program finds in them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from mentors.hooks import local_date
from mentors.models import MentorProfile, ProfileDraft, ProfileState
from mentors.moderation.checklist import Finding, first_look
from mentors.moderation.promises import StateTag, state_tag
from sessions_app.availability.timetable import Timetable, load_timetables

NEW, CHANGED = "new", "changed"
TABS: Mapping[str, str | Promise] = {
    NEW: _("New"),
    CHANGED: _("Changed"),
    "live": _("Live"),
    "paused": _("Paused"),
    "suspended": _("Suspended"),
    "all": _("All"),
}
NEW_TAG = StateTag("warn", _("New"), "hourglass")
CHANGED_TAG = StateTag("tint", _("Updated"), "refresh-cw")


@dataclass(frozen=True, slots=True)
class QueueRow:
    profile: MentorProfile
    words: MentorProfile | ProfileDraft
    tag: StateTag
    sent: datetime | None
    passed: int
    points: int


def tab_filter(tab: str, now: datetime) -> Q:
    """Whether a pause is over is decided by the date in UTC: in this list it may be a few hours early."""
    live = Q(state=ProfileState.APPROVED)
    paused = Q(paused_until__gt=now.date()) | Q(resting_since__isnull=False)
    return {
        NEW: Q(state=ProfileState.SUBMITTED),
        CHANGED: live & Q(draft__submitted_at__isnull=False),
        "live": live & ~paused,
        "paused": live & paused,
        "suspended": Q(state=ProfileState.SUSPENDED),
        "all": Q(),
    }[tab]


def profiles_in(tab: str, *, search: str, now: datetime) -> QuerySet[MentorProfile]:
    """Those that wait for staff come oldest first, all others by name."""
    order = ("draft__submitted_at", "pk") if tab in (NEW, CHANGED) else ("person__name", "pk")
    found = (
        MentorProfile.objects.filter(tab_filter(tab, now))
        .select_related("person", "draft", "schedule")
        .order_by(*order)
    )
    return found.filter(person__name__plain__icontains=search) if search else found


def tab_counts(now: datetime) -> dict[str, int]:
    counts: dict[str, int] = MentorProfile.objects.aggregate(
        **{tab: Count("pk", filter=tab_filter(tab, now)) for tab in (NEW, CHANGED)}
    )
    return counts


def rows_of(profiles: Iterable[MentorProfile], *, now: datetime) -> list[QueueRow]:
    profiles = list(profiles)
    timetables = load_timetables(profiles, now=now)
    return [_build_row(profile, timetables.get(profile.pk), now) for profile in profiles]


def _build_row(profile: MentorProfile, timetable: Timetable | None, now: datetime) -> QueueRow:
    draft = getattr(profile, "draft", None)
    words = draft or profile
    found = list_findings(profile, words, times="yes" if has_times(timetable) else "")
    waits = draft is not None and draft.submitted_at is not None
    if profile.state == ProfileState.SUBMITTED:
        tag = NEW_TAG
    elif profile.state == ProfileState.APPROVED and waits:
        tag = CHANGED_TAG
    else:
        tag = state_tag(profile, local_date(profile, now))
    passed = sum(finding.passed for finding in found)
    return QueueRow(profile, words, tag, draft.submitted_at if draft and waits else None, passed, len(found))


def list_findings(profile: MentorProfile, words: MentorProfile | ProfileDraft, *, times: str) -> list[Finding]:
    return first_look(
        name=profile.person.name,
        headline=words.headline,
        asks=words.asks,
        how_i_work=words.how_i_work,
        has_photo=bool(words.photo),
        times=times,
    )


def has_times(timetable: Timetable | None) -> bool:
    return timetable is not None and bool(timetable.rules.windows or any(timetable.rules.overrides.values()))


def next_to_review(*, by: User, after: MentorProfile | None = None) -> MentorProfile | None:
    """The oldest that waits and about which this member of staff may decide."""
    waiting = MentorProfile.objects.to_review().decided_by(by)
    return (waiting.exclude(pk=after.pk) if after else waiting).first()
