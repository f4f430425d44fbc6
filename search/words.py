"""What a question asks of a profile: the topics it is about, or else most of the words that say something."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import Any, NamedTuple

from common.statements import Prepared, reading_connection
from common.texts import fold, split_words
from search.reading.loading import IN_USE
from search.reading.question_reading import (
    NOT_READ,
    QuestionReading,
    TopicRead,
    TopicRow,
    correct_reading,
    reading_of_names,
)
from search.understanding.crisis import is_crisis
from search.understanding.language import WORDS, guess_language

# A question has a handful of words that matter: the rarest, since they say most.
MOST_WORDS = 6
# Words that more mentors have than this say little and are slow to look up: they count only without rarer ones.
COMMON = 10_000
SHORTEST_BEGINNING = 3

# READ asks everything about the words in one statement. Its rows are (kind, text, number):
# - word: a stem, and how many mentors have it;
# - begins: the beginning that was typed last, if some mentor has a word that begins like it;
# - called: for a text of small words alone, which leave no stem, the names in it that some mentor has;
# - person: a word that is part of some mentor's name, and its place in the text; quoted: what stands in quotes;
# - named: a topic that the text names, or one below it, with its id; phrase: the words that name it, as a tsquery;
# - kin: a topic that shares a word with the text;
# - reader: the digest of the reader in use; topic: those that it may find, and those that the person chose;
# - chosen: the topic of the filter, or one below it.
# Accents are taken off by `search_plain`, the function that the index is written with. A phrase of several words of
# which one stem is left ("which job") would be an everyday word, so it counts as typed.
SHOWN = """
SELECT topic.id, topic.name, topic.parent_id, topic.slug, parent.slug AS root
FROM mentors_topic AS topic LEFT JOIN mentors_topic AS parent ON parent.id = topic.parent_id
WHERE topic.is_active AND coalesce(parent.is_active, true)
"""
CHOSEN = f"SELECT 'chosen', name, id FROM ({SHOWN}) AS shown WHERE %(topic)s <> '' AND %(topic)s IN (slug, root)"
CHOSEN_ALONE = Prepared(CHOSEN)
READ = Prepared(f"""
WITH said AS (
    SELECT to_tsvector('english', search_plain(%(words)s)) AS stems,
        to_tsvector('simple', search_plain(%(words)s)) AS plain
), typed AS (
    SELECT lexeme FROM said, unnest(to_tsvector('english', search_plain(%(telling)s)))
), small AS (
    SELECT lexeme FROM said, unnest(plain) WHERE NOT EXISTS (SELECT FROM typed)
), phrases AS (
    SELECT id, phrase, to_tsvector('english', phrase) AS stems,
        phrase ~ '\\S\\s+\\S' AND length(to_tsvector('english', phrase)) < 2 AS is_everyday
    FROM (
        SELECT topic.id, search_plain(phrase) AS phrase
        FROM mentors_topic AS topic, unnest(topic.synonyms || topic.name::text) AS phrase
    ) AS spelled
), named AS (
    SELECT id, phraseto_tsquery('english', phrase) AS query FROM phrases, said
    WHERE NOT is_everyday AND said.stems @@ phraseto_tsquery('english', phrase)
    UNION ALL
    SELECT id, phraseto_tsquery('simple', phrase) FROM phrases, said
    WHERE is_everyday AND plain @@ phraseto_tsquery('simple', phrase)
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
SELECT 'person', lexeme, place FROM said, unnest(plain) AS spoken (lexeme, positions), unnest(positions) AS place
WHERE EXISTS (SELECT FROM search_word WHERE lexeme = '@' || spoken.lexeme)
UNION ALL
SELECT 'quoted', phraseto_tsquery('english', search_plain(quoted))::text, 1 FROM unnest(%(quoted)s::text[]) AS quoted
UNION ALL
SELECT 'named', slug || ' ' || name, id FROM shown
WHERE id IN (SELECT id FROM named) OR parent_id IN (SELECT id FROM named)
UNION ALL
SELECT DISTINCT 'phrase', query::text, 1 FROM named JOIN shown USING (id) WHERE query IS NOT NULL
UNION ALL
SELECT 'kin', name, id FROM shown
WHERE id IN (
    SELECT id FROM phrases WHERE NOT is_everyday AND tsvector_to_array(stems) && ARRAY(SELECT lexeme FROM typed)
)
UNION ALL
SELECT 'reader', digest, 1 FROM search_storedreader
UNION ALL
SELECT 'topic', slug || ' ' || name, id FROM shown
WHERE slug = ANY(%(about)s) OR EXISTS (SELECT FROM search_storedreader) AND parent_id IS NOT NULL
UNION ALL
{CHOSEN}
""")
QUOTED = re.compile(r"[“\"«„]([^“”\"«»„]{3,})[”\"»“]")
MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class SearchQuestion:
    """What was typed, as the search understood it.

    `lexemes` are stems for marking matches on the page. `terms` are what is looked for, as operands of a tsquery:
    phrases that name a topic, then words, the rarest first. `certain` are queries that bring people in whatever topic
    was read: quoted text and whole names. The others are ids of topics: `topics` that the question is about, `chosen`
    those of the filter, each with the topics below them; `kin` those that share a word with the question. `unknown` are
    words that no profile has, `reading` is what was understood.
    """

    lexemes: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    topics: tuple[int, ...] = ()
    chosen: tuple[int, ...] = ()
    kin: tuple[int, ...] = ()
    certain: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    reading: QuestionReading = NOT_READ

    @property
    def says_something(self) -> bool:
        return bool(self.lexemes or self.topics or self.terms)

    @property
    def next_topics(self) -> tuple[int, ...]:
        return tuple(topic.pk for topic in self.reading.next_readings)

    @property
    def next_names(self) -> list[str]:
        return [topic.name for topic in self.reading.next_readings]

    def topics_searched(self, *, wider: bool = False) -> list[TopicRead]:
        """The topics read in the words that this search looks for, likeliest first: why a mentor is shown."""
        asked = self.topics_for(loose=False, wider=wider)
        return [topic for topic in (*self.reading.topics, *self.reading.next_readings) if topic.pk in asked]

    def topics_for(self, *, loose: bool, wider: bool = False) -> tuple[int, ...]:
        """`wider`: with the next readings. `loose`: with whatever shares a word."""
        return (*self.topics, *(self.next_topics if wider else ()), *(self.kin if loose else ()))

    def tsquery(self, *, loose: bool) -> str:
        """The tsquery of profiles whose words bring them in, beside those of a topic.

        Where topics were read the words don't decide, only what is `certain`. Else two thirds of the terms are needed,
        rounded up, and all where it is open what the question is about; or, loosely, any of them.
        """
        if loose:
            return at_least(1, self.terms)
        if self.topics:
            return at_least(1, self.certain)
        if self.reading.is_open:
            return "" if self.unknown else at_least(len(self.terms), self.terms)
        return at_least(-(-2 * len(self.terms) // 3), self.terms)


class Rows(NamedTuple):
    by_kind: Mapping[str, Sequence[tuple[str, int]]]

    def texts(self, kind: str) -> list[str]:
        return [text for text, _ in self.by_kind.get(kind, ())]

    def numbers(self, kind: str) -> tuple[int, ...]:
        return tuple(number for _, number in self.by_kind.get(kind, ()))

    def topics(self, kind: str) -> list[TopicRow]:
        return [TopicRow(pk, *text.split(" ", 1)) for text, pk in self.by_kind.get(kind, ())]


def read_question(
    words: str, *, topic: str = "", typing: bool = False, about: Sequence[str] = (), unlike: Sequence[str] = ()
) -> SearchQuestion:
    """`topic`: the slug that a filter names. `typing`: the last word may be but a beginning, and time is short.

    `about` and `unlike`: slugs of topics that the person said it is about, and is not.
    """
    if not words.strip():
        return SearchQuestion(chosen=_with_children(topic) if topic else ())
    rows = _ask_database(words, topic=topic, typing=typing, about=about)
    counts = dict(rows.by_kind.get("word", ()))
    begun = rows.texts("begins")
    begins = [f"{quote_lexeme(text)}:*" for text in begun]
    called = sorted(map(quote_lexeme, rows.texts("called")))
    phrases = sorted(rows.texts("phrase"))
    # A word inside of a phrase that names a topic is not looked for once more by itself.
    said = set(re.findall(r"'((?:[^']|'')+)'", " ".join(phrases)))
    words_left = {lexeme: count for lexeme, count in counts.items() if lexeme not in said}
    certain = [*filter(None, rows.texts("quoted")), *whole_names(rows.by_kind.get("person", ()))]
    reading = _understand(words, rows, typing=typing, about=about, unlike=unlike)
    lost = [lexeme for lexeme, count in words_left.items() if not count and not any(map(lexeme.startswith, begun))]
    return SearchQuestion(
        lexemes=(*sorted(counts), *begun),
        terms=(*begins, *phrases, *([" & ".join(called)] if called else []), *telling_words(words_left))[:MOST_WORDS],
        topics=tuple(read.pk for read in reading.topics),
        chosen=rows.numbers("chosen"),
        kin=rows.numbers("kin"),
        certain=tuple(f"({query})" for query in certain),
        unknown=tuple(word for lexeme in lost if (word := find_word(words, lexeme))),
        reading=reading,
    )


def _ask_database(words: str, *, topic: str, typing: bool, about: Sequence[str]) -> Rows:
    values: dict[str, Any] = {
        "words": words,
        "telling": without_small_words(words),
        "topic": topic,
        "beginning": begun_word(words) if typing else "",
        "quoted": QUOTED.findall(words),
        "about": list(about),
    }
    by_kind: dict[str, list[tuple[str, int]]] = {}
    with reading_connection().cursor() as cursor:
        READ.execute(cursor, values)
        for kind, text, number in cursor.fetchall():
            by_kind.setdefault(kind, []).append((text, number))
    return Rows(by_kind)


def _understand(
    words: str, rows: Rows, *, typing: bool, about: Sequence[str], unlike: Sequence[str]
) -> QuestionReading:
    """By the reader in use; without one, by the names and synonyms in the words."""
    digest = next(iter(rows.texts("reader")), "")
    named, known = rows.topics("named"), rows.topics("topic")
    is_name = not named and only_names(words, rows.texts("person"))
    understanding = IN_USE.understand(words, digest=digest, typing=typing) if digest and not is_name else None
    if understanding is None:
        read = replace(reading_of_names(named), is_crisis=is_crisis(words))
        known = [*named, *(row for row in known if row.slug in about)]
        return correct_reading(read, known, about=about, unlike=unlike)
    return correct_reading(QuestionReading.of(understanding, known), known, about=about, unlike=unlike)


def _with_children(slug: str) -> tuple[int, ...]:
    with reading_connection().cursor() as cursor:
        CHOSEN_ALONE.execute(cursor, {"topic": slug})
        return tuple(number for _, _, number in cursor.fetchall())


def whole_names(spoken: Sequence[tuple[str, int]]) -> list[str]:
    """Of words that are part of names, with their places: a tsquery for each run of two or more beside each other."""
    queries, run = [], ""
    for (first, place), (second, next_place) in pairwise(sorted(spoken, key=lambda one: one[1])):
        if next_place == place + 1:
            run = f"{run or quote_lexeme('@' + first)} & {quote_lexeme('@' + second)}"
        elif run:
            queries.append(run)
            run = ""
    return [*queries, *([run] if run else [])]


def only_names(words: str, spoken: Sequence[str]) -> bool:
    """Whether someone typed nothing but names of people; which these are is for the words to find."""
    names = {fold(name) for name in spoken}
    return bool(names) and all(word in names for word in split_words(words))


def without_small_words(words: str) -> str:
    """Without the words that sentences of another language are made of: they would name people."""
    shares = guess_language(words)
    language = max(shares, key=lambda one: shares[one])
    if language == "en" or shares[language] < MOSTLY:
        return words
    left = [word for word in words.split() if fold(word.strip(",.;:!?¿¡\"'()")) not in WORDS[language]]
    return " ".join(left) or words


def find_word(words: str, lexeme: str) -> str:
    """The word as it was typed that has this stem; none for a number or a part of a word."""
    if lexeme.isdigit():
        return ""
    bare = (word.strip(",.;:!?¿¡()“”\"'") for word in words.split())
    return next((word for word in bare if fold(word).startswith(fold(lexeme)[:-1])), "")


def telling_words(counts: dict[str, int]) -> list[str]:
    """The words that some mentors have, rarest first, without numbers and the common ones if others are left."""
    known = sorted((count, lexeme) for lexeme, count in counts.items() if count and not is_part(lexeme, counts))
    known = [one for one in known if not one[1].isdigit()] or known
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
