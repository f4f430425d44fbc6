"""What a mentor offers: lengths and formats, booked at once or after asking."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.pages.seen import mark_of
from common.statements import ModelColumns
from mentors.moderation.drafts import lock_profile

from .errors import ProfileError, check_seen
from .hooks import announce_change
from .models import MentorProfile, Offer, Topic

MAX_OFFERS = 8

_OFFER, _PROFILE, _PERSON = (
    ModelColumns(Offer, "offer"),
    ModelColumns(MentorProfile, "profile"),
    ModelColumns(User, "person"),
)
# An offer with its mentor's profile and person, as columns for larger statements.
COLUMNS = f"{_OFFER.columns}, {_PROFILE.columns}, {_PERSON.columns}"
TABLES = """
mentors_offer AS offer
JOIN mentors_mentorprofile AS profile ON profile.id = offer.profile_id
JOIN accounts_user AS person ON person.id = profile.person_id
"""


def take_offer(row: Sequence[Any]) -> tuple[Offer, Sequence[Any]]:
    """The offer that a row of `COLUMNS` begins with, and the rest of the row."""
    offer, row = _OFFER.read_row(row)
    offer.profile, row = _PROFILE.read_row(row)
    offer.profile.person, row = _PERSON.read_row(row)
    return offer, row


@transaction.atomic
def set_lengths(
    *, profile: MentorProfile, lengths: Iterable[int], format: str, instant: bool, seen: str | None = None
) -> list[Offer]:
    """Have one plain offer for each length, as in the application: add those that are missing, retire the others.

    `seen` is the mark of the offers that the mentor saw. Raises ProfileError("no_lengths", "moved_on").
    """
    lock_profile(profile)
    wanted = sorted(set(lengths))
    check_seen(seen, lengths_mark(profile), mark_of([(length, format, instant) for length in wanted]))
    if not wanted:
        raise ProfileError("no_lengths", _("Choose at least one length."))
    profile.offers.timed().exclude(length__in=wanted).update(is_active=False)
    kept: dict[int, Offer] = {}
    for offer in profile.offers.timed().filter(length__in=wanted).order_by("-is_active", "pk"):
        kept.setdefault(offer.length, offer)
    for length in wanted:
        offer = kept.setdefault(length, Offer(profile=profile, length=length))
        offer.format, offer.instant, offer.is_active, offer.put_away_at = format, instant, True, None
        offer.save()
    announce_change(profile)
    return [kept[length] for length in wanted]


def lengths_mark(profile: MentorProfile) -> str:
    """A hash of the lengths that can be booked, and how."""
    return mark_of(sorted(profile.offers.timed().active().values_list("length", "format", "instant")))


@transaction.atomic
def save_offer(*, profile: MentorProfile, offer: Offer, topics: Iterable[Topic], seen: str | None = None) -> Offer:
    """Save one offer as its mentor wrote it; `seen` is the mark of what they saw of it (`offer_mark`).

    Raises ProfileError("too_many", "moved_on").
    """
    lock_profile(profile)
    topics = list(topics)
    if offer.pk:
        check_seen(seen, offer_mark(Offer.objects.get(pk=offer.pk)), offer_mark(offer, topics))
    others = profile.offers.active().exclude(pk=offer.pk).count()
    if offer.is_active and others >= MAX_OFFERS:
        raise ProfileError(
            "too_many", _("You can have up to %(count)s offers. Archive one first.") % {"count": MAX_OFFERS}
        )
    offer.profile = profile
    offer.save()
    offer.topics.set(topics)
    announce_change(profile)
    return offer


def terms_mark(offer: Offer) -> str:
    """Of what someone agrees to who books it: how long, how they meet, and whether the mentor is asked first."""
    return mark_of(offer.length, offer.format, offer.instant)


def offer_mark(offer: Offer, topics: Iterable[Topic] | None = None) -> str:
    """A hash of everything that its mentor decides about it.

    `topics`: those it is to have, if they aren't stored yet.
    """
    chosen = offer.topics.all() if topics is None else topics
    own = (offer.title, offer.length, offer.format, offer.instant, offer.is_active, offer.issue_types, offer.questions)
    return mark_of(*map(str, own), sorted(topic.pk for topic in chosen))


@transaction.atomic
def put_away_offer(*, profile: MentorProfile, offer: Offer, seen: str | None = None) -> Offer:
    """Retire an offer: it can't be booked any more, but its sessions stay. Raises ProfileError("last", "moved_on")."""
    lock_profile(profile)
    offer = Offer.objects.get(pk=offer.pk)
    if not offer.is_active:
        return offer
    check_seen(seen, offer_mark(offer))
    if not profile.offers.active().exclude(pk=offer.pk).exists():
        raise ProfileError("last", _("This is your only offer. Add another one first, or add time off instead."))
    offer.is_active = False
    offer.save(update_fields=["is_active"])
    announce_change(profile)
    return offer


@transaction.atomic
def bring_back_offer(*, profile: MentorProfile, offer: Offer, seen: str | None = None) -> Offer:
    """Make a retired offer bookable again. Raises ProfileError("too_many", "moved_on")."""
    lock_profile(profile)
    offer = Offer.objects.get(pk=offer.pk)
    if offer.is_active:
        return offer
    check_seen(seen, offer_mark(offer))
    offer.is_active, offer.put_away_at = True, None
    return save_offer(profile=profile, offer=offer, topics=list(offer.topics.all()))
