"""Short lines for a person at a terminal."""

import sys


def print_step(text: str) -> None:
    print(f"· {text}", flush=True)


def print_warning(text: str) -> None:
    print(f"! {text}", file=sys.stderr, flush=True)
