"""The sentences above the results: what a search gave up to find people, or what could be given up."""

from collections.abc import Sequence

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .criteria import Drop, SearchCriteria, When

SHOWN_WORDS = 60
DROPPED = {
    "topic": gettext_lazy("on any topic"),
    "language": gettext_lazy("in any language"),
    "format": gettext_lazy("by video, phone or chat"),
    "instant": gettext_lazy("including those who confirm each session"),
}


def search_messages(dropped: Sequence[Drop], wish: SearchCriteria, *, soonest: str) -> list[str]:
    """One sentence for each condition that was dropped; `soonest` is the first time that was found, in words."""
    sentences = {
        Drop.TIME: _("%(nobody)s The soonest time is %(when)s.") % {"nobody": nobody_sentence(wish), "when": soonest},
        Drop.LENGTH: _("Nobody has a session of this length, so these are of other lengths."),
        Drop.WORDS: _("Nobody has written about all of this. These people have written about a part of it."),
    }
    # With other words it may be that somebody is free: then only the words were in the way.
    told = [drop for drop in dropped if drop != Drop.TIME or Drop.WORDS not in dropped]
    return [sentences[drop] for drop in told]


def not_understood(words: str) -> str:
    return _(
        "“%(words)s” doesn’t tell us what you need, so here is everyone, whatever they help with. "
        "Add a few words about your question."
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
