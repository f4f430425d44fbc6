from collections import Counter

import pytest

from search.understanding.language import guess_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How do I ask for a raise?", "en"),
        ("Wie frage ich nach mehr Geld?", "de"),
        ("¿Cómo pido más dinero?", "es"),
        ("Comment demander une augmentation ?", "fr"),
        ("كيف أطلب زيادة", "ar"),
        ("pitch deck", "en"),
        ("", "en"),
    ],
)
def test_guess_language(text, language):
    shares = guess_language(text)

    assert max(shares, key=shares.get) == language
    assert sum(shares.values()) == pytest.approx(1)


def test_most_examples_are_guessed_right(material):
    right, total = Counter(), Counter()
    for example in material.examples:
        shares = guess_language(example.text)
        total[example.language] += 1
        right[example.language] += max(shares, key=shares.get) == example.language

    floors = {"en": 0.98, "de": 0.94, "es": 0.94, "fr": 0.9, "ar": 0.99}
    assert {
        language: right[language] / total[language] >= floor for language, floor in floors.items()
    } == dict.fromkeys(floors, True)
