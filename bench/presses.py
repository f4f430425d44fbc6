"""What pages offer and then refuse: `python -m bench.presses --minutes 5 --seed 1` from the project's root.

People of the invented world press links and forms at random. A form is filled in with what it holds or offers, on a
page that was read just before. Server errors, missing pages and refusals are printed: the page should have said before
what can't be had. Text that a person has to write may be refused too; whether a refusal is right is for you to judge.
"""

import argparse
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urljoin

from django.conf import settings
from django.core.management import call_command
from django.test import Client

from tests.signing_in import note_second_step, sign_in

from .stand import bench_database

# Who presses, and how often beside the others; nobody is a visitor.
PEOPLE = {"sam": 3, "priya": 3, "tomas": 3, "maria": 2, "petra": 2, "hanna": 1, "luis": 1, "jonas": 1, "nobody": 1}
BEGINNINGS = [
    "/",
    "/mentors/?q=offer",
    "/sessions/",
    "/sessions/?tab=past",
    "/sessions/?tab=waiting",
    "/mentor/",
    "/mentor/feedback/",
    "/events/",
    "/programmes/",
    "/messages/",
    "/staff/",
]
# Pages that end an account or a session of signing in, Django's own, and those that need another server.
LEFT_OUT = re.compile(
    r"sign-(in|out)|/(admin|dev|static|media|api|accounts)/|password|passkey|second-step|remove|calendars/|appearance"
    r"|time-zone|/settings/$|/files/$"
)
ELSEWHERE = re.compile(r"[a-z]+:|//|#")
# Pages on which most of the product is: the others are linked from everywhere.
OWN = re.compile(r"session|mentor/|events/[a-z]|staff/|programmes/[a-z]|messages/|waiting|offer=|report")
WORDS = ("Could we talk about my offer on Friday?", "I need a second opinion on my plan.", "Thanks, that helped a lot.")
TYPED = {
    "date": str((datetime.now(UTC) + timedelta(days=9)).date()),
    "time": "18:00",
    "email": "new@example.org",
    "url": "https://example.org/",
    "number": "2",
}
GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.FORBIDDEN, HTTPStatus.GONE}
BACK_TO_START, PRESSED_FORM, STAYS_AS_IT_IS = 0.04, 0.45, 0.5


@dataclass
class Control:
    name: str
    kind: str
    value: str = ""
    is_on: bool = False
    choices: list[str] = field(default_factory=list)
    action: str = ""
    method: str = ""


@dataclass
class Form:
    action: str
    method: str
    name: str
    controls: list[Control] = field(default_factory=list)


class Offered(HTMLParser):
    """The links and forms of a page, and the codes of what it refuses."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.refused: list[str] = []
        self._elsewhere: list[tuple[str, Control]] = []
        self._form: Form | None = None
        self._control: Control | None = None
        self.feed(html)
        for name, control in self._elsewhere:
            for form in self.forms:
                if form.name == name:
                    form.controls.append(control)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower(), given.get("id", ""))
            self.forms.append(self._form)
        elif tag in ("input", "button", "select", "textarea") and "disabled" not in given:
            kind = given.get("type", "submit" if tag == "button" else "text") if tag in ("input", "button") else tag
            self._add(given, kind)
        elif tag == "option" and self._control and "disabled" not in given:
            self._control.choices.append(given.get("value", ""))
            if "selected" in given:
                self._control.value = given.get("value", "")
        if "data-refusal" in given or given.get("aria-invalid") == "true":
            self.refused.append(given.get("data-refusal") or given.get("name", "a field"))

    def _add(self, given: dict[str, str], kind: str) -> None:
        self._control = Control(given.get("name", ""), kind, given.get("value", ""), "checked" in given)
        self._control.action, self._control.method = given.get("formaction", ""), given.get("formmethod", "")
        if "form" in given:
            self._elsewhere.append((given["form"], self._control))
        elif self._form:
            self._form.controls.append(self._control)

    def handle_data(self, data: str) -> None:
        if self._control and self._control.kind == "textarea":
            self._control.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag in ("select", "textarea"):
            self._control = None


class Person:
    """Presses something on the page that their browser shows."""

    def __init__(self, name: str, chance: random.Random) -> None:
        from accounts.models import User

        self.name, self._chance = name, chance
        self._client = Client(raise_request_exception=False)
        if name != "nobody":
            person = User.objects.get(email=f"{name}@demo.example")
            sign_in(self._client, person)
            note_second_step(self._client, person)
        self._at, self._page = "/", Offered("")

    def press(self) -> tuple[str, str] | None:
        """What was pressed, and what came of it if that is worth a look."""
        forms = [form for form in self._page.forms if not LEFT_OUT.search(form.action or self._at)]
        if self._chance.random() < BACK_TO_START or not (forms or self._page.links):
            self._read(self._client.get(self._chance.choice(BEGINNINGS), follow=True))
            return None
        if forms and self._chance.random() < PRESSED_FORM:
            return self._send(self._chance.choice(forms))
        return self._follow()

    def _follow(self) -> tuple[str, str] | None:
        inside = [link for link in self._page.links if not (ELSEWHERE.match(link) or LEFT_OUT.search(link))]
        own = [link for link in inside if OWN.search(link)]
        if not inside:
            self._page = Offered("")
            return None
        link = self._chance.choice(own if own and self._chance.random() < 0.8 else inside)
        response = self._client.get(urljoin(self._at, link).partition("#")[0], follow=True)
        return self._judge(f"link {link} on {self._at}", response, [])

    def _send(self, form: Form) -> tuple[str, str] | None:
        # Read once more: what stood there a while ago may be refused.
        now = self._client.get(self._at)
        offered = Offered(now.content.decode()) if now.status_code == HTTPStatus.OK else Offered("")
        same = [one for one in offered.forms if (one.action, one.method) == (form.action, form.method)]
        if not same:
            self._page = offered
            return None
        form = self._chance.choice(same)
        sent = list(self._fill_in(form))
        buttons = [control for control in form.controls if control.kind == "submit"]
        button = self._chance.choice(buttons) if buttons else Control("", "submit")
        if button.name:
            sent.append((button.name, button.value))
        address = urljoin(self._at, button.action or form.action or self._at)
        if LEFT_OUT.search(address):
            return None
        data = urlencode(sent)
        if (button.method or form.method) == "post":
            kind = "application/x-www-form-urlencoded"
            response = self._client.post(address, data, content_type=kind, follow=True)
        else:
            response = self._client.get(f"{address.partition('?')[0]}?{data}", follow=True)
        return self._judge(f"form {address} on {self._at}", response, sent)

    def _fill_in(self, form: Form) -> Iterator[tuple[str, str]]:
        radios: dict[str, list[Control]] = {}
        for control in form.controls:
            stays = self._chance.random() < STAYS_AS_IT_IS
            if not control.name or control.kind in ("submit", "file", "button", "reset"):
                continue
            if control.kind == "radio":
                radios.setdefault(control.name, []).append(control)
            elif control.kind == "checkbox":
                if control.is_on if stays else self._chance.random() < 0.5:
                    yield control.name, control.value or "on"
            elif control.kind == "select":
                if control.choices:
                    yield control.name, control.value if stays else self._chance.choice(control.choices)
            elif control.kind == "hidden":
                yield control.name, control.value
            else:
                yield control.name, control.value.strip() or TYPED.get(control.kind, self._chance.choice(WORDS))
        for name, choices in radios.items():
            on = [control for control in choices if control.is_on]
            yield name, (on[0] if on and self._chance.random() < STAYS_AS_IT_IS else self._chance.choice(choices)).value

    def _judge(self, what: str, response: Any, sent: list[tuple[str, str]]) -> tuple[str, str] | None:
        self._read(response)
        status = HTTPStatus(response.status_code)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return what, f"{status} {response.exc_info} {sent}"
        # A page may say by itself that a limit is reached.
        if status in GONE or (sent and self._page.refused):
            return what, f"{status} {', '.join(dict.fromkeys(self._page.refused))} {sent}"
        return None

    def _read(self, response: Any) -> None:
        is_page = response.get("Content-Type", "").startswith("text/html")
        self._page = Offered(response.content.decode()) if is_page else Offered("")
        request = response.request
        self._at = urljoin(request["PATH_INFO"], "?" + request["QUERY_STRING"] if request["QUERY_STRING"] else "")


def press(minutes: float, seed: int) -> None:
    chance = random.Random(seed)
    people = [Person(name, chance) for name in PEOPLE]
    pressed, seen = 0, Counter[str]()
    until = time.monotonic() + minutes * 60
    while time.monotonic() < until:
        [person] = chance.choices(people, list(PEOPLE.values()))
        pressed += 1
        if found := person.press():
            what, came = found
            kind = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "*", what.partition("?")[0])
            seen[kind] += 1
            if seen[kind] <= 2:
                print(f"{person.name}: {what}\n    {came[:600]}", flush=True)
    print(f"{pressed:,} presses by {len(people)} people; worth a look: {sum(seen.values())} of {len(seen)} kinds")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with bench_database("presses"):
        settings.ALLOWED_HOSTS = ["*"]
        settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
        settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
        call_command("seed_demo", "--portraits", "0", "--reset", "--force")
        press(arguments.minutes, arguments.seed)


if __name__ == "__main__":
    main()
