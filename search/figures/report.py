"""The figures of a programme for one period, as its page, its files and programs show them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from programmes.models import Programme

from .defined import FIGURES, Figure, Row
from .facts import Facts
from .hiding import Hidden
from .periods import Period, list_periods


@dataclass(frozen=True, slots=True)
class Counted:
    figure: Figure
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Report:
    """`period` is None before a programme's first week is over: then nothing is counted yet."""

    programme: Programme
    periods: Sequence[Period]
    period: Period | None
    counted: Sequence[Counted]

    def rows_of(self, code: str) -> Sequence[Row]:
        return next((one.rows for one in self.counted if one.figure.code == code), ())


def read_report(programme: Programme, number: int | None, *, now: datetime) -> Report | None:
    """Of the latest period, unless a number is given. None if there is no period of that number."""
    periods = list_periods(programme.made_at, now)
    chosen = next((one for one in periods if number in (None, one.number)), None)
    if chosen is None:
        return Report(programme, periods, None, ()) if number is None else None
    facts = Facts(programme, chosen, now=now)
    return Report(programme, periods, chosen, [Counted(figure, figure.count(facts)) for figure in FIGURES])


HEADS = ("figure", "row", "weekday", "hour", "value", "unit", "of", "low", "high", "at_least", "hidden")


def sheet_of(report: Report) -> Iterator[Sequence[object]]:
    """One line for each number; a number that isn't told is empty, and `hidden` says why."""
    yield HEADS
    for one in report.counted:
        for row in one.rows:
            yield (
                one.figure.code,
                row.code,
                *("" if number is None else number for number in (row.weekday, row.hour, row.value)),
                row.unit,
                *("" if number is None else number for number in (row.of, row.low, row.high)),
                "yes" if row.is_more else "",
                Hidden(row.hidden).value if row.hidden else "",
            )
