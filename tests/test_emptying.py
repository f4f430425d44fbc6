"""After a test that really wrote, the next one finds what a new site has."""

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, connection

from common.clock import note_beat
from mentors.models import Decision, Offer, ProfileDecision
from tests.conftest import NOW
from tests.emptying import delete_rows, our_tables


def rows() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in our_tables()))  # noqa: S608
        return {name: count for name, count in cursor.fetchall() if count}


@pytest.mark.django_db(transaction=True)
def test_everything_that_was_written_is_gone_and_what_guards_rows_is_back(alice):
    profile = alice.mentor_profile
    ProfileDecision.objects.create(profile=profile, decision=Decision.APPROVED, by=alice, at=NOW)
    note_beat(NOW)
    written, permissions = rows(), Permission.objects.count()

    done = delete_rows()

    assert done
    assert written.keys() > {"accounts_user", "mentors_offer", "mentors_profiledecision", "django_cache"}
    assert (rows(), Permission.objects.count() == permissions > 0) == ({}, True)
    with pytest.raises(IntegrityError):
        Offer.objects.create(profile_id=profile.pk, length=25)
