"""Profiles that rest because nobody hears of their mentor, and how one press brings all back."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from .hooks import announce_change
from .models import Format, MentorProfile
from .moderation.drafts import lock_profile

# A sign of life is noted at most so often.
NOTED_EVERY = timedelta(hours=1)


def note_sign(person: int, *, now: datetime) -> None:
    """This person, if they are a mentor, has just done something that shows they are there."""
    old = Q(seen_at=None) | Q(seen_at__lt=now - NOTED_EVERY)
    MentorProfile.objects.filter(old, person=person).update(seen_at=now)


def note_sign_of(profile: MentorProfile, *, now: datetime) -> None:
    """As `note_sign`, of a profile that is at hand: without a statement if a sign, or its approval, was just noted."""
    signs = [moment for moment in (profile.seen_at, profile.approved_at) if moment]
    if not signs or max(signs) < now - NOTED_EVERY:
        note_sign(profile.person_id, now=now)


@transaction.atomic
def rest_profile(*, profile: MentorProfile, now: datetime) -> MentorProfile:
    """Out of search, and nobody can book. Twice does no harm, and only a live profile rests."""
    fresh = lock_profile(profile)
    if fresh.is_public and fresh.resting_since is None:
        fresh.resting_since = now
        fresh.version += 1
        fresh.save(update_fields=["resting_since", "version"])
        announce_change(fresh)
    return fresh


@transaction.atomic
def stop_asking_first(*, profile: MentorProfile, now: datetime) -> bool:
    """Switch off every offer that waits for the mentor's answer. Returns whether there was one."""
    fresh = lock_profile(profile)
    waits = fresh.offers.active().filter(Q(instant=False) | Q(format=Format.WRITING))
    if not waits.update(is_active=False, put_away_at=now):
        return False
    fresh.version += 1
    fresh.save(update_fields=["version"])
    announce_change(fresh)
    return True


@transaction.atomic
def wake_profile(*, profile: MentorProfile, now: datetime) -> MentorProfile:
    """The mentor is back: the profile can be found and booked, with every offer that was switched off meanwhile."""
    fresh = lock_profile(profile)
    fresh.resting_since, fresh.seen_at, fresh.back_at = None, now, now
    fresh.save(update_fields=["resting_since", "seen_at", "back_at"])
    fresh.offers.exclude(put_away_at=None).update(is_active=True, put_away_at=None)
    announce_change(fresh)
    return fresh


def is_asked(profile: MentorProfile) -> bool:
    """Whether we have asked if they are still here, and they haven't said."""
    asked, back = profile.quiet_asked_at, profile.back_at
    return asked is not None and (back is None or back < asked)
