"""Why a form was refused, by codes rather than by the words that people read."""

from typing import Any


def codes_of(form: Any) -> dict[str, list[str | None]]:
    """The codes of each field's errors, and those of the whole form under `__all__`."""
    return {name: [error.code for error in errors] for name, errors in form.errors.as_data().items()}
