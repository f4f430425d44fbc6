import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from mentors.models import MentorProfile, Offer, ProfileDecision, ProfileState, Topic
from mentors.services import suspend_profile
from tests.conftest import NOW, make_person
from tests.mentors.conftest import state_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_for, now, db):
    return client_for(make_person("root@example.org", "Ruth Root", is_staff=True, is_superuser=True))


def run(client, action: str, *profiles: MentorProfile) -> list[str]:
    data = {"action": action, "_selected_action": [profile.pk for profile in profiles]}
    response = client.post(reverse("admin:mentors_mentorprofile_changelist"), data)
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.mark.parametrize("model", [MentorProfile, Topic, Offer, ProfileDecision])
def test_lists_of_the_admin_open(client, sent_profile, model):
    name = model._meta.model_name

    assert client.get(reverse(f"admin:mentors_{name}_changelist"), {"q": "dora"}).status_code == 200
    assert client.get(reverse(f"admin:mentors_{name}_change", args=[model.objects.first().pk])).status_code == 200


def test_approving_in_the_admin_goes_through_the_service(client, sent_profile, draft_profile):
    told = run(client, "approve", sent_profile)

    assert told == ["1 profile updated."]
    assert state_of(sent_profile) == ProfileState.APPROVED
    assert sent_profile.decisions.first().by.name == "Ruth Root"


def test_a_refusal_in_the_admin_is_a_message(client, draft_profile):
    told = run(client, "approve", draft_profile)

    assert told == ["Dora Diaz: This profile isn’t waiting for review any more. Check what was decided."]
    assert state_of(draft_profile) == ProfileState.DRAFT


def test_reinstating_in_the_admin(client, live_profile, maria):
    suspend_profile(profile=live_profile, reason="Complaints.", by=maria, now=NOW)

    assert run(client, "reinstate", live_profile) == ["1 profile updated."]
    assert state_of(live_profile) == ProfileState.APPROVED


def test_the_state_cannot_be_written_in_the_admin(client, draft_profile):
    url = reverse("admin:mentors_mentorprofile_change", args=[draft_profile.pk])

    client.post(url, {"state": "approved", "slug": draft_profile.slug})

    assert state_of(draft_profile) == ProfileState.DRAFT


def test_the_log_is_only_read(client, sent_profile):
    decision = sent_profile.decisions.first()

    assert client.post(reverse("admin:mentors_profiledecision_delete", args=[decision.pk])).status_code == 403
    assert client.post(reverse("admin:mentors_profiledecision_add")).status_code == 403
    assert ProfileDecision.objects.get() == decision


def test_a_topic_of_the_admin_obeys_the_two_levels(client, topic):
    url = reverse("admin:mentors_topic_add")

    client.post(url, {"name": "Pay", "parent": topic.parent_id, "synonyms": "wage, salary", "position": 0})
    refused = client.post(url, {"name": "Below", "parent": topic.pk, "position": 0})

    added = Topic.objects.get(name="Pay")
    assert (added.slug, added.synonyms) == ("pay", ["wage", "salary"])
    assert refused.status_code == 200
    assert not Topic.objects.filter(name="Below").exists()
