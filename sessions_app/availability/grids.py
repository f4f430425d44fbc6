"""Grids: starts at equal steps within open time. All numbers are minutes UTC from 1970-01-01; ranges are half-open."""

import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise

# The first start of a grid, and the minute before which its last start lies.
Grid = tuple[int, int]


def lay_grids(pieces: Iterable[tuple[int, int, bool]], length: int) -> Iterator[Grid]:
    """The grids of sessions of `length` minutes over open pieces (start, end, fresh), which come in order of time.

    Pieces that touch are one span. A grid begins with each span, and again with each fresh piece in it; a session ends
    within its span. Yields a grid as soon as it is certain, so that a caller may stop early.
    """
    anchors: list[int] = []
    closes = -1
    for begin, until, fresh in pieces:
        if begin != closes:
            # A gap: the span before is complete. Nearly always it has one grid, which this yields without a detour.
            if len(anchors) == 1:
                yield anchors[0], closes - length + 1
            else:
                yield from _cut_grids(anchors, closes, length)
            anchors = [begin]
        elif fresh:
            anchors.append(begin)
        closes = until
        # Grids that no later piece can lengthen any more. The last one stays: its span may go on.
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
    # The loop walks over grids and blocked ranges together: it takes as many steps as there are of both, and never
    # looks at a start that is refused. The last range, which no start reaches, saves asking whether another one is
    # left.
    blocks = iter([*blocked, (sys.maxsize, sys.maxsize)])
    begin, until = next(blocks)
    for anchor, stop in grids:
        if stop > end:
            stop = end
        # The first start of the grid at or after `start`; Python's % is never negative.
        at = anchor if anchor >= start else start + (anchor - start) % step
        while at < stop:
            if begin >= stop:
                starts += range(at, stop, step)
                break
            if begin > at + step:
                starts += range(at, begin, step)
            elif begin > at:
                starts.append(at)
            # `start` moves behind this range and those that overlap with it, perhaps into a later grid. A range that
            # lies wholly before `at`, between two grids, moves nothing.
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
