"""Decisions about profiles. Each locks the row, compares what the decider saw, and is recorded in the log."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from mentors.errors import MOVED_ON, ProfileError, check_seen
from mentors.hooks import announce_change, announce_suspension, watch_decision
from mentors.models import Decision, MentorProfile, ProfileDecision, ProfileState
from notifications.services import Due, schedule_notices

from .completeness import what_is_missing
from .drafts import copy_words, draft_of, forget_photo, has_unpublished_changes, lock_profile

SUBJECT_TYPE = "mentor_profile"
WORTH_TELLING_FOR = timedelta(days=7)
LONGEST_PAUSE = timedelta(days=730)
# How far a mentor's local date may be behind UTC. sessions_app, which knows their zone, checks the exact date.
FARTHEST_BEHIND_UTC = timedelta(hours=12)


@transaction.atomic
def submit_profile(*, profile: MentorProfile, by: User, now: datetime, seen: str | None = None) -> MentorProfile:
    """Send the draft for review; `seen` is the version that the mentor read.

    Raises ProfileError("incomplete") with its fields, "already_sent", "closed", "unchanged", "moved_on".
    """
    fresh = lock_profile(profile)
    draft = draft_of(fresh)
    if fresh.state == ProfileState.SUBMITTED or draft.submitted_at is not None:
        raise ProfileError(
            "already_sent", _("Your profile has already been sent for review. We’ll email you when we’ve read it.")
        )
    if not fresh.is_writable:
        raise ProfileError(
            "closed",
            _("Your profile can’t be sent for review at the moment. Write to us if you think that’s a mistake."),
        )
    if fields := what_is_missing(draft):
        raise ProfileError(
            "incomplete", _("Some parts are still missing. Fill them in, then send your profile."), fields
        )
    if fresh.state == ProfileState.APPROVED and not has_unpublished_changes(fresh, draft):
        raise ProfileError(
            "unchanged", _("Nothing has changed since your profile was approved, so there’s nothing to review.")
        )
    check_seen(seen, str(fresh.version))
    if fresh.state != ProfileState.APPROVED:
        fresh.state = ProfileState.SUBMITTED
    draft.submitted_at = now
    draft.save(update_fields=["submitted_at"])
    return _record_decision(fresh, Decision.SUBMITTED, by=by, now=now, tell="profile_received")


@transaction.atomic
def approve_profile(*, profile: MentorProfile, by: User, now: datetime, seen: int | None = None) -> MentorProfile:
    """Make the words that were sent public. `seen` is the version that the decider read.

    Raises ProfileError("own_profile", "moved_on", "not_waiting").
    """
    _refuse_own(profile, by)
    fresh = _lock_waiting(profile, seen)
    draft = draft_of(fresh)
    before = fresh.photo.name or ""
    copy_words(source=draft, target=fresh)
    if before and before != fresh.photo.name:
        forget_photo(before)
    fresh.state = ProfileState.APPROVED
    fresh.approved_at = now
    draft.submitted_at = None
    draft.save(update_fields=["submitted_at"])
    return _record_decision(fresh, Decision.APPROVED, by=by, now=now, tell="profile_approved")


@transaction.atomic
def ask_for_changes(
    *, profile: MentorProfile, points: Mapping[str, str], by: User, now: datetime, seen: int | None = None
) -> MentorProfile:
    """Send it back with one sentence for each point. The public words of a live profile stay as they are.

    Raises ProfileError("own_profile", "moved_on", "not_waiting", "no_points").
    """
    _refuse_own(profile, by)
    told = {point: sentence.strip() for point, sentence in points.items() if sentence.strip()}
    if not told:
        raise ProfileError("no_points", _("Write at least one sentence that says what to change."))
    fresh = _lock_waiting(profile, seen)
    if fresh.state != ProfileState.APPROVED:
        fresh.state = ProfileState.NEEDS_CHANGES
    _take_out_of_queue(fresh)
    return _record_decision(fresh, Decision.CHANGES, by=by, now=now, points=told, tell="profile_changes")


@transaction.atomic
def decline_profile(
    *, profile: MentorProfile, reason: str, by: User, now: datetime, seen: int | None = None
) -> MentorProfile:
    """Turn it down. A new profile may apply again after REAPPLY_AFTER; a live one keeps its public words.

    Raises ProfileError("own_profile", "moved_on", "not_waiting", "no_reason").
    """
    _refuse_own(profile, by)
    reason = _require_reason(reason)
    fresh = _lock_waiting(profile, seen)
    if fresh.state != ProfileState.APPROVED:
        fresh.state = ProfileState.DECLINED
        fresh.declined_at = now
    _take_out_of_queue(fresh)
    return _record_decision(fresh, Decision.DECLINED, by=by, now=now, reason=reason, tell="profile_declined")


@transaction.atomic
def pause_profile(
    *, profile: MentorProfile, until: date, by: User | None, now: datetime, reason: str = "", seen: int | None = None
) -> MentorProfile:
    """No bookings on days before `until`, a date of the mentor's zone. `by`: None for the clock.

    Raises ProfileError("moved_on", "not_live", "pause_date").
    """
    fresh = _lock_live(profile, seen)
    today = (now - FARTHEST_BEHIND_UTC).date()
    if not today < until <= today + LONGEST_PAUSE:
        raise ProfileError("pause_date", _("Choose a return date after today, up to two years ahead."))
    fresh.paused_until = until
    return _record_decision(fresh, Decision.PAUSED, by=by, now=now, reason=reason)


@transaction.atomic
def resume_profile(*, profile: MentorProfile, by: User, now: datetime, seen: int | None = None) -> MentorProfile:
    """End a pause. Raises ProfileError("moved_on", "not_live", "not_paused")."""
    fresh = _lock_live(profile, seen)
    if fresh.paused_until is None:
        raise ProfileError("not_paused", _("This profile isn’t paused, so it can already be booked."))
    fresh.paused_until = None
    return _record_decision(fresh, Decision.RESUMED, by=by, now=now)


@transaction.atomic
def suspend_profile(
    *, profile: MentorProfile, reason: str, by: User, now: datetime, seen: int | None = None
) -> MentorProfile:
    """Hide a live profile from the public, and end the sessions ahead.

    Raises ProfileError("own_profile", "moved_on", "not_live", "no_reason").
    """
    _refuse_own(profile, by)
    reason = _require_reason(reason)
    fresh = _lock_live(profile, seen)
    fresh.state, fresh.resting_since = ProfileState.SUSPENDED, None
    _take_out_of_queue(fresh)
    # Not in this transaction, which has locked the profile: acts on sessions lock their people first.
    transaction.on_commit(lambda: announce_suspension(now))
    return _record_decision(fresh, Decision.SUSPENDED, by=by, now=now, reason=reason, tell="profile_suspended")


@transaction.atomic
def reinstate_profile(
    *, profile: MentorProfile, by: User, now: datetime, reason: str = "", seen: int | None = None
) -> MentorProfile:
    """Make a suspended profile public again. Raises ProfileError("own_profile", "moved_on", "not_suspended")."""
    _refuse_own(profile, by)
    fresh = _lock_seen(profile, seen)
    if fresh.state != ProfileState.SUSPENDED:
        raise ProfileError("not_suspended", _("This profile isn’t suspended, so there’s nothing to reinstate."))
    fresh.state = ProfileState.APPROVED
    return _record_decision(fresh, Decision.REINSTATED, by=by, now=now, reason=reason, tell="profile_approved")


def _refuse_own(profile: MentorProfile, by: User) -> None:
    """Staff who are mentors may pause themselves; everything else about them is decided by others."""
    if not profile.is_decided_by(by):
        raise ProfileError("own_profile", _("This is your own profile. Ask someone else on the team to decide."))


def _lock_seen(profile: MentorProfile, seen: int | None) -> MentorProfile:
    fresh = lock_profile(profile)
    if seen is not None and seen != fresh.version:
        raise ProfileError(MOVED_ON, _who_was_first(fresh))
    return fresh


def _lock_waiting(profile: MentorProfile, seen: int | None) -> MentorProfile:
    fresh = _lock_seen(profile, seen)
    waits = fresh.state == ProfileState.SUBMITTED or (
        fresh.state == ProfileState.APPROVED and draft_of(fresh).submitted_at is not None
    )
    if not waits:
        raise ProfileError("not_waiting", _("This profile isn’t waiting for review any more. Check what was decided."))
    return fresh


def _lock_live(profile: MentorProfile, seen: int | None) -> MentorProfile:
    fresh = _lock_seen(profile, seen)
    if fresh.state != ProfileState.APPROVED:
        raise ProfileError("not_live", _("This profile isn’t live, so there’s nothing to pause or suspend."))
    return fresh


def _who_was_first(profile: MentorProfile) -> str:
    last = profile.decisions.select_related("by").order_by("-version", "-pk").first()
    if last is None or last.version != profile.version or last.by is None:
        return _("This profile has changed since you opened it. Read it again.")
    sentence = {
        Decision.SUBMITTED: _("%(name)s has sent a newer version of this profile. Read it again."),
        Decision.APPROVED: _("%(name)s has already approved this profile."),
        Decision.CHANGES: _("%(name)s has already asked for changes to this profile."),
        Decision.DECLINED: _("%(name)s has already declined this profile."),
        Decision.SUSPENDED: _("%(name)s has already suspended this profile."),
        Decision.REINSTATED: _("%(name)s has already reinstated this profile."),
        Decision.PAUSED: _("%(name)s has already paused this profile."),
        Decision.RESUMED: _("%(name)s has already ended the pause of this profile."),
    }[Decision(last.decision)]
    return sentence % {"name": last.by.first_name}


def _require_reason(reason: str) -> str:
    if not reason.strip():
        raise ProfileError("no_reason", _("Enter a reason. The mentor will read it."))
    return reason.strip()


def _take_out_of_queue(profile: MentorProfile) -> None:
    draft = draft_of(profile)
    draft.submitted_at = None
    draft.save(update_fields=["submitted_at"])


def _record_decision(
    profile: MentorProfile,
    decision: Decision,
    *,
    by: User | None,
    now: datetime,
    reason: str = "",
    points: Mapping[str, str] | None = None,
    tell: str = "",
) -> MentorProfile:
    profile.version += 1
    with watch_decision(profile, now):
        profile.save()
    ProfileDecision.objects.create(
        profile=profile,
        by=by,
        decision=decision,
        reason=reason,
        points=dict(points or {}),
        version=profile.version,
        at=now,
    )
    announce_change(profile)
    if tell:
        schedule_notices(
            Due(
                kind=tell,
                recipient_id=profile.person_id,
                subject_type=SUBJECT_TYPE,
                subject_id=profile.pk,
                version=profile.version,
                due_at=now,
                send_before=now + WORTH_TELLING_FOR,
                by_recipient=by == profile.person,
            ),
            now=now,
        )
    return profile
