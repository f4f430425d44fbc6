"""What a reader learns from, and what training leaves behind as bytes."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest

from search.understanding.material import OUTSIDE, Example, Material, load_examples
from search.understanding.scoring import Settings
from search.understanding.trained import EncoderPart, Trained, UnreadableReaderError

NAMES = {"Pay": ("salary", "raise"), "Slides": ()}


def test_doubles_blanks_and_topics_without_a_name_are_left_out():
    material = Material.of(
        NAMES, {"Pay": {"en": ["more money", " more money ", "  "]}, "Gone": {"en": ["x"]}, OUTSIDE: {"en": ["a cat"]}}
    )

    assert material.examples == (Example("Pay", "en", "more money"), Example(OUTSIDE, "en", "a cat"))


def test_a_topic_is_said_by_its_name_and_by_each_other_name():
    material = Material.of(NAMES, {})

    assert material.topics == ("Pay", "Slides")
    assert material.phrases() == (("Pay", "Pay"), ("Pay", "salary"), ("Pay", "raise"), ("Slides", "Slides"))


def test_the_digest_follows_what_is_learnt_and_not_the_order_of_examples():
    examples = {"Pay": {"en": ["one", "two"]}}
    turned = {"Pay": {"en": ["two", "one"]}}

    assert Material.of(NAMES, examples).digest() == Material.of(NAMES, turned).digest()
    assert Material.of(NAMES, examples).digest() != Material.of(NAMES, {"Pay": {"de": ["one", "two"]}}).digest()
    assert Material.of(NAMES, examples).digest() != Material.of(NAMES, examples).digest("another version")


def test_examples_of_several_files_are_put_together(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"Pay": {"en": ["one"]}, "outside": {"de": ["Kuchen"]}}))
    (tmp_path / "b.json").write_text(json.dumps({"Pay": {"en": ["two"], "de": ["drei"]}}))

    assert load_examples(tmp_path) == {"Pay": {"en": ["one", "two"], "de": ["drei"]}, OUTSIDE: {"de": ["Kuchen"]}}


@pytest.fixture
def trained():
    part = EncoderPart(*(np.arange(size, dtype=np.float16) for size in (2, 4, 6, 3)))
    return Trained(
        material=Material.of(NAMES, {"Pay": {"en": ["größer"]}}),
        rows=(Example("Pay", "en", "Pay"), Example(OUTSIDE, "de", "Kuchen")),
        parts={"e5": part},
        encoders={"e5": "a model"},
        weak_phrases=frozenset({("Pay", "raise")}),
        known_words=frozenset({"pay", "kuchen"}),
        settings=Settings(delta=0.7, most_topics=2),
        check={"first": 0.5, "three": 0.75},
        digest="abc",
    )


def test_everything_that_was_learnt_comes_back_from_its_bytes(trained):
    again = Trained.from_bytes(trained.to_bytes())

    assert replace(again, parts={}) == replace(trained, parts={})
    for field in EncoderPart.__dataclass_fields__:
        stored, kept = getattr(again.parts["e5"], field), getattr(trained.parts["e5"], field)
        assert (stored.dtype, stored.tolist()) == (np.float16, kept.tolist())


def test_words_are_kept_in_order_so_that_the_same_reader_is_the_same_bytes(trained):
    words = [f"word{number}" for number in range(50)]

    with np.load(io.BytesIO(replace(trained, known_words=frozenset(words)).to_bytes())) as arrays:
        told = json.loads(arrays["told"].tobytes())

    assert told["known_words"] == sorted(words)


def test_bytes_of_another_version_are_refused(trained):
    with np.load(io.BytesIO(trained.to_bytes())) as arrays:
        kept = dict(arrays)
    told = json.loads(kept["told"].tobytes()) | {"version": 2}
    kept["told"] = np.frombuffer(json.dumps(told).encode(), np.uint8)
    file = io.BytesIO()
    np.savez(file, **kept)

    with pytest.raises(UnreadableReaderError, match="version 2"):
        Trained.from_bytes(file.getvalue())


def test_bytes_with_a_part_missing_are_refused(trained):
    with np.load(io.BytesIO(trained.to_bytes())) as arrays:
        kept = {name: array for name, array in arrays.items() if name != "e5/bias"}
    file = io.BytesIO()
    np.savez(file, **kept)

    with pytest.raises(UnreadableReaderError, match="bias"):
        Trained.from_bytes(file.getvalue())
