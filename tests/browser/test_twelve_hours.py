"""Times of a clock of twelve hours are longer, and stand on one line all the same."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import HourCycle

pytestmark = pytest.mark.browser
# Sizes that depend on the window come with the frame after it was resized.
DRAWN = "await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
# Times that can be pressed and stand on two lines, or over the edge.
BROKEN = f"""async () => {{
  {DRAWN};
  return [...document.querySelectorAll(".slot time")].filter((time) => {{
    const words = document.createRange();
    words.selectNodeContents(time);
    const lines = new Set([...words.getClientRects()].map((line) => Math.round(line.top)));
    return lines.size > 1 || words.getBoundingClientRect().width > time.closest(".slot").clientWidth;
  }}).map((time) => time.textContent);
}}"""
HEIGHT = f"async () => {{ {DRAWN}; return document.querySelector('.head__in').getBoundingClientRect().height }}"
WIDEST = r"() => { document.querySelector('.tz b').textContent = '10:58\u00a0pm' }"


@pytest.mark.parametrize("path", ["/mentors/", "/mentors/priya-raghunathan/"])
def test_each_time_stands_on_one_line(browser_page, bob, priya, path):
    bob.hour_cycle = HourCycle.H12
    bob.save()
    page = browser_page(user=bob)
    page.goto(path)
    expect(page.locator(".slot time").first).to_have_text(re.compile("[ap]m$"))
    for width in (1280, 768, 390, 360):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(BROKEN) == [], width


def test_the_head_of_a_page_stands_on_one_line(browser_page, priya):
    person = priya.person
    person.hour_cycle = HourCycle.H12
    person.save()
    page = browser_page(user=person)
    page.goto("/help/")
    one_line = page.evaluate(HEIGHT)
    page.evaluate(WIDEST)
    for width in (412, 393, 390, 375, 360):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(HEIGHT) <= one_line, width
