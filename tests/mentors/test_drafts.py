from datetime import timedelta

import pytest
from django.core.files.storage import default_storage

from mentors.errors import ProfileError
from mentors.models import MentorProfile, ProfileState
from mentors.moderation.drafts import free_slug
from mentors.photos import Portraits
from mentors.services import (
    ProfileTexts,
    discard_changes,
    draft_of,
    has_unpublished_changes,
    save_words,
    start_application,
)
from tests.conftest import NOW, make_person

pytestmark = pytest.mark.django_db
PHOTO = Portraits(portrait=b"big", thumbnail=b"small")


def stored_photos() -> list[str]:
    return sorted(default_storage.listdir("photos")[1]) if default_storage.exists("photos") else []


def test_start_application_makes_a_draft_with_an_address_from_the_name(dora):
    profile = start_application(person=dora, now=NOW, name="Dóra Díaz")

    assert (profile.slug, profile.state, profile.draft.headline) == ("dora-diaz", ProfileState.DRAFT, "")


def test_start_application_gives_the_same_profile_twice(dora):
    first = start_application(person=dora, now=NOW, name="Dora Diaz")

    assert start_application(person=dora, now=NOW, name="Somebody Else") == first
    assert MentorProfile.objects.get().slug == "dora-diaz"


def test_start_application_numbers_the_second_of_a_name(dora):
    start_application(person=dora, now=NOW, name="Dora Diaz")
    other = make_person("dora2@example.org", "Dora Diaz")

    assert start_application(person=other, now=NOW, name="Dora Diaz").slug == "dora-diaz-2"


@pytest.mark.parametrize(("name", "slug"), [("田中 愛子", "mentor"), ("", "mentor"), ("x" * 200, "x" * 80)])
def test_free_slug_of_an_unusual_name(name, slug):
    assert free_slug(name) == slug


def test_start_application_never_shows_the_address_of_a_person_without_a_name(db):
    person = make_person("secret.address@example.org", "")

    assert start_application(person=person, now=NOW).slug == "mentor"


def test_start_application_refuses_a_declined_profile_too_early(draft_profile):
    MentorProfile.objects.update(state=ProfileState.DECLINED, declined_at=NOW)

    with pytest.raises(ProfileError) as refused:
        start_application(person=draft_profile.person, now=NOW + timedelta(days=29))
    assert refused.value.code == "too_early"


def test_start_application_opens_a_declined_profile_again_after_its_time(draft_profile):
    MentorProfile.objects.update(state=ProfileState.DECLINED, declined_at=NOW)

    profile = start_application(person=draft_profile.person, now=NOW + timedelta(days=30))

    assert (profile.state, profile.draft.headline) == (ProfileState.DRAFT, "Staff engineer")


def test_save_words_leaves_the_public_words_and_grows_the_version(live_profile):
    save_words(profile=live_profile, words=ProfileTexts(headline="Chief engineer"))

    fresh = MentorProfile.objects.get(pk=live_profile.pk)
    assert (fresh.headline, fresh.draft.headline, fresh.version) == ("Engineering director", "Chief engineer", 1)
    assert fresh.draft.asks == fresh.asks


def test_save_words_writes_the_name_of_the_person(draft_profile, dora):
    save_words(profile=draft_profile, words=ProfileTexts(), name="Dora Delgado")

    dora.refresh_from_db()
    assert dora.name == "Dora Delgado"


@pytest.mark.parametrize("state", [ProfileState.SUSPENDED, ProfileState.DECLINED])
def test_save_words_refuses_a_closed_profile(draft_profile, state):
    MentorProfile.objects.update(state=state)

    with pytest.raises(ProfileError) as refused:
        save_words(profile=draft_profile, words=ProfileTexts(headline="New"))
    assert refused.value.code == "closed"
    draft_profile.draft.refresh_from_db()
    assert draft_profile.draft.headline == "Staff engineer"


def test_save_words_keeps_two_sizes_of_a_photo(draft_profile):
    draft = save_words(profile=draft_profile, words=ProfileTexts(), photo=PHOTO)

    key = draft.photo.name.removeprefix("photos/").removesuffix(".webp")
    assert stored_photos() == [f"{key}-96.webp", f"{key}.webp"]


def test_a_replaced_photo_is_deleted(draft_profile, django_capture_on_commit_callbacks):
    save_words(profile=draft_profile, words=ProfileTexts(), photo=PHOTO)
    before = stored_photos()

    with django_capture_on_commit_callbacks(execute=True):
        save_words(profile=draft_profile, words=ProfileTexts(), photo=PHOTO)

    assert len(stored_photos()) == 2
    assert not set(before) & set(stored_photos())


def test_a_removed_photo_that_the_public_sees_stays_until_approval(live_profile, django_capture_on_commit_callbacks):
    draft = save_words(profile=live_profile, words=ProfileTexts(), photo=PHOTO)
    MentorProfile.objects.update(photo=draft.photo.name)

    with django_capture_on_commit_callbacks(execute=True):
        save_words(profile=live_profile, words=ProfileTexts(), remove_photo=True)

    assert len(stored_photos()) == 2
    assert not draft_of(live_profile).photo


def test_differs_sees_words_and_topics(live_profile, topic):
    assert not has_unpublished_changes(live_profile, draft_of(live_profile))

    live_profile.draft.topics.clear()
    assert has_unpublished_changes(live_profile, draft_of(live_profile))


def test_discard_changes_goes_back_to_the_public_words(changed_profile):
    discard_changes(profile=changed_profile)

    draft = draft_of(changed_profile)
    assert (draft.headline, draft.submitted_at) == ("Engineering director", None)
    assert not has_unpublished_changes(changed_profile, draft)


def test_discard_changes_refuses_what_was_never_public(draft_profile):
    with pytest.raises(ProfileError) as refused:
        discard_changes(profile=draft_profile)
    assert refused.value.code == "not_live"


def test_draft_of_begins_as_the_public_words(live_profile, topic):
    live_profile.draft.delete()
    profile = MentorProfile.objects.get(pk=live_profile.pk)

    draft = draft_of(profile)

    assert (draft.headline, list(draft.topics.all())) == ("Engineering director", [topic])
