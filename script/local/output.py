"""Short lines for a person at a terminal."""

import sys


def say(text: str) -> None:
    """Tell one step."""
    print(f"· {text}", flush=True)


def warn(text: str) -> None:
    """Tell what is wrong."""
    print(f"! {text}", file=sys.stderr, flush=True)
