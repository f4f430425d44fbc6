"""A form that is sent twice, as by a double press without scripts, adds one thing, and both answers say that it's done.

The browser shows the second answer alone: a refusal there would hide that the first press had worked.
"""

import pytest

from tests.markup import alerts_in, markup_of
from tests.test_access import client_as, rows_of_our_tables, scene  # noqa: F401 - fixtures
from tests.test_bad_input import fields_in, reader_of
from tests.test_stale_pages import changed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
# What is typed into the empty form, by the name of its address
ADDING: dict[str, dict[str, str]] = {
    "event_new": {
        "title": "First jobs",
        "day": "2026-12-10",
        "time": "17:00",
        "mode": "on_site",
        "place": "Main hall",
    },
    "event_hours_new": {"title": "Pay", "day": "2026-12-10", "time": "10:00", "minutes": "45", "places": "5"},
    "mentor_offer_add": {"title": "A talk", "length": "45", "format": "video", "at_once": "yes"},
}


@pytest.mark.parametrize("name", ADDING)
def test_a_form_sent_twice_adds_one_thing(name, scene, client_as):  # noqa: F811
    client, address = client_as(reader_of(name)), scene.address(name)
    page = client.get(address).content.decode()
    data = {**fields_in(page), **ADDING[name]}
    before = rows_of_our_tables()

    first = client.post(address, data)
    once = rows_of_our_tables()
    second = client.post(address, data)

    assert changed(before, once)
    assert (first.status_code, second.status_code) == (302, 302), [alerts_in(markup_of(x)) for x in (first, second)]
    assert second.url == first.url
    assert changed(once, rows_of_our_tables()) == set()
