from concurrent.futures import ThreadPoolExecutor

import pytest

from search.understanding.reader import MOST_PIECES, Reader
from search.understanding.text import shorten_to_pieces
from search.understanding.understood import Because


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("what do I say when they ask for my number", "Negotiation"),
        ("my hands tremble in front of the whole school", "Stage fright"),
        ("Ich soll zum ersten Mal ein Team leiten", "First-time managing"),
        ("No consigo clientes para mi panadería", "First customers"),
        ("mon mémoire n'avance pas", "Academic writing"),
        ("كيف أكتب سيرتي الذاتية", "CVs"),
    ],
)
def test_the_topic_is_read(reader, text, topic):
    understood = reader.read(text)

    assert topic in understood.topic_names
    assert [understood.is_unsure, understood.is_outside, understood.is_crisis] == [False, False, False]


def test_a_topic_that_is_named_says_so_with_the_nearest_example(reader, material):
    first = reader.read("Help with my cover letter").topics[0]

    assert first.topic == "Cover letters"
    assert first.because == Because.NAMED
    texts = {example.text for example in material.examples if example.topic == "Cover letters"}
    assert first.like in texts | {
        "Cover letters",
        "cover letter",
        "motivation letter",
        "application letter",
        "covering letter",
    }


def test_what_is_turned_down_is_not_named(reader):
    said = reader.read("interview next week, not about pay rise or salary talk, the competency questions")

    assert "Negotiation" not in said.topic_names
    assert reader.find_named(reader.prepare("not about the pay rise, my slides need work")) == {"Slides": "Slides"}


def test_a_typing_error_in_a_name_is_forgiven(reader):
    assert reader.read("freelansing").topics[0].topic == "Freelancing"
    assert "Accessibility" in reader.read("accesibility of our form").topic_names


@pytest.mark.parametrize("text", ["best recipe for onion soup", "wann fährt der Bus nach Ulm", "renovar mi pasaporte"])
def test_what_nobody_is_asked_about_is_outside(reader, text):
    understood = reader.read(text)

    assert (understood.is_outside, understood.topics) == (True, ())


def test_nothing_is_claimed_for_words_that_say_nothing(reader):
    for text in ("", "  ", "?!", "🙂"):
        understood = reader.read(text)
        assert (understood.is_unsure, understood.topics) == (True, ())


@pytest.mark.parametrize(
    "text", ["the other thing from before", "I need help", "what should I do now?", "can you give me advice please"]
)
def test_unsure_claims_nothing_and_offers_the_next_readings(reader, text):
    understood = reader.read(text)

    assert (understood.is_unsure, understood.topics) == (True, ())
    assert len(understood.others) == 10
    assert [other.share for other in understood.others] == sorted((o.share for o in understood.others), reverse=True)


def test_a_crisis_is_told_whatever_was_read(reader):
    understood = reader.read("I want to kill myself because of my thesis")

    assert (understood.is_crisis, understood.issue_type) == (True, None)


def test_the_kind_of_need_is_read(reader):
    assert reader.read("mock interview please").issue_type == "interview"


def test_the_same_question_reads_the_same(reader, trained, encoders):
    texts = ["how do I get promoted", "zwei Angebote, welches?", "my boss shouts"] * 3
    expected = [reader.read(text) for text in texts]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(Reader(trained, encoders.found).read, texts)) == expected


def test_shares_are_of_everything(reader):
    shares = reader.shares("how do I get promoted")

    assert sum(shares.values()) == pytest.approx(1, abs=1e-4)
    assert max(shares, key=shares.get) == "Promotion"


def test_while_typing_no_encoder_is_asked(trained, encoders):
    class Silent:
        def __init__(self, encoder):
            self.name, self.languages = encoder.name, encoder.languages

        def embed(self, texts):
            raise AssertionError("asked")

    typing = Reader(trained, {key: Silent(encoder) for key, encoder in encoders.found.items()})
    assert typing.read_typing("salary talk").topics[0].topic == "Negotiation"


@pytest.fixture
def asked(trained, encoders):
    """What each encoder is asked for one question."""

    class Noting:
        def __init__(self, encoder):
            self.name, self.languages, self.texts = encoder.name, encoder.languages, []
            self._encoder = encoder

        def embed(self, texts):
            self.texts += texts
            return self._encoder.embed(texts)

    def read(text):
        noting = {key: Noting(encoder) for key, encoder in encoders.found.items()}
        Reader(trained, noting).read(text)
        return {key: encoder.texts for key, encoder in noting.items()}

    return read


@pytest.mark.parametrize(
    "text", ["my boss ignores what I say " * 40, "?!" * 300, "🙃" * 300, "我的经理总是忽视我 " * 40]
)
def test_a_long_question_costs_encoders_no_more_than_a_short_one(asked, text):
    for texts in asked(text).values():
        assert all(shorten_to_pieces(one, MOST_PIECES) == one for one in texts)


def test_the_encoder_for_english_is_not_asked_about_other_languages(asked):
    assert asked("wie bereite ich mich auf das Gespräch mit meiner Chefin vor")["minilm"] == []
    assert asked("how do I prepare for the talk with my boss")["minilm"]


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("how do I get promoted", {"minilm"}),
        ("what now", {"minilm", "e5"}),
        ("¿cómo pido un aumento?", {"e5"}),
    ],
)
def test_a_further_encoder_is_asked_only_where_the_first_is_not_sure(asked, text, needed):
    assert {key for key, texts in asked(text).items() if texts} == needed


def test_a_named_topic_of_the_demo_is_always_claimed(reader, names):
    forgotten = [
        phrase
        for topic, others in names.items()
        for phrase in (topic, *others)
        if topic not in reader.read_typing(phrase).topic_names
    ]

    assert forgotten == []


@pytest.fixture(scope="module")
def shares_of_fixture(reader, fixture):
    """By text; read once, since the encoders take half a minute for all of them."""
    return {row["text"]: reader.shares(row["text"]) for row in fixture}


def share_read(shares_of_fixture, rows, most):
    """How often a topic that would help is among so many first readings."""
    hits = []
    for row in rows:
        shares = shares_of_fixture[row["text"]]
        first = sorted((topic for topic in shares if topic), key=lambda topic: -shares[topic])[:most]
        hits.append(any(row["topics"].get(topic, 0) >= 2 for topic in first))
    return sum(hits) / len(hits)


def test_the_fixture_is_read_well_enough(shares_of_fixture, fixture):
    rows = [row for row in fixture if row["topics"]]

    assert share_read(shares_of_fixture, rows, 1) >= 0.61
    assert share_read(shares_of_fixture, rows, 3) >= 0.84


@pytest.mark.parametrize(("language", "floor"), [("de", 0.72), ("es", 0.72), ("fr", 0.66), ("ar", 0.81)])
def test_other_languages_are_read_too(shares_of_fixture, fixture, language, floor):
    rows = [row for row in fixture if row["topics"] and row["lang"] == language]

    assert share_read(shares_of_fixture, rows, 3) >= floor


def test_what_is_outside_is_seldom_mistaken(reader, fixture):
    rows = [row for row in fixture if "crisis" not in row["kinds"]]
    said = [(reader.read(row["text"]).is_outside, not row["topics"]) for row in rows]

    assert sum(outside and not meant for outside, meant in said) <= 1
    assert sum(outside for outside, meant in said if meant) >= 8


@pytest.mark.parametrize("text", ["how many words on one page", "Ich soll zum ersten Mal ein Team leiten", "no"])
def test_the_order_in_which_encoders_were_found_makes_no_difference(trained, encoders, text):
    found = encoders.found
    turned = {key: found[key] for key in reversed(found)}

    assert Reader(trained, turned).read(text) == Reader(trained, found).read(text)
    assert Reader(trained, turned)._choose_encoders(text) == Reader(trained, found)._choose_encoders(text)
