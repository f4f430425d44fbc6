"""Rows of one page of a long list, with all that it shows of them."""

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


def load_in_order(rows: "QuerySet[M, M]", pks: Iterable[int]) -> list[M]:
    """The rows with these keys, in their order.

    Looking up a page of keys first is quick. Where a list is sorted, filtered and joined with what a page shows in one
    statement, PostgreSQL may join all of it, also what is on the pages before.
    """
    pks = list(pks)
    found = rows.in_bulk(pks)
    return [found[pk] for pk in pks if pk in found]
