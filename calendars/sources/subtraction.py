"""Takes a person's own sessions out of what a calendar calls busy."""

from collections.abc import Iterable, Sequence

from calendars.reading.busy import Span, join_spans


def subtract_spans(busy: Iterable[Span], own: Iterable[Span]) -> tuple[Span, ...]:
    taken = join_spans(own)
    return tuple(sorted(left for span in busy for left in _left_of(span, taken)))


def _left_of(span: Span, taken: Sequence[Span]) -> Iterable[Span]:
    start = span.start
    for one in taken:
        if one.end <= start or span.end <= one.start:
            continue
        if start < one.start:
            yield Span(start, one.start)
        start = one.end
    if start < span.end:
        yield Span(start, span.end)
