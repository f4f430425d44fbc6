"""Saving the words and the photo of a profile while its mentor is writing them."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.hooks import announce_person
from accounts.models import User
from common.pages.seen import mark_of
from common.times import day_text
from mentors.errors import ProfileError, check_seen
from mentors.models import THUMBNAIL, MentorProfile, ProfileDraft, ProfileState, ProfileWords, Topic, photo_named
from mentors.photos import Portraits

WORDS = ("headline", "asks", "how_i_work", "languages", "photo")
SLUG_LENGTH = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileTexts:
    """What one page of the application changes; None leaves a field as it is."""

    headline: str | None = None
    asks: list[str] | None = None
    how_i_work: str | None = None
    languages: list[str] | None = None


def lock_profile(profile: MentorProfile) -> MentorProfile:
    # The person first, in the same order as bookings: these then see the profile before the change or after it.
    User.objects.locked(profile.person_id)
    return MentorProfile.objects.select_for_update(of=("self",)).select_related("person").get(pk=profile.pk)


def copy_words(*, source: MentorProfile | ProfileDraft, target: MentorProfile | ProfileDraft) -> None:
    for field in WORDS:
        setattr(target, field, _comparable_value(source, field))
    target.topics.set(source.topics.all())


@transaction.atomic
def draft_of(profile: MentorProfile) -> ProfileDraft:
    """The draft, which begins as a copy of the public words."""
    draft, created = ProfileDraft.objects.get_or_create(
        profile=profile, defaults={field: _comparable_value(profile, field) for field in WORDS}
    )
    if created:
        draft.topics.set(profile.topics.all())
    draft.profile = profile
    return draft


def has_unpublished_changes(profile: MentorProfile, draft: ProfileDraft) -> bool:
    """Whether the draft differs from what the public sees."""
    return any(_comparable_value(profile, field) != _comparable_value(draft, field) for field in WORDS) or set(
        profile.topics.values_list("pk", flat=True)
    ) != set(draft.topics.values_list("pk", flat=True))


def _comparable_value(words: ProfileWords, field: str) -> object:
    return words.photo.name or "" if field == "photo" else getattr(words, field)


@transaction.atomic
def start_application(*, person: User, now: datetime, name: str = "") -> MentorProfile:
    """The person's profile, created if there is none. A declined one opens again once its waiting time has passed.

    `name` gives the profile its slug, which never changes. Raises ProfileError("too_early").
    """
    User.objects.locked(person)
    profile = MentorProfile.objects.filter(person=person).first()
    if profile is None:
        profile = _create_profile(person, name or person.name)
        ProfileDraft.objects.create(profile=profile)
    elif profile.state == ProfileState.DECLINED:
        may_apply_from = (profile.declined_at or now) + settings.REAPPLY_AFTER
        if now < may_apply_from:
            day = day_text(may_apply_from, person.zone_name, now)
            raise ProfileError("too_early", _("You can apply again from %(day)s.") % {"day": day})
        profile.state = ProfileState.DRAFT
        profile.version += 1
        profile.save(update_fields=["state", "version"])
    return profile


def _create_profile(person: User, name: str) -> MentorProfile:
    """Two people of the same name may start at the same moment; the second gets the next number."""
    for _attempt in range(5):
        try:
            with transaction.atomic():
                return MentorProfile.objects.create(person=person, slug=free_slug(name))
        except IntegrityError:
            continue
    raise ProfileError("busy", _("We couldn’t save your profile just now. Try again."))


def free_slug(name: str) -> str:
    """A slug from the name, with a number if another mentor has it. Names without Latin letters become `mentor`."""
    base = slugify(name)[:SLUG_LENGTH].strip("-") or "mentor"
    taken = set(MentorProfile.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug


@transaction.atomic
def save_words(
    *,
    profile: MentorProfile,
    words: ProfileTexts,
    topics: Iterable[Topic] | None = None,
    name: str | None = None,
    photo: Portraits | None = None,
    remove_photo: bool = False,
    seen: str | None = None,
) -> ProfileDraft:
    """Save what the mentor wrote. The public words stay, and a reviewer notices that the draft has changed.

    `seen` is the mark of the same words as the mentor saw them (`words_mark`). Raises ProfileError("closed") if the
    profile may not be changed now (suspended, turned down), or "moved_on".
    """
    User.objects.locked(profile.person_id)
    fresh = lock_profile(profile)
    if not fresh.is_writable:
        raise ProfileError(
            "closed", _("Your profile can’t be changed at the moment. Write to us if you think that’s a mistake.")
        )
    draft = draft_of(fresh)
    new = {field: value for field, value in asdict(words).items() if value is not None}
    asked = new | ({"name": name} if name is not None else {})
    asked |= {"topics": sorted(topic.pk for topic in topics)} if topics is not None else {}
    check_seen(seen, words_mark(fresh, draft, *asked), _mark_of_words(asked))
    for field, value in new.items():
        setattr(draft, field, value)
    if topics is not None:
        draft.topics.set(asked["topics"])
    if name is not None and name != fresh.person.name:
        fresh.person.name = name
        fresh.person.save(update_fields=["name"])
        announce_person(fresh.person)
    if photo is not None or remove_photo:
        _replace_photo(fresh, draft, photo)
    draft.save()
    fresh.version += 1
    fresh.save(update_fields=["version"])
    return draft


def words_mark(profile: MentorProfile, draft: ProfileDraft | None, *names: str) -> str:
    """A hash of what one page of the application asks for, as it is stored.

    Without a profile there is only the name.
    """
    known: dict[str, object] = {"name": profile.person.name}
    if draft is not None:
        known |= {field: getattr(draft, field) for field in ("headline", "asks", "how_i_work", "languages")}
        known["topics"] = sorted(draft.topics.values_list("pk", flat=True)) if "topics" in names else []
    return _mark_of_words({name: known[name] for name in names})


def _mark_of_words(words: Mapping[str, object]) -> str:
    return mark_of(*sorted(words.items()))


def _replace_photo(profile: MentorProfile, draft: ProfileDraft, photo: Portraits | None) -> None:
    before = draft.photo.name or ""
    draft.photo = ""
    if photo is not None:
        draft.photo = store_photo(photo)
    if before and before != profile.photo.name:
        forget_photo(before)


def store_photo(photo: Portraits) -> str:
    """Keep both sizes; returns the name of the portrait, from which `file_name` makes the other one's."""
    name = default_storage.save(photo_named(uuid4().hex), ContentFile(photo.portrait))
    default_storage.save(file_name(name, THUMBNAIL), ContentFile(photo.thumbnail))
    return name


def file_name(portrait: str, size: int) -> str:
    """The name of the other size of a photo: photos/ab12.webp has photos/ab12-96.webp beside it."""
    path = Path(portrait)
    return str(path.with_name(f"{path.stem}-{size}{path.suffix}")) if size == THUMBNAIL else portrait


def forget_photo(portrait: str) -> None:
    """Delete both sizes, but only once the transaction is committed."""
    for name in (portrait, file_name(portrait, THUMBNAIL)):
        transaction.on_commit(partial(default_storage.delete, name))


@transaction.atomic
def discard_changes(*, profile: MentorProfile, seen: str | None = None) -> None:
    """Replace the draft with the public words.

    `seen` is the version that the mentor saw. Raises ProfileError("not_live", "moved_on").
    """
    fresh = lock_profile(profile)
    check_seen(seen, str(fresh.version))
    if fresh.state != ProfileState.APPROVED:
        raise ProfileError("not_live", _("Only a live profile has a public version to go back to."))
    draft = draft_of(fresh)
    if draft.photo.name and draft.photo.name != fresh.photo.name:
        forget_photo(draft.photo.name)
    copy_words(source=fresh, target=draft)
    draft.submitted_at = None
    draft.save()
    fresh.version += 1
    fresh.save(update_fields=["version"])
