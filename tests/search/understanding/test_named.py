import pytest

from common.texts import split_words
from search.understanding.named import Names, Phrase, is_decisive, judge_phrases

TOPICS = {
    "Negotiation": ("pay rise", "asking for more"),
    "Comparing offers": ("which job", "two offers"),
    "Going back to work": ("gap in CV",),
    "First job": ("starting out",),
    "Giving feedback": ("review",),
    "Pricing": ("price",),
}
PHRASES = [Phrase.of(topic, text) for topic, others in TOPICS.items() for text in (topic, *others)]


def named(text, names=None):
    return {phrase.topic for phrase in (names or Names.of(PHRASES)).find(split_words(text))}


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        pytest.param("Do I get a pay rise?", {"Negotiation"}, id="phrase"),
        pytest.param("pay rises this year", {"Negotiation"}, id="another-form"),
        pytest.param("two huge offers", set(), id="other-words-between"),
        pytest.param("the two offers I have", {"Comparing offers"}, id="phrase-inside"),
        pytest.param("a gap in my CV", {"Going back to work"}, id="little-words-between"),
        pytest.param("our prices", {"Pricing"}, id="one-word"),
        pytest.param("my job is fine", set(), id="which-job-is-not-job"),
        pytest.param("which job should I take", {"Comparing offers"}, id="which-job-as-typed"),
        pytest.param("I ask my boss", set(), id="asking-for-more-is-not-ask"),
        pytest.param("is asking for more rude", {"Negotiation"}, id="asking-for-more-as-typed"),
        pytest.param("when does it start", set(), id="starting-out-is-not-start"),
        pytest.param("pay, then rise", {"Negotiation"}, id="marks-do-not-part"),
        pytest.param("", set(), id="nothing"),
    ],
)
def test_find(text, topics):
    assert named(text) == topics


def test_a_phrase_that_misleads_names_nothing_in_a_longer_question():
    examples = [("Pricing", f"review of price list {number}") for number in range(5)]
    weak = judge_phrases(PHRASES, [*examples, ("Giving feedback", "a fair review")])

    assert weak == {("Giving feedback", "review")}
    assert named("a bad review of my shop", Names.of(PHRASES, weak)) == set()
    assert named("the review?", Names.of(PHRASES, weak)) == {"Giving feedback"}


@pytest.mark.parametrize(
    ("phrase", "text", "decides"),
    [
        pytest.param("pay rise", "the pay rise that my neighbour got for his boat", True, id="two-words"),
        pytest.param("price", "the price my father paid for his temper at sea", False, id="one-word-of-many"),
        pytest.param("price", "is that a fair price", True, id="one-word-and-one-beside-it"),
        pytest.param("asking for more", "asking for more rain on my father's fields", False, id="one-telling-word"),
    ],
)
def test_one_word_of_a_longer_question_decides_nothing_alone(phrase, text, decides):
    assert is_decisive(phrase, split_words(text)) == decides


def test_every_name_and_synonym_of_the_demo_names_its_topic_alone(reader, names):
    silent = [
        (topic, phrase)
        for topic, others in names.items()
        for phrase in (topic, *others)
        if topic not in reader.find_named(phrase)
    ]

    assert silent == []


def test_no_phrase_of_several_words_is_one_everyday_word(names):
    cut = [
        phrase
        for topic, others in names.items()
        for phrase in (topic, *others)
        if len(split_words(phrase)) > 1 and len(Phrase.of(topic, phrase).words) < 2
    ]

    assert cut == []
