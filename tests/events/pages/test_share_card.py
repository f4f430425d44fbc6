"""The picture and the words that other sites show beside a link to an event."""

from io import BytesIO

import pytest
from PIL import Image

from events.models import Event, EventState
from events.pages.share_card import card_tags, draw_event_card, event_card_content, when_words
from tests.markup import elements_of, markup_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def card_of(client, event: Event, version: int = 1):
    return client.get(f"/events/share/{event.slug}-{version}.png")


def metas(page: str) -> dict[str, str]:
    return {one.attributes.get("property", ""): one.attributes.get("content", "") for one in elements_of(page, "meta")}


def test_the_card_has_the_size_that_is_asked_for_and_may_be_shown_elsewhere(client, event):
    answer = card_of(client, event)
    image = Image.open(BytesIO(b"".join(answer.streaming_content)))

    assert (image.format, image.size) == ("PNG", (1200, 630))
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer["Cache-Control"] == "public, max-age=86400"


def test_it_is_drawn_once_for_all_addresses_and_again_for_other_words(client, event):
    draw_event_card.cache_clear()
    for version in (1, 2, 77):
        card_of(client, event, version)
    assert draw_event_card.cache_info().misses == 1

    Event.objects.update(title="Second jobs")
    card_of(client, event)
    assert draw_event_card.cache_info().misses == 2


def test_times_are_by_the_clock_of_the_place(event):
    event.timezone = "America/New_York"

    assert when_words(event) == "Thursday 3 December, 12:00–12:34, New York"
    assert len(card_tags(event)) == 2


@pytest.mark.parametrize("title", ["🌻", "面接", "A" * 120, "x"])
def test_any_title_can_be_drawn(event, title):
    event.title = title

    assert event_card_content(event).startswith(b"\x89PNG")


def test_drafts_have_none(client, event):
    Event.objects.update(state=EventState.DRAFT)

    assert card_of(client, event).status_code == 404
    assert client.get(f"/events/share/{event.slug}.png").status_code == 404


def test_the_page_names_its_card_by_its_version_and_says_what_it_is(client, event):
    first = metas(markup_of(client.get(f"/events/{event.slug}/")))
    Event.objects.update(version=7)
    second = metas(markup_of(client.get(f"/events/{event.slug}/?from=mail")))

    assert first["og:title"] == event.title == first["og:image:alt"]
    assert first["og:url"] == second["og:url"]
    assert second["og:image"].endswith(f"/events/share/{event.slug}-7.png")
    assert first["og:image"] != second["og:image"]


def test_the_page_of_a_draft_is_not_made_for_sharing(maria, client_for, event):
    Event.objects.update(state=EventState.DRAFT)

    assert "og:image" not in metas(markup_of(client_for(maria).get(f"/events/{event.slug}/")))
