"""What is kept of mentors and of those who save them."""

import secrets
from datetime import datetime
from functools import partial

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.privacy.registry import Step, Table, fact, hidden, mine, not_personal, removed_by_step
from notifications.models.webhooks import SETTLED, WebhookDelivery

from .hooks import announce_change
from .models import (
    MentorProfile,
    Offer,
    ProfileDecision,
    ProfileDraft,
    SavedMentor,
    ShareCard,
    Topic,
)
from .moderation.drafts import forget_photo


def remove_profile(person: User, now: datetime) -> bool:
    """Photo, card, topics, and the address of the page, which is made of the name. The row stays for past sessions."""
    profile = MentorProfile.objects.filter(person=person).first()
    if profile is None:
        return True
    draft = ProfileDraft.objects.filter(profile=profile).first()
    for photo in {words.photo.name for words in (profile, draft) if words and words.photo.name}:
        forget_photo(photo)
    for card in ShareCard.objects.filter(profile=profile).exclude(file=""):
        transaction.on_commit(partial(default_storage.delete, card.file), robust=True)
    forget_address(profile.slug)
    SavedMentor.objects.filter(profile=profile).delete()
    profile.topics.clear()
    for offer in profile.offers.all():
        offer.topics.clear()
    profile.offers.update(is_active=False)
    slug = f"erased-{secrets.token_hex(8)}"
    MentorProfile.objects.filter(pk=profile.pk).update(photo="", slug=slug, version=profile.version + 1)
    announce_change(profile)
    return True


def forget_address(slug: str) -> None:
    """Other systems were told of sessions with the address of the mentor's page: what was sent, and is still kept."""
    told = WebhookDelivery.objects.filter(payload__mentor__slug=slug)
    told.filter(state__in=SETTLED).delete()
    for delivery in told:
        delivery.payload["mentor"]["slug"] = ""
        delivery.save(update_fields=["payload"])


def saved_name(row: SavedMentor, person: User) -> str:
    return row.profile.name


TABLES: tuple[Table | Step, ...] = (
    Step("a mentor’s page", remove_profile),
    Table(
        SavedMentor,
        people=("person",),
        part="saved-mentors",
        heading=_("Mentors you saved"),
        company=saved_name,
        is_deleted=True,
    ),
    Table(ProfileDraft.topics.through, why="goes with the draft"),
    Table(
        ProfileDraft,
        {
            **dict.fromkeys(("headline", "asks", "how_i_work"), mine()),
            "languages": fact(),
            "photo": mine(),
        },
        people=("profile__person",),
        part="profile-draft",
        heading=_("Your mentor profile as you’re writing it"),
        is_deleted=True,
    ),
    Table(
        ShareCard,
        {"mark": hidden("a hash"), "file": hidden("drawn from the profile’s public words")},
        people=("profile__person",),
        is_deleted=True,
        why="drawn from the profile’s public words",
    ),
    Table(Offer.topics.through, why="cleared with the mentor’s page"),
    Table(
        Offer,
        {"title": mine(), "format": fact(), "issue_types": fact(), "questions": mine()},
        people=("profile__person",),
        part="offers",
        heading=_("What you offer"),
        hidden=("uuid", "position"),
    ),
    Table(
        ProfileDecision,
        {"decision": fact(), "reason": mine(), "points": mine()},
        people=("profile__person",),
        part="decisions-about-your-profile",
        heading=_("Decisions about your profile"),
        hidden=("version",),
        is_log=True,
    ),
    Table(MentorProfile.topics.through, why="cleared with the mentor’s page"),
    Table(
        MentorProfile,
        {
            **dict.fromkeys(("headline", "asks", "how_i_work"), mine()),
            "languages": mine(),
            "photo": removed_by_step(),
            "slug": removed_by_step(),
            "state": fact(),
        },
        people=("person",),
        part="profile",
        heading=_("Your mentor profile"),
        hidden=("version",),
    ),
    Table(
        Topic,
        {
            "name": not_personal("staff’s list of topics"),
            "slug": not_personal("staff’s list of topics"),
            "synonyms": not_personal("staff’s list of topics"),
        },
        why="staff’s list of topics",
    ),
)
