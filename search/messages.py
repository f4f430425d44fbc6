"""The sentences above the results: what a search gave up to find people, or what could be given up."""

from collections.abc import Sequence

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .criteria import WORDS_GIVEN_UP, Drop, SearchCriteria, When
from .words import SearchQuestion

SHOWN_WORDS = 60
MOST_UNKNOWN = 3
DROPPED = {
    "topic": gettext_lazy("on any topic"),
    "language": gettext_lazy("in any language"),
    "format": gettext_lazy("by video, audio or chat"),
    "instant": gettext_lazy("including people who confirm each request"),
    "saved": gettext_lazy("including mentors you haven’t saved"),
    "programme": gettext_lazy("including mentors outside the programme"),
}


def search_messages(
    dropped: Sequence[Drop], wish: SearchCriteria, *, soonest: str, exact: int = 0, also: Sequence[str] = ()
) -> list[str]:
    """One sentence for each condition that was dropped; `soonest` is the first time that was found, in words.

    `exact`: how many were found before anything was dropped. `also`: names of the topics of the next readings.
    """
    time = _("%(nobody)s The soonest time is %(when)s.") % {"nobody": nobody_sentence(wish), "when": soonest}
    length = _("Nobody offers sessions of this length, so these are other lengths.")
    reading = _("Few people know about this, so we’ve added people who know about %(topics)s.")
    sentences = {
        Drop.READING: reading % {"topics": join_names(also)},
        Drop.TIME: _("Few of them are free then, so we’ve added later times.") if exact else time,
        Drop.LENGTH: _("Few offer this length, so we’ve added other lengths.") if exact else length,
        Drop.WORDS: _("Nobody has written about all of this. These people have written about part of it."),
    }
    # With other words it may be that someone is free: then only the words were in the way. That people are shown
    # whatever they help with is said by a heading of its own.
    without_words = not WORDS_GIVEN_UP.isdisjoint(dropped)
    told = [drop for drop in dropped if drop != Drop.ANYONE and (drop != Drop.TIME or not without_words)]
    return [sentences[drop] for drop in told]


def join_names(names: Sequence[str]) -> str:
    """“Promotion or Equity”, as a sentence has it."""
    if len(names) < 2:
        return "".join(names)
    return _("%(names)s or %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}


def unknown_words(words: Sequence[str]) -> str:
    """Where the words decide: which of them no profile has."""
    quoted = [f"“{Truncator(word).chars(SHOWN_WORDS)}”" for word in words[:MOST_UNKNOWN]]
    return _("No mentor mentions %(words)s, so we looked for the rest.") % {"words": join_names(quoted)}


def results_heading(
    wish: SearchCriteria, question: SearchQuestion, *, count: int, is_whole: bool, is_loose: bool = False
) -> str:
    """What can be said of `count` people: that they can help, only where a topic was read or no words were typed.

    `is_loose`: any one of the words was enough, whatever was read.
    """
    if question.reading.is_crisis:
        return _("Help with work")
    if question.reading.is_unsure:
        return _("We’re not sure what this is about")
    if question.reading.is_outside:
        return _("Our mentors aren’t usually asked about this")
    if wish.words and not question.says_something:
        return _("Say a little more")
    if not count:
        return _("Nobody to show")
    if is_loose:
        return _("People who know a part of this")
    return _count_helpers(count, wish, is_whole) if question.topics or not wish.words else _count_words(count, is_whole)


def _count_helpers(count: int, wish: SearchCriteria, is_whole: bool) -> str:
    if is_whole:
        return ngettext("%(total)d person can help", "%(total)d people can help", count) % {"total": count}
    if wish.shown:
        return _("More people who can help")
    many = ngettext("More than %(total)d person can help", "More than %(total)d people can help", count)
    return many % {"total": count}


def _count_words(count: int, is_whole: bool) -> str:
    if not is_whole:
        return _("People who have written about this")
    whole = ngettext("%(total)d person has written about this", "%(total)d people have written about this", count)
    return whole % {"total": count}


def not_understood(words: str) -> str:
    return _(
        "“%(words)s” doesn’t tell us what you need, so here’s everyone, on any topic. Add a few "
        "words about your question."
    ) % {"words": Truncator(words).chars(SHOWN_WORDS)}


def nobody_sentence(wish: SearchCriteria) -> str:
    if wish.first or wish.last:
        return _("Nobody is free on these dates.")
    return {
        When.ANY: _("Nobody is free in the next 7 days."),
        When.TODAY: _("Nobody is free today."),
        When.TOMORROW: _("Nobody is free tomorrow."),
        When.EVENING: _("Nobody is free in the evening this week."),
        When.WEEKEND: _("Nobody is free at the weekend."),
    }[wish.when]
