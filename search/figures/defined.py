"""Each figure: what it is called, what it says and how it is counted. Page, files and API take them from here."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import median_low

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy

from common.known import known
from common.times import days_and_hours_text
from search.words import read_question
from sessions_app.impact.survival import Quantile, estimate_quantiles

from .facts import Facts, Question, Step
from .hiding import Cell, Hidden, hide_alone, hide_nested, merge_small
from .intervals import wilson_interval

Text = str | Promise
# Each question's words take a statement to understand.
MOST_READ = 50
HOUR_SECONDS = 3600
BLOCK_HOURS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One number of a figure, or why it isn't told. A number in `percent` has what it is `of`, and an interval.

    `is_more`: it is only known to be more. `weekday` and `hour`, where the row is about those hours of the week.
    """

    code: str
    label: Text
    unit: str
    cell: Cell
    of: int | None = None
    low: int | None = None
    high: int | None = None
    is_more: bool = False
    weekday: int | None = None
    hour: int | None = None

    @property
    def value(self) -> int | None:
        return self.cell.value

    @property
    def hidden(self) -> Hidden | None:
        return self.cell.hidden

    @property
    def text(self) -> str:
        if self.value is None:
            return gettext("fewer than five") if self.hidden == Hidden.FEW else gettext("kept back")
        if self.unit == "percent":
            return gettext("%(share)d%%, between %(low)d%% and %(high)d%%") % {
                "share": self.value,
                "low": self.low,
                "high": self.high,
            }
        if self.unit == "hours":
            span = days_and_hours_text(self.value)
            return gettext("more than %(span)s") % {"span": span} if self.is_more else span
        return str(self.value)


@dataclass(frozen=True, slots=True)
class Figure:
    """`sentence`: the definition, which stands under the numbers."""

    code: str
    name: Text
    sentence: Text
    count: Callable[[Facts], Sequence[Row]]


STAGES: dict[Step, tuple[str, Text]] = {
    Step.ASKED: ("asked", gettext_lazy("Asked")),
    Step.REQUESTED: ("requested", gettext_lazy("Asked a mentor")),
    Step.BOOKED: ("booked", gettext_lazy("Booked")),
    Step.MET: ("met", gettext_lazy("Met")),
    Step.ANSWERED: ("answered", gettext_lazy("Said how it went")),
    Step.SOLVED: ("solved", gettext_lazy("Solved")),
}
FOUND_NOBODY, WAITED = gettext_lazy("Found nobody"), gettext_lazy("half waited at least")


def count_members(facts: Facts) -> list[Row]:
    """Not hidden: a manager reads on the page of people who they are."""
    members = facts.members
    return [
        Row("members", gettext_lazy("Members"), "people", Cell(len(members))),
        Row("mentors", gettext_lazy("Mentor others"), "people", Cell(sum(one.gives for one in members))),
        Row("mentees", gettext_lazy("Look for mentors"), "people", Cell(sum(one.asks for one in members))),
    ]


def count_times(facts: Facts) -> list[Row]:
    mentors = {one.person for one in facts.members if one.gives}
    soon = mentors & {one.person for one in facts.openings if one.is_soon}
    free = hide_nested([sorted(mentors - soon), sorted(soon)])[1]
    return [Row("with_times", gettext_lazy("Mentors with times in the next four weeks"), "people", free)]


def count_funnel(facts: Facts) -> list[Row]:
    return [Row(*STAGES[step], "questions", cell) for step, cell in _funnel_cells(facts.questions).items()]


def count_solved(facts: Facts) -> list[Row]:
    """A share only together with of how many."""
    cells = _funnel_cells(facts.questions)
    return [
        share_row("solved_share", gettext_lazy("Solved, of those who said"), cells[Step.ANSWERED], cells[Step.SOLVED])
    ]


def share_row(code: str, label: Text, of: Cell, hits: Cell) -> Row:
    row = Row(code, label, "percent", hits)
    if of.value is None:
        return replace(row, cell=of)
    if hits.value is None:
        return replace(row, of=of.value)
    low, high = wilson_interval(hits.value, of.value)
    share = Cell(round(100 * hits.value / of.value))
    return replace(row, cell=share, of=of.value, low=round(100 * low), high=round(100 * high))


def time_help(facts: Facts) -> list[Row]:
    asked = _funnel_cells(facts.questions)[Step.ASKED]
    rows = [("half", gettext_lazy("Half within")), ("nine_in_ten", gettext_lazy("Nine in ten within"))]
    if asked.value is None:
        return [Row(code, label, "hours", asked) for code, label in rows]
    found = estimate_quantiles([one.span for one in facts.questions], [50, 90])
    return [_time_row(code, label, one, asked.value) for (code, label), one in zip(rows, found, strict=True)]


def count_given(facts: Facts) -> list[Row]:
    given = [one for one in facts.sessions if one.took_place]
    people = [one.mentee for one in given]
    return [
        Row("sessions", gettext_lazy("Sessions"), "sessions", hide_alone(len(given), people)),
        Row("minutes", gettext_lazy("Minutes"), "minutes", hide_alone(sum(one.minutes for one in given), people)),
    ]


def count_unmet(facts: Facts) -> list[Row]:
    """Its topics are parts of a whole, which is known from the funnel: those of whom no mentor was asked."""
    unmet = [one for one in facts.questions if one.step == Step.ASKED]
    cells = _funnel_cells(facts.questions)
    if cells[Step.REQUESTED].value is None:
        return _rows_of_unmet("unmet", FOUND_NOBODY, unmet, hidden=cells[Step.REQUESTED])
    rows = _rows_of_unmet("unmet", FOUND_NOBODY, unmet)
    by_topic: defaultdict[str, list[Question]] = defaultdict(list)
    for number, question in enumerate(unmet):
        by_topic[_topic_of(question) if number < MOST_READ else ""].append(question)
    parts = merge_small({topic: [one.person for one in some] for topic, some in by_topic.items()})
    for topic in parts.told:
        code = f"topic:{topic}" if topic else "no_topic"
        rows += _rows_of_unmet(code, topic or gettext_lazy("No topic"), by_topic[topic])
    if parts.together:
        rest = [one for topic in parts.together for one in by_topic[topic]]
        rows += _rows_of_unmet("other_topics", gettext_lazy("Other topics"), rest)
    return rows


def count_week(facts: Facts) -> list[Row]:
    """For each part of the week: sessions asked for, and mentors whose rules open it."""
    asked: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for one in facts.sessions:
        asked[block_of(facts.local_hour(one.start))].append(one.mentee)
    open_to: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for opening in facts.openings:
        for moment in opening.hours:
            open_to[block_of(moment)].add(opening.person)
    rows = []
    for day in range(7):
        for hour in range(0, 24, BLOCK_HOURS):
            block = (day, hour)
            wanted = hide_alone(len(asked[block]), asked[block])
            offered = hide_alone(len(open_to[block]), sorted(open_to[block]))
            labels = gettext_lazy("Sessions asked for"), gettext_lazy("Mentors with open hours")
            rows += [
                Row("asked", labels[0], "sessions", wanted, weekday=day, hour=hour),
                Row("offered", labels[1], "people", offered, weekday=day, hour=hour),
            ]
    return rows


def block_of(hour: tuple[int, int]) -> tuple[int, int]:
    return hour[0], hour[1] - hour[1] % BLOCK_HOURS


def _funnel_cells(questions: Sequence[Question]) -> dict[Step, Cell]:
    furthest: list[list[int]] = [[] for _step in Step]
    for one in questions:
        furthest[one.step].append(one.person)
    return dict(zip(Step, hide_nested(furthest), strict=True))


# In whole hours, up; where it is only known to be more, down: a minute could be recognised.
def _time_row(code: str, label: Text, found: Quantile | None, of: int) -> Row:
    quantile = known(found)
    hours = quantile.seconds // HOUR_SECONDS if quantile.is_more else -(-quantile.seconds // HOUR_SECONDS)
    return Row(code, label, "hours", Cell(hours), of=of, is_more=quantile.is_more)


# How many, and how long half of them waited at least.
def _rows_of_unmet(code: str, label: Text, some: Sequence[Question], *, hidden: Cell | None = None) -> list[Row]:
    waited = median_low(one.span.seconds for one in some) // HOUR_SECONDS if some else 0
    return [
        Row(code, label, "questions", hidden or Cell(len(some))),
        Row(
            f"{code}:waited",
            format_lazy("{label}: {words}", label=label, words=WAITED),
            "hours",
            hidden or Cell(waited),
        ),
    ]


# The likeliest, so that each question is in one part only.
def _topic_of(question: Question) -> str:
    topics = read_question(question.words, typing=True).reading.topics
    return topics[0].name if topics else ""


FIGURES: tuple[Figure, ...] = (
    Figure(
        "members",
        gettext_lazy("Members"),
        gettext_lazy("People who are in the programme now. Someone who does both counts in both."),
        count_members,
    ),
    Figure(
        "times",
        gettext_lazy("Mentors with times"),
        gettext_lazy(
            "Members who mentor, are in the search, and by their hours and bookings may have a free time within four"
            " weeks from now."
        ),
        count_times,
    ),
    Figure(
        "funnel",
        gettext_lazy("How far questions got"),
        gettext_lazy(
            "Questions that members asked in these weeks: those about which a mentor of the programme was asked, and"
            " those on the waiting list that found nobody. A question on the waiting list counts for the only programme"
            " in which its person looked for mentors. Booked: a time was agreed. Met: a session took place, or an"
            " answer came in writing. Said how it went: the person told us whether it’s solved. Solved: their latest"
            " answer is “Yes, a lot”."
        ),
        count_funnel,
    ),
    Figure(
        "solved",
        gettext_lazy("Solved"),
        gettext_lazy(
            "Of the questions whose person told us, the share that is solved. Few answers leave it open how large the"
            " share really is: it lies between the two limits in 95 of 100 cases."
        ),
        count_solved,
    ),
    Figure(
        "time",
        gettext_lazy("Time to help"),
        gettext_lazy(
            "From asking to the session or written answer, over all questions of these weeks. Those still waiting, and"
            " those who gave up, count with the time they waited."
        ),
        time_help,
    ),
    Figure(
        "given",
        gettext_lazy("Time given"),
        gettext_lazy("Sessions of the programme that began in these weeks and took place, and their minutes."),
        count_given,
    ),
    Figure(
        "unmet",
        gettext_lazy("Questions that found nobody"),
        gettext_lazy(
            "Questions of these weeks about which no mentor was asked, by their likeliest topic, and how many hours at"
            " least half of them had waited. Small topics are counted together. Nobody’s words are shown."
        ),
        count_unmet,
    ),
    Figure(
        "week",
        gettext_lazy("When people ask, and when mentors are open"),
        gettext_lazy(
            "Sessions asked for in these weeks, by when they were to begin, and mentors whose weekly hours are open now"
            " in some of those three hours. By the programme’s time zone."
        ),
        count_week,
    ),
)
