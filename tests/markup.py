"""A page's markup as one line: how a template is laid out over lines is nothing that a test asks about."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any

# A browser sets these on lines of their own, so that blanks beside their tags show nothing.
BLOCKS = """
html head title meta link base script style body header footer main nav section article aside h1 h2 h3 h4 h5 h6
div p ul ol li dl dt dd blockquote figure figcaption hr br form fieldset legend option optgroup datalist details
summary dialog template table caption colgroup col thead tbody tfoot tr th td
"""
BLOCK_TAG = re.compile(rf" ?(</?(?:{'|'.join(BLOCKS.split())})(?: [^<>]*)?>) ?", re.IGNORECASE)
TAG_END = re.compile(r"(<[^<>]*?) (/?>)")
KEPT = re.compile(r"(<(textarea|pre)\b[^>]*>)(.*?)(</\2>)", re.DOTALL)


def flatten(html: str) -> str:
    """One blank where there are many; none beside a block's tag; what is in a textarea or pre as it came.

    A blank beside any other tag (a, b, span, time …) stands between two words for a reader, so it stays.
    """
    parts = KEPT.split(html)
    outside = [_squeeze(part) for part in parts[::5]]
    kept = [
        _squeeze(start) + text + end
        for start, _name, text, end in zip(*(parts[n::5] for n in range(1, 5)), strict=True)
    ]
    return "".join(piece for pair in zip(outside, [*kept, ""], strict=True) for piece in pair)


def _squeeze(html: str) -> str:
    return BLOCK_TAG.sub(r"\1", TAG_END.sub(r"\1\2", re.sub(r"\s+", " ", html)))


def words_of(html: str) -> str:
    """What is read: a blank between words on two lines; between inline tags one only if the markup has one."""
    without_blocks = BLOCK_TAG.sub(" ", html)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", without_blocks)).strip()


def markup_of(response: Any) -> str:
    return flatten(response.content.decode())


def text_of(response: Any) -> str:
    return words_of(markup_of(response))


@dataclass
class Element:
    """`start` and `end` count the elements that began before it and before its end."""

    tag: str
    attributes: dict[str, str | None]
    start: int
    end: int = 0
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.pieces).split())


def elements_of(html: str, tag: str, **attributes: str) -> list[Element]:
    """All elements of that tag, or of any if it is empty, with these attributes, in order.

    A Python name stands for each: class_, aria_label.
    """
    wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    return [one for one in _read_elements(html) if tag in ("", one.tag) and wanted.items() <= one.attributes.items()]


def elements_in(html: str, tag: str, **attributes: str) -> list[Element]:
    """All elements of that tag inside the one element with these attributes, in order."""
    [whole] = elements_of(html, "", **attributes)
    return [one for one in elements_of(html, tag) if whole.start < one.start < whole.end]


def ids_in(html: str) -> set[str]:
    return {one.attributes["id"] or "" for one in elements_of(html, "") if "id" in one.attributes}


def parts_in(html: str) -> list[str]:
    """The name of each part that a page has only in some states, in order."""
    return [one.attributes["data-part"] or "" for one in elements_of(html, "") if "data-part" in one.attributes]


def part_in(html: str, name: str) -> str:
    """The words of the one part with this name."""
    [part] = elements_of(html, "", data_part=name)
    return part.text


def times_in(html: str, **attributes: str) -> list[str]:
    """The moments that are shown in the one element with these attributes, in order."""
    return [one.attributes["datetime"] or "" for one in elements_in(html, "time", **attributes)]


def links_in(html: str, **attributes: str) -> set[str]:
    """Where the links of a page lead, or those of its one element with these attributes."""
    [whole] = elements_of(html, "", **attributes) if attributes else [Element("", {}, -1, len(html))]
    links = [one for one in elements_of(html, "a") if whole.start < one.start < whole.end]
    return {one.attributes["href"] or "" for one in links if "href" in one.attributes}


def forms_in(html: str) -> list[str]:
    """The address that each form of a page posts to; empty for the page's own.

    Without those that every page has in its header and footer.
    """
    around = [*elements_of(html, "header", class_="head"), *elements_of(html, "footer")]
    forms = elements_of(html, "form", method="post")
    own = [one for one in forms if not any(part.start < one.start < part.end for part in around)]
    return [one.attributes.get("action") or "" for one in own]


def choices_in(html: str, name: str) -> list[str]:
    """What can be sent under this name: by buttons, radio buttons, boxes or hidden fields."""
    fields = [*elements_of(html, "button", name=name), *elements_of(html, "input", name=name)]
    return [one.attributes.get("value") or "" for one in fields]


def alerts_in(html: str) -> list[str]:
    """The words of each answer to what the reader has just done; what is kept ready for later isn't one."""
    return [one.text for one in _find_alerts(html)]


def answers_in(html: str) -> list[str]:
    """The kind of each answer to what the reader has just done: ok, warn, danger or error-summary."""
    return [(one.attributes["class"] or "").split()[-1].removeprefix("note--") for one in _find_alerts(html)]


def _find_alerts(html: str) -> list[Element]:
    hidden = [one for one in elements_of(html, "") if "hidden" in one.attributes or one.tag == "template"]
    alerts = elements_of(html, "div", role="alert")
    return [one for one in alerts if not any(other.start <= one.start < other.end for other in hidden)]


def refusals_in(html: str) -> list[str]:
    """The code of what was refused, where the page says it."""
    return [one.attributes["data-refusal"] or "" for one in elements_of(html, "") if "data-refusal" in one.attributes]


def tiles_in(html: str) -> list[list[str]]:
    """What each tile of a page says under its term: the number, and the note if it has one."""
    values = elements_of(html, "dd")
    return [
        [value.text for value in values if tile.start < value.start < tile.end]
        for tile in elements_of(html, "div", class_="tile")
    ]


def data_in(response: Any, name: str) -> list[str]:
    """The value of each attribute `data-NAME` of a page's paragraphs."""
    found = elements_of(markup_of(response), "p")
    return [one.attributes[f"data-{name}"] or "" for one in found if f"data-{name}" in one.attributes]


def stage_in(html: str) -> str:
    """What a session's page says that the session is at."""
    [stage] = [one.attributes["data-stage"] for one in elements_of(html, "") if "data-stage" in one.attributes]
    return stage or ""


def problems_in(html: str) -> list[str]:
    """The id of each field that the summary of errors leads to."""
    [summary] = elements_of(html, "div", class_="error-summary")
    links = elements_of(html, "a")
    inside = [one for one in links if summary.start < one.start < summary.end]
    return [(one.attributes["href"] or "").removeprefix("#") for one in inside]


# A test asks several things of the same page.
@lru_cache(maxsize=4)
def _read_elements(html: str) -> tuple[Element, ...]:
    return tuple(_Finder(html).found)


class _Finder(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[Element] = []
        self.open: list[Element] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs), len(self.found))
        self.found.append(element)
        self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        """A tag that has no end, like input, closes with what is around it."""
        while any(one.tag == tag for one in self.open):
            closed = self.open.pop()
            closed.end = len(self.found)
            if closed.tag == tag:
                break

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.pieces.append(data)
