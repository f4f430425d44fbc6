"""What a question in words asks of a profile: a topic that they name, or most of the words that carry meaning."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from django.db import connection

# A question has a handful of words that matter: the rarest, since they say most.
MOST_WORDS = 6
# Words that more mentors have than this say little and are slow to look up: they count only without rarer ones.
COMMON = 10_000
SHORTEST_BEGINNING = 3

# READ asks everything about the words in one statement. Its rows are (kind, text, number):
# - word: a stem, and how many mentors have it;
# - begins: the beginning that was typed last, if some mentor has a word that begins like it;
# - called: for a text of small words alone, which leave no stem, the names in it that some mentor has;
# - named: a topic that the text names, or one below it, with its id; phrase: the words that name it, as a tsquery;
# - kin: a topic that shares a word with the text;
# - chosen: the topic of the filter, or one below it.
# Accents are taken off by `search_plain`, the function that the index is written with.
SHOWN = """
SELECT topic.id, topic.name, topic.parent_id, topic.slug, parent.slug AS root
FROM mentors_topic AS topic LEFT JOIN mentors_topic AS parent ON parent.id = topic.parent_id
WHERE topic.is_active AND coalesce(parent.is_active, true)
"""
CHOSEN = f"SELECT 'chosen', name, id FROM ({SHOWN}) AS shown WHERE %(topic)s <> '' AND %(topic)s IN (slug, root)"
READ = f"""
WITH typed AS (
    SELECT lexeme FROM unnest(to_tsvector('english', search_plain(%(words)s)))
), small AS (
    SELECT lexeme FROM unnest(to_tsvector('simple', search_plain(%(words)s))) WHERE NOT EXISTS (SELECT FROM typed)
), phrases AS (
    SELECT topic.id, search_plain(phrase) AS phrase
    FROM mentors_topic AS topic, unnest(topic.synonyms || topic.name::text) AS phrase
), named AS (
    SELECT id, phraseto_tsquery('english', phrase) AS query FROM phrases
    WHERE to_tsvector('english', search_plain(%(words)s)) @@ phraseto_tsquery('english', phrase)
    UNION ALL
    SELECT id, NULL FROM phrases
    WHERE EXISTS (SELECT FROM small)
        AND tsvector_to_array(to_tsvector('simple', phrase)) = ARRAY(SELECT lexeme FROM small)
), shown AS ({SHOWN})
SELECT 'word', lexeme, coalesce(word.mentors, 0)
FROM typed LEFT JOIN search_word AS word USING (lexeme)
UNION ALL
SELECT 'begins', search_plain(%(beginning)s), 1
WHERE %(beginning)s <> '' AND EXISTS (SELECT FROM search_word WHERE lexeme LIKE search_plain(%(beginning)s) || '%%')
UNION ALL
SELECT 'called', '@' || lexeme, 1 FROM small
WHERE NOT EXISTS (
    SELECT FROM small AS other WHERE NOT EXISTS (SELECT FROM search_word WHERE lexeme = '@' || other.lexeme)
)
UNION ALL
SELECT 'named', name, id FROM shown WHERE id IN (SELECT id FROM named) OR parent_id IN (SELECT id FROM named)
UNION ALL
SELECT DISTINCT 'phrase', query::text, 1 FROM named JOIN shown USING (id) WHERE query IS NOT NULL
UNION ALL
SELECT 'kin', name, id FROM shown
WHERE id IN (
    SELECT id FROM phrases
    WHERE tsvector_to_array(to_tsvector('english', phrase)) && ARRAY(SELECT lexeme FROM typed)
)
UNION ALL
{CHOSEN}
"""


@dataclass(frozen=True, slots=True)
class SearchQuestion:
    """What was typed, as the search understood it.

    `lexemes` are stems for marking matches on the page. `terms` are what is looked for, as operands of a tsquery:
    phrases that name a topic, then words, the rarest first. The others are ids of topics: `topics` that the words name,
    `chosen` those of the filter, each with the topics below them; `kin` those that share a word with the question.
    """

    lexemes: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    topics: tuple[int, ...] = ()
    chosen: tuple[int, ...] = ()
    kin: tuple[int, ...] = ()

    @property
    def says_something(self) -> bool:
        return bool(self.lexemes or self.topics or self.terms)

    def topics_for(self, *, loose: bool) -> tuple[int, ...]:
        return self.topics + self.kin if loose else self.topics

    def tsquery(self, *, loose: bool) -> str:
        """The tsquery for a good match: two thirds of the terms, rounded up. `loose`: any one of them."""
        return at_least(1 if loose else -(-2 * len(self.terms) // 3), self.terms)


def read_question(words: str, *, topic: str = "", typing: bool = False) -> SearchQuestion:
    """Understand `words`, in one query. `topic`: the slug in the filter. `typing`: the last word may be unfinished."""
    if not words.strip():
        return SearchQuestion(chosen=_with_children(topic) if topic else ())
    beginning = begun_word(words) if typing else ""
    with connection.cursor() as cursor:
        cursor.execute(READ, {"words": words, "topic": topic, "beginning": beginning})
        rows = cursor.fetchall()
    counts = {text: count for kind, text, count in rows if kind == "word"}
    begun = [text for kind, text, _ in rows if kind == "begins"]
    begins = [f"{quote_lexeme(text)}:*" for text in begun]
    called = sorted(quote_lexeme(text) for kind, text, _ in rows if kind == "called")
    phrases = sorted(text for kind, text, _ in rows if kind == "phrase")
    # A word inside of a phrase that names a topic is not looked for once more by itself.
    said = set(re.findall(r"'((?:[^']|'')+)'", " ".join(phrases)))
    words_left = {lexeme: count for lexeme, count in counts.items() if lexeme not in said}
    return SearchQuestion(
        lexemes=(*sorted(counts), *begun),
        terms=(*begins, *phrases, *([" & ".join(called)] if called else []), *telling_words(words_left))[:MOST_WORDS],
        topics=tuple(number for kind, _, number in rows if kind == "named"),
        chosen=tuple(number for kind, _, number in rows if kind == "chosen"),
        kin=tuple(number for kind, _, number in rows if kind == "kin"),
    )


def _with_children(slug: str) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(CHOSEN, {"topic": slug})
        return tuple(number for _, _, number in cursor.fetchall())


def telling_words(counts: dict[str, int]) -> list[str]:
    """The words that some mentors have, rarest first, without the common ones if others are left."""
    known = sorted((count, lexeme) for lexeme, count in counts.items() if count and not is_part(lexeme, counts))
    rare = [quote_lexeme(lexeme) for count, lexeme in known if count <= COMMON]
    return rare or [quote_lexeme(lexeme) for _, lexeme in known[:1]]


def is_part(lexeme: str, counts: dict[str, int]) -> bool:
    """Whether Postgres took this word out of a longer one with a hyphen.

    For "counter-offer" it returns three: the whole and both parts. If a mentor has the whole, only that one counts.
    """
    wholes = (whole.split("-") for whole, count in counts.items() if "-" in whole and count and whole != lexeme)
    return any(lexeme.startswith(piece) or piece.startswith(lexeme) for pieces in wholes for piece in pieces if piece)


def begun_word(words: str) -> str:
    """The word that is being typed, if it is long enough to mean something; else an empty text."""
    words = unicodedata.normalize("NFC", words)
    last = words.split()[-1].lower() if words.split() else ""
    return last if last.isalnum() and len(last) >= SHORTEST_BEGINNING and words[-1:].isalnum() else ""


def quote_lexeme(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


def at_least(needed: int, terms: Sequence[str]) -> str:
    """A tsquery for texts with at least `needed` of the terms.

    All combinations of so many, joined by OR; empty without terms.
    """
    return " | ".join("(" + " & ".join(some) + ")" for some in combinations(terms, needed)) if terms else ""
