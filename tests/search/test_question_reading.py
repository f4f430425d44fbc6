"""What a search makes of a reading: which topics it claims, what a person corrects, and what it then looks for."""

import pytest

from search.criteria import SearchCriteria
from search.reading.question_reading import (
    NOT_READ,
    QuestionReading,
    TopicRead,
    TopicRow,
    correct_reading,
    reading_of_names,
)
from search.understanding.understood import Because, ReadTopic, Understanding
from search.understood import describe_reading
from search.words import SearchQuestion, find_word, only_names, quote_lexeme

PAY, SLIDES, THESIS, CVS = KNOWN = [
    TopicRow(1, "pay", "Pay"),
    TopicRow(2, "slides", "Slides"),
    TopicRow(3, "thesis", "Thesis"),
    TopicRow(4, "cvs", "CVs"),
]


def read(row: TopicRow, share: float, because: Because = Because.MEANING, like: str = "") -> TopicRead:
    return TopicRead(*row, share, because, like)


READING = QuestionReading((read(PAY, 0.6, like="more money"),), (read(SLIDES, 0.2), read(THESIS, 0.1)))


def slugs(topics) -> list[str]:
    return [topic.slug for topic in topics]


def correct(reading: QuestionReading, about=(), unlike=()) -> QuestionReading:
    return correct_reading(reading, KNOWN, about=about, unlike=unlike)


def test_a_topic_that_is_not_shown_any_more_is_left_out():
    understood = Understanding(
        topics=(ReadTopic("Gone", 0.5, Because.MEANING), ReadTopic("Pay", 0.3, Because.NAMED, "a raise")),
        others=(ReadTopic("Gone too", 0.1, Because.MEANING), ReadTopic("Slides", 0.05, Because.MEANING)),
        issue_type="skill",
    )

    reading = QuestionReading.of(understood, KNOWN)

    assert reading.topics == (read(PAY, 0.3, Because.NAMED, "a raise"),)
    assert (slugs(reading.others), reading.kind, reading.is_open) == (["slides"], "skill", False)


def test_with_all_topics_gone_nothing_is_claimed():
    gone = (ReadTopic("Gone", 0.5, Because.MEANING),)

    assert QuestionReading.of(Understanding(topics=gone), KNOWN).is_unsure
    outside = QuestionReading.of(Understanding(is_outside=True), KNOWN)
    assert (outside.is_unsure, outside.is_outside, outside.is_open) == (False, True, True)


def test_the_next_readings_are_the_two_likeliest_that_are_likely_at_all():
    beside = (read(SLIDES, 0.2), read(THESIS, 0.01), read(CVS, 0.05))
    topics = (read(PAY, 0.6),)

    assert slugs(QuestionReading(topics, beside).next_readings) == ["slides", "thesis"]
    assert slugs(QuestionReading(topics, (read(SLIDES, 0.009),)).next_readings) == []
    assert QuestionReading((), beside, is_unsure=True).next_readings == ()


def test_a_reading_by_names_has_each_named_topic_once():
    reading = reading_of_names([PAY, SLIDES, PAY])

    assert slugs(reading.topics) == ["pay", "slides"]
    assert {(topic.share, topic.because) for topic in reading.topics} == {(1.0, Because.NAMED)}


def test_without_a_correction_the_reading_stays_as_it_is():
    assert correct(READING) is READING


def test_what_a_person_says_it_is_about_comes_instead_of_what_was_read():
    chosen = correct(READING, about=("slides", "cvs", "slides", "no-such-topic"))

    assert chosen.topics == (read(SLIDES, 0.2, Because.CHOSEN), read(CVS, 0.0, Because.CHOSEN))
    assert slugs(chosen.others) == ["pay", "thesis"]
    assert not chosen.is_open


def test_what_a_person_says_it_is_not_about_is_offered_no_more():
    without = correct(READING, unlike=("pay", "thesis"))

    assert (without.topics, slugs(without.others), without.is_unsure) == ((), ["slides"], True)


def test_turning_down_a_next_reading_leaves_what_is_claimed():
    assert correct(READING, unlike=("slides",)) == QuestionReading(READING.topics, (read(THESIS, 0.1),))


def test_a_question_outside_stays_outside_until_a_topic_is_chosen():
    outside = QuestionReading(others=(read(PAY, 0.1),), is_outside=True)

    assert correct(outside, unlike=("pay",)).is_outside
    chosen = correct(outside, about=("pay",))
    assert (slugs(chosen.topics), chosen.is_open) == (["pay"], False)


def test_each_correction_is_a_search_of_its_own():
    wish = SearchCriteria(words="a raise", about=("pay",), unlike=("cvs",))

    shown = describe_reading(READING, wish)

    assert [one.query for one in shown.topics] == [wish.with_changes(about=(), unlike=("cvs", "pay")).query_string()]
    assert shown.others[0].query == wish.with_changes(about=("slides",), unlike=()).query_string()
    everything = ("cvs", "pay", "slides", "thesis")
    assert shown.else_query == wish.with_changes(about=(), unlike=everything).query_string()


@pytest.mark.parametrize(
    ("reading", "count"),
    [
        pytest.param(QuestionReading((read(PAY, 0.6),), (read(SLIDES, 0.1),) * 6), 3, id="beside-what-is-claimed"),
        pytest.param(QuestionReading((), (read(SLIDES, 0.1),) * 6, is_unsure=True), 5, id="where-nothing-is"),
        pytest.param(QuestionReading((), (read(SLIDES, 0.1),) * 6, is_outside=True), 0, id="outside"),
    ],
)
def test_how_many_next_readings_are_offered(reading, count):
    shown = describe_reading(reading, SearchCriteria(words="x"))

    assert (len(shown.others), bool(shown)) == (count, count > 0)


def test_the_nearest_example_is_told_only_where_meaning_decided():
    named = QuestionReading((read(PAY, 0.6, Because.NAMED, "more money"), read(SLIDES, 0.3, like="my deck")))

    assert describe_reading(READING, SearchCriteria()).like == "more money"
    assert describe_reading(named, SearchCriteria()).like == ""
    assert describe_reading(NOT_READ, SearchCriteria()).like == ""


TERMS = ("'a'", "'b'", "'c'")


@pytest.mark.parametrize(
    ("question", "query"),
    [
        pytest.param(SearchQuestion(terms=TERMS), "('a' & 'b') | ('a' & 'c') | ('b' & 'c')", id="two-thirds"),
        pytest.param(SearchQuestion(terms=TERMS, topics=(1,)), "", id="a-topic-decides"),
        pytest.param(SearchQuestion(terms=TERMS, topics=(1,), certain=("('d')",)), "(('d'))", id="certain-ones-too"),
        pytest.param(
            SearchQuestion(terms=TERMS, reading=QuestionReading(is_unsure=True)),
            "('a' & 'b' & 'c')",
            id="open-needs-all",
        ),
        pytest.param(
            SearchQuestion(terms=TERMS, unknown=("zyzzyva",), reading=QuestionReading(is_outside=True)),
            "",
            id="open-with-a-word-nobody-has",
        ),
    ],
)
def test_which_words_bring_people_in(question, query):
    assert question.tsquery(loose=False) == query
    assert question.tsquery(loose=True) == "('a') | ('b') | ('c')"


def test_topics_widen_step_by_step():
    question = SearchQuestion(topics=(1,), kin=(9,), reading=READING)

    assert question.topics_for(loose=False) == (1,)
    assert question.topics_for(loose=False, wider=True) == (1, 2, 3)
    assert question.topics_for(loose=True) == (1, 9)


@pytest.mark.parametrize(
    ("words", "spoken", "is_only"),
    [
        ("Renée Adair", ["renee", "adair"], True),
        ("Alice about pay", ["alice"], False),
        ("pay rise", [], False),
    ],
)
def test_only_names(words, spoken, is_only):
    assert only_names(words, spoken) == is_only


@pytest.mark.parametrize(
    ("lexeme", "word"),
    [("zyzzyva", "Zyzzyva"), ("negoti", "“negotiating”"[1:-1]), ("2026", ""), ("cellar", "")],
)
def test_a_word_nobody_has_is_named_as_it_was_typed(lexeme, word):
    assert find_word("Zyzzyva, “negotiating” in 2026?", lexeme) == word


def test_a_lexeme_can_never_end_its_quotes():
    assert quote_lexeme("o'neil\\") == "'o''neil\\\\'"
