"""Texts in the database without accents, for finding names. Its twin in Python is `common.texts.fold`."""

from typing import Any

from django.db.models import CharField, F, TextField, Transform, Value


@CharField.register_lookup
@TextField.register_lookup
class PlainLetters(Transform):
    """What the database makes of a text without accents; its case stays. A migration of search wrote the function.

    `name__plain__icontains` compares both sides so.
    """

    function = "search_plain"
    lookup_name = "plain"
    bilateral = True

    def __init__(self, text: F | Value | str, **extra: Any) -> None:
        super().__init__(text, output_field=TextField(), **extra)
