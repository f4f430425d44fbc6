"""What differs between two texts, word by word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    changed: bool


def compare_words(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts cut into pieces; `changed` marks those that the other text lacks. Joined, they are the texts again."""
    old, new = _split_words(before), _split_words(after)
    left: list[Piece] = []
    right: list[Piece] = []
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        changed = kind != "equal"
        _append_piece(left, "".join(old[old_from:old_to]), changed)
        _append_piece(right, "".join(new[new_from:new_to]), changed)
    return left, right


def _split_words(text: str) -> list[str]:
    return re.findall(r"\s+|[^\s]+", text)


def _append_piece(pieces: list[Piece], text: str, changed: bool) -> None:
    if text:
        pieces.append(Piece(text, changed))
