"""One page in every look that people see it in, with axe on each."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# A width changes which parts are there, a theme only their colours: so each width gets every rule once, and each pair
# the rules about colour.
EVERYTHING = {"resultTypes": ["violations"], "selectors": False}
COLOURS = EVERYTHING | {"runOnly": ["color-contrast", "link-in-text-block"]}
Look = tuple[int, str, dict]
LOOKS = [(1280, "light", EVERYTHING), (1280, "dark", COLOURS), (390, "light", COLOURS), (390, "dark", EVERYTHING)]
SHOTS = Path(tempfile.gettempdir(), "shots") if os.environ.get("SHOTS") else None
# A change of theme would run through the page from parent to child, a frame each, even with the shortest transition.
STILL = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("*, *::before, *::after { transition-property: none !important }");
  document.adoptedStyleSheets.push(sheet);
}"""
PREPARED = f"({STILL})(); {Axe().axe_script}"
# Only what is said of it comes out of the browser: the whole of a result takes longer to pass on than to find.
FOUND = """async (rules) => {
  const { violations } = await axe.run(rules);
  return {
    violations: violations.map(({ id, help, nodes }) => [id, help, nodes.map(({ html }) => html.slice(0, 160))]),
    wide: document.documentElement.scrollWidth,
    room: innerWidth,
  };
}"""


# Words of headings that stand on more than one line; a hyphen is a place to break at.
# Where the window was resized just before, sizes that depend on it come with the next frame.
BROKEN_WORDS = """async () => {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const broken = [];
  for (const heading of document.querySelectorAll("h1, h2, h3")) {
    const walker = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode()); )
      for (const word of node.data.matchAll(/[^\\s-]+/g)) {
        const range = document.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        if (new Set([...range.getClientRects()].map((line) => Math.round(line.top))).size > 1) broken.push(word[0]);
      }
  }
  return broken;
}"""


def broken_words(page: Page) -> list[str]:
    """Where a heading is too large for its place, a word of it is cut in two."""
    return [f"“{word}” is cut in two" for word in page.evaluate(BROKEN_WORDS)]


def problems(page: Page, name: str, looks: Sequence[Look] = LOOKS) -> list[str]:
    """What axe finds on the open page, and sideways scrolling, over all looks. Saves a picture of each with SHOTS=1."""
    found = []
    before = page.viewport_size
    page.evaluate(PREPARED)
    for width, theme, rules in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        if SHOTS:
            SHOTS.mkdir(exist_ok=True)
            page.screenshot(path=SHOTS / f"{name}-{width}-{theme}.png", full_page=True)
        found += [f"{name} {width} {theme}: {problem}" for problem in _look(page, rules)]
    page.set_viewport_size(before)
    page.emulate_media(color_scheme="light")
    return found


def _look(page: Page, rules: dict) -> list[str]:
    seen = page.evaluate(FOUND, rules)
    found = [f"{rule}: {text} — {nodes[:3]}" for rule, text, nodes in seen["violations"]]
    if seen["wide"] > seen["room"]:
        found.append(f"the page is {seen['wide']} pixels wide in a window of {seen['room']}")
    return found
