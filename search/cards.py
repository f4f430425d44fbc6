"""The cards on a page of results: all that they say, put into words before the template is drawn.

A page has twenty of them, and they take most of its time. So whatever cards have in common is worked out once, and the
template has nothing left to do but to print.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import dateformat
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from common import times
from common.templatetags.times import Reader, draw_clock_now, draw_slot_link, told_of_slot, write_start
from common.templatetags.times import time_tag as draw_time
from common.templatetags.ui import avatar, ribbon
from mentors.languages import describe_language
from sessions_app.questions.addresses import TO_BOOK, address_at, mentor_address

from .criteria import SearchCriteria
from .finding import Match
from .ribbon import DAYS
from .templatetags.search import marker_of

PARTS = (gettext_lazy("morning"), gettext_lazy("afternoon"), gettext_lazy("evening"))
# Pairs (days from today, part of the day) in which a mentor has a time.
Free = frozenset[tuple[int, int]]


class CardWriter:
    """Writes the cards of one page for its reader (`who`). What it remembers ends with the page."""

    def __init__(self, wish: SearchCriteria, who: Reader, lexemes: Sequence[str]) -> None:
        self._who, self._words, self._follows = who, wish.words, wish.follows
        self._mark = marker_of(lexemes)
        self._start = cache(partial(write_start, who=who))
        self._soonest = cache(self._draw_soonest)
        self._clock = cache(self._draw_clock)
        self._ribbon = cache(self._draw_ribbon)
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
        asked = {"words": self._words, "follows": self._follows, "about": match.about}
        page = mentor_address(profile.slug, offer=match.offer, **asked)
        told = told_of_slot(name, match.offer.length)
        return {
            "id": profile.slug,
            "name": name,
            "page": mentor_address(profile.slug, **asked),
            "avatar": avatar(profile.person, photo=profile.thumbnail_url, size="lg"),
            "headline": profile.headline,
            "clock": self._clock(match.zone),
            "languages": draw_languages(tuple(profile.languages), get_language() or ""),
            "because": match.because,
            "asks": [self._mark(ask) for ask in profile.asks],
            "sessions": proof.sessions,
            "sessions_word": ngettext("session held", "sessions held", proof.sessions),
            "helped": share_text(proof.helped, proof.answers) if proof.is_shown else "",
            "soonest": self._soonest(match.slots[0].start),
            "book": page + TO_BOOK,
            "all_times": ngettext("The only time", "All %(count)d times", match.times) % {"count": match.times},
            "with_name": _(" with %(name)s") % {"name": name},
            "next_times": _("Next times with %(name)s") % {"name": name},
            "slots": [
                draw_slot_link(
                    self._start(slot.start), address_at(page, slot.start), told, first=is_first and number == 0
                )
                for number, slot in enumerate(match.slots)
            ],
            "ribbon": self._ribbon(match.free),
            "writes": match.writes,
        }

    def _draw_soonest(self, start: datetime) -> SafeString:
        return draw_time(start, times.soon_text(start, self._who.zone, self._who.now, self._who.hour12))

    def _draw_clock(self, zone: str) -> SafeString:
        return draw_clock_now(self._who._replace(zone=zone))

    def _draw_ribbon(self, free: Free) -> SafeString:
        """The week as boxes, and the same as a sentence for screen readers."""
        days = [
            (letter, *((offset, part) in free for part in range(len(PARTS))))
            for offset, letter in enumerate(self._letters)
        ]
        return ribbon(days, ribbon_label(free, self._parts))


@lru_cache(maxsize=1024)
def draw_languages(codes: tuple[str, ...], _reader: str) -> SafeString:
    """Once for each set of them and each language that pages are read in."""
    languages = [describe_language(code) for code in codes]
    return render_to_string("mentors/_languages.html", {"languages": languages})


def share_text(part: int, whole: int) -> str:
    return _("%(part)d of %(whole)d") % {"part": part, "whole": whole}


def ribbon_label(free: Free, names: dict[tuple[int, int], str]) -> str:
    """`Free: Tuesday afternoon, Wednesday morning` – what the ribbon shows, as a sentence."""
    told = ", ".join(names[part] for part in sorted(free))
    return _("Free: %(times)s") % {"times": told} if told else _("No free times in the next 7 days")
