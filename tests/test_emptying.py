"""After a test that really wrote, the next one finds what a new site has."""

import threading

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from common.clock import note_beat
from mentors.models import Decision, Offer, ProfileDecision, Topic
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


@pytest.mark.django_db(transaction=True)
def test_rows_are_deleted_though_a_request_still_holds_some_and_wants_others(bob):
    """It holds a topic, whose table comes after that of people, and then wants the person: neither could go on."""
    topic, done = Topic.objects.create(slug="bees", name="Bees"), []

    def delete() -> None:
        done.append(delete_rows())
        connection.close()

    deleting = threading.Thread(target=delete)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL deadlock_timeout TO '1h'")  # so the deletion is stopped, not this
        Topic.objects.filter(pk=topic.pk).update(name="Beekeeping")
        deleting.start()
        waiting = 0
        while not waiting:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            [waiting] = cursor.fetchone()
        changed = User.objects.filter(pk=bob.pk).update(name="Robert")
    deleting.join()

    assert (changed, done, rows()) == (1, [True], {})
