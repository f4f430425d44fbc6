"""With colours of the reader's own (Windows high contrast), what is current or chosen still looks it."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import open_context, sign_in
from tests.browser.looking import STILL

pytestmark = pytest.mark.browser
# A heavier letter alone is no mark: with nothing lighter beside it, nobody sees it.
ONE_WEIGHT = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("*, *::before, *::after { font-weight: 400 !important }");
  document.adoptedStyleSheets.push(sheet);
  document.querySelectorAll("#main details").forEach(fold => { fold.open = true });
}"""
# The state off, and then on again.
TURN_OFF = """state => {
  if (state.matches(":checked")) state.checked = false;
  else { state.dataset.was = state.getAttribute("aria-current"); state.removeAttribute("aria-current"); }
}"""
TURN_ON = """state => {
  if (state.dataset.was) state.setAttribute("aria-current", state.dataset.was);
  else state.checked = true;
}"""


def read_states(page: Page, path: str) -> dict[str, bool]:
    """Each state that the page shows, by its markup, and whether it looks another without."""
    page.goto(path)
    page.evaluate(STILL)
    page.evaluate(ONE_WEIGHT)
    states = {}
    for state in page.query_selector_all("[aria-current]:visible, label:visible input:checked"):
        # A control that is drawn as a chip or as a switch shows its state in the label around it.
        shown = state.evaluate_handle("state => state.closest('label') || state").as_element()
        html, before = shown.evaluate("shown => shown.outerHTML.slice(0, 120)"), shown.screenshot()
        state.evaluate(TURN_OFF)
        states[html] = before != shown.screenshot()
        state.evaluate(TURN_ON)
    return states


def test_every_state_is_marked(chromium, live_server, priya, tomas, bob, booked):
    session = f"/sessions/{booked(priya, bob).uuid}/"
    paths = {
        bob: [
            "/mentors/?when=today&len=25&q=counter-offer",
            f"/mentors/{priya.slug}/",
            "/sessions/",
            session,
            "/settings/",
        ],
        priya.person: ["/mentor/", "/mentor/availability/", "/mentor/offers/add/", "/settings/notifications/"],
    }
    context = open_context(chromium, live_server.url)
    page = context.new_page()
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    found = {}
    for person, own in paths.items():
        sign_in(context, person, live_server.url)
        found |= {path: read_states(page, path) for path in own}
    context.close()

    assert {path: states for path, states in found.items() if not states} == {}
    assert [html for states in found.values() for html, is_marked in states.items() if not is_marked] == []
