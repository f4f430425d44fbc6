"""Texts in the database without accents, for finding names. Its twin in Python is `common.texts.fold`."""

from typing import Any

from django.db.models import F, Func, TextField, Value


class PlainLetters(Func):
    """What the database makes of a text without accents; its case stays. A migration of search wrote the function."""

    function = "search_plain"
    arity = 1

    def __init__(self, text: F | Value | str, **extra: Any) -> None:
        super().__init__(text, output_field=TextField(), **extra)
