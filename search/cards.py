"""The cards on a page of results: all that they say, put into words before the template is drawn.

A page has twenty of them, and they take most of its time. So whatever cards have in common is worked out once, and the
template has nothing left to do but to print.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache, partial
from typing import Any

from django.template.loader import render_to_string
from django.utils import dateformat
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from common import times
from common.templatetags.times import (
    Reader,
    StartDrawn,
    draw_clock_now,
    draw_slot_link,
    draw_start,
    time_tag,
    told_of_slot,
)
from common.templatetags.ui import avatar, ribbon
from mentors.languages import describe_language
from mentors.models import Format
from mentors.templatetags.saving import save_button
from sessions_app.questions.addresses import TO_BOOK, address_at, encode_chosen, join_query, mentor_page

from .criteria import SearchCriteria
from .finding import Match
from .ribbon import DAYS
from .templatetags.search import marker_of

PARTS = (gettext_lazy("morning"), gettext_lazy("afternoon"), gettext_lazy("evening"))
# Pairs (days from today, part of the day) in which a mentor has a time.
Free = frozenset[tuple[int, int]]


class CardWriter:
    """Writes the cards of one page for its reader (`who`), who has saved the profiles with these ids. `token` is the
    one against forgery.

    What is remembered longer, for a minute, says nothing about a person: how a start or a place's clock is written.
    """

    def __init__(
        self,
        wish: SearchCriteria,
        who: Reader,
        lexemes: Sequence[str],
        saved: Collection[int] = frozenset(),
        token: str = "",
    ) -> None:
        self._who, self._language = who._replace(now=who.now.replace(second=0, microsecond=0)), get_language() or ""
        self._saved, self._token = saved, token
        self._mark = marker_of(lexemes)
        self._asked = cache(partial(encode_chosen, q=wish.words, follows=wish.follows))
        self._ribbon, self._terms = cache(self._draw_ribbon), cache(terms_text)
        self._with_name, self._next_times = _(" with %(name)s"), _("Next times with %(name)s")
        today = times.in_zone(who.now, who.zone).date()
        days = [today + timedelta(days=offset) for offset in range(DAYS)]
        self._letters = [dateformat.format(day, "D")[0] for day in days]
        parts = [str(part) for part in PARTS]
        self._parts = {
            (offset, part): f"{dateformat.format(day, 'l')} {name}"
            for offset, day in enumerate(days)
            for part, name in enumerate(parts)
        }

    def write(self, match: Match, *, is_first: bool) -> dict[str, Any]:
        profile, proof, name = match.profile, match.proof, match.profile.name
        asked, page = self._asked(about=match.about), mentor_page(profile.slug)
        offered = join_query(join_query(page, encode_chosen(offer=match.offer.uuid)), asked)
        told = escape(told_of_slot(name, match.offer.length))
        return {
            "match": match,
            "id": profile.slug,
            "name": name,
            "page": join_query(page, asked),
            "avatar": avatar(profile.person, photo=profile.thumbnail_url, size="lg"),
            "headline": profile.headline,
            "clock": draw_clock_at(self._who._replace(zone=match.zone), self._language),
            "languages": draw_languages(tuple(profile.languages), self._language),
            "because": match.because,
            "save": save_button(profile.slug, name, profile.pk in self._saved, token=self._token),
            "asks": [self._mark(ask) for ask in profile.asks],
            "sessions": proof.sessions,
            "sessions_word": ngettext("session held", "sessions held", proof.sessions),
            "helped": share_text(proof.helped, proof.answers) if proof.is_shown else "",
            "is_ready": match.is_ready,
            "soonest": draw_soonest_at(match.slots[0].start, self._who, self._language),
            "book": offered + TO_BOOK,
            "all_times": ngettext("The only time", "All %(count)d times", match.times) % {"count": match.times},
            "with_name": self._with_name % {"name": name},
            "next_times": self._next_times % {"name": name},
            "slots": [
                draw_slot_link(
                    draw_start_at(slot.start, self._who, self._language),
                    address_at(offered, slot.start),
                    told,
                    first=is_first and number == 0,
                )
                for number, slot in enumerate(match.slots)
            ],
            "ribbon": self._ribbon(match.free),
            "writes": match.writes,
            "terms": self._terms(match.offer.format, match.offer.instant),
        }

    def _draw_ribbon(self, free: Free) -> SafeString:
        days = [
            (letter, (offset, 0) in free, (offset, 1) in free, (offset, 2) in free)
            for offset, letter in enumerate(self._letters)
        ]
        return ribbon(days, ribbon_label(free, self._parts))


# The same for all who read in this zone, minute and language (the last argument): worked out once for them.


@lru_cache(maxsize=8192)
def draw_start_at(start: datetime, who: Reader, _language: str) -> StartDrawn:
    return draw_start(start, who)


@lru_cache(maxsize=4096)
def draw_soonest_at(start: datetime, who: Reader, _language: str) -> SafeString:
    return time_tag(start, times.soon_text(start, who.zone, who.now, who.hour12))


@lru_cache(maxsize=1024)
def draw_clock_at(there: Reader, _language: str) -> SafeString:
    return draw_clock_now(there)


@lru_cache(maxsize=1024)
def draw_languages(codes: tuple[str, ...], _language: str) -> SafeString:
    languages = [describe_language(code) for code in codes]
    return render_to_string("mentors/_languages.html", {"languages": languages})


def terms_text(kind: str, instant: bool) -> str:
    """What isn't as usual about the times on a card, which are video calls that are booked at once."""
    unusual = [] if kind == Format.VIDEO else [str(Format(kind).label)]
    if not instant:
        unusual.append(_("on request") if unusual else _("On request"))
    return ", ".join(unusual)


def share_text(part: int, whole: int) -> str:
    return _("%(part)d of %(whole)d") % {"part": part, "whole": whole}


def ribbon_label(free: Free, names: dict[tuple[int, int], str]) -> str:
    """`Free: Tuesday afternoon, Wednesday morning` – what the ribbon shows, as a sentence."""
    told = ", ".join(names[part] for part in sorted(free))
    return _("Free: %(times)s") % {"times": told} if told else _("No free times in the next 7 days")
