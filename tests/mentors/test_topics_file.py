"""Topics from a file: all or none of them, by the limits of staff's page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentors.models import Topic
from mentors.topics_file import MOST_ROWS, TopicsFileError, add_topics, read_topics, starter_topics
from search.understanding.material import OUTSIDE, load_examples

HEAD = "group,topic,other words\n"


def test_columns_may_stand_in_any_order_and_some_may_be_missing():
    [first, second] = read_topics("\ufefftopic,group,level\nSalary,Pay,1\n  Bonus , Pay ,2\n".encode())
    assert (first.group, first.topic, first.synonyms) == ("Pay", "Salary", ())
    assert (second.line, second.topic) == (3, "Bonus")


def test_other_words_are_separated_by_commas():
    [row] = read_topics((HEAD + 'Pay,Salary,"pay rise, , raise"\n').encode())
    assert row.synonyms == ("pay rise", "raise")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        pytest.param(b"", 1, id="empty"),
        pytest.param(HEAD.encode(), 0, id="no-topics"),
        pytest.param(b"a,b\n1,2\n", 1, id="other-columns"),
        pytest.param((HEAD + "Pay,,raise\n").encode(), 2, id="no-topic"),
        pytest.param((HEAD + "Pay,Salary\n,Bonus\n").encode(), 3, id="no-group"),
        pytest.param((HEAD + 'Pay,"Salary\n').encode(), 2, id="quote-never-closed"),
        pytest.param(b'group,"topic\n', 1, id="quote-never-closed-in-the-head"),
        pytest.param("gruppe,thema\nGehälter,1\n".encode("latin-1"), 0, id="another-encoding"),
        pytest.param(HEAD.encode("utf-16"), 0, id="utf-16"),
        pytest.param((HEAD + "Pay,Salary\n" * (MOST_ROWS + 1)).encode(), MOST_ROWS + 2, id="too-many"),
    ],
)
def test_bad_files_are_refused_with_their_line(content, line):
    with pytest.raises(TopicsFileError) as refused:
        read_topics(content)
    assert refused.value.line == line


def below_the_head(text: str) -> bytes:
    return (HEAD + text).encode(errors="replace")


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(below_the_head)))
def test_any_bytes_are_read_or_refused(content):
    try:
        rows = read_topics(content)
    except TopicsFileError:
        return
    assert all(row.group and row.topic for row in rows)


@pytest.mark.django_db
def test_what_is_there_stays(topic):
    added = add_topics(read_topics((HEAD + "WORK,negotiation,deal\nwork,Promotion,next level\n").encode()))

    assert added == 1
    topic.refresh_from_db()
    assert topic.synonyms == ["salary talk"]
    assert Topic.objects.get(name="Promotion").parent == topic.parent


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param("Pay," + "x" * 200, id="long-name"),
        pytest.param("Pay,Raise," + "x" * 70, id="long-word"),
        pytest.param("Negotiation,Raise", id="third-level"),
    ],
)
def test_one_bad_line_keeps_all_out(wrong, topic):
    before = Topic.objects.count()
    with pytest.raises(TopicsFileError) as refused:
        add_topics(read_topics((HEAD + f"Work,Fine\n{wrong}\n").encode()))
    assert (refused.value.line, Topic.objects.count()) == (3, before)


def test_the_reader_has_examples_of_every_starter_topic():
    assert {row.topic for row in starter_topics()} <= set(load_examples()) - {OUTSIDE}
