"""What a mentor offers: lengths and formats, booked at once or after asking."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.statements import Reading

from .drafts import lock_profile
from .errors import ProfileError
from .hooks import announce_change
from .models import MentorProfile, Offer, Topic

MAX_OFFERS = 8

_OFFER, _PROFILE, _PERSON = Reading(Offer, "offer"), Reading(MentorProfile, "profile"), Reading(User, "person")
# An offer with its mentor's profile and person, for statements that read more beside them.
COLUMNS = f"{_OFFER.columns}, {_PROFILE.columns}, {_PERSON.columns}"
TABLES = """
mentors_offer AS offer
JOIN mentors_mentorprofile AS profile ON profile.id = offer.profile_id
JOIN accounts_user AS person ON person.id = profile.person_id
"""


def take_offer(row: Sequence[Any]) -> tuple[Offer, Sequence[Any]]:
    """The offer at the beginning of a row of `COLUMNS`, and the rest of the row."""
    offer, row = _OFFER.take(row)
    offer.profile, row = _PROFILE.take(row)
    offer.profile.person, row = _PERSON.take(row)
    return offer, row


@transaction.atomic
def set_lengths(*, profile: MentorProfile, lengths: Iterable[int], format: str, instant: bool) -> list[Offer]:
    """One plain offer per length, as the application asks it: missing ones are made, others put away."""
    lock_profile(profile)
    wanted = sorted(set(lengths))
    if not wanted:
        raise ProfileError("no_lengths", _("Choose at least one length."))
    profile.offers.timed().exclude(length__in=wanted).update(is_active=False)
    kept: dict[int, Offer] = {}
    for offer in profile.offers.timed().filter(length__in=wanted).order_by("-is_active", "pk"):
        kept.setdefault(offer.length, offer)
    for length in wanted:
        offer = kept.setdefault(length, Offer(profile=profile, length=length))
        offer.format, offer.instant, offer.is_active = format, instant, True
        offer.save()
    announce_change(profile)
    return [kept[length] for length in wanted]


@transaction.atomic
def save_offer(*, profile: MentorProfile, offer: Offer, topics: Iterable[Topic]) -> Offer:
    """Keep one offer as its mentor wrote it. Raises ProfileError("too_many")."""
    lock_profile(profile)
    others = profile.offers.active().exclude(pk=offer.pk).count()
    if offer.is_active and others >= MAX_OFFERS:
        raise ProfileError(
            "too_many", _("You can offer %(count)s things at once. Put one away first.") % {"count": MAX_OFFERS}
        )
    offer.profile = profile
    offer.save()
    offer.topics.set(topics)
    announce_change(profile)
    return offer


@transaction.atomic
def put_away_offer(*, profile: MentorProfile, offer: Offer) -> Offer:
    """Nobody can book it any more; sessions that were booked stay. Raises ProfileError("last")."""
    lock_profile(profile)
    if not profile.offers.active().exclude(pk=offer.pk).exists():
        raise ProfileError("last", _("This is your only offer. Add another one first, or pause your profile."))
    offer.is_active = False
    offer.save(update_fields=["is_active"])
    announce_change(profile)
    return offer


@transaction.atomic
def bring_back_offer(*, profile: MentorProfile, offer: Offer) -> Offer:
    offer.is_active = True
    return save_offer(profile=profile, offer=offer, topics=list(offer.topics.all()))
