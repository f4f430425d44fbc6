from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import User
from mentors.errors import ProfileError
from mentors.models import Decision, MentorProfile, ProfileState
from mentors.services import (
    ProfileTexts,
    approve_profile,
    ask_for_changes,
    decline_profile,
    draft_of,
    pause_profile,
    reinstate_profile,
    resume_profile,
    save_words,
    start_application,
    submit_profile,
    suspend_profile,
)
from notifications.models import Notification
from tests.conftest import NOW, make_mentor
from tests.mentors.conftest import later, state_of

pytestmark = pytest.mark.django_db


def told(profile: MentorProfile) -> list[tuple[str, int]]:
    rows = Notification.objects.about("mentor_profile", profile.pk).filter(recipient=profile.person)
    return list(rows.order_by("pk").values_list("kind", "subject_version"))


def log(profile: MentorProfile) -> list[tuple[str, str]]:
    return [(row.decision, row.by.name) for row in profile.decisions.order_by("pk")]


def test_submit_profile_puts_it_in_the_queue_and_tells_the_mentor(draft_profile):
    profile = submit_profile(profile=draft_profile, by=draft_profile.person, now=NOW)

    assert state_of(profile) == ProfileState.SUBMITTED
    assert list(MentorProfile.objects.to_review()) == [profile]
    assert draft_of(profile).submitted_at == NOW
    assert log(profile) == [(Decision.SUBMITTED, "Dora Diaz")]
    assert told(profile) == [("profile_received", profile.version)]


def test_submit_profile_says_which_fields_are_missing(dora):
    profile = start_application(person=dora, now=NOW, name="Dora Diaz")

    with pytest.raises(ProfileError) as refused:
        submit_profile(profile=profile, by=dora, now=NOW)

    assert refused.value.code == "incomplete"
    assert list(refused.value.fields) == ["headline", "asks", "topics", "languages", "how_i_work", "offers"]
    assert state_of(profile) == ProfileState.DRAFT


def test_submit_profile_refuses_a_second_time(sent_profile):
    with pytest.raises(ProfileError) as refused:
        submit_profile(profile=sent_profile, by=sent_profile.person, now=NOW)
    assert refused.value.code == "already_sent"


def test_submit_profile_refuses_a_live_profile_without_changes(live_profile):
    with pytest.raises(ProfileError) as refused:
        submit_profile(profile=live_profile, by=live_profile.person, now=NOW)
    assert refused.value.code == "unchanged"


@pytest.mark.parametrize("state", [ProfileState.SUSPENDED, ProfileState.DECLINED])
def test_submit_profile_refuses_a_closed_profile(draft_profile, state):
    MentorProfile.objects.update(state=state)

    with pytest.raises(ProfileError) as refused:
        submit_profile(profile=draft_profile, by=draft_profile.person, now=NOW)
    assert refused.value.code == "closed"


def test_submit_profile_keeps_a_live_profile_public(changed_profile):
    assert state_of(changed_profile) == ProfileState.APPROVED
    assert changed_profile.headline == "Engineering director"
    assert list(MentorProfile.objects.to_review()) == [changed_profile]


def test_to_review_is_oldest_first(changed_profile, draft_profile):
    submit_profile(profile=draft_profile, by=draft_profile.person, now=later(-2))

    assert list(MentorProfile.objects.to_review()) == [draft_profile, changed_profile]


def test_approve_profile_makes_the_words_public(sent_profile, maria, topic):
    approve_profile(profile=sent_profile, by=maria, now=NOW, seen=sent_profile.version)

    profile = MentorProfile.objects.get(pk=sent_profile.pk)
    assert (profile.state, profile.approved_at) == (ProfileState.APPROVED, NOW)
    assert (profile.headline, profile.how_i_work, profile.languages) == ("Staff engineer", "Bring the draft.", ["en"])
    assert len(profile.asks) == 3
    assert list(profile.topics.all()) == [topic]
    assert profile.draft.submitted_at is None
    assert log(profile)[-1] == (Decision.APPROVED, "Maria Marsh")
    assert told(profile)[-1] == ("profile_approved", profile.version)


def test_approve_profile_publishes_changes_of_a_live_one(changed_profile, maria):
    approve_profile(profile=changed_profile, by=maria, now=NOW)

    profile = MentorProfile.objects.get(pk=changed_profile.pk)
    assert profile.headline == "Chief engineer"
    assert not MentorProfile.objects.to_review().exists()


def test_the_second_reviewer_hears_who_was_first(sent_profile, maria, bob):
    seen = sent_profile.version
    approve_profile(profile=sent_profile, by=maria, now=NOW, seen=seen)

    with pytest.raises(ProfileError) as refused:
        decline_profile(profile=sent_profile, reason="No.", by=bob, now=NOW, seen=seen)

    assert refused.value.code == "moved_on"
    assert str(refused.value.message).startswith("Maria ")
    assert state_of(sent_profile) == ProfileState.APPROVED


def test_words_that_changed_under_the_reviewer_are_not_approved(sent_profile, maria):
    seen = sent_profile.version
    save_words(profile=sent_profile, words=ProfileTexts(headline="Buy my course"))

    with pytest.raises(ProfileError) as refused:
        approve_profile(profile=sent_profile, by=maria, now=NOW, seen=seen)

    assert refused.value.code == "moved_on"
    assert state_of(sent_profile) == ProfileState.SUBMITTED


@pytest.mark.parametrize("act", ["approve", "changes", "decline"])
def test_a_draft_cannot_be_decided(draft_profile, maria, act):
    run = {
        "approve": lambda: approve_profile(profile=draft_profile, by=maria, now=NOW),
        "changes": lambda: ask_for_changes(profile=draft_profile, points={"name": "Write it."}, by=maria, now=NOW),
        "decline": lambda: decline_profile(profile=draft_profile, reason="No.", by=maria, now=NOW),
    }[act]

    with pytest.raises(ProfileError) as refused:
        run()
    assert refused.value.code == "not_waiting"
    assert state_of(draft_profile) == ProfileState.DRAFT


def test_ask_for_changes_keeps_every_sentence_and_sends_it_back(sent_profile, maria):
    points = {"questions": "Write “Leadership” as a question.", "face": "  ", "name": "Write your full name. "}

    profile = ask_for_changes(profile=sent_profile, points=points, by=maria, now=NOW)

    decision = profile.decisions.first()
    assert state_of(profile) == ProfileState.NEEDS_CHANGES
    assert decision.points == {
        "questions": "Write “Leadership” as a question.",
        "name": "Write your full name.",
    }
    assert draft_of(profile).submitted_at is None
    assert told(profile)[-1] == ("profile_changes", profile.version)


def test_ask_for_changes_needs_a_sentence(sent_profile, maria):
    with pytest.raises(ProfileError) as refused:
        ask_for_changes(profile=sent_profile, points={"face": " "}, by=maria, now=NOW)
    assert refused.value.code == "no_points"
    assert state_of(sent_profile) == ProfileState.SUBMITTED


def test_ask_for_changes_leaves_a_live_profile_live(changed_profile, maria):
    ask_for_changes(profile=changed_profile, points={"name": "Hm."}, by=maria, now=NOW)

    assert state_of(changed_profile) == ProfileState.APPROVED
    assert not MentorProfile.objects.to_review().exists()


def test_changes_that_were_made_can_be_sent_again(sent_profile, maria):
    ask_for_changes(profile=sent_profile, points={"name": "Hm."}, by=maria, now=NOW)

    submit_profile(profile=sent_profile, by=sent_profile.person, now=later(1))

    assert state_of(sent_profile) == ProfileState.SUBMITTED


def test_decline_profile_keeps_the_reason_and_its_day(sent_profile, maria):
    profile = decline_profile(profile=sent_profile, reason=" We need experience. ", by=maria, now=NOW)

    assert state_of(profile) == ProfileState.DECLINED
    assert (profile.declined_at, profile.decisions.first().reason) == (NOW, "We need experience.")
    assert told(profile)[-1] == ("profile_declined", profile.version)


def test_decline_profile_of_changes_keeps_the_public_words(changed_profile, maria):
    decline_profile(profile=changed_profile, reason="Not true.", by=maria, now=NOW)

    profile = MentorProfile.objects.get(pk=changed_profile.pk)
    assert (profile.state, profile.headline, profile.declined_at) == (
        ProfileState.APPROVED,
        "Engineering director",
        None,
    )


@pytest.mark.parametrize("act", [decline_profile, suspend_profile])
def test_a_refusal_needs_a_reason(changed_profile, maria, act):
    with pytest.raises(ProfileError) as refused:
        act(profile=changed_profile, reason="  ", by=maria, now=NOW)
    assert refused.value.code == "no_reason"


def test_pause_and_resume(live_profile):
    pause_profile(profile=live_profile, until=date(2026, 12, 7), by=live_profile.person, now=NOW)
    live_profile.refresh_from_db()
    assert live_profile.paused_until == date(2026, 12, 7)

    resume_profile(profile=live_profile, by=live_profile.person, now=NOW)
    live_profile.refresh_from_db()
    assert live_profile.paused_until is None
    assert [decision for decision, _ in log(live_profile)] == [Decision.PAUSED, Decision.RESUMED]
    assert told(live_profile) == []


@pytest.mark.parametrize("until", [date(2026, 11, 24), date(2026, 1, 1), date(2028, 12, 24)])
def test_pause_profile_refuses_a_day_out_of_reach(live_profile, until):
    with pytest.raises(ProfileError) as refused:
        pause_profile(profile=live_profile, until=until, by=live_profile.person, now=NOW)
    assert refused.value.code == "pause_date"


def test_resume_profile_refuses_what_is_not_paused(live_profile):
    with pytest.raises(ProfileError) as refused:
        resume_profile(profile=live_profile, by=live_profile.person, now=NOW)
    assert refused.value.code == "not_paused"


def test_only_a_live_profile_is_paused(draft_profile):
    with pytest.raises(ProfileError) as refused:
        pause_profile(profile=draft_profile, until=date(2026, 12, 7), by=draft_profile.person, now=NOW)
    assert refused.value.code == "not_live"


def test_suspend_and_reinstate(changed_profile, maria):
    suspend_profile(profile=changed_profile, reason="Complaints.", by=maria, now=NOW)
    assert state_of(changed_profile) == ProfileState.SUSPENDED
    assert not MentorProfile.objects.public().exists()
    assert not MentorProfile.objects.to_review().exists()
    assert told(changed_profile)[-1][0] == "profile_suspended"

    reinstate_profile(profile=changed_profile, by=maria, now=later(1), reason="It was not so.")
    assert list(MentorProfile.objects.public()) == [changed_profile]
    assert log(changed_profile)[-1] == (Decision.REINSTATED, "Maria Marsh")
    assert told(changed_profile)[-1][0] == "profile_approved"


def test_suspend_profile_refuses_a_draft(draft_profile, maria):
    with pytest.raises(ProfileError) as refused:
        suspend_profile(profile=draft_profile, reason="Hm.", by=maria, now=NOW)
    assert refused.value.code == "not_live"


def test_reinstate_profile_refuses_what_is_not_suspended(live_profile, maria):
    with pytest.raises(ProfileError) as refused:
        reinstate_profile(profile=live_profile, by=maria, now=NOW)
    assert refused.value.code == "not_suspended"


# Staff who mentor are reviewed by somebody else.
OWN_ACTS = {
    "approve": (ProfileState.SUBMITTED, lambda **who: approve_profile(**who)),
    "changes": (ProfileState.SUBMITTED, lambda **who: ask_for_changes(**who, points={"name": "Hm."})),
    "decline": (ProfileState.SUBMITTED, lambda **who: decline_profile(**who, reason="No.")),
    "suspend": (ProfileState.APPROVED, lambda **who: suspend_profile(**who, reason="No.")),
    "reinstate": (ProfileState.SUSPENDED, lambda **who: reinstate_profile(**who)),
}


@pytest.mark.parametrize("act", OWN_ACTS)
def test_staff_do_not_decide_on_themselves(maria, act):
    state, decide = OWN_ACTS[act]
    profile = make_mentor(maria)
    MentorProfile.objects.update(state=state)

    with pytest.raises(ProfileError) as refused:
        decide(profile=profile, by=maria, now=NOW)

    assert refused.value.code == "own_profile"
    assert (state_of(profile), log(profile), told(profile)) == (state, [], [])


def test_staff_do_not_approve_their_own_changed_words(maria, topic, charlie):
    profile = make_mentor(maria)
    save_words(profile=profile, words=ProfileTexts(headline="Chief of everything"), topics=[topic])
    submit_profile(profile=profile, by=maria, now=NOW)

    with pytest.raises(ProfileError):
        approve_profile(profile=profile, by=maria, now=NOW)
    profile.refresh_from_db()
    assert profile.headline == "Engineering director"

    approve_profile(profile=profile, by=charlie, now=NOW)
    profile.refresh_from_db()
    assert profile.headline == "Chief of everything"


def test_staff_who_mentor_pause_themselves(maria):
    profile = make_mentor(maria)

    pause_profile(profile=profile, until=date(2026, 12, 7), by=maria, now=NOW)

    profile.refresh_from_db()
    assert profile.paused_until == date(2026, 12, 7)


def test_a_decision_that_fails_half_way_leaves_nothing(sent_profile):
    nobody = User(email="never.saved@example.org")

    with pytest.raises(ValueError, match="unsaved"):
        approve_profile(profile=sent_profile, by=nobody, now=NOW)

    assert state_of(sent_profile) == ProfileState.SUBMITTED
    assert draft_of(sent_profile).submitted_at == NOW
    assert log(sent_profile) == [(Decision.SUBMITTED, "Dora Diaz")]


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_at_once_make_one_decision(sent_profile, maria, bob):
    seen = sent_profile.version
    ready = Barrier(2)

    def decide(act):
        try:
            ready.wait()
            act()
        except ProfileError as error:
            return error.code
        finally:
            connection.close()
        return "done"

    acts = [
        lambda: approve_profile(profile=sent_profile, by=maria, now=NOW, seen=seen),
        lambda: decline_profile(profile=sent_profile, reason="No.", by=bob, now=NOW, seen=seen),
    ]
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(decide, acts))

    assert sorted(outcomes) == ["done", "moved_on"]
    assert len(log(sent_profile)) == 2
    assert len(told(sent_profile)) == 2
