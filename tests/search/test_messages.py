"""What is said above the results, and what a search gives up one after the other."""

import pytest

from search.criteria import Drop, Order, SearchCriteria, When
from search.messages import join_names, nobody_sentence, not_understood, results_heading, search_messages, unknown_words
from search.reading.question_reading import QuestionReading
from search.words import SearchQuestion
from tests.conftest import NOW

READ, WORDS = SearchQuestion(topics=(1,)), SearchQuestion(terms=("'pay'",), lexemes=("pay",))
CRISIS = SearchQuestion(topics=(1,), reading=QuestionReading(is_crisis=True))


@pytest.mark.parametrize(
    ("names", "joined"), [([], ""), (["A"], "A"), (["A", "B"], "A or B"), (["A", "B", "C"], "A, B or C")]
)
def test_join_names(names, joined):
    assert join_names(names) == joined


def test_only_the_first_words_that_nobody_has_are_quoted_and_long_ones_cut():
    told = unknown_words(["one", "x" * 80, "three", "four"])

    assert "“one”, “" in told
    assert "four" not in told
    assert "x" * 60 not in told
    assert "x" * 60 not in not_understood("x" * 80)


def test_a_later_time_is_not_told_where_words_were_given_up_too():
    wish = SearchCriteria(words="pay", when=When.TODAY)

    [time] = search_messages([Drop.TIME], wish, soonest="tomorrow, 9:00")
    both = search_messages([Drop.TIME, Drop.WORDS], wish, soonest="tomorrow, 9:00")

    assert time == "Nobody is free today. The soonest time is tomorrow, 9:00."
    assert len(both) == 1
    assert "tomorrow" not in both[0]
    assert search_messages([Drop.ANYONE, Drop.TIME], wish, soonest="tomorrow, 9:00") == []


def test_where_some_were_found_before_it_is_said_that_others_are_here_too():
    wish = SearchCriteria(words="pay", lengths=(25,))

    found = search_messages([Drop.READING, Drop.TIME, Drop.LENGTH], wish, soonest="x", exact=2, also=["Pay", "Equity"])

    assert ["added" in sentence for sentence in found] == [True, True, True]
    assert "Pay or Equity" in found[0]
    [alone] = search_messages([Drop.LENGTH], wish, soonest="x")
    assert alone.startswith("Nobody")


def test_each_wish_for_a_time_has_its_own_sentence():
    told = {nobody_sentence(SearchCriteria(when=when)) for when in When}

    assert len(told) == len(When)
    assert nobody_sentence(SearchCriteria(first=NOW.date(), when=When.TODAY)) not in told


@pytest.mark.parametrize(
    ("words", "question", "count", "is_whole", "heading"),
    [
        pytest.param("pay", READ, 1, True, "1 person can help", id="a-topic-was-read"),
        pytest.param("pay", READ, 20, False, "More than 20 people can help", id="and-there-are-more"),
        pytest.param("pay", WORDS, 2, True, "2 people have written about this", id="only-words"),
        pytest.param("pay", WORDS, 20, False, "People who have written about this", id="words-and-more"),
        pytest.param("pay", READ, 0, True, "Nobody to show", id="nobody"),
        pytest.param("", SearchQuestion(), 2, True, "2 people can help", id="nothing-asked"),
        pytest.param("…", SearchQuestion(), 2, True, "Say a little more", id="nothing-said"),
        pytest.param("pay", CRISIS, 2, True, "Help with work", id="crisis-first"),
    ],
)
def test_the_heading_claims_no_more_than_is_known(words, question, count, is_whole, heading):
    assert results_heading(SearchCriteria(words=words), question, count=count, is_whole=is_whole) == heading


@pytest.mark.parametrize("question", [READ, WORDS])
def test_the_heading_of_people_whom_any_word_brought_does_not_say_that_they_can_help(question):
    heading = results_heading(SearchCriteria(words="pay"), question, count=2, is_whole=True, is_loose=True)

    assert heading == "People who know a part of this"


def test_the_heading_of_a_next_page_counts_nobody_twice():
    wish = SearchCriteria(words="pay", shown=frozenset({1}))

    assert results_heading(wish, READ, count=20, is_whole=False) == "More people who can help"


@pytest.mark.parametrize("reading", [QuestionReading(is_unsure=True), QuestionReading(is_outside=True)])
def test_the_heading_of_an_open_question_claims_nothing(reading):
    question = SearchQuestion(terms=("'pay'",), lexemes=("pay",), reading=reading)

    assert "help" not in results_heading(SearchCriteria(words="pay"), question, count=5, is_whole=True)


def dropped_by(wish: SearchCriteria, **known) -> list[tuple[Drop, ...]]:
    return [dropped for dropped, _ in wish.widened(**known)]


def test_a_search_gives_up_time_then_length_then_words():
    wish = SearchCriteria(words="pay", when=When.TODAY, lengths=(25,), language="de", instant=True)

    assert dropped_by(wish) == [(Drop.TIME,), (Drop.TIME, Drop.LENGTH), (Drop.TIME, Drop.LENGTH, Drop.WORDS)]
    widest = wish.widest()
    assert (widest.loose, widest.later, widest.lengths, widest.when) == (True, True, (), When.ANY)
    assert (widest.words, widest.language, widest.instant) == ("pay", "de", True)


def test_next_readings_come_first_and_an_open_question_asks_for_anyone_instead_of_some_words():
    wish = SearchCriteria(words="pay", later=True)

    assert dropped_by(wish, has_next=True) == [(Drop.READING,), (Drop.READING, Drop.WORDS)]
    assert dropped_by(wish, is_open=True) == [(Drop.ANYONE,)]
    assert dropped_by(wish.with_changes(wider=True, anyone=True), has_next=True, is_open=True) == []


def test_what_cannot_be_given_up_leaves_a_wish_as_it_is():
    wish = SearchCriteria(later=True, topic="pay")

    assert (dropped_by(wish), wish.widest()) == ([], wish)


def test_each_filter_that_a_search_never_gives_up_may_be_taken_off_by_hand():
    wish = SearchCriteria(topic="pay", format="phone", instant=True, lengths=(25,), shown=frozenset({7}))

    off = dict(wish.relaxed())

    assert list(off) == ["topic", "format", "instant"]
    assert (off["topic"].topic, off["topic"].format, off["topic"].shown) == ("", "phone", frozenset())
    assert (off["instant"].instant, off["instant"].lengths) == (False, (25,))


def test_filters_of_their_usual_value_are_not_in_the_address():
    assert SearchCriteria().query_string() == ""
    wish = SearchCriteria(words="a b", when=When.TODAY, lengths=(25, 50), order=Order.MATCH, unlike=("cvs",))
    assert wish.query_string() == "q=a+b&when=today&len=25&len=50&not=cvs&sort=match"
