"""One page in every look that people see it in, with axe on each."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# A width changes which parts are there, a theme only their colours: so each width gets every rule once, and each pair
# the rules about colour.
EVERYTHING, COLOURS = "every rule", "the rules about colour"
Look = tuple[int, str, str]
LOOKS = [(1280, "light", EVERYTHING), (1280, "dark", COLOURS), (390, "light", COLOURS), (390, "dark", EVERYTHING)]
SHOTS = Path(tempfile.gettempdir(), "shots") if os.environ.get("SHOTS") else None
# A change of theme would run through the page from parent to child, a frame each, even with the shortest transition.
STILL = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("*, *::before, *::after { transition-property: none !important }");
  document.adoptedStyleSheets.push(sheet);
}"""
PREPARED = f"({STILL})(); {Axe().axe_script}"
# Words in these elements that stand on more than one line.
CUT_WORDS = """(elements, words) => {
  const cut = [];
  for (const element of elements) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode()); )
      for (const word of node.data.matchAll(words)) {
        const range = document.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        if (new Set([...range.getClientRects()].map((line) => Math.round(line.top))).size > 1) cut.push(word[0]);
      }
  }
  return cut;
}"""
# Only what is said of it comes out of the browser: the whole of a result takes longer to pass on than to find.
#
# Three quarters of axe's time are contrasts, which it computes for every text. Texts that stand in elements of the same
# names, classes and colours, up to the body, have the same contrast, so one of each kind is looked at: on a page of
# results 67 of 276. Each look chooses its own, by the colours that it shows.
FOUND = """async (everything) => {
  const colours = ["color-contrast", "link-in-text-block"];
  const said = { resultTypes: ["violations"], selectors: false };
  const kinds = new Map([[document.documentElement, ""]]);
  const kindOf = (element) => {
    if (!kinds.has(element)) {
      const { color, backgroundColor, backgroundImage, opacity, fontSize, fontWeight } = getComputedStyle(element);
      const looks = [color, backgroundColor, backgroundImage, opacity, fontSize, fontWeight];
      kinds.set(element, [kindOf(element.parentElement), element.tagName, element.className, ...looks].join("|"));
    }
    return kinds.get(element);
  };
  const hasText = (element) =>
    element.matches("input, select, textarea") ||
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const shown = [...document.body.querySelectorAll("*")].filter((element) => element.checkVisibility());
  const texts = shown.filter(hasText);
  const include = [...new Map(texts.map((element) => [kindOf(element), element])).values()];

  const { violations } = await axe.run({ include }, { ...said, runOnly: colours });
  if (everything) {
    const rules = Object.fromEntries(colours.map((rule) => [rule, { enabled: false }]));
    violations.push(...(await axe.run({ ...said, rules })).violations);
  }
  // Panels, and the headings and panels beside them: none may lie upon another.
  const boxes = [...document.querySelectorAll("main :is(.panel, h1, h2, h3, h4)")]
    .filter((element) => element.checkVisibility() && !element.closest(".vh"))
    .map((element) => ({ element, box: element.getBoundingClientRect() }));
  const upon = ({ box: one }, { box: other }) =>
    Math.min(one.right, other.right) - Math.max(one.left, other.left) > 2 &&
    Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 2;
  const covered = boxes.flatMap((one, place) =>
    boxes
      .slice(place + 1)
      .filter((other) => one.element.matches(".panel") || other.element.matches(".panel"))
      .filter((other) => !one.element.contains(other.element) && !other.element.contains(one.element))
      .filter((other) => upon(one, other))
      .map((other) => [one, other].map(({ element }) => element.textContent.trim().slice(0, 40)).join(" | ")));
  // What screen readers find by its id: it stands on the page once, and a hint or an error belongs to a control.
  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  const described = new Set(
    [...document.querySelectorAll("[aria-describedby]")].flatMap((element) =>
      element.getAttribute("aria-describedby").split(/\\s+/)));
  const notes = [...document.querySelectorAll("[id$=_helptext], [id$=_error]")];
  return {
    covered,
    twice: [...new Set(ids.filter((id, place) => ids.indexOf(id) !== place))],
    unheard: notes.filter((note) => note.checkVisibility() && !described.has(note.id)).map(({ id }) => id),
    cut: (CUT_WORDS)(document.querySelectorAll("main :is(th, td)"), /\\p{L}{2,20}/gu),
    violations: violations.map(({ id, help, nodes }) => [id, help, nodes.map(({ html }) => html.slice(0, 160))]),
    hidden: [...document.querySelectorAll(".tabs")].filter((tabs) => tabs.scrollWidth > tabs.clientWidth).length,
    wide: document.documentElement.scrollWidth,
    room: innerWidth,
  };
}""".replace("CUT_WORDS", CUT_WORDS)


# A hyphen is a place to break at. Where the window was resized just before, sizes that depend on it come with the next
# frame.
BROKEN_WORDS = """async () => {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  return (CUT_WORDS)(document.querySelectorAll("h1, h2, h3"), /[^\\s-]+/g);
}""".replace("CUT_WORDS", CUT_WORDS)


def broken_words(page: Page) -> list[str]:
    """Where a heading is too large for its place, a word of it is cut in two."""
    page.wait_for_load_state()
    return [f"“{word}” is cut in two" for word in page.evaluate(BROKEN_WORDS)]


def problems(page: Page, name: str, looks: Sequence[Look] = LOOKS) -> list[str]:
    """What axe finds on the open page, and sideways scrolling, over all looks. Saves a picture of each with SHOTS=1."""
    found = []
    # A click waits until the next page's first bytes are there, not until it has a body.
    page.wait_for_load_state()
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


def _look(page: Page, rules: str) -> list[str]:
    seen = page.evaluate(FOUND, rules == EVERYTHING)
    found = [f"{rule}: {text} — {nodes[:3]}" for rule, text, nodes in seen["violations"]]
    if seen["wide"] > seen["room"]:
        found.append(f"the page is {seen['wide']} pixels wide in a window of {seen['room']}")
    found += [f"a panel lies upon another or on a heading: {pair}" for pair in seen["covered"][:3]]
    found += [f"a word of a table is cut in two: {word}" for word in seen["cut"][:3]]
    found += [f"several elements have one id: {identifier}" for identifier in seen["twice"][:3]]
    found += [f"no control is described by its hint or error: {identifier}" for identifier in seen["unheard"][:3]]
    if seen["hidden"]:
        found.append("tabs stand where they can only be scrolled to")
    return found
