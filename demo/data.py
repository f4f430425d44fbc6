"""The words that the invented world is made of, as kept in `data/*.json`."""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from random import Random
from typing import Any

from mentors.topics_file import starter_topics

_BLANK = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Leaf:
    name: str
    root: str
    synonyms: tuple[str, ...]
    asks: tuple[str, ...]
    issue_types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class City:
    zone: str
    culture: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    languages: tuple[str, ...]
    women: frozenset[str]


def read_data(name: str) -> Any:
    return json.loads(resources.files(__package__).joinpath("data", f"{name}.json").read_text(encoding="utf-8"))


@cache
def demo_words() -> dict[str, Any]:
    words: dict[str, Any] = read_data("words")
    words["fills"]["years"] = [str(years) for years in range(4, 26)]
    words["fills"]["count"] = [str(count) for count in range(20, 160, 5)]
    words["fills"]["team"] = [str(size) for size in range(4, 41)]
    return words


@cache
def topic_leaves() -> tuple[Leaf, ...]:
    synonyms = {row.topic: row.synonyms for row in starter_topics()}
    return tuple(
        Leaf(leaf["name"], root["name"], synonyms[leaf["name"]], tuple(leaf["asks"]), tuple(root["issue_types"]))
        for root in read_data("topics")
        for leaf in root["topics"]
    )


@cache
def topic_roots() -> tuple[str, ...]:
    return tuple(root["name"] for root in read_data("topics"))


@cache
def weighted_cities() -> tuple[tuple[City, ...], tuple[int, ...]]:
    """Cities, and how many people live in each compared with the others."""
    people = read_data("people")
    places = []
    for zone, culture, _weight, *own in people["cities"]:
        names = people["cultures"][culture]
        languages = own[0] if own else names["languages"]
        women, men, family = (tuple(names[part].split(", ")) for part in ("women", "men", "family"))
        places.append(City(zone, culture, women + men, family, tuple(languages), frozenset(women)))
    return tuple(places), tuple(row[2] for row in people["cities"])


def fill_template(rng: Random, template: str) -> str:
    """The template with each `{blank}` filled; the same blank twice gets two words."""
    fills = demo_words()["fills"]
    return _BLANK.sub(lambda match: rng.choice(fills[match[1]]), template)


def invent_sentence(rng: Random, kind: str) -> str:
    return fill_template(rng, rng.choice(demo_words()[kind]))
