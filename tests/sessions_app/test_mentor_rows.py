"""What a mentor's page reads by one hand-written statement is what the QuerySets would have found."""

import pytest
from django.db import connection

from mentors.models import MentorProfile, Topic
from sessions_app.mentor_rows import MENTOR, MentorRows, find_mentor, rows_of
from sessions_app.models import Schedule
from tests.conftest import make_mentor, make_person

from .test_session_rows import values_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prepared")]


@pytest.fixture
def prepared() -> None:
    """Each connection prepares its statement once, which is not counted."""
    with connection.cursor() as cursor:
        MENTOR.ready_text(cursor)


@pytest.fixture
def full(alice, offer) -> MentorProfile:
    """Offers of several kinds, one of them switched off, unsorted topics, and words that need quoting."""
    profile = alice.mentor_profile
    profile.headline, profile.asks, profile.languages = 'It’s "here" \\ and', ["{a}", "b,c"], ["en", "de"]
    profile.photo.name = "photos/x.webp"
    profile.save()
    profile.offers.create(
        length=45, position=2, issue_types=["career", "other"], questions=['Why "now"?', "{}"], step=10
    )
    profile.offers.create(length=15, position=1, instant=False)
    profile.offers.create(length=30, is_active=False)
    profile.offers.create(format="writing", position=3)
    names = ("Zoology", "Asking “why”", "Nothing")
    profile.topics.set(
        [Topic.objects.create(name=name, slug=f"t{at}", position=at % 2) for at, name in enumerate(names)]
    )
    return profile


def compare(found: MentorRows | None, profile: MentorProfile) -> None:
    expected = rows_of(MentorProfile.objects.select_related("person", "schedule").get(pk=profile.pk))
    assert found is not None
    assert values_of([found.profile, found.profile.person]) == values_of([expected.profile, expected.profile.person])
    assert values_of(found.offers) == values_of(expected.offers)
    assert list(found.topics) == list(expected.topics)
    assert {offer.profile for offer in found.offers} <= {found.profile}


def test_a_mentor_is_read_by_one_statement_as_the_orm_reads_them(full, bob, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = find_mentor(full.slug, reader=bob)
        schedule = found.profile.schedule
        assert schedule.profile.person.mentor_profile.name

    compare(found, full)
    assert (len(found.offers), len(found.topics)) == (4, 3)
    assert values_of([schedule]) == values_of([Schedule.objects.get(profile=full)])


def test_a_mentor_without_rules_or_offers_is_read_too(django_assert_num_queries):
    bare = make_mentor(make_person("dora@example.org", "Dora"))
    Schedule.objects.filter(profile=bare).delete()
    bare.offers.all().delete()

    found = find_mentor(bare.slug, reader=None)
    compare(found, bare)
    with django_assert_num_queries(0), pytest.raises(Schedule.DoesNotExist):
        assert found.profile.schedule


def test_what_is_not_public_is_found_by_nobody(full, bob):
    for state in ("draft", "submitted", "suspended", "declined"):
        MentorProfile.objects.filter(pk=full.pk).update(state=state)
        assert [find_mentor(full.slug, reader=reader) for reader in (None, bob, full.person)] == [None] * 3
    MentorProfile.objects.filter(pk=full.pk).update(state="approved")
    assert find_mentor(full.slug, reader=None)
    full.person.is_active = False
    full.person.save()
    assert find_mentor(full.slug, reader=bob) is None
    assert find_mentor("nobody", reader=bob) is None
