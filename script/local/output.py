"""Short lines for a person at a terminal."""

import sys


def print_step(text: str) -> None:
    """Tell one step."""
    print(f"· {text}", flush=True)


def print_warning(text: str) -> None:
    """Tell what is wrong."""
    print(f"! {text}", file=sys.stderr, flush=True)
