"""What a reader decides from shares that are given to it, so that no rule hides behind a model's opinion."""

import numpy as np
import pytest

from search.understanding.material import OUTSIDE, Material
from search.understanding.reader import Reader, says_something
from search.understanding.scoring import Settings
from search.understanding.training import train
from search.understanding.understood import Because

NAMES = {"Negotiation": ("pay rise",), "CVs": ("resume",), "Stage fright": ("nerves",)}
EXAMPLES = {
    "Negotiation": {"en": ["how do I ask for more money", "they offered too little money"]},
    "CVs": {"en": ["two pages or one", "nobody answers my applications"]},
    "Stage fright": {"en": ["my voice shakes", "scared of an audience"]},
    OUTSIDE: {"en": ["recipe for bread", "my cat is ill"]},
}
SETTINGS = Settings(unsure_below=0.2, strange_below=0.6, outside_from=0.4)
ASKED = "they offered money for two pages"


@pytest.fixture(scope="module")
def by_words():
    """A reader without encoders."""
    return Reader(train(Material.of(NAMES, EXAMPLES), {}), {})


def decide(reader, shares: list[float], said: str = ASKED) -> tuple[list[int], bool, bool]:
    return reader.decide(np.array(shares, np.float32), said, reader.find_named(said), SETTINGS)


@pytest.mark.parametrize(
    ("shares", "said", "decided"),
    [
        pytest.param([0.5, 0.3, 0.1, 0.1], ASKED, ([0, 1], False, False), id="likely-enough"),
        pytest.param([0.3, 0.2, 0.1, 0.4], ASKED, ([], False, True), id="outside-from-its-share-on"),
        pytest.param([0.3, 0.2, 0.1, 0.4], f"resume, {ASKED}", ([1, 0], False, False), id="what-is-named-is-inside"),
        pytest.param([0.19, 0.19, 0.19, 0.3], ASKED, ([], True, False), id="nothing-likely-enough"),
        pytest.param([0.05, 0.05, 0.05, 0.3], f"nerves, {ASKED}", ([2], False, False), id="what-is-named-is-claimed"),
        pytest.param([0.5, 0.3, 0.1, 0.1], f"nerves, {ASKED}", ([0, 1], False, False), id="not-by-an-unlikely-word"),
        pytest.param([0.5, 0.3, 0.1, 0.1], "nerves", ([2, 0, 1], False, False), id="but-by-a-word-alone"),
        pytest.param([0.5, 0.3, 0.1, 0.1], "zyzzyva", ([], True, False), id="a-strange-word-needs-more"),
        pytest.param([0.7, 0.1, 0.1, 0.1], "zyzzyva", ([0], False, False), id="and-may-have-it"),
        pytest.param([0.9, 0.0, 0.0, 0.1], "please help me", ([], True, False), id="words-that-say-nothing"),
    ],
)
def test_decide(by_words, shares, said, decided):
    assert decide(by_words, shares, said) == decided


def test_a_word_is_strange_only_with_few_beside_it(by_words):
    assert decide(by_words, [0.5, 0.3, 0.1, 0.1], "zyzzyva quux plugh") == ([0, 1], False, False)
    assert decide(by_words, [0.5, 0.3, 0.1, 0.1], "zyzzyva money") == ([0, 1], False, False)


@pytest.mark.parametrize(("text", "says"), [("can you help me?", False), ("help with money", True), ("", False)])
def test_says_something(text, says):
    assert says_something(text) == says


def test_why_a_topic_was_read_and_what_it_is_like(by_words):
    read = by_words.read_typing("pay rise, or money that they offered")

    first = read.topics[0]
    assert (first.topic, first.because) == ("Negotiation", Because.NAMED)
    assert first.like == "they offered too little money"
    assert {other.topic for other in read.others} == {"CVs", "Stage fright"}
    assert {other.like for other in read.others} == {""}


def test_a_typing_error_in_a_name_names_its_topic_all_the_same(by_words):
    read = by_words.read_typing("nervs").topics[0]

    assert (read.topic, read.because, read.like) == ("Stage fright", Because.NAMED, "nerves")


def test_both_ends_of_a_long_question_are_read(by_words):
    long = f"pay rise {'blah ' * 400} resume"

    assert by_words.prepare(long).startswith("pay rise")
    assert set(by_words.find_named(by_words.prepare(long))) == {"Negotiation", "CVs"}
    assert len(by_words.prepare(long)) < 330


def test_a_crisis_in_what_is_turned_down_is_a_crisis_all_the_same(by_words):
    text = "they offered little money, not about how I want to kill myself"

    assert by_words.prepare(text) == "they offered little money"
    assert by_words.read_typing(text).is_crisis


def test_marks_alone_are_read_as_nothing_but_keep_the_alarm(by_words):
    assert by_words.read_typing("?!").is_unsure
    assert by_words.read_typing("?!").others == ()


def test_shares_are_of_each_topic_and_of_the_outside(by_words):
    shares = by_words.shares("bread recipe for my cat")

    assert list(shares) == [*NAMES, OUTSIDE]
    assert max(shares, key=shares.get) == OUTSIDE
