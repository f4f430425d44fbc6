from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from mentors.models import MentorProfile, ProfileState
from mentors.services import (
    ProfileTexts,
    approve_profile,
    ask_for_changes,
    decline_profile,
    draft_of,
    save_words,
    suspend_profile,
)
from tests.conftest import NOW
from tests.markup import forms_in
from tests.mentors.conftest import queries_of, state_of

pytestmark = pytest.mark.django_db
PROFILE = "/mentor/profile/"


def text_of(response) -> str:
    return response.content.decode()


def told(response) -> list[str]:
    """The code of each refusal that the next page shows."""
    return [message.extra_tags for message in get_messages(response.wsgi_request)]


def test_become_a_mentor_is_for_everybody(client, db):
    page = text_of(client.get("/become-a-mentor/"))

    assert reverse("mentor_apply", args=[1]) in page


def test_become_a_mentor_leads_mentors_to_their_profile(client_for, draft_profile):
    page = text_of(client_for(draft_profile.person).get("/become-a-mentor/"))

    assert f'href="{PROFILE}"' in page
    assert reverse("mentor_apply", args=[1]) not in page


@pytest.mark.parametrize("path", [PROFILE, "/mentor/offers/", "/mentor/offers/add/"])
def test_pages_of_mentors_send_others_to_the_application(client_for, bob, path):
    assert client_for(bob).get(path).headers["Location"] == reverse("mentor_apply", args=[1])


@pytest.mark.parametrize("path", [PROFILE, "/mentor/offers/"])
def test_pages_of_mentors_ask_to_sign_in(client, db, path):
    assert client.get(path).headers["Location"] == f"/sign-in/?next={path}"


@pytest.mark.parametrize("act", ["send", "discard", "apply-again"])
def test_acts_on_the_profile_need_post(client_for, draft_profile, act):
    assert client_for(draft_profile.person).get(f"{PROFILE}{act}/").status_code == 405


def test_profile_of_a_draft(client_for, draft_profile):
    page = text_of(client_for(draft_profile.person).get(PROFILE))

    assert str(ProfileState.DRAFT.label) in page
    assert f"{PROFILE}send/" in forms_in(page)


def test_profile_says_what_was_asked_and_where(client_for, sent_profile, maria):
    ask_for_changes(profile=sent_profile, points={"questions": "Write it <b>as</b> a question."}, by=maria, now=NOW)

    page = text_of(client_for(sent_profile.person).get(PROFILE))

    assert str(ProfileState.NEEDS_CHANGES.label) in page
    assert "Write it &lt;b&gt;as&lt;/b&gt; a question." in page
    assert f'<a href="{reverse("mentor_apply", args=[2])}">Questions</a>' in page
    assert "— Maria" in page
    assert f"{PROFILE}send/" in forms_in(page)


def test_profile_is_sent_again(client_for, sent_profile, maria):
    ask_for_changes(profile=sent_profile, points={"name": "Hm."}, by=maria, now=NOW)

    response = client_for(sent_profile.person).post(f"{PROFILE}send/")

    assert response.headers["Location"] == PROFILE
    assert state_of(sent_profile) == ProfileState.SUBMITTED


def test_sending_an_incomplete_profile_leads_to_what_is_missing(client_for, draft_profile):
    save_words(profile=draft_profile, words=ProfileTexts(asks=["Only one?"]))

    response = client_for(draft_profile.person).post(f"{PROFILE}send/")

    assert response.headers["Location"] == reverse("mentor_apply", args=[5])
    assert state_of(draft_profile) == ProfileState.DRAFT


def test_sending_a_live_profile_without_changes_says_so(client_for, live_profile):
    response = client_for(live_profile.person).post(f"{PROFILE}send/")

    assert told(response) == ["unchanged"]
    assert state_of(live_profile) == ProfileState.APPROVED


def test_profile_of_changed_words_shows_both_ways_on(client_for, live_profile):
    save_words(profile=live_profile, words=ProfileTexts(headline="Chief engineer"))

    page = text_of(client_for(live_profile.person).get(PROFILE))

    assert {f"{PROFILE}send/", f"{PROFILE}discard/"} <= set(forms_in(page))
    assert "Chief engineer" in page


def test_changes_can_be_discarded(client_for, live_profile):
    save_words(profile=live_profile, words=ProfileTexts(headline="Chief engineer"))

    client_for(live_profile.person).post(f"{PROFILE}discard/")

    assert draft_of(live_profile).headline == "Engineering director"


def test_profile_that_was_turned_down_says_why_and_when_to_come_back(client_for, sent_profile, maria, now):
    decline_profile(profile=sent_profile, reason="Too early.", by=maria, now=NOW)
    client = client_for(sent_profile.person)

    page = text_of(client.get(PROFILE))
    refused = client.post(f"{PROFILE}apply-again/")

    assert "Too early." in page
    assert "Thursday 24 December" in page
    assert f"{PROFILE}apply-again/" not in forms_in(page)
    assert told(refused) == ["too_early"]
    assert state_of(sent_profile) == ProfileState.DECLINED


def test_profile_that_was_turned_down_long_ago_may_apply_again(client_for, sent_profile, maria):
    decline_profile(profile=sent_profile, reason="Too early.", by=maria, now=NOW - timedelta(days=200))
    client = client_for(sent_profile.person)

    assert f"{PROFILE}apply-again/" in forms_in(text_of(client.get(PROFILE)))
    assert client.post(f"{PROFILE}apply-again/").headers["Location"] == reverse("mentor_apply", args=[1])
    assert state_of(sent_profile) == ProfileState.DRAFT


def test_suspended_profile_says_why_and_cannot_be_changed(client_for, live_profile, maria):
    suspend_profile(profile=live_profile, reason="Complaints.", by=maria, now=NOW)

    page = text_of(client_for(live_profile.person).get(PROFILE))

    assert "Complaints." in page
    assert reverse("mentor_apply", args=[1]) not in page


def test_live_profile_leads_to_the_public_page(client_for, sent_profile, maria):
    approve_profile(profile=sent_profile, by=maria, now=NOW)

    page = text_of(client_for(sent_profile.person).get(PROFILE))

    assert f'href="{reverse("mentor_detail", args=[sent_profile.slug])}"' in page


def test_words_with_markup_are_escaped(client_for, draft_profile):
    evil = "<img src=x onerror=alert(1)>"
    save_words(profile=draft_profile, words=ProfileTexts(headline=evil, asks=[evil] * 3, how_i_work=evil))

    page = text_of(client_for(draft_profile.person).get(PROFILE))

    assert evil not in page
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") == 5


def test_profile_page_takes_the_same_queries_for_one_topic_and_three(client_for, draft_profile, topic):
    client = client_for(draft_profile.person)
    before = queries_of(client, PROFILE)
    for number in range(2):
        draft_profile.draft.topics.create(name=f"Topic {number}", slug=f"topic-{number}", parent=topic.parent)

    assert queries_of(client, PROFILE) == before <= 16


def test_another_persons_profile_has_no_address_of_its_own(client_for, draft_profile, charlie):
    """Pages of mentors are about the one who asks: a stranger is led to their own application."""
    response = client_for(charlie).post(f"{PROFILE}send/")

    assert response.headers["Location"] == reverse("mentor_apply", args=[1])
    assert state_of(draft_profile) == ProfileState.DRAFT
    assert not MentorProfile.objects.filter(person=charlie).exists()
