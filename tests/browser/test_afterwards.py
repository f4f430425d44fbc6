"""After a session: both say how it went, words are shown, a step is kept, a mail's link is answered."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from sessions_app.afterwards.feedback import give_feedback
from sessions_app.afterwards.followups import NextStepInput, write_next_step
from sessions_app.afterwards.testimonials import publish_testimonial
from sessions_app.booking.clock import complete_ended
from sessions_app.models import Booking, Feedback, FollowUp, NextStep
from tests.browser.conftest import expect_done, first_free
from tests.browser.looking import problems
from tests.conftest import make_person

pytestmark = pytest.mark.browser
DAY = timedelta(days=1)


@pytest.fixture
def held(priya, bob, booked):
    """held(days=4): a session that ended so many days ago."""

    def make(days: int) -> Booking:
        booking = booked(priya, bob, start=first_free(priya))
        length = booking.end - booking.start
        start = timezone.now() - days * DAY - length
        Booking.objects.filter(pk=booking.pk).update(during=type(booking.during)(start, start + length, "[)"))
        booking.occupancies.all().delete()
        complete_ended(now=timezone.now())
        return Booking.objects.with_people().get(pk=booking.pk)

    return make


def say(booking: Booking, person, **answers) -> Feedback:
    now = booking.end + timedelta(hours=1)
    return give_feedback(booking=booking, by=person, now=now, answers={"resolution": "yes", **answers})


def test_mentee_and_mentor_say_how_it_went_without_seeing_each_others_answer(browser_page, held, priya, bob, js):
    booking = held(1)
    page = browser_page(js=js, user=bob)
    page.goto(f"/sessions/{booking.uuid}/feedback/?answer=partly")
    expect(page.get_by_role("group", name="Is your question answered?").get_by_label("Yes, a bit")).to_be_checked()
    page.locator("#id_left_with").fill("One sentence to say on Monday")
    page.locator("#id_may_publish").check()
    page.locator("details > summary").get_by_text("Answer more").click()
    page.get_by_label("If …").fill("he asks on Monday")
    page.get_by_label("then I will …").fill("ask for the level")
    page.get_by_label("By", exact=True).fill((timezone.now() + 2 * DAY).date().isoformat())
    page.get_by_label("Advice for Priya").fill("Slower with the numbers")
    page.get_by_role("button", name="Send all answers").click()

    expect_done(page)
    expect(page.get_by_text("If he asks on Monday, then I will ask for the level")).to_be_visible()

    theirs = browser_page(js=js, user=priya.person)
    theirs.goto(f"/sessions/{booking.uuid}/")
    expect(theirs.get_by_text("Slower with the numbers")).to_have_count(0)
    theirs.get_by_role("link", name="Say if it helped").first.click()
    theirs.get_by_role("group", name="Is the question answered?").get_by_label("Yes, a lot").check()
    theirs.get_by_role("button", name="Send", exact=True).click()
    expect(theirs.get_by_text("Slower with the numbers")).to_be_visible()
    assert NextStep.objects.get().person == bob


def test_a_mails_link_keeps_the_answer_only_by_the_button(browser_page, held, bob, js):
    booking = held(4)
    page = browser_page(js=js, user=bob)
    page.goto(f"/sessions/{booking.uuid}/follow-up/3-days/?about=solved&answer=no")
    expect(page.get_by_label("No", exact=True)).to_be_checked()
    assert FollowUp.objects.count() == 0

    page.get_by_role("button", name="Send").click()

    expect(page.get_by_role("heading", name="What you can do now")).to_be_visible()
    assert FollowUp.objects.get().answer == "no"
    page.get_by_role("link", name="Ask someone else the same question").click()
    expect(page.locator("#q")).to_have_value("Do I take the counter-offer?")


def test_pages_after_a_session_in_every_look(browser_page, held, priya, bob):
    booking, maria = held(8), make_person("maria@example.org", "Maria Marsh", is_staff=True)
    shown = say(
        booking, bob, left_with="One sentence to say on Monday,\nand no fear of it", may_publish=True, advice="Slow"
    )
    say(booking, priya.person, prepared=3, right_person=True, learned="To ask first")
    step = NextStepInput("he asks on Monday", "ask for the level", (timezone.now() + 2 * DAY).date())
    write_next_step(booking=booking, step=step, by=bob, now=timezone.now())
    home = f"/sessions/{booking.uuid}/"
    found = []

    def look(page, pages: dict[str, str]) -> None:
        for name, path in pages.items():
            page.goto(path)
            found.extend(problems(page, name))

    page = browser_page(user=bob)
    look(
        page,
        {
            "after-mentee": home,
            "after-step": f"{home}next-step/",
            "after-follow-up": f"{home}follow-up/3-days/?answer=partly",
            "after-follow-up-early": f"{home}follow-up/14-days/",
            "after-follow-up-step": f"{home}follow-up/step/?answer=no",
            "after-feedback-closed": f"{home}feedback/",
        },
    )
    page.get_by_role("link", name="The session").click()
    expect(page).to_have_url(re.compile(f"{home}$"))
    page.goto(f"{home}follow-up/3-days/?answer=no")
    page.get_by_role("button", name="Send").click()
    found.extend(problems(page, "after-follow-up-ways"))
    page.goto(f"{home}next-step/")
    page.get_by_label("By", exact=True).fill("2020-01-01")
    page.get_by_role("button", name="Save the step").click()
    found.extend(problems(page, "after-step-error"))
    staff = browser_page(user=maria)
    look(staff, {"words-waiting": "/staff/words/", "words-team": "/staff/words/?state=team"})
    publish_testimonial(feedback=shown, by=maria, now=timezone.now())
    look(staff, {"words-shown": "/staff/words/?state=shown", "mentor-left-with": "/mentors/priya-raghunathan/"})
    look(browser_page(user=priya.person), {"after-mentor": home, "mentor-feedback": "/mentor/feedback/"})

    assert found == []


def test_feedback_forms_in_every_look(browser_page, held, priya, bob):
    booking = held(1)
    found = []
    for name, person in (("mentee", bob), ("mentor", priya.person)):
        page = browser_page(user=person)
        page.goto(f"/sessions/{booking.uuid}/feedback/")
        expect(page.locator("#main .field:visible")).to_have_count(3 if name == "mentee" else 2)
        page.locator("#main details > summary").click()
        found += problems(page, f"feedback-{name}")
        page.get_by_role("button", name="Send", exact=True).click()
        found += problems(page, f"feedback-{name}-error")
    say(booking, bob, left_with="Words")
    page = browser_page(user=priya.person)
    page.goto("/mentor/feedback/")
    found += problems(page, "mentor-feedback-empty")

    assert found == []
