"""Examples and proposals: what is kept, in which order staff see it, and what limits it."""

from datetime import timedelta

import pytest

from search.models import ExampleSource, ProposedExample, StoredReader, TopicExample
from search.reading import learning
from search.reading.loading import ReaderInUse, describe_state
from search.reading.material import load_material
from search.reading.question_reading import NOT_READ
from search.understanding.material import OUTSIDE
from search.words import read_question
from staff.forms import ReadingForm
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def propose(topic, text: str, day=TODAY) -> None:
    learning.propose_example(text, topics=[topic.pk], day=day)


def test_proposals_come_by_how_often_they_were_said_then_the_latest_first(topic):
    for text, day in (("old", -2), ("often", -5), ("new", -1), ("often", -5), ("gone", 0)):
        propose(topic, text, TODAY + timedelta(days=day))
    learning.dismiss_proposal(proposal=ProposedExample.objects.get(text="gone"))

    assert [proposal.text for proposal in learning.list_proposals()] == ["often", "new", "old"]


def test_on_one_day_only_so_much_is_proposed(topic, monkeypatch):
    monkeypatch.setattr(learning, "MOST_A_DAY", 2)
    for text in ("one", "two", "three"):
        propose(topic, text)
    propose(topic, "four", TODAY + timedelta(days=1))

    assert set(ProposedExample.objects.values_list("text", flat=True)) == {"one", "two", "four"}


def test_words_are_proposed_with_single_spaces_and_cut_where_a_column_ends(topic):
    propose(topic, "  my \n\n words  ")
    propose(topic, "x" * 900)

    assert sorted(map(len, ProposedExample.objects.values_list("text", flat=True))) == [len("my words"), 500]
    assert ProposedExample.objects.filter(text="my words").exists()


def test_a_retired_example_is_not_proposed_again(topic):
    learning.add_example(topic=topic, text="how much more")
    learning.set_example_active(example=TopicExample.objects.get(), is_active=False)

    propose(topic, "how much more")

    assert not ProposedExample.objects.exists()


def test_an_example_that_was_retired_is_used_again_when_it_is_added_and_stays_what_it_was(topic):
    TopicExample.objects.create(topic=topic, text="mehr Geld", source=ExampleSource.BUNDLED, is_active=False)

    learning.add_example(topic=topic, text="mehr Geld")

    example = TopicExample.objects.get()
    assert (example.is_active, example.source, example.language) == (True, ExampleSource.BUNDLED, "en")


def test_the_language_of_what_staff_write_is_guessed(topic):
    learning.add_example(topic=topic, text="Wie frage ich nach mehr Geld?")

    assert TopicExample.objects.get().language == "de"


def test_accepting_what_is_an_example_already_keeps_one(topic):
    propose(topic, "more money")
    learning.add_example(topic=topic, text="more money")

    learning.accept_proposal(proposal=ProposedExample.objects.get())

    assert TopicExample.objects.get().source == ExampleSource.STAFF
    assert not ProposedExample.objects.exists()


def test_accepting_words_that_were_retired_uses_them_again(topic):
    propose(topic, "more money", TODAY)
    TopicExample.objects.create(topic=topic, text="more money", is_active=False)

    learning.accept_proposal(proposal=ProposedExample.objects.get())

    assert TopicExample.objects.get().is_active


def test_a_proposal_is_forgotten_after_ninety_days(topic):
    propose(topic, "older", TODAY - timedelta(days=91))
    propose(topic, "newer", TODAY - timedelta(days=90))

    learning.forget_old_proposals(now=NOW)

    assert ProposedExample.objects.get().text == "newer"


def test_examples_without_a_topic_are_of_the_outside_and_hidden_topics_teach_nothing(topic):
    for of, text in ((topic, "more money"), (None, "onion soup")):
        TopicExample.objects.create(topic=of, text=text)

    assert {(one.topic, one.text) for one in load_material().examples} == {
        ("Negotiation", "more money"),
        (OUTSIDE, "onion soup"),
    }
    topic.is_active = False
    topic.save()
    assert {one.topic for one in load_material().examples} == {OUTSIDE}


def test_a_site_that_has_learnt_nothing_says_so():
    assert describe_state() == "untrained"
    assert read_question("more money").reading == NOT_READ


def test_a_reader_that_is_gone_tells_nothing(db):
    StoredReader.objects.create(content=b"", digest="one", source="", first=1, three=1, trained_at=NOW)
    in_use = ReaderInUse()

    assert in_use.understand("more money", digest="another", typing=False) is None


@pytest.mark.parametrize(
    ("sent", "problems"),
    [
        ({"act": "add", "text": "a question"}, []),
        ({"act": "add", "number": "1"}, ["text"]),
        ({"act": "retire", "text": "a question"}, ["number"]),
        ({"act": "accept", "number": "0"}, ["number"]),
        ({"act": "steal", "number": "1"}, ["act"]),
    ],
)
def test_each_act_of_staff_says_what_it_is_about(sent, problems):
    assert list(ReadingForm(sent).errors) == problems
