"""Training: from names and examples to a reader, in seconds, without anything random."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from common.texts import split_words

from .encoders import Encoder
from .material import OUTSIDE, Example, Material
from .named import Phrase, judge_phrases
from .opinions import add_up, centre
from .reader import Reader
from .scoring import Discriminant, Floats, Settings
from .trained import VERSION, EncoderPart, Trained
from .typos import Spelling

FOLDS = 5
NAMES_LANGUAGE = "en"
Vectors = Mapping[str, Mapping[str, Floats]]  # encoder → text → vector


class NotEnoughExamplesError(ValueError):
    """A topic has neither a name nor an example to learn from; the message says which."""


def train(
    material: Material,
    encoders: Mapping[str, Encoder],
    *,
    settings: Settings | None = None,
    dictionary: Collection[str] = (),
    earlier: Vectors | None = None,
) -> Trained:
    """`dictionary`: words that are spelled right, beside those of the examples. `earlier`: vectors by text that need
    not be computed again; `collect_vectors` takes them from an earlier reader.

    The check is a cross-validation over the examples: each fold is read by what the others taught.
    """
    settings = settings or Settings()
    rows = _sorted_rows(material)
    vectors = embed_texts(rows, encoders, earlier or {})
    digest = digest_inputs(material, encoders, settings)
    trained = _fit(material, rows, vectors, settings)
    known = trained.known_words | _find_confusable(material, trained.known_words, dictionary)
    names = {key: encoder.name for key, encoder in encoders.items()}
    return replace(
        trained,
        encoders=names,
        known_words=known,
        digest=digest,
        check=cross_validate(material, rows, vectors, settings),
    )


def refit(earlier: Trained, material: Material, fresh: Vectors) -> Trained:
    """What training on other material would give, without its check: that takes most of the time.

    `fresh`: vectors of the texts that are new, for each encoder of the earlier training that is to be used.
    """
    vectors = {key: {**known, **fresh[key]} for key, known in collect_vectors(earlier).items() if key in fresh}
    fitted = _fit(material, _sorted_rows(material), vectors, earlier.settings)
    names = {key: earlier.encoders[key] for key in vectors}
    # Beside the words of its examples a training knows some of a dictionary; those stay.
    others = earlier.known_words - _collect_words(earlier.rows)
    return replace(fitted, encoders=names, known_words=fitted.known_words | others)


def digest_inputs(material: Material, encoders: Mapping[str, Encoder], settings: Settings) -> str:
    """The digest that `train` gives to its result: equal inputs need no training."""
    names = sorted(f"{key}={encoder.name}" for key, encoder in encoders.items())
    return material.digest(str(VERSION), repr(settings), *names)


def embed_texts(
    rows: Sequence[Example], encoders: Mapping[str, Encoder], earlier: Vectors
) -> dict[str, dict[str, Floats]]:
    found: dict[str, dict[str, Floats]] = {}
    for key, encoder in encoders.items():
        texts = _texts_for(encoder, rows)
        known = earlier.get(key, {})
        missing = [text for text in texts if text not in known]
        fresh = dict(zip(missing, encoder.embed(missing), strict=True)) if missing else {}
        found[key] = {text: known[text] if text in known else fresh[text] for text in texts}
    return found


def collect_texts(material: Material, encoder: Encoder) -> list[str]:
    """What training on this material would ask an encoder for."""
    return _texts_for(encoder, _sorted_rows(material))


def collect_vectors(trained: Trained) -> dict[str, dict[str, Floats]]:
    """The vectors of an earlier training by text, in half precision."""
    collected = {}
    for key, part in trained.parts.items():
        vectors = part.vectors.astype(np.float32)
        collected[key] = {row.text: vector for row, vector in zip(trained.rows, vectors, strict=True) if vector.any()}
    return collected


def cross_validate(
    material: Material, rows: Sequence[Example], vectors: Vectors, settings: Settings
) -> dict[str, float]:
    """How often the topic of a left-out example is the first reading, and among the first three."""
    folds = np.array([_fold(row.text) for row in rows])
    ranks: list[int] = []
    for fold in range(FOLDS):
        kept = [row for row, own in zip(rows, folds, strict=True) if own != fold or _is_kept(row, material)]
        left = [row for row, own in zip(rows, folds, strict=True) if own == fold and row.topic != OUTSIDE]
        reader = Reader(_fit(material, kept, vectors, settings), {})
        ranks += _ranks(reader, left, vectors)
    return {
        "first": float(np.mean([rank < 1 for rank in ranks])),
        "three": float(np.mean([rank < 3 for rank in ranks])),
    }


def _is_kept(row: Example, material: Material) -> bool:
    """Whether every fold needs it: a topic without its name, or nothing outside, could not be told from the others."""
    return row.topic == OUTSIDE or row.text in material.names


def _ranks(reader: Reader, left: Sequence[Example], vectors: Vectors) -> list[int]:
    """For each example how many topics were read before its own."""
    ranks = []
    for language in sorted({row.language for row in left}):
        alike = [row for row in left if row.language == language]
        known = {
            key: np.array([of_text[row.text] for row in alike])
            for key, of_text in vectors.items()
            if all(row.text in of_text for row in alike)
        }
        texts = [row.text for row in alike]
        scores = add_up(reader.opinions(texts, known), texts, reader.settings)
        for row, own in zip(alike, scores, strict=True):
            ranks.append(int((own > own[reader.classes.index(row.topic)]).sum()))
    return ranks


def _texts_for(encoder: Encoder, rows: Sequence[Example]) -> list[str]:
    return list(
        dict.fromkeys(row.text for row in rows if encoder.languages is None or row.language in encoder.languages)
    )


def _sorted_rows(material: Material) -> list[Example]:
    """Examples, and names as examples of what they name, in the order of the topics; the outside comes last."""
    named = [Example(topic, NAMES_LANGUAGE, phrase) for topic, phrase in material.phrases()]
    places = {topic: number for number, topic in enumerate((*material.topics, OUTSIDE))}
    rows = list(dict.fromkeys((*named, *material.examples)))
    missing = set(places) - {row.topic for row in rows}
    if missing:
        raise NotEnoughExamplesError(f"No examples for {', '.join(sorted(missing)) or 'what is outside'}.")
    return sorted(rows, key=lambda row: places[row.topic])


def _fit(material: Material, rows: Sequence[Example], vectors: Vectors, settings: Settings) -> Trained:
    phrases = [Phrase.of(topic, text) for topic, text in material.phrases()]
    examples = [(row.topic, row.text) for row in rows if row.language == NAMES_LANGUAGE]
    return Trained(
        material=material,
        rows=tuple(rows),
        parts={key: _fit_part(material, rows, of_text, settings) for key, of_text in vectors.items()},
        weak_phrases=judge_phrases(phrases, examples),
        known_words=_collect_words(rows),
        settings=settings,
        encoders={},
        check={},
        digest="",
    )


def _collect_words(rows: Sequence[Example]) -> frozenset[str]:
    return frozenset(word for row in rows for word in split_words(row.text))


def _find_confusable(material: Material, known: frozenset[str], dictionary: Collection[str]) -> frozenset[str]:
    topical = [word for _, text in material.phrases() for word in split_words(text)]
    return Spelling.of(topical, known).keep_confusable(dictionary)


def _fit_part(
    material: Material, rows: Sequence[Example], of_text: Mapping[str, Floats], settings: Settings
) -> EncoderPart:
    classes = (*material.topics, OUTSIDE)
    known = np.array([row.text in of_text for row in rows])
    raw = np.array([of_text[row.text] for row in rows if row.text in of_text], np.float32)
    numbers = np.array([classes.index(row.topic) for row in rows if row.text in of_text])
    mean = raw.mean(axis=0)
    centred = centre(raw, mean)
    fitted = Discriminant.fit(centred, numbers, len(classes), settings.shrinkage)
    vectors = np.zeros((len(rows), raw.shape[1]), np.float16)
    vectors[known] = raw
    return EncoderPart(
        mean=mean.astype(np.float16),
        vectors=vectors,
        weights=fitted.weights.astype(np.float16),
        bias=fitted.bias.astype(np.float16),
    )


def _fold(text: str) -> int:
    """The same for a text whatever else there is, so that figures of two trainings can be compared."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % FOLDS
