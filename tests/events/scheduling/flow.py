"""A second solver: the dearest flow through the network of an event, by longest paths, in plain Python.

All goals are one whole number, with room between them, so the flow is the best for the first goal, then for the second,
and so on. Slow, and simple enough to be read.
"""

from events.scheduling.problem import Problem

from .oracle import is_must, may_meet, most_of, points_of, rounds_of

ROOM = 10**7


class Flow:
    """Arcs with room for some units, each of which gains something. An arc and its reverse stand side by side."""

    def __init__(self) -> None:
        self.ends: list[tuple[str, str]] = []
        self.left: list[int] = []
        self.gains: list[int] = []

    def connect(self, start: str, end: str, units: int, gain: int) -> None:
        self.ends += [(start, end), (end, start)]
        self.left += [units, 0]
        self.gains += [gain, -gain]

    def run(self, source: str, sink: str) -> int:
        """Send unit after unit along the path that gains most, until none gains anything. Returns what was gained."""
        total = 0
        while True:
            gained, came_by = self._best_path(source)
            if gained.get(sink, 0) <= 0:
                return total
            total += gained[sink]
            place = sink
            while place != source:
                arc = came_by[place]
                self.left[arc] -= 1
                self.left[arc ^ 1] += 1
                place = self.ends[arc][0]

    def _best_path(self, source: str) -> tuple[dict[str, int], dict[str, int]]:
        """Bellman and Ford's way: look at all arcs again and again until nothing gets better."""
        gained, came_by = {source: 0}, {}
        changed = True
        while changed:
            changed = False
            for arc, (start, end) in enumerate(self.ends):
                if self.left[arc] and start in gained:
                    better = gained[start] + self.gains[arc]
                    if end not in gained or better > gained[end]:
                        gained[end], came_by[end] = better, arc
                        changed = True
        return gained, came_by


def best_values(problem: Problem) -> list[int]:
    """The best value of each goal: mentees' counts, mentors' counts, musts, points."""
    flow = Flow()
    most = [problem.rounds + max((one.had for one in side), default=0) for side in (problem.mentees, problem.mentors)]
    pairs = [
        (one, other)
        for one in problem.mentees
        for other in problem.mentors
        if may_meet(problem, one, other) and rounds_of(problem, one) & rounds_of(problem, other)
    ]
    musts = {one.id: 0 for one in problem.mentees}
    for one, other in pairs:
        musts[one.id] += is_must(problem, one.id, other.id)
    for one in problem.mentees:
        for level in range(most_of(problem, one)):
            flow.connect("source", one.id, 1, worth(mentees=most[0] + 1 - one.had - level))
        for level in range(musts[one.id]):
            flow.connect(one.id, f"musts of {one.id}", 1, worth(musts=2 * max(musts.values()) + 1 - level))
    for one, other in pairs:
        start = f"musts of {one.id}" if is_must(problem, one.id, other.id) else one.id
        flow.connect(start, other.id, 1, worth(points=points_of(problem, one.id, other.id)))
    for other in problem.mentors:
        for level in range(most_of(problem, other)):
            flow.connect(other.id, "sink", 1, worth(mentors=most[1] + 1 - other.had - level))
    return split_worth(flow.run("source", "sink"))


def worth(mentees: int = 0, mentors: int = 0, musts: int = 0, points: int = 0) -> int:
    return ((mentees * ROOM + mentors) * ROOM + musts) * ROOM + points


def split_worth(total: int) -> list[int]:
    found = []
    for _ in range(4):
        total, part = divmod(total, ROOM)
        found.append(part)
    return found[::-1]
