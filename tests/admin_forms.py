"""The admin's forms as a browser sends them."""

import re
from html.parser import HTMLParser
from typing import Any


class FilledForm(HTMLParser):
    """What a browser would send of a form if nothing is touched: boxes only where ticked, lists with all chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, Any] = {}
        self.select = self.area = ""

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        name, kind = found.get("name") or "", found.get("type", "text")
        if tag == "input" and name and kind not in ("submit", "file", "button"):
            if kind not in ("checkbox", "radio") or "checked" in found:
                self.sent[name] = found.get("value") or ("on" if kind == "checkbox" else "")
        elif tag == "textarea":
            self.area, self.sent[name] = name, ""
        elif tag == "select":
            self.select = name
            if "multiple" in found:
                self.sent[name] = []
        elif tag == "option" and "selected" in found and self.select:
            if isinstance(self.sent.get(self.select), list):
                self.sent[self.select].append(found.get("value", ""))
            else:
                self.sent[self.select] = found.get("value", "")

    def handle_data(self, data):
        if self.area:
            self.sent[self.area] = (self.sent[self.area] + data).removeprefix("\n")

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.area = ""
        if tag == "select":
            self.select = ""


def fields_of(response) -> dict[str, Any]:
    """The fields of the one form for a row, with the marks of what it showed."""
    page = response.content.decode()
    form = re.search(r'<form[^>]*id="\w+_form".*?</form>', page, re.DOTALL)
    parser = FilledForm()
    parser.feed(form.group(0))
    return {name: value for name, value in parser.sent.items() if value is not None}
