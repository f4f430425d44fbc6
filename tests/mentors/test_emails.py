import pytest

from mentors.models import MentorProfile
from mentors.services import (
    ProfileTexts,
    approve_profile,
    ask_for_changes,
    decline_profile,
    reinstate_profile,
    save_words,
    submit_profile,
    suspend_profile,
)
from notifications.models import Notification
from notifications.registry import Message, Nothing, kind_named
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


def mail_of(profile: MentorProfile) -> Message | Nothing:
    """The newest mail about this profile, as it would leave now."""
    row = Notification.objects.about("mentor_profile", profile.pk).latest("pk")
    return kind_named(row.kind).render(row, NOW)


def test_received_says_until_when(sent_profile):
    mail = mail_of(sent_profile)

    assert mail.subject == "We’ve received your profile"
    assert "You’ll hear from us by Thursday 26 November" in mail.text
    assert "/mentor/availability/" in mail.text
    assert "Set your times" in mail.html


def test_received_of_changes_says_that_the_public_version_stays(changed_profile):
    mail = mail_of(changed_profile)

    assert mail.subject == "We’ve received your changes"
    assert "Until then, people see your profile as it was." in mail.text


def test_approved_without_times_asks_for_them(sent_profile, maria):
    approve_profile(profile=sent_profile, by=maria, now=NOW)

    mail = mail_of(sent_profile)

    assert mail.subject == "Your profile is live"
    assert "One thing is missing: your times. Nobody can book you until you add some." in mail.text


def test_approved_with_times_says_them(changed_profile, maria):
    changed_profile.schedule.max_per_week = 2
    changed_profile.schedule.save()
    approve_profile(profile=changed_profile, by=maria, now=NOW)

    mail = mail_of(changed_profile)

    assert "People can book you Mon, Tue, Wed, Thu and Fri, 09:00–17:00 (London), at most 2 a week." in mail.text
    assert f"/mentors/{changed_profile.slug}/" in mail.text


def test_approved_a_second_time_speaks_of_changes(sent_profile, maria):
    approve_profile(profile=sent_profile, by=maria, now=NOW)
    save_words(profile=sent_profile, words=ProfileTexts(headline="Other"))
    submit_profile(profile=sent_profile, by=sent_profile.person, now=NOW)
    approve_profile(profile=sent_profile, by=maria, now=NOW)

    assert mail_of(sent_profile).subject == "Your changes are live"


def test_approved_is_not_told_of_a_profile_that_is_not_live_any_more(sent_profile, maria):
    approve_profile(profile=sent_profile, by=maria, now=NOW)
    sent_profile.person.is_active = False
    sent_profile.person.save()

    assert mail_of(sent_profile) == Nothing("moved on")


def test_changes_are_told_word_for_word(sent_profile, maria):
    points = {"questions": "Write “Leadership” <as> a question & ask.", "face": "We cannot see your face."}
    ask_for_changes(profile=sent_profile, points=points, by=maria, now=NOW)

    mail = mail_of(sent_profile)

    assert mail.subject == "2 changes before your profile goes live"
    assert "Photo:\n“We cannot see your face.”" in mail.text
    assert "Questions:\n“Write “Leadership” <as> a question & ask.”" in mail.text
    assert "&lt;as&gt;" in mail.html
    assert "— Maria" in mail.text


def test_one_change_is_one(changed_profile, maria):
    ask_for_changes(profile=changed_profile, points={"name": "Enter your name."}, by=maria, now=NOW)

    assert mail_of(changed_profile).subject == "1 change before your new text goes live"


def test_declined_says_why_and_from_when(sent_profile, maria):
    decline_profile(profile=sent_profile, reason="Too early.", by=maria, now=NOW)

    mail = mail_of(sent_profile)

    assert mail.subject == "About your mentor profile"
    assert "“Too early.”" in mail.text
    assert "You can apply again after Thursday 24 December." in mail.text


def test_declined_changes_leave_the_profile(changed_profile, maria):
    decline_profile(profile=changed_profile, reason="Not true.", by=maria, now=NOW)

    mail = mail_of(changed_profile)

    assert mail.subject == "About the changes to your profile"
    assert "People still see your profile as it was." in mail.text


def test_suspended_and_reinstated(live_profile, maria):
    suspend_profile(profile=live_profile, reason="Complaints.", by=maria, now=NOW)
    assert mail_of(live_profile).subject == "Your mentor profile is suspended"
    assert "“Complaints.”" in mail_of(live_profile).text

    reinstate_profile(profile=live_profile, by=maria, now=NOW)
    assert mail_of(live_profile).subject == "Your profile is live again"


def test_a_mail_about_a_decision_that_never_was_is_nothing(sent_profile):
    row = Notification.objects.about("mentor_profile", sent_profile.pk).get()
    row.subject_version += 1

    assert kind_named(row.kind).render(row, NOW) == Nothing("decision is gone")


def test_a_later_decision_silences_the_earlier_mail(sent_profile, maria):
    approve_profile(profile=sent_profile, by=maria, now=NOW)

    states = Notification.objects.about("mentor_profile", sent_profile.pk).order_by("pk").values_list("kind", "state")
    assert list(states) == [("profile_received", "obsolete"), ("profile_approved", "pending")]
