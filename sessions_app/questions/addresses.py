"""Addresses of pages where a question can be asked, with what was chosen and typed so far."""

from datetime import datetime
from functools import lru_cache
from urllib.parse import urlencode

from django.urls import reverse

from common.times import utc_text
from mentors.models import Format, Offer
from sessions_app.models import Engagement

# How much of the question goes into the address of the search page, since addresses should stay short.
QUESTION_IN_ADDRESS = 200
# The part of a mentor's page with the times and the form
TO_BOOK = "#book"


def mentor_address(
    slug: str,
    *,
    offer: Offer | None = None,
    start: datetime | None = None,
    words: str = "",
    follows: str = "",
    about: str = "",
    programme: str = "",
    book: bool = False,
) -> str:
    """A mentor's page with offer, time and question already chosen, and whose brief goes along (`follows`).

    `about`: the slug of the topic by which a search found the mentor. `programme`: the slug of the one that the session
    is to count for. `book`: leads down to the times. So does an address that names a time.
    """
    page = join_query(mentor_page(slug), encode_chosen(offer=offer.uuid if offer else ""))
    page = join_query(page, encode_chosen(q=words, follows=follows, about=about, programme=programme))
    if start:
        return address_at(page, start)
    return page + TO_BOOK if book else page


def encode_chosen(**values: object) -> str:
    """As part of an address, without those that are empty."""
    return urlencode({name: value for name, value in values.items() if value})


def join_query(page: str, query: str) -> str:
    return f"{page}{'&' if '?' in page else '?'}{query}" if query else page


# Both remembered: a page of results asks for many, and each takes a while.
@lru_cache(maxsize=4096)
def mentor_page(slug: str) -> str:
    return reverse("mentor_detail", args=[slug])


@lru_cache(maxsize=4096)
def _encode_start(start: datetime) -> str:
    return urlencode({"t": utc_text(start)})


def address_at(page: str, start: datetime) -> str:
    """The page that `mentor_address` gives, with this start chosen on it."""
    return join_query(page, _encode_start(start)) + TO_BOOK


def hours_address(start: datetime) -> str:
    """Where a mentor changes their hours on the day of this start."""
    return join_query(reverse("mentor_date_add"), _encode_start(start))


def question_query(engagement: Engagement) -> str:
    """The part of an address that takes the engagement's brief to another mentor."""
    words = engagement.brief.question[:QUESTION_IN_ADDRESS]
    return urlencode({"q": words, "follows": engagement.uuid})


def same_question_address(engagement: Engagement, *, in_writing: bool = False) -> str:
    """The search for another mentor for the same question; `in_writing`: for those who answer in writing."""
    where = f"&format={Format.WRITING}" if in_writing else ""
    return f"{reverse('mentor_list')}?{question_query(engagement)}{where}"
