"""What adding or retiring an example would change: the last searches as they are read, and as they would be then."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic

from search.models import StoredReader
from search.understanding.material import OUTSIDE, Example, Material
from search.understanding.reader import Claim, Reader
from search.understanding.scoring import Floats
from search.understanding.trained import Trained
from search.understanding.training import NotEnoughExamplesError, refit

from .loading import IN_USE, load_found, unpack_stored

MOST_COMPARED = 200
MOST_SHOWN = 10
# A page is answered after this, whether all searches have been compared or not. The vectors of those that were are
# remembered, so the next look gets further.
SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Changed:
    words: str
    before: Claim
    after: Claim


@dataclass(frozen=True, slots=True)
class Preview:
    """Of `total` searches as many as time allowed were `compared`; `changed` would be read otherwise, some of which are
    `shown`."""

    total: int
    compared: int
    changed: int
    shown: tuple[Changed, ...]

    @property
    def left(self) -> int:
        return self.total - self.compared


class RememberedVectors:
    """Vectors of searches that this process has compared, by what reads them and their words."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], Mapping[str, Floats]] = OrderedDict()

    def of(self, words: str, reader: Reader) -> Mapping[str, Floats]:
        """The encoders take one question at a time, so that searches go on in between."""
        key = (reader.digest, words)
        if (vectors := self._known.get(key)) is None:
            with IN_USE.turn:
                vectors = self._known[key] = reader.embed(words)
                while len(self._known) > 2 * MOST_COMPARED:
                    self._known.popitem(last=False)
        return vectors


REMEMBERED = RememberedVectors()


def preview_change(
    example: Example, *, is_added: bool, searches: Sequence[str], seconds: float = SECONDS
) -> Preview | None:
    """What it would change to learn from this example too, or not from it any more; nothing is kept.

    None where no reader is in use, or where it doesn't know the topic yet. The reader in use is fitted once more with
    this one change, so other changes that it has not learnt from yet are not in it.
    """
    end = monotonic() + seconds
    trained = unpack_stored(StoredReader.objects.first())
    before = IN_USE.get(trained.digest) if trained else None
    if trained is None or before is None or example.topic not in {*trained.material.names, OUTSIDE}:
        return None
    material = _change(trained.material, example, is_added=is_added)
    try:
        after = Reader(refit(trained, material, _embed(example, trained)), load_found().found)
    except NotEnoughExamplesError:
        return None
    compared = 0
    changed: list[Changed] = []
    for words in searches:
        if monotonic() >= end:
            break
        compared += 1
        vectors = REMEMBERED.of(words, before)
        one, other = before.claim(words, vectors), after.claim(words, vectors)
        if (set(one.topics), one.is_outside) != (set(other.topics), other.is_outside):
            changed.append(Changed(words, one, other))
    return Preview(len(searches), compared, len(changed), tuple(changed[:MOST_SHOWN]))


def _embed(example: Example, trained: Trained) -> dict[str, dict[str, Floats]]:
    """For each encoder of this machine that the reader has learnt with: the vector, if it knows the language."""
    vectors: dict[str, dict[str, Floats]] = {}
    for key, encoder in load_found().found.items():
        if trained.encoders.get(key) == encoder.name:
            knows = encoder.languages is None or example.language in encoder.languages
            with IN_USE.turn:
                vectors[key] = {example.text: encoder.embed([example.text])[0]} if knows else {}
    return vectors


def _change(material: Material, example: Example, *, is_added: bool) -> Material:
    others = tuple(one for one in material.examples if one != example)
    return replace(material, examples=(*others, example) if is_added else others)
