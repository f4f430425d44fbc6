"""Words into pieces of a vocabulary, as BERT without capitals does it."""

import unicodedata
from collections.abc import Iterator, Mapping

UNKNOWN, FIRST, LAST = "[UNK]", "[CLS]", "[SEP]"
LONGEST_WORD = 100
MORE_PUNCTUATION = frozenset("$+<=>^`|~")  # ASCII that Unicode calls symbols, and BERT punctuation
IDEOGRAPHS = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


def tokenize(text: str, vocabulary: Mapping[str, int], most: int) -> list[int]:
    """Numbers of at most so many pieces, with the marks of the start and the end among them."""
    pieces = [number for word in split_words(text) for number in split_word(word, vocabulary)]
    return [vocabulary[FIRST], *pieces[: most - 2], vocabulary[LAST]]


def split_word(word: str, vocabulary: Mapping[str, int]) -> list[int]:
    """The longest piece that the vocabulary has, then the longest of what is left."""
    if len(word) > LONGEST_WORD:
        return [vocabulary[UNKNOWN]]
    pieces, start = [], 0
    while start < len(word):
        prefix = "##" if start else ""
        found = (end for end in range(len(word), start, -1) if prefix + word[start:end] in vocabulary)
        end = next(found, None)
        if end is None:
            return [vocabulary[UNKNOWN]]
        pieces.append(vocabulary[prefix + word[start:end]])
        start = end
    return pieces


def split_words(text: str) -> list[str]:
    """Small letters without accents; every mark and every ideograph is a word of its own."""
    plain = "".join(_cleaned(text)).lower()
    bare = "".join(char for char in unicodedata.normalize("NFD", plain) if unicodedata.category(char) != "Mn")
    return "".join(f" {char} " if _stands_alone(char) else char for char in bare).split()


def _cleaned(text: str) -> Iterator[str]:
    for char in text:
        if char.isspace():
            yield " "
        elif char != "\ufffd" and not unicodedata.category(char).startswith("C"):
            yield char


def _stands_alone(char: str) -> bool:
    code = ord(char)
    return (
        char in MORE_PUNCTUATION
        or unicodedata.category(char).startswith("P")
        or any(first <= code <= last for first, last in IDEOGRAPHS)
    )
