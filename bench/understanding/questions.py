"""Labelled questions: what someone typed, and which topics would help, graded 1 (related) to 3 (exactly this)."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

RELATED, HELPS = 1, 2


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    language: str
    topics: Mapping[str, int]
    groups: tuple[str, ...]
    issue: str

    def topics_of(self, least: int) -> frozenset[str]:
        return frozenset(topic for topic, grade in self.topics.items() if grade >= least)


def load_questions(path: Path) -> list[Question]:
    """One JSON list, or one JSON object a line."""
    text = path.read_text("utf-8")
    rows = (
        json.loads(text) if text.lstrip().startswith("[") else [json.loads(line) for line in text.splitlines() if line]
    )
    return [
        Question(row["text"], row["lang"], row["topics"], tuple(row.get("kinds", ())), row.get("issue", ""))
        for row in rows
    ]


def load_topics(root: Path) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """The demo's topics with their synonyms, and the group of each."""
    path = next(path for path in (*root.glob("demo/data/topics.json"), *root.glob("*/demo/data/topics.json")))
    # Versions before `manage.py setup` have them in the demo's own file.
    starters: dict[str, tuple[str, ...]] = {}
    for file in (path.parents[2] / "mentors").glob("starter_topics.csv"):
        rows = csv.DictReader(file.read_text("utf-8").splitlines())
        starters = {row["topic"]: tuple(row["other words"].split(", ")) for row in rows}
    names: dict[str, tuple[str, ...]] = {}
    groups: dict[str, str] = {}
    for group in json.loads(path.read_text("utf-8")):
        for topic in group["topics"]:
            names[topic["name"]] = tuple(topic.get("synonyms", ()) or starters[topic["name"]])
            groups[topic["name"]] = group["name"]
    return names, groups
