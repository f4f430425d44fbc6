"""A mentor's page: parts that are the same for many readers, drawn once for them, and what leads to its other views."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django import template
from django.template.loader import render_to_string
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from mentors.models import Format, Offer
from sessions_app.afterwards.summaries import Quote
from sessions_app.afterwards.track_record import TrackRecord
from sessions_app.pages.mentor_page import MentorPage
from sessions_app.pages.openers import ADDRESS, draw_opener, fill_in
from sessions_app.questions.addresses import TO_BOOK

register = template.Library()

SWAPPED = ' hx-get="{}" hx-target="{}" hx-push-url="true"'
CURRENT_VIEW = SafeString(' aria-current="true"')


class OfferChoice(NamedTuple):
    uuid: UUID
    length: int
    format: str
    instant: bool
    title: str

    @property
    def address(self) -> str:
        return f"{ADDRESS}{self.uuid}"

    @property
    def format_name(self) -> str:
        return str(Format(self.format).label)


@register.simple_tag
def offers_of_page(page: MentorPage, shown: Offer, in_form: bool) -> SafeString:
    """The offers that have times, each with what opens its times; `shown` is the one whose times are open."""
    choices = tuple(OfferChoice(one.uuid, one.length, one.format, one.instant, one.title) for one in page.offers)
    drawn = _draw_offers(choices, shown.uuid, in_form, get_language() or "")
    return fill_in(drawn, page.address_of_offers)


@lru_cache(maxsize=1024)  # of 2 KB each
def _draw_offers(choices: tuple[OfferChoice, ...], shown: UUID, in_form: bool, _language: str) -> str:
    values = {"choices": choices, "shown": shown, "in_form": in_form}
    return render_to_string("sessions_app/mentor_page/_offers.html", values)


@register.simple_tag
def words_about(page: MentorPage, topics: Sequence[str], can_report: bool) -> SafeString:
    """How the mentor works, on what, and what came of it."""
    quotes = tuple(page.quotes)
    return _draw_words_about(
        page.profile.how_i_work, tuple(topics), page.proof, quotes, can_report, get_language() or ""
    )


@lru_cache(maxsize=1024)  # of 4 KB each
def _draw_words_about(
    how_i_work: str,
    topics: tuple[str, ...],
    proof: TrackRecord,
    quotes: tuple[Quote, ...],
    can_report: bool,
    _language: str,
) -> SafeString:
    values = {"words": {"how_i_work": how_i_work}, "topics": topics, "proof": proof, "quotes": quotes}
    return render_to_string("sessions_app/mentor_page/_words_about.html", values | {"can_report": can_report})


@register.simple_block_tag
def leads_to(
    content: str,
    address: str,
    in_form: bool = False,
    css: str = "",
    choice: object = None,
    chosen: object = None,
    target: str = "",
) -> SafeString:
    """Another view of the open page: a link, or a button of the form `in_form`. With scripts only `target` changes.

    `choice`: what it chooses, of which the page shows `chosen`.
    """
    address = escape(address)
    swapped = format_html(SWAPPED, SafeString(address), target) if target else ""
    current = CURRENT_VIEW if choice and choice == chosen else ""
    attributes = f'class="{css}"{current}{swapped}'
    return draw_opener(f"{address}{TO_BOOK}", content, attributes, in_form=in_form)
