"""The cards on a page of results, as markup.

A page has twenty of them, and they take most of its time. Most of a card is the same for all who read in one zone, one
language and one minute, so it is drawn once for them and remembered. What is a person's own is put in afterwards: the
words of the question, which go along in the card's addresses, and the token against forgery.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache, partial
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils import dateformat
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
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
from sessions_app.afterwards.track_record import TrackRecord
from sessions_app.questions.addresses import TO_BOOK, address_at, encode_chosen, join_query, mentor_page

from .criteria import SearchCriteria
from .finding import Match
from .ribbon import DAYS
from .templatetags.search import marker_of

PARTS = (gettext_lazy("morning"), gettext_lazy("afternoon"), gettext_lazy("evening"))
# Pairs (days from today, part of the day) in which a mentor has a time.
Free = frozenset[tuple[int, int]]
# Where a reader's own will stand in a card that is remembered. PostgreSQL stores no NUL, so nobody has written one.
ASKED, TOKEN = "\0asked\0", "\0token\0"
# Some 4 KB each.
MOST_REMEMBERED = 1024


class CardFacts(NamedTuple):
    """What a card says, but for what is its reader's own. Two with the same facts are drawn as one.

    `asks` are markup, with the words of the search marked. `has_question`: the card's addresses take along a
    question, or the programme that it is for. `is_together`: the reader has a session with them ahead, and can't book
    another one. `flag`: what stands on the first card of some pages.
    """

    slug: str
    name: str
    person: int
    photo: str
    headline: str
    languages: tuple[str, ...]
    zone: str
    asks: tuple[SafeString, ...]
    because: tuple[str, ...]
    offer: str
    length: int
    terms: str
    starts: tuple[datetime, ...]
    times: int
    free: Free
    proof: TrackRecord
    is_ready: bool
    writes: bool
    is_saved: bool
    is_together: bool
    has_question: bool
    is_first: bool
    flag: str


class CardWriter:
    """Writes the cards of one page for its reader (`who`), who has saved the profiles with these ids, and has sessions
    ahead `together` with the people with those. `token` is the one against forgery, `flag` what the first card has to
    say besides.
    """

    def __init__(
        self,
        wish: SearchCriteria,
        who: Reader,
        lexemes: Sequence[str],
        saved: Collection[int] = frozenset(),
        together: Collection[int] = frozenset(),
        token: str = "",
        flag: str = "",
    ) -> None:
        self._who, self._language = who._replace(now=who.now.replace(second=0, microsecond=0)), get_language() or ""
        self._saved, self._together, self._token, self._flag = saved, together, token, flag
        self._mark = marker_of(lexemes)
        self._asked = cache(partial(encode_chosen, q=wish.words, follows=wish.follows, programme=wish.programme))
        self._terms = cache(terms_text)

    def write(self, match: Match, *, is_first: bool) -> SafeString:
        profile, asked = match.profile, self._asked(about=match.about)
        is_together = profile.person.pk in self._together
        facts = CardFacts(
            slug=profile.slug,
            name=profile.name,
            person=profile.person.pk,
            photo=profile.thumbnail_url,
            headline=profile.headline,
            languages=tuple(profile.languages),
            zone=match.zone,
            asks=tuple(map(self._mark, profile.asks)),
            because=match.because,
            offer=str(match.offer.uuid),
            length=match.offer.length,
            terms=self._terms(match.offer.format, match.offer.instant),
            starts=tuple(slot.start for slot in match.slots),
            times=match.times,
            free=match.free,
            proof=match.proof,
            is_ready=match.is_ready,
            writes=match.writes,
            is_saved=profile.pk in self._saved,
            is_together=is_together,
            has_question=bool(asked),
            is_first=is_first,
            flag=self._flag if is_first and not is_together else "",
        )
        card = draw_card(facts, self._who, self._language)
        own = card.replace(ASKED, escape(asked)).replace(TOKEN, escape(self._token))
        return mark_safe(own)  # noqa: S308 - all of it is escaped


# The same for all who read in this zone, minute and language (the last argument): worked out once for them.


@lru_cache(maxsize=MOST_REMEMBERED)
def draw_card(facts: CardFacts, who: Reader, language: str) -> str:
    """The card for readers like `who`, with `ASKED` and `TOKEN` where theirs go."""
    asked, page, name = ASKED if facts.has_question else "", mentor_page(facts.slug), facts.name
    offered = join_query(join_query(page, encode_chosen(offer=facts.offer)), asked)
    told, proof = escape(told_of_slot(name, facts.length)), facts.proof
    card = {
        "id": facts.slug,
        "name": name,
        "flag": facts.flag,
        "is_first": facts.is_first,
        "page": join_query(page, asked),
        "avatar": avatar(photo=facts.photo, size="lg", name=name, key=facts.person),
        "headline": facts.headline,
        "clock": draw_clock_at(who._replace(zone=facts.zone), language),
        "languages": draw_languages(facts.languages, language),
        "because": facts.because,
        "save": save_button(facts.slug, name, facts.is_saved, token=TOKEN),
        "asks": facts.asks,
        "sessions": proof.sessions,
        "sessions_word": ngettext("session held", "sessions held", proof.sessions),
        "helped": share_text(proof.helped, proof.answers) if proof.is_shown else "",
        "is_together": facts.is_together,
        "is_ready": facts.is_ready,
        "soonest": draw_soonest_at(facts.starts[0], who, language),
        "book": offered + TO_BOOK,
        "all_times": ngettext("The only time", "All %(count)d times", facts.times) % {"count": facts.times},
        "with_name": _(" with %(name)s") % {"name": name},
        "next_times": _("Next times with %(name)s") % {"name": name},
        "slots": [
            draw_slot_link(
                draw_start_at(start, who, language),
                address_at(offered, start),
                told,
                first=facts.is_first and number == 0,
            )
            for number, start in enumerate(facts.starts)
        ],
        "ribbon": draw_ribbon_at(facts.free, who, language),
        "writes": facts.writes,
        "terms": facts.terms,
    }
    return render_to_string("search/_mentor_card.html", {"card": card})


@lru_cache(maxsize=4096)
def draw_ribbon_at(free: Free, who: Reader, _language: str) -> SafeString:
    today = times.in_zone(who.now, who.zone).date()
    days = [today + timedelta(days=offset) for offset in range(DAYS)]
    columns = [
        (dateformat.format(day, "D")[0], (offset, 0) in free, (offset, 1) in free, (offset, 2) in free)
        for offset, day in enumerate(days)
    ]
    parts = {
        (offset, part): f"{dateformat.format(day, 'l')} {name}"
        for offset, day in enumerate(days)
        for part, name in enumerate(map(str, PARTS))
    }
    return ribbon(columns, ribbon_label(free, parts))


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
