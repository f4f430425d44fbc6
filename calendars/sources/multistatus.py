"""Reads what WebDAV servers answer (RFC 4918, section 13): several things, each with its properties.

The XML comes from servers that anyone may name, so it has no document type, and with it no entities; and it is bounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

DAV, CALDAV = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
SERVER, APPLE = "{http://calendarserver.org/ns/}", "{http://apple.com/ns/ical/}"
MOST_ELEMENTS, MOST_ATTRIBUTES, DEEPEST = 400_000, 50, 40
FINE, NOT_THERE = 200, (404, 410)


class XmlError(ValueError):
    pass


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing of an answer: where it is, and the properties that could be read. `status` is 200 if any could."""

    href: str
    status: int
    properties: dict[str, ET.Element] = field(default_factory=dict)

    @property
    def is_there(self) -> bool:
        """Whether, if it couldn't be read, there is another reason."""
        return self.status not in NOT_THERE

    def text_of(self, name: str) -> str:
        found = self.properties.get(name)
        return (found.text or "").strip() if found is not None else ""

    def has_inside(self, name: str, *inner: str) -> bool:
        found = self.properties.get(name)
        return found is not None and any(one.tag in inner for one in found.iter())

    def hrefs_of(self, name: str) -> list[str]:
        found = self.properties.get(name)
        hrefs = found.iter(f"{DAV}href") if found is not None else ()
        return [text for one in hrefs if (text := (one.text or "").strip())]


def read_multistatus(content: bytes) -> list[Resource]:
    """Raises XmlError for what is no answer of WebDAV, or none that we read."""
    root = _parse(content)
    if root.tag != f"{DAV}multistatus":
        raise XmlError("This is not an answer of WebDAV.")
    return [found for answer in root.iterfind(f"{DAV}response") for found in _resources_of(answer)]


# One, but for answers that name several things for which there is only a status.
def _resources_of(answer: ET.Element) -> Iterator[Resource]:
    properties, statuses = dict[str, ET.Element](), list[int]()
    for group in answer.iterfind(f"{DAV}propstat"):
        status = _status_of(group)
        statuses.append(status)
        if status == FINE:
            properties |= {one.tag: one for one in group.iterfind(f"{DAV}prop/*")}
    status = FINE if properties or not statuses else statuses[0]
    if answer.find(f"{DAV}status") is not None:
        status = _status_of(answer)
    for href in answer.iterfind(f"{DAV}href"):
        yield Resource((href.text or "").strip(), status, properties)


def _status_of(element: ET.Element) -> int:
    # As `HTTP/1.1 200 OK`.
    said = (element.findtext(f"{DAV}status") or "").split()
    if len(said) < 2 or not (said[1].isascii() and said[1].isdigit()):
        raise XmlError("A status that is none.")
    return int(said[1])


def _parse(content: bytes) -> ET.Element:
    parser = ET.XMLParser(target=_Builder())  # noqa: S314 - without document types and entities, see _Builder
    try:
        parser.feed(content)
        found: ET.Element = parser.close()
    except (ET.ParseError, LookupError, ValueError) as error:
        raise XmlError(type(error).__name__) from None
    return found


class _Builder(ET.TreeBuilder):
    """Builds the tree, and gives up at a document type: only there entities are declared."""

    def __init__(self) -> None:
        super().__init__()
        self.elements = self.depth = 0

    def doctype(self, *_said: object) -> None:
        raise XmlError("A document type.")

    def start(self, tag: str, attrs: dict[str, str], /) -> ET.Element:
        self.elements += 1
        self.depth += 1
        if self.elements > MOST_ELEMENTS or self.depth > DEEPEST or len(attrs) > MOST_ATTRIBUTES:
            raise XmlError("Too much.")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> ET.Element:
        self.depth -= 1
        return super().end(tag)
