"""A browser as far as forms go: what it sends comes from a page that it has read, with the mark of what that showed."""

import re
from html.parser import HTMLParser
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.shortcuts import resolve_url
from django.test import Client

from common.pages.seen import FIELD

# All that is read of a page: parsing the whole of a long one takes as long as making it.
TAGS = re.compile(r"<(?:form|input)\b[^>]*>")


class ReadingClient(Client):
    """Remembers the mark in each form of the pages it reads, and sends it with that form.

    A form whose page was not read before is read first: the page at its own address, or else one above it. What was
    done leads to other pages, so those read before are forgotten. A test that gives `seen` itself sends just that.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.marks: dict[str, str] = {}

    def get(self, path: str, *args: Any, **kwargs: Any) -> Any:
        response = super().get(path, *args, **kwargs)
        self.read(path, response)
        return response

    def post(self, path: str, data: Any = None, *args: Any, **kwargs: Any) -> Any:
        given = {} if data is None else data
        if isinstance(given, dict) and "content_type" not in kwargs and not args and FIELD not in given:
            given = {**given, **self.mark_for(path)}
        response = super().post(path, given, *args, **kwargs)
        if response.status_code == HTTPStatus.FOUND or kwargs.get("follow"):
            self.marks.clear()
        self.read(path, response)
        return response

    def mark_for(self, path: str) -> dict[str, str]:
        place = urlsplit(path).path
        for page in dict.fromkeys((path, place, urljoin(place, ".."), urljoin(place, "../.."))):
            if place in self.marks or place.startswith("/api/"):
                break
            response = super().get(page)
            self.read(page, response)
            if response.streaming:
                b"".join(response.streaming_content)  # a file that is read to its end is closed
            if shuts_out(response):
                break  # no page above it has a form for who may not even see this one
        mark = self.marks.setdefault(place, "")  # no page has the form: that too is asked once
        return {FIELD: mark} if mark else {}

    def read(self, path: str, response: Any) -> None:
        if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
            return
        found = Marks()
        found.feed("".join(TAGS.findall(response.content.decode())))
        for action, mark in found.found.items():
            place = urljoin(urlsplit(path).path, action)
            self.marks[place] = mark or self.marks.get(place, "")


def shuts_out(response: Any) -> bool:
    """There is nothing here for this person, or they would have to sign in first."""
    leads_to = response.get("Location", "")
    return response.status_code == HTTPStatus.NOT_FOUND or leads_to.startswith(resolve_url(settings.LOGIN_URL))


class Marks(HTMLParser):
    """Of each form that is posted, by its action; empty for one that carries none."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given.get("action", "")
            if given.get("method", "").lower() == "post":
                self.found.setdefault(self.action, "")
        elif tag == "input" and given.get("name") == FIELD:
            self.found[self.action] = given.get("value", "")
