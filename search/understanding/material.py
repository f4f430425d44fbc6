"""What a reader learns from: topics with their other names, and questions that people might ask about each."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from common.hashing import hash_text

# The examples of what nobody here is asked about: visas, recipes, pets.
OUTSIDE = ""
OUTSIDE_IN_FILES = "outside"
EXAMPLES_FOLDER = Path(__file__).with_name("examples")


@dataclass(frozen=True, slots=True)
class Example:
    topic: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Material:
    """`names`: for each topic its other names, in the order in which topics are numbered."""

    names: Mapping[str, tuple[str, ...]]
    examples: tuple[Example, ...]

    @classmethod
    def of(cls, names: Mapping[str, Sequence[str]], examples: Mapping[str, Mapping[str, Iterable[str]]]) -> "Material":
        """`examples`: topic → language → texts. Topics without a name here are left out, and so are doubles."""
        known = {*names, OUTSIDE}
        unique = {
            Example(topic, language, text.strip()): None
            for topic, of_topic in examples.items()
            if topic in known
            for language, texts in of_topic.items()
            for text in texts
            if text.strip()
        }
        return cls({topic: tuple(others) for topic, others in names.items()}, tuple(unique))

    @property
    def topics(self) -> tuple[str, ...]:
        return tuple(self.names)

    def phrases(self) -> tuple[tuple[str, str], ...]:
        return tuple((topic, phrase) for topic, others in self.names.items() for phrase in (topic, *others))

    def digest(self, *also: str) -> str:
        """Changes whenever a name, an example, or one of the other things given changes."""
        rows = sorted((example.topic, example.language, example.text) for example in self.examples)
        told = json.dumps([list(self.names.items()), rows, also], ensure_ascii=False)
        return hash_text(told)


def load_examples(folder: Path = EXAMPLES_FOLDER) -> dict[str, dict[str, list[str]]]:
    """The examples that come with the product: topic → language → texts."""
    examples: dict[str, dict[str, list[str]]] = {}
    for path in sorted(folder.glob("*.json")):
        for topic, of_topic in json.loads(path.read_text("utf-8")).items():
            own = examples.setdefault(OUTSIDE if topic == OUTSIDE_IN_FILES else topic, {})
            for language, texts in of_topic.items():
                own.setdefault(language, []).extend(texts)
    return examples
