"""One time zone for a visit: whatever page, without cookies and JavaScript, says which zone it shows and shows that."""

import ast
import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as site
from django.test import Client

from mentors.models import Format
from tests.conftest import make_mentor, make_person
from tests.markup import elements_of, markup_of
from tests.sessions_app.conftest import book
from tests.test_access import ACCESS, clients, scene  # noqa: F401 - fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast, pytest.mark.usefixtures("now")]
# 5¾ hours ahead of UTC: no other zone shows these minutes.
FALLBACK, THEIRS = "Asia/Kathmandu", "Europe/London"
MOMENT = re.compile(r'<time datetime="([^"]+)"[^>]*>(.*?)</time>')
CLOCK = re.compile(r"\b\d\d:\d\d\b")
PAGE = "/mentors/alice-adair/"
HOMES = {"accounts/viewing.py", "accounts/models/people.py"}


@pytest.fixture(autouse=True)
def site_in_kathmandu(settings):
    settings.SITE_ZONE = FALLBACK


def clock_in(zone: str, moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)):%H:%M}"


def main_of(html: str) -> str:
    return html[html.index("<main") : html.index("</main>")]


def wrong_times(html: str) -> list[str]:
    """Each clock of a page that shows neither the fallback, nor the mentor's zone with its city beside it."""
    main, wrong = main_of(html), []
    for found in MOMENT.finditer(main):
        moment, words = found.groups()
        around = main[max(0, found.start() - 150) : found.end() + 60]
        for clock in CLOCK.findall(re.sub("<[^>]+>", "", words))[:1]:
            is_theirs = clock == clock_in(THEIRS, moment) and "London" in around
            if clock != clock_in(FALLBACK, moment) and not is_theirs:
                wrong.append(f"{moment}: {words}")
    return wrong


def says_zone(html: str) -> bool:
    main = main_of(html)
    named = elements_of(main, "p", data_times_in=FALLBACK) or "Kathmandu" in re.sub("<[^>]+>", "", main)
    return bool(named) or not any(CLOCK.search(words) for _moment, words in MOMENT.findall(main))


def check_page(response, address: str) -> int:
    """How many times the page holds."""
    html = markup_of(response)
    assert f'data-zone="{FALLBACK}"' in html, address
    assert (address, wrong_times(html)) == (address, [])
    assert says_zone(html), address
    return len(MOMENT.findall(main_of(html)))


def is_page(response) -> bool:
    if response.streaming:  # a file, which has to be read to its end to be closed
        return b"".join(response) == b""
    return response.status_code in (200, 409, 422) and b"<main" in response.content


def test_every_public_page_uses_the_zone_that_it_names(scene):  # noqa: F811
    scene.mentor.offers.create(length=15, format=Format.WRITING)
    full = make_mentor(make_person("full@example.org", "Finn Full"), windows=[])
    addresses = [scene.address(name) for name in pages_for("anonymous")]
    states = ["/mentors/?q=counter-offer", "/mentors/?format=writing", "/mentors/?when=today", f"/mentors/{full.slug}/"]
    times, walked = 0, 0
    for address in [*addresses, *states]:
        answer = Client().get(address)
        if is_page(answer) and 'name="zone"' not in answer.content.decode():
            times += check_page(answer, address)
            walked += 1
    assert (walked >= 19, times >= 90) == (True, True)


def test_booking_as_a_guest_stays_in_one_zone_from_search_to_session(offer, bob, mailoutbox):
    guest = Client()
    taken = book(offer, bob)
    form = {"key": "k", "offer": offer.uuid, "question": "Should I stay?"}
    refused = guest.post(f"{PAGE}book/", form | {"start": taken.start.isoformat()})
    assert refused.status_code == 409
    assert check_page(refused, "refused") > 3
    guest.post(f"{PAGE}book/", form | {"start": "2026-11-27T10:00Z"})
    assert check_page(guest.get(f"{PAGE}book/"), "check page") > 1
    code = guest.post(f"{PAGE}book/email/", {"email": "new@example.org", "name": "Nora"}, follow=True)
    assert "15:45 (Kathmandu)" in markup_of(code)
    session = guest.post("/sign-in/code/", {"code": mailoutbox[-1].subject[:7]}, follow=True)
    assert check_page(session, "session") > 1
    assert "15:45" in markup_of(session)


def pages_for(who: str) -> list[str]:
    """Names of pages that show this person something, about nothing or about the one mentor and the one session."""
    about = ("", "mentor_page", "ahead")
    rows = {name: row for name, row in ACCESS.items() if row.at in about and not name.startswith("api_")}
    return [name for name, row in rows.items() if row.get != 405 and who in row.who.get_in]


@pytest.mark.parametrize("who", ["mentee", "mentor", "staff"])
def test_people_without_a_zone_read_the_same_one_on_every_page(scene, clients, who):  # noqa: F811
    scene.people[who].timezone = ""
    scene.people[who].save()
    walked = 0
    for name in pages_for(who):
        answer = clients[who].get(scene.address(name))
        if is_page(answer):
            assert f'data-zone="{FALLBACK}"' in markup_of(answer), name
            walked += 1
    assert walked > 20


def test_the_question_is_asked_once_on_the_first_page_with_times(offer):
    def asked(client: Client, address: str) -> int:
        return markup_of(client.get(address)).count("data-asks-zone")

    client = Client()
    assert [asked(client, address) for address in ("/help/", "/", "/mentors/", PAGE)] == [0, 1, 0, 0]
    straight = Client()
    assert [asked(straight, address) for address in (PAGE, PAGE, "/mentors/")] == [1, 0, 0]
    told = Client()
    told.cookies["tz"] = "Europe/Lisbon"
    assert asked(told, PAGE) == 0


def test_mentors_time_is_called_so(offer):
    for address in ("/mentors/", PAGE):
        assert "Mentor’s time: 13:46 (London)" in markup_of(Client().get(address))


def test_mentors_time_is_that_of_their_week_for_everybody(offer, alice, maria, client_for):
    offer.profile.schedule.timezone = "Asia/Kolkata"
    offer.profile.schedule.save()
    slug = offer.profile.slug

    pages = [
        Client().get(f"/mentors/{slug}/"),
        client_for(alice).get("/mentor/profile/"),
        client_for(maria).get(f"/staff/profiles/{slug}/"),
    ]

    assert ["Mentor’s time: 19:16 (Kolkata)" in markup_of(page) for page in pages] == [True] * 3


def test_mentors_time_is_that_of_their_account_until_they_save_a_week(offer, alice):
    offer.profile.schedule.delete()
    alice.timezone = "Asia/Kolkata"
    alice.save()

    page = markup_of(Client().get(PAGE))

    assert ("Mentor’s time: 19:16 (Kolkata)" in page, "(UTC)" in page) == (True, False)


def test_person_without_a_zone_takes_the_browsers_on_the_next_page(client_for, bob):
    bob.timezone = ""
    bob.save()
    client = client_for(bob)
    client.cookies["tz"] = "Europe/Lisbon"
    client.get("/help/")
    bob.refresh_from_db()
    assert bob.timezone == "Europe/Lisbon"


def sources() -> dict[str, ast.Module]:
    apps = ["accounts", "common", "mentors", "notifications", "search", "sessions_app", "staff"]
    paths = [path for app in apps for path in Path(site.BASE_DIR, app).rglob("*.py") if "migrations" not in path.parts]
    return {str(path.relative_to(site.BASE_DIR)): ast.parse(path.read_text()) for path in paths}


def decides_a_zone(node: ast.AST) -> bool:
    """`person.timezone or …`, `viewer_zone(request) or …`; the setting; the cookie and what is read out of it."""
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        first = node.values[0]
        called = isinstance(first, ast.Call) and ast.unparse(first.func).endswith(("viewer_zone", "known_zone"))
        return called or (isinstance(first, ast.Attribute) and first.attr == "timezone")
    return isinstance(node, ast.Attribute) and node.attr == "SITE_ZONE"


def reads_the_cookie(node: ast.AST) -> bool:
    is_read = isinstance(node, ast.Subscript | ast.Call)
    return is_read and re.search(r"COOKIES.*ZONE_COOKIE|['\"]tz['\"]", ast.unparse(node)) is not None


def test_nobody_else_decides_which_zone_a_reader_gets():
    found = {
        (path, node.lineno)
        for path, tree in sources().items()
        for node in ast.walk(tree)
        if decides_a_zone(node) or reads_the_cookie(node)
    }
    assert {path for path, _line in found} == HOMES | {"common/checks/configuration.py"}


def test_the_cookie_is_read_by_few_modules_of_accounts_only():
    """For times there is `viewer_zone`. These keep what the browser says for a person who has none yet, or leave to
    them a request in which it has to be kept.
    """
    names = {"cookie_zone", "known_zone"}
    users = {
        path
        for path, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and names & {alias.name for alias in node.names}
    }
    keep = {"accounts/context_processors.py", "accounts/signing_in/by_email.py", "accounts/services.py"}
    assert users == {*keep, "accounts/quick_reader.py"}
