"""Two people and a question in writing, each in a browser of their own: answered, asked again, turned into a call."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db.models import F
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from mentors.models import Format
from notifications.models import InboxItem, Notification
from notifications.tasks import drain_outbox
from search.indexing import write_profiles
from sessions_app.afterwards.feedback import give_written_feedback
from sessions_app.conversation.messages import send_message
from sessions_app.models import Engagement, Feedback, Message, SharedFile, WrittenQuestion, WrittenState
from sessions_app.questions.brief_input import BriefInput
from sessions_app.written.acts import ask_in_writing, decline_written, expire_written, withdraw_written
from tests.browser.conftest import ALWAYS, expect_booked, expect_done
from tests.browser.looking import problems
from tests.conftest import make_mentor, make_person
from tests.mentors.pictures import picture
from tests.smtp import smtp_sink, text_of  # noqa: F401 - smtp_sink is a fixture

pytestmark = pytest.mark.browser
QUESTION = "Do I take the counter-offer?"
HERE = re.compile(r"https?://[^/\s]+(/messages/\S+)")


@pytest.fixture(autouse=True)
def writers(priya, settings, tmp_path):
    """Priya and Dora answer in writing too."""
    settings.MEDIA_ROOT = tmp_path / "media"
    dora = make_mentor(make_person("dora@example.org", "Dora Dane"), windows=ALWAYS, notice=60)
    for profile in (priya, dora):
        profile.offers.create(length=15, format=Format.WRITING)
        write_profiles([profile.pk])
    return dora


@pytest.fixture
def looks(js):
    """looks(page, name): what is wrong with the page in any look; without scripts it is the same page."""
    found: list[str] = []
    yield lambda page, name: found.extend(problems(page, name) if js else [])
    assert found == []


def pass_time(**span) -> None:
    """All that has happened so far happened this much earlier."""
    ago = timedelta(**span)
    WrittenQuestion.objects.update(asked_at=F("asked_at") - ago, due_at=F("due_at") - ago)
    WrittenQuestion.objects.exclude(settled_at=None).update(settled_at=F("settled_at") - ago)
    Feedback.objects.update(at=F("at") - ago, ended_at=F("ended_at") - ago)
    Message.objects.update(sent_at=F("sent_at") - ago)
    moments = ("due_at", "next_try_at", "send_before")
    Notification.objects.update(**{moment: F(moment) - ago for moment in moments})
    InboxItem.objects.update(at=F("at") - ago)


def mail_to(sink, address: str) -> str:
    """The newest mail that is due by now, as text."""
    drain_outbox(timezone.now())
    mail = next(mail for mail in reversed(sink.mails) if address in str(mail["To"]))
    return f"{mail['Subject']}\n{text_of(mail)}"


def room_of(address: str) -> str:
    return urlsplit(address).path


def follow(page: Page, mail: str) -> None:
    """The mail's first way to the thread."""
    page.goto(HERE.search(mail).group(1))


def ask(page: Page, name: str) -> None:
    """From a search for an answer in writing to the room of the question."""
    page.goto(f"/mentors/?format=writing&q={QUESTION}".replace(" ", "+"))
    card(page, name).click()
    page.get_by_role("button", name="Ask in writing").click()
    expect_done(page, name)


def card(page: Page, name: str) -> Locator:
    """The way to ask this person, on a page of results."""
    return page.get_by_role("article", name=name).get_by_role("link", name="Ask in writing")


def share(page: Page, path) -> None:
    page.get_by_role("link", name="Add a file").click()
    page.get_by_label("A file").set_input_files(path)
    page.get_by_role("button", name="Share this file").click()
    expect_done(page, "shot.png")
    page.get_by_role("link", name="Messages", exact=True).first.click()


def test_asked_answered_and_partly_asked_again(browser_page, priya, writers, bob, js, looks, smtp_sink, tmp_path):  # noqa: F811
    (tmp_path / "shot.png").write_bytes(picture((600, 400), format="PNG"))
    mentee, mentor = browser_page(js=js, user=bob), browser_page(js=js, user=priya.person, tz="Asia/Kolkata")
    ask(mentee, "Priya Raghunathan")
    room = mentee.url
    looks(mentee, "writing-asked-mentee")
    share(mentee, tmp_path / "shot.png")
    assert HERE.search(mail_to(smtp_sink, "priya@")).group(1).startswith(room_of(room))

    pass_time(hours=25)
    sent = len(smtp_sink.mails)
    mail = mail_to(smtp_sink, "priya@")
    assert len(smtp_sink.mails) > sent
    follow(mentor, mail)
    expect(mentor.get_by_role("heading", name=re.compile("^Answer by"))).to_be_visible()
    expect(mentor.get_by_role("log")).to_contain_text("shot.png")
    looks(mentor, "writing-asked-mentor")
    mentor.get_by_label("Write to Bob").fill("It is fair, but ask for the level first.\n\nWrite it into the letter.")
    mentor.get_by_role("button", name="Send as my answer").click()
    expect(mentor.get_by_role("heading", name=re.compile("^You answered"))).to_be_visible()
    looks(mentor, "writing-answered-mentor")

    answer = mail_to(smtp_sink, "bob@")
    assert answer.startswith("Priya answered your question")
    assert "ask for the level first" in answer
    follow(mentee, answer)
    expect(mentee.get_by_role("heading", name="Priya has answered. Did it help?")).to_be_visible()
    expect(mentee.get_by_role("log")).to_contain_text("Write it into the letter.")
    looks(mentee, "writing-answered-mentee")
    mentee.get_by_role("button", name="Yes, a bit").click()
    expect(mentee.get_by_role("heading", name="Did it help? Your answer: yes, a bit")).to_be_visible()
    looks(mentee, "writing-partly-mentee")
    mentee.get_by_role("link", name="Change or add to your answer").click()
    looks(mentee, "writing-feedback")
    mentee.locator("#id_left_with").fill("To ask for the level")
    mentee.locator("#main details > summary").click()
    mentee.get_by_role("group", name="I can do what it says").get_by_text("Rather yes").click()
    mentee.get_by_role("button", name="Send all answers").click()
    expect(mentee.get_by_text("To ask for the level")).to_be_visible()

    mentee.get_by_role("link", name="Ask someone else the same question").click()
    expect(mentee.locator("[data-part=same-question]")).to_be_visible()
    expect(card(mentee, "Priya Raghunathan")).to_have_count(0)
    looks(mentee, "writing-somebody-else")
    card(mentee, "Dora Dane").click()
    expect(mentee.locator("#id_question")).to_have_value(QUESTION)
    expect(mentee.get_by_label("Include your file")).to_be_checked()
    looks(mentee, "writing-second-ask")
    mentee.get_by_role("button", name="Ask in writing").click()
    expect_done(mentee, "Dora Dane")
    expect(mentee.get_by_role("log")).to_contain_text("shot.png")
    looks(mentee, "writing-second-asked-mentee")

    second = browser_page(js=js, user=writers.person)
    second.goto("/mentor/")
    looks(second, "writing-second-today")
    second.get_by_role("link", name="Answer Bob").click()
    with second.expect_download() as download:
        second.locator("a.file").click()
    assert download.value.suggested_filename == "shot.png"
    expect(second.get_by_text("Priya")).to_have_count(0)
    mentor.goto(room)
    expect(mentor.get_by_text("To ask for the level")).to_have_count(0)
    expect(mentor.get_by_text("Dora")).to_have_count(0)
    assert len(set(SharedFile.objects.values_list("content", flat=True))) == 1
    assert SharedFile.objects.count() == 2

    pass_time(days=8)
    mentor.goto("/mentor/feedback/")
    expect(mentor.get_by_text("To ask for the level")).to_be_visible()
    looks(mentor, "writing-mentor-feedback")
    mentor.goto(room)
    expect(mentor.get_by_role("heading", name="What Bob said")).to_be_visible()
    looks(mentor, "writing-said-mentor")
    mentor.goto("/mentor/record/")
    expect(mentor.get_by_text("Written answers this year")).to_be_visible()
    looks(mentor, "writing-record")
    mentee.goto("/sessions/left-with/")
    expect(mentee.get_by_text("Priya’s answer")).to_be_visible()
    looks(mentee, "writing-left-with")
    mentee.goto("/sessions/?tab=past")
    looks(mentee, "writing-past")


def test_what_was_not_solved_later_leads_on_too(browser_page, priya, bob, js, looks, smtp_sink):  # noqa: F811
    mentee, mentor = browser_page(js=js, user=bob), browser_page(js=js, user=priya.person, tz="Asia/Kolkata")
    ask(mentee, "Priya Raghunathan")
    mentor.goto(mentee.url)
    mentor.get_by_label("Write to Bob").fill("Take it.")
    mentor.get_by_role("button", name="Send as my answer").click()
    expect(mentor.get_by_role("heading", name=re.compile("^You answered"))).to_be_visible()

    pass_time(days=3, minutes=1)
    mail = mail_to(smtp_sink, "bob@")
    assert "/follow-up/3-days/" in mail
    follow(mentee, mail[mail.index("\nPartly:") :])
    expect(mentee.get_by_label("Partly")).to_be_checked()
    looks(mentee, "writing-follow-up")
    mentee.locator("#id_tell_mentor").check()
    mentee.get_by_role("button", name="Send").click()
    expect(mentee.locator("[data-part=told]")).to_be_visible()
    looks(mentee, "writing-ways-on")
    expect(mentee.get_by_role("link", name="Talk with Priya: choose a time")).to_be_visible()
    mentee.get_by_role("link", name="Ask someone else the same question").click()
    expect(card(mentee, "Dora Dane")).to_be_visible()
    mentor.goto("/mentor/record/")
    expect(mentor.locator("[aria-labelledby=told-title] li")).to_be_visible()


def test_turned_into_a_call_that_both_see(browser_page, priya, bob, js, looks):
    mentee, mentor = browser_page(js=js, user=bob), browser_page(js=js, user=priya.person, tz="Asia/Kolkata")
    ask(mentee, "Priya Raghunathan")
    room = mentee.url
    mentor.goto(room)
    mentor.get_by_role("button", name="Suggest a talk instead").click()
    expect(mentor.get_by_role("log")).to_contain_text("I think a short talk would help you more.")
    looks(mentor, "writing-proposed-mentor")
    mentee.goto(room)
    looks(mentee, "writing-proposed-mentee")
    mentee.get_by_role("link", name="Talk instead: choose a time").click()
    expect(mentee.locator("[data-part=goes-on]")).to_be_visible()
    looks(mentee, "writing-choose-a-time")
    mentee.locator("label.slot--radio").last.click()
    mentee.get_by_role("button", name="Book this time").click()
    expect_booked(mentee)
    looks(mentee, "writing-call-mentee")

    session = mentee.url
    for page in (mentor, mentee):
        page.goto(room)
        expect(page.get_by_role("heading", name="This became a session")).to_be_visible()
        expect(page.get_by_role("log")).to_contain_text("I think a short talk would help you more.")
    looks(mentor, "writing-became-mentor")
    looks(mentee, "writing-became-mentee")
    mentor.get_by_role("link", name="Open the session").click()
    expect(mentor).to_have_url(session)
    expect(mentor.get_by_text(QUESTION).first).to_be_visible()
    expect(mentor.get_by_role("log")).to_contain_text("I think a short talk would help you more.")
    looks(mentor, "writing-call-mentor")
    assert WrittenQuestion.objects.get().state == WrittenState.CALL
    assert Engagement.objects.live().count() == 1


@pytest.mark.parametrize("js", [True], ids=["with scripts"])
def test_every_other_state_in_every_look(browser_page, priya, writers, bob, looks):
    now = timezone.now()
    start = now - timedelta(days=9)
    offers = [profile.offers.in_writing().get() for profile in (priya, writers)]
    brief = BriefInput(
        QUESTION,
        "decision",
        situation="They matched it.",
        done_when="I can answer on Monday",
        answers={"options": "Stay\nGo"},
    )
    over = {
        "declined": lambda one: decline_written(written=one, by=one.mentor, reason="Not my field.", now=start),
        "withdrawn": lambda one: withdraw_written(written=one, by=bob, now=start),
        "expired": lambda one: expire_written(now=one.due_at),
    }
    mentee, mentor = browser_page(user=bob), browser_page(user=priya.person, tz="Asia/Kolkata")
    for name, end in over.items():
        one = ask_in_writing(offer=offers[0], brief=brief, mentee=bob, now=start, key=name)
        end(one)
        for page, who in ((mentee, "mentee"), (mentor, "mentor")):
            page.goto(f"/messages/{one.engagement.uuid}/")
            looks(page, f"writing-{name}-{who}")

    people = [make_person(f"p{number}@example.org", f"Pat {number}") for number in range(5)]
    for number, person in enumerate((bob, *people)):
        offer = offers[1] if person == bob else offers[0]
        one = ask_in_writing(offer=offer, brief=brief, mentee=person, now=start, key=f"answered {number}")
        reply = {"engagement": one.engagement, "by": one.mentor, "now": start, "key": "k", "answers": True}
        send_message(body="Take it.", **reply)
        one.refresh_from_db()
        said = {"resolution": "yes", "useful": 4, "left_with": "To ask for the level", "may_publish": True}
        give_written_feedback(written=one, by=person, now=start, answers=said | {"to_staff": "All well."})
    mentee.goto(f"/messages/{bob.written_as_mentee.get(mentor=writers.person).engagement.uuid}/")
    looks(mentee, "writing-yes-mentee")
    mentee.goto(f"{mentee.url}feedback/")
    expect(mentee.locator("[data-refusal=too_late]")).to_be_visible()
    looks(mentee, "writing-feedback-late")
    mentee.goto("/mentors/?format=writing")
    looks(mentee, "writing-cards")
    mentee.goto("/mentors/priya-raghunathan/")
    looks(mentee, "writing-profile")

    mentor.goto("/mentor/certificates/")
    mentor.get_by_label("First day").fill(f"{start - timedelta(days=2):%Y-%m-%d}")
    mentor.get_by_label("Last day").fill(f"{now:%Y-%m-%d}")
    mentor.get_by_role("button", name="Create a certificate").click()
    expect(mentor.get_by_role("heading", name="5 answers in writing")).to_be_visible()
    looks(mentor, "writing-certificates")
    mentor.get_by_role("link", name="See the check page").click()
    looks(mentor, "writing-certificate")
    mentor.goto("/mentor/record/")
    looks(mentor, "writing-record-useful")

    staff = browser_page(user=make_person("maria@example.org", "Maria Marsh", is_staff=True))
    for name in ("words/", "words/?state=team", "outcomes/"):
        staff.goto(f"/staff/{name}")
        looks(staff, f"writing-staff-{re.sub('[^a-z]+', '-', name)}")
