"""Lists in pages: 20 rows each, 100 at most. Each page begins where the one before ended."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from .fields import Input, QueryNumber

USUAL, MOST = 20, 100
SALT = "common.api.pages"
LONGEST_CURSOR = 1000

Place = list[Any]


@extend_schema_field({"type": "string", "maxLength": LONGEST_CURSOR})
class Cursor(serializers.Field[Place, str, str, Any]):
    """Where a page begins, signed so that only we can write one."""

    default_error_messages = {"cursor": _("We don’t know this cursor. Start without one.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def to_internal_value(self, data: Any) -> Place:
        try:
            place: Place = signing.loads(str(data)[:LONGEST_CURSOR], salt=SALT)
        except signing.BadSignature:
            self.fail("cursor")
        return place


class PageQuery(Input):
    cursor = Cursor(help_text="Where the page starts. Take it from `next` of the page before.")
    limit = QueryNumber(least=1, most=MOST, default=USUAL, help_text="How many rows to return.")


@dataclass(frozen=True, slots=True)
class Part:
    """Rows in the order of a moment, soonest or newest first. A list is one part after the other."""

    rows: QuerySet[Any]
    moment: str
    newest_first: bool = False

    def after(self, moment: str | None, pk: int) -> QuerySet[Any]:
        sign, beyond = ("-", "lt") if self.newest_first else ("", "gt")
        rows = self.rows.order_by(f"{sign}{self.moment}", f"{sign}pk")
        if moment is None:
            return rows
        at = datetime.fromisoformat(moment)
        return rows.filter(Q(**{f"{self.moment}__{beyond}": at}) | Q(**{self.moment: at, f"pk__{beyond}": pk}))

    def place_of(self, row: Any) -> Place:
        moment: datetime = getattr(row, self.moment)
        return [moment.isoformat(), row.pk]


@dataclass(frozen=True, slots=True)
class Page:
    rows: Sequence[Any]
    following: str | None


def read_page(
    parts: Callable[[datetime], Sequence[Part]], *, cursor: Place | None = None, limit: int = USUAL, now: datetime
) -> Page:
    """One page.

    The parts are those of the moment of the first page, so no row moves to another part between two pages.
    """
    began, number, moment, pk = cursor or [now.isoformat(), 0, None, 0]
    asked = parts(datetime.fromisoformat(began))
    rows: list[tuple[int, Any]] = []
    while number < len(asked) and len(rows) <= limit:
        rows += [(number, row) for row in asked[number].after(moment, pk)[: limit + 1 - len(rows)]]
        number, moment = number + 1, None
    if len(rows) <= limit:
        return Page([row for _number, row in rows], None)
    last, row = rows[limit - 1]
    return Page([row for _number, row in rows[:limit]], cursor_text([began, last, *asked[last].place_of(row)]))


def cursor_text(place: Place) -> str:
    return signing.dumps(place, salt=SALT)


def page_answer(request: Request, results: Sequence[Any], following: str | None, **beside: Any) -> Mapping[str, Any]:
    """The body of a page. `next` is the complete address of the page that follows."""
    if following is None:
        return {"results": results, "next": None, **beside}
    query = request.query_params.copy()
    query["cursor"] = following
    return {"results": results, "next": request.build_absolute_uri(f"{request.path}?{query.urlencode()}"), **beside}
