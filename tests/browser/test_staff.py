"""What staff do about profiles and topics, with and without JavaScript."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from mentors.models import Decision, MentorProfile, ProfileState, Topic
from mentors.services import ProfileTexts, save_words, start_application, submit_profile
from sessions_app.availability.schedule import DEFAULT_WINDOWS, proposed_schedule, save_week
from sessions_app.availability.whole_schedule import rules_of
from tests.browser.looking import LOOKS, problems
from tests.conftest import make_person

pytestmark = pytest.mark.browser


@pytest.fixture
def maria(transactional_db):
    return make_person("maria@example.org", "Maria Marsh", is_staff=True)


@pytest.fixture
def applicant(transactional_db, topic) -> MentorProfile:
    """Somebody who has just sent a whole profile."""
    person, now = make_person("jonas@example.org", "Jonas Albrecht", "Europe/Berlin"), timezone.now()
    profile = start_application(person=person, now=now)
    words = ProfileTexts(
        headline="Lab manager",
        asks=["Is a doctorate right for me?", "From the lab to industry?", "Which course is worth it?"],
        how_i_work="Tell me first what you have tried.",
        languages=["de", "en"],
    )
    save_words(profile=profile, words=words, topics=[topic])
    profile.offers.create(length=25)
    rules = rules_of(proposed_schedule(profile, timezone="Europe/Berlin"))
    save_week(profile=profile, rules=rules, windows=DEFAULT_WINDOWS, by=person, now=now)
    return submit_profile(profile=profile, by=person, now=now)


def test_staff_approves_the_oldest_profile_and_people_find_it(browser_page, applicant, maria, js):
    page = browser_page(js=js, user=maria)
    page.goto("/staff/")
    page.get_by_role("link", name="Review the oldest profile").click()
    expect(page.get_by_text("Which course is worth it?")).to_be_visible()
    for box in page.get_by_role("checkbox").all():
        box.check(force=True)
    page.get_by_role("button", name="Approve").click()

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    applicant.refresh_from_db()
    assert (applicant.state, applicant.asks[0]) == (ProfileState.APPROVED, "Is a doctorate right for me?")
    assert applicant.decisions.first().decision == Decision.APPROVED
    assert applicant.decisions.first().by == maria
    page.goto("/mentors/jonas-albrecht/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Jonas Albrecht")


def test_staff_asks_for_changes_and_the_mentor_reads_them_word_for_word(browser_page, applicant, maria, js):
    sentence = "The third one is a topic. Write it as a question."
    page = browser_page(js=js, user=maria)
    page.goto("/staff/profiles/jonas-albrecht/")
    for box in page.get_by_role("checkbox").all():
        box.check(force=True)
    questions = page.get_by_role("group", name="Questions")
    questions.get_by_role("checkbox").uncheck(force=True)
    page.get_by_role("button", name="Ask for changes").click()
    expect(page.locator(".error-summary")).to_be_visible()

    questions.get_by_label("If not: what should change?").fill(sentence)
    page.get_by_role("button", name="Ask for changes").click()

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    applicant.refresh_from_db()
    assert applicant.state == ProfileState.NEEDS_CHANGES
    theirs = browser_page(js=js, user=applicant.person)
    theirs.goto("/mentor/profile/")
    expect(theirs.locator(".note--warn dd")).to_have_count(1)
    expect(theirs.get_by_text(sentence)).to_be_visible()
    theirs.get_by_role("button", name="Send again for review").click()
    expect(theirs.locator(".note--now")).to_be_visible()


def test_staff_turns_a_profile_down_with_a_reason(browser_page, applicant, maria, js):
    page = browser_page(js=js, user=maria)
    page.goto("/staff/profiles/jonas-albrecht/")
    page.get_by_role("link", name="Decline").click()
    page.get_by_role("button", name="Decline").click()
    expect(page.locator(".error-summary")).to_be_visible()
    page.get_by_role("textbox").fill("We look for people who have worked in the field.")
    page.get_by_role("button", name="Decline").click()

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    applicant.refresh_from_db()
    decision = applicant.decisions.first()
    assert (applicant.state, decision.by, decision.reason) == (
        ProfileState.DECLINED,
        maria,
        "We look for people who have worked in the field.",
    )


def test_staff_suspends_a_mentor_and_nobody_sees_them_any_more(browser_page, priya, maria, js):
    page = browser_page(js=js, user=maria)
    page.goto("/staff/profiles/priya-raghunathan/")
    page.get_by_role("link", name=re.compile("Suspend")).click()
    page.get_by_role("textbox").fill("Sold a course in a session.")
    page.get_by_role("button", name=re.compile("Suspend")).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Priya Raghunathan")
    priya.refresh_from_db()
    assert priya.state == ProfileState.SUSPENDED
    stranger = browser_page(js=js)
    assert stranger.goto("/mentors/priya-raghunathan/").status in (404, 410)


def test_staff_adds_a_topic_under_another(browser_page, topic, maria, js):
    page = browser_page(js=js, user=maria)
    page.goto("/staff/topics/")
    page.get_by_role("link", name="Add a topic").click()
    page.get_by_label("Name").fill("Day rates")
    page.get_by_label(re.compile("Belongs|first level|Under", re.IGNORECASE)).select_option(label="Work")
    page.get_by_label(re.compile("Other words", re.IGNORECASE)).fill("fees, invoicing")
    page.get_by_role("button", name=re.compile("Save|Add")).last.click()

    expect(page.get_by_role("rowheader", name="Day rates")).to_be_visible()
    added = Topic.objects.get(name="Day rates")
    assert (added.parent, added.synonyms) == (topic.parent, ["fees", "invoicing"])


def test_stranger_sees_no_staff_page(browser_page, applicant, bob, js):
    page = browser_page(js=js, user=bob)

    answers = [page.goto(path).status for path in ("/staff/", "/staff/profiles/", "/staff/profiles/jonas-albrecht/")]

    assert answers == [404, 404, 404]


def test_tables_of_staff_are_read_on_a_phone_without_words_cut_in_two(browser_page, applicant, priya):
    magdalena = make_person("magdalena@example.org", "Magdalena Achterbergh", is_staff=True)
    Topic.objects.update(synonyms=["switching industry", "retraining", "graduate job", "entry level"])
    page, found = browser_page(user=magdalena, width=390), []
    for path in ("topics", "roles", "profiles", "unmet", "people"):
        page.goto(f"/staff/{path}/?q=example.org")
        found += problems(page, path, LOOKS[3:])

    assert found == []
