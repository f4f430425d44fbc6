"""Starts at equal steps within open time, in UTC minutes. Ranges are half-open."""

import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise

# The first start of a grid, and the end of the range of starts that it goes on through.
Grid = tuple[int, int]


def lay_grids(pieces: Iterable[tuple[int, int, bool]], length: int) -> Iterator[Grid]:
    """Grids of sessions of `length` over open pieces (start, end, fresh) in order of time.

    Pieces that touch are one span. A grid begins with each span, and with each piece in it that is fresh; a session
    ends within its span. Yields as soon as it can, so that a caller may stop early.
    """
    anchors: list[int] = []
    closes = -1
    for begin, until, fresh in pieces:
        if begin != closes:
            if len(anchors) == 1:
                yield anchors[0], closes - length + 1
            else:
                yield from _cut_grids(anchors, closes, length)
            anchors = [begin]
        elif fresh:
            anchors.append(begin)
        closes = until
        while len(anchors) != 1 and anchors[1] + length <= closes:
            yield anchors[0], anchors[1]
            del anchors[0]
    yield from _cut_grids(anchors, closes, length)


def _cut_grids(anchors: list[int], closes: int, length: int) -> Iterator[Grid]:
    for anchor, after in pairwise([*anchors, closes]):
        yield anchor, min(after, closes - length + 1)


def free_starts(
    grids: Iterable[Grid],
    blocked: list[tuple[int, int]],
    start: int,
    end: int,
    step: int,
    limit: int | None = None,
) -> list[int]:
    """The starts on the grids within [start, end) and in no blocked range, in order; the first `limit` of them.

    `blocked` is sorted; its ranges may overlap.
    """
    starts: list[int] = []
    enough = sys.maxsize if limit is None else limit
    blocks = iter([*blocked, (sys.maxsize, sys.maxsize)])
    begin, until = next(blocks)
    for anchor, stop in grids:
        if stop > end:
            stop = end
        at = anchor if anchor >= start else start + (anchor - start) % step
        while at < stop:
            if begin >= stop:
                starts += range(at, stop, step)
                break
            if begin > at + step:
                starts += range(at, begin, step)
            elif begin > at:
                starts.append(at)
            # Ranges that overlap are passed over together, perhaps into the next grid; then this one is met again.
            start = until if until > at else at
            for begin, until in blocks:
                if begin > start:
                    break
                if until > start:
                    start = until
            at = start + (anchor - start) % step
        if len(starts) >= enough:
            break
    return starts[:limit]
