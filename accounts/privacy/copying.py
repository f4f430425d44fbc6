"""Writes a person's copy: a zip with one JSON file for each part, their files, and one page to read it all.

It holds what is the person's and what they wrote. Of others there is the display name and nothing that they wrote.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import IO, Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.text import capfirst

from accounts.models import User
from common.times import when_text

from .registry import Table, parts_of_copy

FILES = "files"
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a part: `values` for programs, `lines` for the page, and the stored files that belong to it."""

    values: dict[str, Any]
    lines: list[tuple[str, str]]
    files: list[tuple[str, str]]


def write_copy(person: User, target: IO[bytes], *, now: datetime) -> None:
    with ZipFile(target, "w", ZIP_DEFLATED) as archive, translation.override(person.language):
        pages = []
        for table in parts_of_copy():
            entries = list(read_entries(table, person, now=now))
            archive.writestr(f"{table.part}.json", as_json([entry.values for entry in entries]))
            for entry in entries:
                for key, name in entry.files:
                    copy_file(archive, key, name)
            if entries:
                pages.append({"name": table.part, "heading": table.heading, "entries": entries})
        context = {
            "site": settings.SITE_NAME,
            "person": person,
            "parts": pages,
            "when": when_text(now, zone=person.zone_name, now=now, hour12=person.hour12),
            "language": person.language,
        }
        archive.writestr("index.html", render_to_string("accounts/copy/index.html", context))


def read_entries(table: Table, person: User, *, now: datetime) -> Iterator[Entry]:
    rows = table.rows_of(person)
    if table.in_copy:
        rows = table.in_copy(rows, now)
    for row in rows.order_by("pk").iterator(chunk_size=AT_ONCE):
        yield read_entry(table, row, person, now=now)


def read_entry(table: Table, row: models.Model, person: User, *, now: datetime) -> Entry:
    values: dict[str, Any] = {}
    lines: list[tuple[str, str]] = []
    files: list[tuple[str, str]] = []
    if table.company and (other := table.company(row, person)):
        values["with"] = other
        lines.append((str(translation.gettext("With")), other))
    if table.said:
        values["text"] = table.said(row)
        lines.append((str(translation.gettext("Text")), values["text"]))
    for field in row._meta.concrete_fields:
        if not is_in_copy(table, row, field, person):
            continue
        value = field.value_from_object(row)
        if isinstance(field, models.FileField):
            if not value:
                continue
            name = name_in_copy(table, row, value.name)
            files.append((value.name, name))
            value = name
        values[field.name] = value
        if (words := as_words(row, field, value, person, now)) != "":
            lines.append((capfirst(str(field.verbose_name)), words))
    return Entry(values, lines, files)


def is_in_copy(table: Table, row: models.Model, field: "models.Field[Any, Any]", person: User) -> bool:
    column = table.columns.get(field.name)
    if column is None:
        return not (field.is_relation or field.primary_key or field.name in table.hidden)
    return column.in_copy and (not column.by or follow(row, column.by) == person.pk)


def follow(row: Any, lookup: str) -> int | None:
    """The number of the person to whom `lookup` leads from this row, if there is one."""
    *way, last = lookup.split("__")
    for name in way:
        row = getattr(row, name)
        if row is None:
            return None
    number: int | None = getattr(row, f"{last}_id")
    return number


def name_in_copy(table: Table, row: models.Model, key: str) -> str:
    """Under the name that its owner gave it; a number keeps two of one name apart."""
    known = str(getattr(row, "name", "")) or key.rsplit("/", 1)[-1]
    safe = re.sub(r"[^\w. -]", "_", known)[-80:]
    return f"{FILES}/{table.part}-{row.pk}-{safe}"


def copy_file(archive: ZipFile, key: str, name: str) -> None:
    try:
        with default_storage.open(key) as stored, archive.open(name, "w") as target:
            for chunk in stored.chunks():
                target.write(chunk)
    except FileNotFoundError:
        archive.writestr(f"{name}.missing.txt", "This file was no longer stored.\n")


def as_json(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False, indent=2, default=as_plain)


def as_plain(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if hasattr(value, "lower") and hasattr(value, "upper"):
        return {"from": value.lower, "to": value.upper}
    if hasattr(value, "total_seconds"):
        return value.total_seconds()
    raise TypeError(type(value).__name__)


def as_words(row: models.Model, field: "models.Field[Any, Any]", value: Any, person: User, now: datetime) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    if isinstance(value, bool):
        return str(translation.gettext("Yes") if value else translation.gettext("No"))
    if isinstance(value, datetime):
        return when_text(value, zone=person.zone_name, now=now, hour12=person.hour12)
    if isinstance(value, list):
        return " · ".join(str(one) for one in value)
    if isinstance(value, dict):
        return " · ".join(f"{name}: {words}" for name, words in value.items())
    if hasattr(value, "lower") and hasattr(value, "upper") and not isinstance(value, str):
        return when_text(value.lower, zone=person.zone_name, now=now, hour12=person.hour12)
    return str(value)
