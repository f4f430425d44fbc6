"""Mentors whom a person saves, to find them again: save one, remove one, ask which are saved."""

from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User

from .errors import ProfileError
from .models import MentorProfile, SavedMentor


@transaction.atomic
def save_mentor(*, profile: MentorProfile, person: User, now: datetime) -> None:
    """Twice is once. Raises ProfileError `own_profile`, `closed`, `too_many`."""
    if profile.person_id == person.pk:
        raise ProfileError("own_profile", _("This is your own profile, so you can’t save it."))
    if not profile.is_seen_by(person):
        raise ProfileError("closed", _("This mentor is no longer here. Look for someone else who can help."))
    # One person's presses one after the other, or two at once would both find room for the last one.
    User.objects.lock_rows(person)
    saved = SavedMentor.objects.filter(person=person)
    if saved.filter(profile=profile).exists():
        return
    limit = settings.MAX_SAVED_MENTORS
    if saved.count() >= limit:
        words = _("You can save %(limit)d mentors. Remove one from your saved mentors, then save this one.")
        raise ProfileError("too_many", words % {"limit": limit})
    SavedMentor.objects.create(person=person, profile=profile, saved_at=now)


def remove_saved(*, slug: str, person: User) -> None:
    """Nothing happens for one that isn't saved, so nobody learns from this who is here."""
    SavedMentor.objects.filter(person=person, profile__slug=slug).delete()


def remove_gone(*, person: User) -> int:
    """Remove all whom they can't see any more; returns how many."""
    return SavedMentor.objects.gone_for(person).delete()[0]


def saved_among(person: User | None, profiles: Collection[int]) -> set[int]:
    """Which of these profiles, by their ids, the person has saved; none for a visitor."""
    if person is None or not profiles:
        return set()
    saved = SavedMentor.objects.filter(person=person, profile__in=profiles)
    return set(saved.values_list("profile_id", flat=True))
