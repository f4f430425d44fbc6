"""A case from the report to the answer of the appeal, with and without scripts, and its pages in every look."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.looking import problems
from tests.conftest import make_person
from tests.trust.cases import decide, make_team, object_to, report_message, report_profile, take_and_read
from trust.models import Appeal, Case, Outcome, Report

pytestmark = pytest.mark.browser


@pytest.fixture
def maria(transactional_db):
    return make_person("maria@example.org", "Maria Marsh", is_staff=True)


def press(page: Page, act: str) -> None:
    page.locator(f"button[name=act][value={act}]").click()


def test_a_case_goes_from_the_report_to_the_answer_of_the_appeal(browser_page, priya, bob, maria, booked, js):
    [owner] = make_team(1)
    booked(priya, bob)
    page = browser_page(js=js, user=bob)
    page.goto("/mentors/priya-raghunathan/")
    page.locator("a[href^='/report/profile/']").click()
    page.locator("label[for=id_kind_0]").click()
    page.locator("#id_words").fill("She found out where I live")
    page.locator("form.form button[type=submit]").click()
    expect(page.locator("[data-part=apart]")).to_be_visible()

    staff = browser_page(js=js, user=maria)
    staff.goto("/staff/cases/")
    staff.locator("tr[data-case] a").click()
    press(staff, "take")
    staff.locator("#id_reason").fill("Someone doesn’t feel safe")
    press(staff, "open")
    expect(staff.locator("[data-exhibit]")).to_be_visible()
    expect(staff.get_by_text("She found out where I live")).to_be_visible()
    staff.locator("input[name=outcome][value=break]").check(force=True)
    staff.locator("#id_days").select_option("30")
    staff.locator("#id_rule").select_option("safety")
    staff.locator("#id_text").fill("You looked up where someone lives.")
    press(staff, "decide")
    expect(staff).to_have_url(re.compile("/staff/cases/$"))

    person = browser_page(js=js, user=priya.person)
    sanction = Case.objects.get().sanction
    person.goto(f"/appeal/{sanction.uuid}/")
    expect(person.locator("[data-sanction=break]")).to_be_visible()
    person.locator("#id_words").fill("It is on their own page")
    person.locator("form.form button[type=submit]").click()
    expect(person.locator("[data-appeal=waiting]")).to_be_visible()

    other = browser_page(js=js, user=owner)
    other.goto("/staff/appeals/")
    other.locator("li[data-appeal] a").click()
    other.locator("#id_reason").fill("To answer the appeal")
    press(other, "open")
    other.locator("input[name=outcome][value=upheld]").check(force=True)
    other.locator("#id_answer").fill("It is, and they link to it.")
    press(other, "answer")
    person.reload()
    expect(person.locator("[data-appeal=upheld]")).to_be_visible()
    assert Appeal.objects.get().decided_by == owner


def test_pages_of_a_case_in_every_look(browser_page, priya, bob, tomas, maria, booked):
    [owner], now = make_team(1), timezone.now()
    booking = booked(priya, bob)
    waiting = report_message(booking, bob, now=now).case
    take_and_read(waiting, maria, now=now)
    decided = decide(report_profile(tomas.person, bob, now=now).case, maria, Outcome.LIMIT, now=now)
    appeal = object_to(decided, now=now)
    pages = {
        "report": (bob, "/report/profile/priya-raghunathan/"),
        "report-sent": (bob, f"/reports/{Report.objects.get(case=waiting).uuid}/"),
        "staff-cases": (maria, "/staff/cases/"),
        "staff-case": (maria, f"/staff/cases/{waiting.uuid}/"),
        "staff-case-decided": (maria, f"/staff/cases/{decided.uuid}/"),
        "appeal": (tomas.person, f"/appeal/{appeal.sanction.uuid}/"),
        "staff-appeals": (owner, "/staff/appeals/"),
        "staff-appeal": (owner, f"/staff/appeals/{appeal.sanction.uuid}/"),
        "trust": (bob, "/trust/"),
    }
    readers = {person.pk: browser_page(user=person) for person, _path in pages.values()}
    found = []
    for name, (person, path) in pages.items():
        readers[person.pk].goto(path)
        found += problems(readers[person.pk], f"cases-{name}")

    assert found == []
