"""Lists of folded words, in files beside this one."""

from pathlib import Path


def load_list(name: str) -> frozenset[str]:
    return frozenset(Path(__file__).with_name(f"{name}.txt").read_text("utf-8").split())
