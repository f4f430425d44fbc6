"""Tells staff which other words of a topic hardly tell what a question is about."""

from django.utils.translation import gettext as _

from mentors.models import Topic
from search.models import TopicExample
from search.understanding.material import OUTSIDE
from search.understanding.named import Phrase, judge_phrases


def warn_of_synonyms(topic: Topic) -> list[str]:
    """Sentences for staff: which of its other words are everyday words, and so don't count as the topic's name."""
    phrases = [Phrase.of(topic.name, text) for text in topic.synonyms]
    weak = judge_phrases(phrases, _english_examples()) if phrases else frozenset()
    exact = [one.text for one in phrases if one.is_exact and len(one.words) > 1]
    everyday = [
        one.text
        for one in phrases
        if one.text not in exact and (one.is_exact or (one.topic, one.text) in weak or not one.words)
    ]
    told = []
    if everyday:
        words = _(
            "Everyday words say little about a question, so we don’t count these as the topic’s name "
            "inside one: %(words)s. Add two or three words that belong together, such as “salary "
            "talk”."
        )
        told.append(words % {"words": _quote(everyday)})
    if exact:
        words = _("Only one everyday word is left of these, so they only count when typed exactly: %(words)s.")
        told.append(words % {"words": _quote(exact)})
    return told


def _english_examples() -> list[tuple[str, str]]:
    rows = TopicExample.objects.filter(is_active=True, language="en").values_list("topic__name", "text")
    return [(name or OUTSIDE, text) for name, text in rows]


def _quote(words: list[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)
