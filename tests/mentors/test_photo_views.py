import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mentors.models import MentorProfile
from mentors.photos import read_photo
from mentors.services import ProfileTexts, approve_profile, save_words, submit_profile, suspend_profile
from tests.conftest import NOW
from tests.mentors.pictures import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def profile(draft_profile) -> MentorProfile:
    photo = read_photo(SimpleUploadedFile("me.jpg", picture()))
    save_words(profile=draft_profile, words=ProfileTexts(), photo=photo)
    draft_profile.draft.refresh_from_db()
    return draft_profile


@pytest.fixture
def live(profile, maria) -> MentorProfile:
    submit_profile(profile=profile, by=profile.person, now=NOW)
    approve_profile(profile=profile, by=maria, now=NOW)
    return MentorProfile.objects.get(pk=profile.pk)


def test_a_public_photo_is_for_everybody(client, live):
    response = client.get(live.portrait_url)

    assert response.headers["Content-Type"] == "image/webp"
    assert response.headers["Cache-Control"] == "public, max-age=86400"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert b"".join(response.streaming_content)[8:12] == b"WEBP"


def test_the_thumbnail_is_the_smaller_file(client, live):
    sizes = [len(b"".join(client.get(url).streaming_content)) for url in (live.thumbnail_url, live.portrait_url)]

    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[1]


def test_a_photo_that_is_not_public_is_for_its_owner_and_staff(client, client_for, profile, maria, charlie):
    url = profile.draft.portrait_url

    answers = [
        visitor.get(url) for visitor in (client, client_for(charlie), client_for(profile.person), client_for(maria))
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 200, 200]
    assert answers[2].headers["Cache-Control"] == "private, no-store"
    for answer in answers[2:]:
        answer.close()


def test_the_photo_of_a_suspended_mentor_is_gone(client, live, maria):
    suspend_profile(profile=live, reason="Complaints.", by=maria, now=NOW)

    assert client.get(live.portrait_url).status_code == 404


@pytest.mark.parametrize("change", [("-256.", "-512."), ("-256.", "-999999999999999999999."), ("photos/", "photos/x")])
def test_other_addresses_are_not_found(client, live, change):
    assert client.get(live.portrait_url.replace(*change)).status_code == 404


def test_a_photo_whose_file_is_lost_is_not_found(client, live, media):
    (media / live.photo.name).unlink()

    assert client.get(live.portrait_url).status_code == 404
