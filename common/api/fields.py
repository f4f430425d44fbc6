"""Fields for input that is exactly as described: types are not guessed, unknown names are refused."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.instants import UnreadableError, parse_day, parse_instant, utc_second_text
from common.texts import clean_text, one_line, shows_nothing, validate_plain_text
from common.zones import canonical_zone

CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"


class Input(serializers.Serializer[Any]):
    """The body of a request, a part of it, or its query string."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, QueryDict):
            data = self.of_query(data)
        if isinstance(data, Mapping):
            refuse_names(name for name in data if name not in self.fields)
        return super().to_internal_value(data)

    def of_query(self, query: QueryDict) -> dict[str, Any]:
        twice = [name for name, values in query.lists() if len(values) > 1]
        if twice:
            raise serializers.ValidationError({printable_name(name): [_("Send this only once.")] for name in twice})
        return dict(query.items())


# For a call that takes a file: a form, multipart/form-data, in place of JSON. Its view has `BoundedFormParser`.
class Form(Input):
    pass


def refuse_names(names: Any) -> None:
    unknown = {printable_name(name): [_("We don’t know this field.")] for name in names}
    if unknown:
        raise serializers.ValidationError(unknown)


def printable_name(name: object) -> str:
    """An unknown name as it can be shown: shortened, without unprintable characters."""
    return str(name)[:60].encode("ascii", "backslashreplace").decode()


class Text(serializers.CharField):
    """Plain text, cleaned like a form's (see `PlainText`), with or without lines. Numbers are refused."""

    def __init__(self, *, lines: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.lines = lines
        self.validators.append(validate_plain_text)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if isinstance(data, str):
            data = clean_text(data) if self.lines else one_line(data)
            if shows_nothing(data) and not self.allow_blank:
                data = ""
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class WholeNumber(serializers.IntegerField):
    """A number within bounds. "5" and true are refused."""

    def __init__(self, *, least: int, most: int, **options: Any) -> None:
        super().__init__(min_value=least, max_value=most, **options)

    def to_internal_value(self, data: Any) -> int:
        number = whole_number(data)
        if number is None:
            self.fail("invalid")
        return number


def whole_number(data: Any) -> int | None:
    """The number, if it is one: 4 and, as in JSON Schema, 4.0."""
    if isinstance(data, float) and data.is_integer():
        return int(data)
    return data if isinstance(data, int) and not isinstance(data, bool) else None


class QueryNumber(serializers.IntegerField):
    def __init__(self, *, least: int, most: int, **options: Any) -> None:
        super().__init__(min_value=least, max_value=most, **options)

    def to_internal_value(self, data: Any) -> int:
        if not (isinstance(data, str) and re.fullmatch("[0-9]{1,6}", data)):
            self.fail("invalid")
        return int(data)


class YesNo(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=printable_name(data))
        return data


class Instant(serializers.DateTimeField):
    """A moment with its offset, converted to UTC and shown with `Z`. A clock time without an offset is refused."""

    default_error_messages = {
        "instant": _("Send a date and time with its offset, such as 2026-11-26T14:30:00Z."),
        "naive": _("Include the offset: …Z for UTC, or …+01:00."),
        "far": _("That date and time is out of range."),
    }

    def to_internal_value(self, value: Any) -> datetime:
        try:
            return parse_instant(value)
        except UnreadableError as error:
            self.fail(error.code)

    def to_representation(self, value: datetime) -> str:
        return utc_second_text(value)


class Day(serializers.DateField):
    default_error_messages = {
        "day": _("Send a date, such as 2026-11-26."),
        "far": _("That date is out of range."),
    }

    def to_internal_value(self, value: Any) -> date:
        try:
            return parse_day(value)
        except UnreadableError as error:
            self.fail(error.code)


class Zone(Text):
    """The name of a time zone. A retired name, which browsers may report, is replaced by the present one."""

    default_error_messages = {
        "unknown": _("We don’t know this time zone. Use a city’s, such as Europe/London, or UTC.")
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(lines=False, max_length=64, **options)

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        zone = canonical_zone(name)
        if zone is None:
            self.fail("unknown")
        return zone


@extend_schema_field({"type": "string", "pattern": CLOCK, "examples": ["09:00"]})
class WallClock(serializers.Field[int, str, str, Any]):
    """A clock time as minutes from midnight; 24:00 is the midnight that ends the day."""

    default_error_messages = {"clock": _("Send a time of day, such as 09:00; 24:00 ends the day.")}

    def to_internal_value(self, data: Any) -> int:
        if not (isinstance(data, str) and re.fullmatch(CLOCK, data, re.ASCII)) or data.endswith("\n"):
            self.fail("clock")
        hours, minutes = data.split(":")
        return int(hours) * 60 + int(minutes)

    def to_representation(self, value: int) -> str:
        return f"{value // 60:02d}:{value % 60:02d}"


class InputSchema(OpenApiSerializerExtension):
    target_class = Input
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        found = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        if not type(self.target).__doc__:
            found.pop("description", None)  # it would be that of `Input`
        for name, field in self.target.fields.items():
            most = getattr(field, "max_length", None)
            if isinstance(field, serializers.ListSerializer) and most is not None:
                found["properties"][name]["maxItems"] = most
        return {**found, "additionalProperties": False}
