"""The picture that other sites show beside a link to an event: what it is, when by the clock of its place, and how."""

from functools import lru_cache

from django.conf import settings
from django.utils.formats import date_format

from common.branding.drawing import TEXT_FONT, TITLE_FONT, can_draw, draw_card
from common.times import in_zone
from common.zones import city_of
from events.models import Event, EventMode

# A few dozen events are shared at a time; a picture is small, and drawn again in no time.
KEPT = 32


def event_card_content(event: Event) -> bytes:
    return draw_event_card(event.title, when_words(event), card_tags(event))


def when_words(event: Event) -> str:
    """The day and the hours where it takes place, the same for all who see it."""
    start, end = (in_zone(moment, event.timezone) for moment in (event.start, event.end))
    return f"{date_format(start, 'l j F')}, {start:%H:%M}–{end:%H:%M}, {city_of(event.timezone)}"


def card_tags(event: Event) -> tuple[str, ...]:
    words = (event.get_kind_display(), EventMode(event.mode).label)
    return tuple(word for word in map(str, words) if can_draw(word, TEXT_FONT))


@lru_cache(maxsize=KEPT)
def draw_event_card(title: str, text: str, tags: tuple[str, ...]) -> bytes:
    """Words in letters that our fonts lack are left out; the page itself has them."""
    name = settings.SITE_NAME
    return draw_card(
        site=name,
        title=title if can_draw(title, TITLE_FONT) else name,
        text=text if can_draw(text, TEXT_FONT) else "",
        tags=tags,
    )
