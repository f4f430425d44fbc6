"""Back, once a page has forgotten itself: every address that answers with a part answers it with the whole page."""

import ast
import html
import re
from collections.abc import Iterator
from urllib.parse import urljoin

import pytest
from django.test import Client

from tests.test_access import ACCESS, NOT_ALLOWED, Scene, client_as, content_of, scene  # noqa: F401 - fixtures
from tests.test_project import ROOT, modules

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast, pytest.mark.usefixtures("now")]

PART = {"HX-Request": "true"}
BACK = PART | {"HX-History-Restore-Request": "true"}
# What answers GET with a part of its page. Another one is added here, and must look at `wants_part` for that.
PARTS = {
    "mentor_list",
    "mentor_detail",
    "mentor_availability",
    "session",
    "session_counter",
    "session_question",
    "session_further",
    "session_move",
    "event_now",
    "event_desk",
    "event_board",
    "event_pair",
    "thread",
}
ONE_HOME = ROOT / "common" / "pages" / "parts.py"


def test_one_module_knows_how_a_part_is_asked_for():
    asking = {
        path
        for path, tree in modules()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Constant) and str(node.value).startswith(("HX-Request", "HX-History", "HTTP_HX_R")))
        or (isinstance(node, ast.Attribute) and node.attr == "htmx")
    }

    assert asking == {ONE_HOME}


@pytest.mark.parametrize("name", [name for name, row in ACCESS.items() if row.get != NOT_ALLOWED])
def test_back_is_answered_with_the_whole_page(name, scene, client_as):  # noqa: F811
    pages = parts = 0
    for client in map(client_as, ("anonymous", "mentee", "mentor", "staff")):
        for address in addresses(client, scene, name):
            pages += 1
            answer = client.get(address, headers=BACK)
            assert (answer.status_code, is_whole(answer.content)) == (200, True), address
            part = client.get(address, headers=PART)
            if not is_whole(part.content):
                parts += 1
                assert {"HX-Request", "HX-History-Restore-Request"} <= set(re.split(r",\s*", part["Vary"])), address

    assert (parts > 0) == (name in PARTS)
    assert pages or name not in PARTS


def addresses(client: Client, scene: Scene, name: str) -> Iterator[str]:  # noqa: F811
    """The page, and whatever it asks for itself later."""
    response = client.get(address := scene.address(name))
    page = content_of(response)
    if response.status_code != 200 or not is_whole(page):
        return
    yield address
    for asked in sorted(set(re.findall(rb'hx-get="([^"]+)"', page))):
        if (found := urljoin(address, html.unescape(asked.decode()))).partition("?")[0] == address:
            yield found
    if response.context and "more_time" in response.context:
        # Only the page of a session that is near looks again.
        yield f"{address}?watch="


def is_whole(page: bytes) -> bool:
    return page.lower().startswith(b"<!doctype html>") and page.rstrip().endswith(b"</html>")
