"""Topics from a file: those that a new installation can begin with, or an organisation's own.

The file is CSV in UTF-8, as spreadsheets save it, with the columns `group`, `topic` and `other words`; between the last
stand commas.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from io import StringIO
from typing import Any

from django.db import transaction

from .forms.topics import TopicForm
from .models import Topic

COLUMNS = ("group", "topic", "other words")
MOST_ROWS = 2000


class TopicsFileError(Exception):
    """The file can't be used. `line` is where, from 1; 0: nowhere in particular."""

    def __init__(self, line: int, words: str) -> None:
        super().__init__(f"Line {line}: {words}" if line else words)
        self.line = line


@dataclass(frozen=True, slots=True)
class TopicRow:
    line: int
    group: str
    topic: str
    synonyms: tuple[str, ...]


def read_topics(content: bytes) -> list[TopicRow]:
    """Raises TopicsFileError."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TopicsFileError(0, "Save the file as CSV in UTF-8.") from None
    reader = csv.DictReader(StringIO(text, newline=""), strict=True)
    try:
        rows = list(_read_rows(reader))
    except csv.Error as error:
        raise TopicsFileError(reader.line_num + 1, f"This isn’t CSV: {error}.") from None
    if not rows:
        raise TopicsFileError(0, "The file has no topics.")
    return rows


def _read_rows(reader: "csv.DictReader[str]") -> Iterator[TopicRow]:
    if missing := [name for name in COLUMNS[:2] if name not in (reader.fieldnames or ())]:
        raise TopicsFileError(1, f"The first line must name the columns {', '.join(COLUMNS)}. Missing: {missing[0]}.")
    for number, row in enumerate(reader):
        if number == MOST_ROWS:
            raise TopicsFileError(reader.line_num, f"A file can have {MOST_ROWS} topics at most.")
        yield _row_of(reader.line_num, row)


def _row_of(line: int, row: dict[str, Any]) -> TopicRow:
    group, topic, others = ((row.get(name) or "").strip() for name in COLUMNS)
    if not group or not topic:
        raise TopicsFileError(line, "Each line needs a group and a topic.")
    return TopicRow(line, group, topic, tuple(word.strip() for word in others.split(",") if word.strip()))


@transaction.atomic
def add_topics(rows: Iterable[TopicRow]) -> int:
    """Add all of them or none. What is there by the same name stays as it is. Returns how many are new, without groups.

    Raises TopicsFileError.
    """
    there = {name.casefold(): pk for pk, name in Topic.objects.values_list("pk", "name")}
    added = 0
    for row in rows:
        if row.group.casefold() not in there:
            there[row.group.casefold()] = _add_topic(row, row.group, None)
        if row.topic.casefold() not in there:
            there[row.topic.casefold()] = _add_topic(row, row.topic, there[row.group.casefold()])
            added += 1
    return added


def _add_topic(row: TopicRow, name: str, parent: int | None) -> int:
    """By the form of staff's page, whose limits hold here too."""
    others = ", ".join(row.synonyms) if parent else ""
    said = {"name": name, "parent": parent, "synonyms": others, "position": row.line, "is_active": True}
    form = TopicForm(said, instance=Topic())
    if not form.is_valid() or not form.try_to_save():
        field, errors = next(iter(form.errors.items()))
        raise TopicsFileError(row.line, f"{name}: {field}: {errors[0]}")
    return form.instance.pk


@cache
def starter_topics() -> tuple[TopicRow, ...]:
    """Those that come with the product. What reads questions has examples of each."""
    return tuple(read_topics(resources.files(__package__).joinpath("starter_topics.csv").read_bytes()))
