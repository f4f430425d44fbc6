import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("word", ["foo", "2026", "//evil.example.org/", "https://evil.example.org/"])
def test_a_next_that_is_no_page_of_ours_is_left_out(word, bob, client_for):
    answers = [
        client_for(bob).get("/sign-in/", {"next": word})["Location"],
        client_for(bob).get("/sign-in/name/", {"next": word})["Location"],
        Client().post("/time-zone/", {"zone": "Europe/London", "next": word})["Location"],
    ]

    assert answers == ["/", "/", "/"]


@pytest.mark.parametrize("address", ["/mentor/apply/1/", "/settings/", "/sign-in/", "/time-zone/"])
def test_a_form_without_any_field_is_asked_for_them(address, bob, client_for):
    client = Client() if address == "/sign-in/" else client_for(bob)

    assert client.post(address, {}).status_code in (200, 422)
