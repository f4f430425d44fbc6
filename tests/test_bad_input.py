"""What nobody should send, sent to every page and every form: it is refused or understood, and nothing breaks."""

import os
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from django.test import Client

from tests.hostile import HOSTILE, RAW_QUERIES
from tests.sessions_app.helpers.written import writes
from tests.test_access import ACCESS, NOT_ALLOWED, Scene, client_as, outcome_of, scene, undone  # noqa: F401 - two are fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast, pytest.mark.usefixtures("now")]

# A usual run tries a fifth of the texts on each page, in turns; EVERY=1 tries each everywhere, in each field.
EVERY = os.environ.get("EVERY") == "1"
# What our pages read from an address
NAMES = [
    "about",
    "after",
    "ahead",
    "answer",
    "as",
    "before",
    "booked",
    "by",
    "day",
    "email",
    "format",
    "given",
    "has_met",
    "instant",
    "language",
    "later",
    "len",
    "minutes",
    "next",
    "offer",
    "page",
    "period",
    "q",
    "show",
    "sort",
    "start",
    "state",
    "step",
    "t",
    "tab",
    "topic",
    "unit",
    "when",
    "zone",
]
# Somebody for whom the page does something
VISITORS_PAGES = {"account_login", "account_login_password", "account_reset_password", "book"}


def reader_of(name: str) -> str:
    row = ACCESS[name]
    if name in VISITORS_PAGES:
        return "anonymous"
    return next(
        person for person in ("mentor", "mentee", "staff") if person in row.who.get_in and reads(person, row.get)
    )


def reads(person: str, declared) -> bool:
    """Whether the page shows this person something, rather than sending them elsewhere."""
    return not (isinstance(declared, dict) and isinstance(declared.get(person), str))


PAGES = [name for name, row in ACCESS.items() if row.get != NOT_ALLOWED]
FORMS = [name for name, row in ACCESS.items() if row.post != NOT_ALLOWED]


@pytest.mark.parametrize("name", PAGES)
def test_no_address_breaks_a_page(name, scene, client_as):  # noqa: F811
    client, address = client_as(reader_of(name)), scene.address(name)
    texts = texts_for(PAGES.index(name))
    queries = {kind: "&".join(f"{key}={quote(text[:4000])}" for key in NAMES) for kind, text in texts.items()}
    raw = {kind: "&".join(f"{key}={text}" for key in NAMES) for kind, text in RAW_QUERIES.items()}

    answers = {kind: client.get(f"{address}?{query}") for kind, query in (queries | raw).items()}
    # What is ill without any query, as health is while the test stands still in time, is no page that broke.
    broken = {kind for kind, answer in answers.items() if breaks(answer) and answer.status_code != ACCESS[name].get}

    assert broken == set()


# Forms that are drawn on another page, and what is sent by hand-made buttons
DRAWN_ON = {"book": "mentor_detail", "ask": "mentor_detail"}
SENT = {
    "book": {"offer": "", "start": "2026-11-26T14:30Z", "question": "Do I?", "key": "k", "day": "2026-11-26"},
    "appearance": {"theme": "dark", "next": "/"},
    "notifications_read": {"item": "1", "until": "2026-11-24T12:00:00+00:00", "page": "1"},
    "mentor_offer_switch": {"show": "yes"},
    "mentor_availability": {"add": "1-0", "drop": "1-0", "copy": "1", "copy-from": "1", "copy-to": "2", "switch": "1"},
    "mentor_date": {"add": "1", "drop": "1-0", "delete": "1"},
    "wait": {
        "mentor": "alice-adair",
        "q": "Which?",
        "filters": "topic=x",
        "asks_mentors": "1",
        "asks_writers": "1",
        "parts": "morning",
    },
    "save_mentor": {"save": "alice-adair", "remove": "alice-adair", "next": "/mentors/?q=Which", "question": "Which?"},
    "wait_email": {"email": "new@example.org", "name": "New"},
    "held_time": {"decline": "1"},
    "asked_for_help": {"start": "2026-11-26T14:30Z", "no": "1", "never": "1"},
    "session_more_time": {"end": "2026-11-26T14:55Z"},
    "session_attendance": {"say": "contest", "words": "I was there."},
    "session_excuse": {"kind": "ill"},
    "free_now": {"minutes": "30"},
    "still_here": {"answer": "away", "until": "2026-12-09"},
    "staff_ledgers": {"review": "1", "words": "They wrote back."},
    "session_respond": {"answer": "decline", "because": "other", "line": "No."},
    "session_step": {"drop": "1"},
    "staff_attendance": {"session": "00000000-0000-4000-8000-000000000000", "decision": "held", "reason": ""},
    "thread_read": {"until": "1"},
    "ask": {"key": "k", "question": "Do I?", "with_files": "on", "follows": "x"},
    "contact": {"name": "Bob", "email": "bob@example.org", "text": "Hello", "key": "k", "website": ""},
    "staff_contact": {"message": "00000000-0000-0000-0000-000000000000"},
    "staff_letter": {"act": "copy", "reason": "By phone"},
    "staff_letters": {"letter": "00000000-0000-4000-8000-000000000000", "outcome": "signed"},
    "staff_roles": {"email": "bob@example.org", "role": "support"},
    "staff_ask_mentor": {"mentor": "priya"},
    "staff_role_end": {"person": "00000000-0000-4000-8000-000000000000", "role": "support"},
    "staff_words": {"feedback": "1", "decision": "show", "reason": ""},
    "external_calendar": {"act": "look"},
    "calendar_consent": {"again": "00000000-0000-4000-8000-000000000000"},
    "calendar_settings": {"stop": "1", "replaces": "1"},
    "account_reauthenticate_by_code": {"action": "resend", "code": "123456"},
    "unsubscribe": {"List-Unsubscribe": "One-Click"},
    "figure_mail": {"answer": "keep"},
}


@pytest.mark.parametrize("name", FORMS)
def test_nothing_typed_breaks_a_form(name, scene, client_as):  # noqa: F811
    client, address = client_as(reader_of(name)), scene.address(name)
    usual = usual_of(client, name, scene)

    texts = texts_for(FORMS.index(name))
    answers = {(kind, field): sent(client, address, data) for kind, field, data in attacks(usual, texts)}

    assert {one for one, answer in answers.items() if breaks(answer)} == set()
    assert {one for one, answer in answers.items() if is_refused_in_silence(answer)} == set()


@pytest.mark.parametrize(
    ("name", "leads_to", "checked"),
    [("book", "/sessions/", {"offer", "question"}), ("ask", "/messages/", {"question"})],
)
def test_nothing_typed_beside_a_valid_choice_breaks_a_booking(name, leads_to, checked, scene, client_as):  # noqa: F811
    """For who is signed in these forms act at once. Each text is the question of one that is right otherwise, and
    stands in a field that takes turns; EVERY=1 tries each everywhere.
    """
    client, address = client_as("stranger"), scene.address(name)
    writes(scene.mentor)
    usual = {**SENT[name], "offer": str(scene.mentor.offers.timed().first().uuid)}
    assert sent(client, address, usual)["Location"].startswith(leads_to)

    fields = list(usual)
    turns = {kind: fields if EVERY else ["question", fields[turn % len(fields)]] for turn, kind in enumerate(HOSTILE)}
    tried = [(kind, field) for kind, chosen in turns.items() for field in chosen]
    answers = {(kind, field): sent(client, address, {**usual, field: HOSTILE[kind]}) for kind, field in tried}

    assert {one for one, answer in answers.items() if breaks(answer)} == set()
    refused = {field for (_kind, field), answer in answers.items() if answer.status_code == 422}
    assert refused >= checked


def usual_of(client: Client, name: str, scene: Scene) -> dict[str, str]:  # noqa: F811
    """What a browser would send if nothing were touched."""
    page = DRAWN_ON.get(name, name)
    found = {}
    if ACCESS[page].get != NOT_ALLOWED:
        found = fields_in(client.get(scene.address(page)).content.decode())
    return {**found, **{key: value for key, value in SENT.get(name, {}).items() if value or key not in found}}


def texts_for(number: int) -> dict[str, str]:
    return HOSTILE if EVERY else dict(list(HOSTILE.items())[number % 5 :: 5])


def attacks(usual: dict[str, str], texts: dict[str, str]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Each text in all fields at once, and in one that takes turns."""
    fields = list(usual)
    for number, (kind, text) in enumerate(texts.items()):
        yield kind, "all", dict.fromkeys(usual, text)
        for field in fields if EVERY else fields[number % len(fields) :][:1] if fields else []:
            yield kind, field, {**usual, field: text}


def sent(client: Client, address: str, data: dict[str, str]):
    """As if it were the only one: what it wrote, and the cookies that it set, are taken back; so pages stay as read."""
    cookies, marks = client.cookies.copy(), dict(getattr(client, "marks", {}))
    response = undone(lambda: client.post(address, data))
    client.cookies = cookies
    if marks:
        client.marks = marks | client.marks
    return response


def breaks(response) -> bool:
    """An error of ours, or markup that comes back as markup."""
    shown = b"" if response.streaming else response.content
    return outcome_of(response) in range(500, 600) or b"<svg/onload" in shown


def is_refused_in_silence(response) -> bool:
    """A page of ours, not of allauth's, that shows an error in a form and whose status says that all is well."""
    is_ours = not response.wsgi_request.resolver_match.view_name.startswith("account_")
    return is_ours and outcome_of(response) == 200 and b'aria-invalid="true"' in response.content


class Fields(HTMLParser):
    """Names and values in a page's own forms; those that every page has are left out."""

    EVERYWHERE = ("/sign-out/", "/settings/appearance/")

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.inside = False
        self.select = self.area = ""

    def handle_starttag(self, tag, attributes):
        given = {key: value or "" for key, value in attributes}
        name = given.get("name", "")
        if tag == "form":
            self.inside = given.get("method") == "post" and given.get("action", "") not in self.EVERYWHERE
        elif not self.inside:
            return
        elif tag == "option" and self.select and (not self.found.get(self.select) or "selected" in given):
            self.found[self.select] = given.get("value", "")
        elif tag == "select":
            self.select = name
        elif tag == "textarea":
            self.area = name
            self.found[name] = ""
        elif name and tag == "input" and (given.get("type") != "radio" or "checked" in given or name not in self.found):
            self.found[name] = given.get("value", "on")

    def handle_data(self, data):
        if self.area:
            self.found[self.area] += data.strip()

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.area = ""


def fields_in(html: str) -> dict[str, str]:
    parser = Fields()
    parser.feed(html)
    return {name: value for name, value in parser.found.items() if name != "csrfmiddlewaretoken"}


@pytest.mark.parametrize("cookie", ['"\\000aaaaaaaaaaa"', "\\000", "a" * 5000, "é" * 40])
@pytest.mark.parametrize("name", ["session", "tz", "theme", "csrf", "messages"])
def test_any_cookie_is_survived(offer, cookie, name):
    client = Client(raise_request_exception=False, HTTP_COOKIE=f"{name}={cookie}")

    answers = [client.get("/").status_code, client.get("/sessions/").status_code]
    answers.append(client.post("/sign-in/", {"email": "a@example.org"}).status_code)

    assert max(answers) < 500


# Names that Python knows, most not of text, one in another spelling, and one that nobody knows
ENCODINGS = ["hex", "base64", "zlib", "rot13", "undefined", "idna", "punycode", "utf-16", "utf-7", "UTF8", "nothing"]
OLD_ENCODINGS = ["latin-1", "windows-1252"]


@pytest.mark.parametrize("encoding", [*ENCODINGS, *OLD_ENCODINGS])
def test_any_encoding_is_survived(offer, encoding):
    client, form = Client(raise_request_exception=False), f"application/x-www-form-urlencoded; charset={encoding}"

    answers = [
        client.generic("GET", f"{page}?q=%41%ff%2e", content_type=f"text/plain; charset={encoding}")
        for page in ("/mentors/", "/api/v1/mentors/", "/mentors/alice-adair/")
    ]
    answers.append(client.generic("POST", "/sign-in/", b"email=a%40example.org&n=%ff", content_type=form))

    led = 400 if encoding in OLD_ENCODINGS else 302
    assert [answer.status_code for answer in answers] == [200, 200, 200, led]
