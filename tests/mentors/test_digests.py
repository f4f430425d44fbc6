from datetime import timedelta

import pytest

from accounts.models import User
from mentoring.celery import app
from mentors.moderation.digests import KIND, announce_queue
from mentors.services import ProfileTexts, approve_profile, save_words, submit_profile
from notifications.models import Notification
from notifications.registry import Message, Nothing, kind_named
from tests.conftest import NOW, make_mentor, make_person

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def digest_for(person: User) -> Message | Nothing:
    row = Notification.objects.filter(kind=KIND, recipient=person).latest("pk")
    return kind_named(KIND).render(row, NOW)


def test_announce_does_nothing_when_nothing_waits(maria, live_profile):
    assert announce_queue(now=NOW) == 0


def test_announce_tells_every_member_of_staff_once_of_what_is_new(sent_profile, maria, bob):
    make_person("nils@example.org", "Nils Nord", is_staff=True)
    make_person("gone@example.org", "Gone Girard", is_staff=True, is_active=False)

    assert [announce_queue(now=NOW + hours * HOUR) for hours in (0, 0, 2, 30)] == [2, 0, 0, 0]
    assert sorted(Notification.objects.filter(kind=KIND).values_list("recipient__email", flat=True)) == [
        "maria@example.org",
        "nils@example.org",
    ]


def test_announce_waits_an_hour_before_it_tells_of_the_next(sent_profile, live_profile, maria):
    announce_queue(now=NOW)
    save_words(profile=live_profile, words=ProfileTexts(headline="Chief engineer"))
    submit_profile(profile=live_profile, by=live_profile.person, now=NOW + HOUR / 4)

    assert [announce_queue(now=NOW + part * HOUR) for part in (0.5, 0.9, 1.1, 3)] == [0, 0, 1, 0]


def test_announce_tells_nobody_of_their_own_profile(maria, topic):
    profile = make_mentor(maria)
    save_words(profile=profile, words=ProfileTexts(headline="Chief of everything"), topics=[topic])
    submit_profile(profile=profile, by=maria, now=NOW)

    assert announce_queue(now=NOW) == 0


def test_digest_counts_what_waits_and_leads_to_the_oldest(sent_profile, changed_profile, maria):
    announce_queue(now=NOW)

    mail = digest_for(maria)

    assert mail.subject == "2 profiles to review"
    assert "The oldest has been waiting since Tuesday 24 November." in mail.text
    assert f"/staff/profiles/{sent_profile.slug}/\n" in mail.text
    assert "You’re getting this because you’re on the staff." in mail.text


def test_digest_says_nothing_once_everything_is_decided(sent_profile, maria):
    announce_queue(now=NOW)
    approve_profile(profile=sent_profile, by=maria, now=NOW)

    assert digest_for(maria) == Nothing("nothing waits any more")


def test_digest_says_nothing_to_somebody_who_left_the_staff(sent_profile, maria):
    announce_queue(now=NOW)
    User.objects.filter(pk=maria.pk).update(roles=[])

    assert digest_for(maria) == Nothing("not staff any more")


def test_beat_knows_only_tasks_that_exist():
    app.loader.import_default_modules()

    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)
    assert "mentors.tasks.announce" in app.tasks
