from dataclasses import replace

import numpy as np
import pytest

from search.understanding.bundled import load_bundled, write_bundled
from search.understanding.encoders import LOADERS
from search.understanding.encoding.numpy_layers import NumpyLayers
from search.understanding.material import OUTSIDE, Material, load_examples
from search.understanding.reader import Reader
from search.understanding.scoring import Settings
from search.understanding.trained import Trained, UnreadableReaderError
from search.understanding.training import NotEnoughExamplesError, collect_vectors, digest_inputs, train

NAMES = {"Negotiation": ("pay rise",), "CVs": ("resume",), "Stage fright": ("nerves",)}
EXAMPLES = {
    "Negotiation": {"en": ["how do I ask for more money", "they offered too little"], "de": ["mehr Gehalt verlangen"]},
    "CVs": {"en": ["two pages or one", "nobody answers my applications"], "de": ["Lebenslauf zu lang"]},
    "Stage fright": {"en": ["my voice shakes", "scared of speaking"], "de": ["Angst vor dem Vortrag"]},
    OUTSIDE: {"en": ["recipe for bread", "my cat is ill"], "de": ["Rezept für Kuchen"]},
}
SMALL = Material.of(NAMES, EXAMPLES)


@pytest.fixture(scope="module")
def small(encoders):
    return train(SMALL, encoders.found)


def test_what_was_stored_reads_the_same(small, encoders):
    again = Trained.from_bytes(small.to_bytes())

    assert (again.digest, again.check, again.settings, again.material) == (
        small.digest,
        small.check,
        small.settings,
        small.material,
    )
    text = "asking for a pay rise"
    assert Reader(again, encoders.found).read(text) == Reader(small, encoders.found).read(text)


@pytest.mark.parametrize("data", [b"", b"nothing of ours", b"PK\x03\x04broken"])
def test_other_bytes_are_refused(data):
    with pytest.raises(UnreadableReaderError):
        Trained.from_bytes(data)


def test_another_version_is_refused(small):
    data = small.to_bytes()
    broken = replace(small, digest="x").to_bytes()

    assert Trained.from_bytes(data).digest != Trained.from_bytes(broken).digest
    with pytest.raises(UnreadableReaderError):
        Trained.from_bytes(data[:-2000])


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(Material.of({**NAMES, "Talks": ()}, EXAMPLES), id="a-topic"),
        pytest.param(Material.of({**NAMES, "CVs": ("resume", "vita")}, EXAMPLES), id="a-synonym"),
        pytest.param(Material.of(NAMES, {**EXAMPLES, "CVs": {"en": ["one page"]}}), id="an-example"),
    ],
)
def test_the_digest_changes_with_everything_that_is_learnt_from(other, encoders):
    settings = Settings()

    assert digest_inputs(other, encoders.found, settings) != digest_inputs(SMALL, encoders.found, settings)
    assert digest_inputs(SMALL, {}, settings) != digest_inputs(SMALL, encoders.found, settings)
    assert digest_inputs(SMALL, encoders.found, replace(settings, delta=0.1)) != digest_inputs(
        SMALL, encoders.found, settings
    )


def test_training_again_asks_encoders_for_new_texts_only(small, encoders):
    class Counting:
        def __init__(self, encoder):
            self.name, self.languages, self.encoder, self.asked = encoder.name, encoder.languages, encoder, []

        def embed(self, texts):
            self.asked += texts
            return self.encoder.embed(texts)

    counting = {key: Counting(encoder) for key, encoder in encoders.found.items()}
    more = Material.of(
        NAMES, {**EXAMPLES, "CVs": {"en": [*EXAMPLES["CVs"]["en"], "photo on a CV?"], "de": ["Lebenslauf zu lang"]}}
    )
    trained = train(more, counting, earlier=collect_vectors(small))

    assert {key: encoder.asked for key, encoder in counting.items()} == {
        "e5": ["photo on a CV?"],
        "minilm": ["photo on a CV?"],
    }
    assert Reader(trained, encoders.found).read("photo on a CV?").topic_names == ("CVs",)


def test_without_encoders_the_words_alone_are_read(encoders):
    trained = train(SMALL, {})

    reader = Reader(trained, encoders.found)
    assert reader.read("how to ask for a pay rise").topic_names == ("Negotiation",)
    assert reader.read("pay rise") == reader.read_typing("pay rise")


def test_an_encoder_that_is_gone_is_gone_without(small, encoders):
    reader = Reader(small, {"minilm": encoders.found["minilm"]})

    assert reader.read("they offered me too little money").topic_names == ("Negotiation",)


def test_an_encoder_of_another_name_is_not_compared(small, encoders):
    class Other:
        name, languages = "another model", None

        def embed(self, texts):
            raise AssertionError("asked")

    assert Reader(small, {"e5": Other()}).read("pay rise").topic_names == ("Negotiation",)


def test_a_material_without_the_outside_is_refused(encoders):
    with pytest.raises(NotEnoughExamplesError, match="outside"):
        train(Material.of(NAMES, {}), {})


def test_a_topic_with_a_name_alone_can_be_read(encoders):
    trained = train(Material.of({**NAMES, "Beekeeping": ()}, EXAMPLES), encoders.found)

    assert "Beekeeping" in Reader(trained, encoders.found).read("how does beekeeping work").topic_names


def test_every_topic_of_the_demo_has_enough_examples(names):
    examples = load_examples()
    few = {
        (topic, language): len(examples.get(topic, {}).get(language, ()))
        for topic in names
        for language, least in {"en": 40, "de": 8, "es": 8, "fr": 8, "ar": 8}.items()
        if len(examples.get(topic, {}).get(language, ())) < least
    }

    assert few == {}


def test_no_example_belongs_to_two_topics_or_to_the_fixture(material, fixture):
    questions = {row["text"].casefold() for row in fixture}
    seen, double = {}, []
    for example in material.examples:
        text = example.text.casefold()
        if text in questions or seen.setdefault(text, example.topic) != example.topic:
            double.append(example.text)

    assert double == []


def test_bundled_vectors_cover_all_examples(material, encoders):
    """`python -m search.understanding.bundled` writes them again."""
    texts = [example.text for example in material.examples]
    bundled = load_bundled(texts, encoders.found)

    missing = [text for text in texts if text not in bundled["e5"]]
    english = [example.text for example in material.examples if example.language == "en"]
    assert missing + [text for text in english if text not in bundled["minilm"]] == []


def test_bundled_vectors_are_those_of_the_encoders(material):
    """Run exactly; e5 by its package's own library, which rounds a little."""
    exact = {key: load(NumpyLayers) for key, load in LOADERS.items()}
    texts = [example.text for example in material.examples if example.language == "en"][::400]
    bundled = load_bundled(texts, exact)

    for key, encoder in exact.items():
        assert np.array([bundled[key][text] for text in texts]) == pytest.approx(encoder.embed(texts), abs=4e-3)


def test_bundled_vectors_are_written_once(tmp_path, encoders):
    path = tmp_path / "vectors.npz"
    count = write_bundled(SMALL, encoders.found, path)
    before = load_bundled(["my voice shakes"], encoders.found, path)

    assert write_bundled(SMALL, encoders.found, path) == count
    assert sorted(before) == ["e5", "minilm"]
    assert load_bundled(["my voice shakes"], {}, path) == {}
