"""Two windows of the admin: what the one saved, the other does not overwrite without having been told."""

import pytest
from django.contrib import admin
from django.urls import reverse

from common.admin import EditedModel, field_text
from common.pages.seen import FIELD
from mentors.models import MentorProfile, Offer, Topic
from tests.admin_forms import fields_of
from tests.conftest import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(client_for, now, db):
    return client_for(make_person("root@example.org", "Ruth Root", is_staff=True, is_superuser=True))


def test_every_model_that_is_edited_in_the_admin_carries_a_mark(rf, root):
    request = rf.get("/")
    request.user = make_person("other@example.org", "Rhea Root", is_staff=True, is_superuser=True)
    without = []
    for page in admin.site._registry.values():
        parts = [page, *page.get_inline_instances(request)]
        without += [
            str(part) for part in parts if part.has_change_permission(request) and not isinstance(part, EditedModel)
        ]

    assert without == []


EDITS = {
    "topic": ("name", "Pay rises", lambda topic: Topic.objects.filter(pk=topic.pk).update(name="Salary")),
    "offer": ("title", "A talk", lambda offer: Offer.objects.filter(pk=offer.pk).update(title="A walk")),
    "mentorprofile": (
        "headline",
        "Chief engineer",
        lambda profile: MentorProfile.objects.filter(pk=profile.pk).update(headline="Engineer"),
    ),
    "user": ("name", "Dora Doe", lambda person: type(person).objects.filter(pk=person.pk).update(name="Dora Day")),
}


@pytest.mark.parametrize("kind", EDITS)
def test_what_was_saved_meanwhile_is_not_overwritten_unseen(root, live_profile, topic, kind):
    field, typed, change_elsewhere = EDITS[kind]
    row = {
        "topic": topic,
        "offer": live_profile.offers.first(),
        "mentorprofile": live_profile,
        "user": live_profile.person,
    }[kind]
    address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    filled = fields_of(root.get(address)) | {field: typed}
    change_elsewhere(row)
    row.refresh_from_db()
    stored = getattr(row, field)

    refused = root.post(address, filled)
    row.refresh_from_db()
    kept = getattr(row, field)
    again = fields_of(refused)
    saved = root.post(address, again)

    row.refresh_from_db()
    assert (refused.status_code, kept, again[field]) == (200, stored, typed)
    assert stored in refused.content.decode()
    assert (saved.status_code, getattr(row, field)) == (302, typed)


def test_an_offer_beside_its_profile_is_not_overwritten_unseen(root, live_profile):
    """The page of a profile edits its offers as well: each carries a mark of its own."""
    address = reverse("admin:mentors_mentorprofile_change", args=[live_profile.pk])
    filled = fields_of(root.get(address)) | {"offers-0-title": "A talk"}
    assert filled[f"offers-0-{FIELD}"]
    offer = Offer.objects.get(pk=filled["offers-0-id"])
    Offer.objects.filter(pk=offer.pk).update(title="A walk")

    refused = root.post(address, filled)

    offer.refresh_from_db()
    assert (refused.status_code, offer.title) == (200, "A walk")
    assert root.post(address, fields_of(refused)).status_code == 302
    offer.refresh_from_db()
    assert offer.title == "A talk"


def test_of_several_offers_only_the_one_that_changed_meanwhile_is_refused(root, live_profile):
    """Nothing of the page is saved, and the words of the other offer stay typed."""
    live_profile.offers.create(length=45, title="Longer")
    address = reverse("admin:mentors_mentorprofile_change", args=[live_profile.pk])
    filled = fields_of(root.get(address))
    filled |= {"offers-0-title": "First typed", "offers-1-title": "Second typed", "headline": "Typed"}
    Offer.objects.filter(pk=filled["offers-0-id"]).update(title="Stored meanwhile")

    refused = root.post(address, filled)

    [offers] = [one.formset for one in refused.context["inline_admin_formsets"] if one.formset.prefix == "offers"]
    live_profile.refresh_from_db()
    assert ["title" in form.errors for form in offers.forms] == [True, False]
    assert "Stored meanwhile" in str(offers.forms[0].errors["title"])
    assert live_profile.headline != "Typed"
    assert Offer.objects.get(pk=filled["offers-1-id"]).title == "Longer"
    again = fields_of(refused)
    assert (again["offers-1-title"], again["headline"]) == ("Second typed", "Typed")
    assert again[f"offers-0-{FIELD}"] != filled[f"offers-0-{FIELD}"]
    assert again[f"offers-1-{FIELD}"] == filled[f"offers-1-{FIELD}"]


def test_what_changed_meanwhile_in_a_part_that_is_left_alone_refuses_nothing(root, live_profile):
    address = reverse("admin:mentors_mentorprofile_change", args=[live_profile.pk])
    filled = fields_of(root.get(address)) | {"headline": "Typed"}
    Offer.objects.filter(pk=filled["offers-0-id"]).update(is_active=False)

    saved = root.post(address, filled | {"offers-0-is_active": ""})

    live_profile.refresh_from_db()
    assert (saved.status_code, live_profile.headline) == (302, "Typed")


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), (0, "0"), (["b", "a"], "a, b"), ({2, 1}, "1, 2"), ("b, a", "b, a")]
)
def test_a_stored_value_reads_the_same_in_whatever_order_it_came(value, text):
    assert field_text(value) == text


def test_a_form_that_changes_nothing_is_not_refused(root, topic):
    address = reverse("admin:mentors_topic_change", args=[topic.pk])
    filled = fields_of(root.get(address))
    Topic.objects.filter(pk=topic.pk).update(position=7)

    assert root.post(address, filled | {"position": "7"}).status_code == 302
