"""Puts pairs into rounds, so that nobody is in two places at once.

By König's theorem, pairs of which nobody has more than R fit into R rounds: where two people have no free round in
common, two rounds are exchanged along a path of meetings, which frees one. Rounds of different size are evened out
along such paths too. A path that would put someone into a round they don't attend, or move a locked pair, isn't taken,
so with gaps in attendance some pairs may find no round.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import combinations, permutations

from .problem import WISHED, Lock, Meeting, Pair, Problem, Wish

MUST_WEIGHT = 4
Path = list[tuple[Pair, int]]


class Timetable:
    """Who meets whom in which round. `partner` has a place for each person and round."""

    def __init__(self, problem: Problem, fixed: Iterable[Meeting] = ()) -> None:
        self.problem = problem
        self.rounds = range(1, problem.rounds + 1)
        self.mentees = {person.id for person in problem.mentees}
        self.order = sorted(problem.people, key=problem.ranks.__getitem__)
        self.partner: dict[str, list[str | None]] = {key: [None] * (problem.rounds + 1) for key in self.order}
        self.sizes = [0] * (problem.rounds + 1)
        self.pinned: set[Pair] = set()
        self.locked: set[Pair] = set()
        self.moves_few = False
        for meeting in fixed:
            self.put(meeting.pair, meeting.round)
            self.pinned.add(meeting.pair)

    def meetings(self) -> list[Meeting]:
        return [Meeting(number, *pair) for number in self.rounds for pair in self.pairs_in(number)]

    def pairs_in(self, number: int) -> list[Pair]:
        found = ((key, self.partner[key][number]) for key in self.order if key in self.mentees)
        return [(one, other) for one, other in found if other is not None]

    def put(self, pair: Pair, number: int) -> None:
        one, other = pair
        self.partner[one][number], self.partner[other][number] = other, one
        self.sizes[number] += 1

    def take(self, pair: Pair, number: int) -> None:
        one, other = pair
        self.partner[one][number] = self.partner[other][number] = None
        self.sizes[number] -= 1

    def free(self, key: str) -> list[int]:
        partners = self.partner[key]
        return [number for number in self.rounds if partners[number] is None and number in self.problem.present[key]]

    def attend(self, pair: Pair, number: int) -> bool:
        return all(number in self.problem.present[key] for key in pair)

    def place(self, pair: Pair) -> bool:
        """Find a round for a pair: one in which both are free, else one that a path of exchanges makes free."""
        one, other = pair
        if both := set(self.free(one)) & set(self.free(other)):
            self.put(pair, min(both, key=lambda number: (self.sizes[number], number)))
            return True
        exchanges = self._exchanges(pair)
        if self.moves_few:
            exchanges = iter(sorted(exchanges, key=lambda exchange: len(exchange[0])))
        for path, number, instead in exchanges:
            self.swap(path, number, instead)
            self.put(pair, number)
            return True
        return False

    def _exchanges(self, pair: Pair) -> Iterator[tuple[Path, int, int]]:
        """Paths that free the one person in a round that the other one has free, if everyone on them can move."""
        one, other = pair
        free = self.free(one), self.free(other)
        for start, wanted, spare in ((other, free[0], free[1]), (one, free[1], free[0])):
            for number in wanted:
                if self.attend(pair, number):
                    for instead in spare:
                        path = self._walk(start, number, instead)
                        if self.can_swap(path, number, instead):
                            yield path, number, instead

    def _walk(self, start: str, number: int, instead: int) -> Path:
        """The meetings that follow each other from a person on, in the two rounds by turns."""
        path: Path = []
        key, now = start, number
        while (following := self.partner[key][now]) is not None:
            path.append((self._as_pair(key, following), now))
            key, now = following, instead if now == number else number
            if key == start:
                break
        return path

    def _as_pair(self, one: str, other: str) -> Pair:
        return (one, other) if one in self.mentees else (other, one)

    def can_swap(self, path: Path, number: int, instead: int) -> bool:
        return all(
            pair not in self.pinned and self.attend(pair, instead if now == number else number) for pair, now in path
        )

    def swap(self, path: Path, number: int, instead: int) -> None:
        for pair, now in path:
            self.take(pair, now)
        for pair, now in path:
            self.put(pair, instead if now == number else number)

    def paths(self, number: int, other: int) -> Iterator[Path]:
        """The meetings of two rounds, cut into pieces that can be exchanged each for itself."""
        seen: set[str] = set()
        for is_start in (self._ends_path, self._meets_twice):
            for key in self.order:
                if key not in seen and is_start(key, number, other):
                    first = number if self.partner[key][number] is not None else other
                    path = self._walk(key, first, other if first == number else number)
                    seen.update(key for pair, _ in path for key in pair)
                    yield path

    def _ends_path(self, key: str, number: int, other: int) -> bool:
        return (self.partner[key][number] is None) != (self.partner[key][other] is None)

    def _meets_twice(self, key: str, number: int, other: int) -> bool:
        return self.partner[key][number] is not None and self.partner[key][other] is not None


def place_pairs(timetable: Timetable, pairs: Iterable[Pair]) -> list[Pair]:
    """Put pairs into rounds beside those that are there already. Returns the pairs that found no round."""
    problem = timetable.problem
    common = {pair: len(problem.present[pair[0]] & problem.present[pair[1]]) for pair in pairs}
    waiting = sorted(common, key=lambda pair: (common[pair], problem.tie(*pair), pair))
    return [pair for pair in waiting if not timetable.place(pair)]


def place_locks(problem: Problem) -> tuple[Timetable, tuple[Lock, ...]]:
    """A timetable of the locked pairs alone, and the locks that break a rule or find no round."""
    timetable, tables = Timetable(problem), Tables(problem)
    accepted: dict[Pair, Lock] = {}
    left: list[Lock] = []
    for lock in sorted(problem.locks, key=_in_order):
        if lock.pair not in accepted and _place_lock(timetable, tables, lock):
            accepted[lock.pair] = lock
        else:
            left.append(lock)
    left += [accepted[pair] for pair in keep_to_tables(timetable)]
    timetable.locked = accepted.keys() - {lock.pair for lock in left}
    return timetable, tuple(left)


def _in_order(lock: Lock) -> tuple[bool, int, str, str]:
    return lock.round is None, lock.round or 0, lock.mentee, lock.mentor


def _place_lock(timetable: Timetable, tables: "Tables", lock: Lock) -> bool:
    problem, pair = timetable.problem, lock.pair
    if not problem.are_sides(*pair) or problem.obstacle(*pair) is not None:
        return False
    if any(sum(one is not None for one in timetable.partner[key]) >= problem.capacity[key] for key in pair):
        return False
    if lock.round is None:
        return timetable.place(pair)
    if any(lock.round not in timetable.free(key) for key in pair):
        return False
    if tables.excess([*timetable.pairs_in(lock.round), pair]):
        return False
    timetable.put(pair, lock.round)
    timetable.pinned.add(pair)
    return True


def arrange(timetable: Timetable) -> list[Pair]:
    """Even the rounds out, keep to the tables, and put wishes early. Returns the pairs for which there is no table."""
    even_out(timetable)
    gone = keep_to_tables(timetable)
    put_wishes_early(timetable)
    return gone


def even_out(timetable: Timetable) -> None:
    moved = True
    while moved:
        moved = False
        for large, small in permutations(sorted(timetable.rounds, key=lambda n: -timetable.sizes[n]), 2):
            for path in list(timetable.paths(large, small)):
                if timetable.sizes[large] - timetable.sizes[small] < 2:
                    break
                if _excess(path, large) == 1 and timetable.can_swap(path, large, small):
                    timetable.swap(path, large, small)
                    moved = True


def _excess(path: Path, number: int) -> int:
    return sum(1 if now == number else -1 for _, now in path)


class Tables:
    """How many meetings of a round can have one of the shared tables, and how many one with a screen."""

    def __init__(self, problem: Problem, taken: Collection[str | None] = ()) -> None:
        self.problem, self.taken = problem, taken
        free = [table for table in problem.shared_tables if table.id not in taken]
        self.most = len(free), sum(table.screen for table in free)

    def excess(self, pairs: Iterable[Pair]) -> int:
        """How many meetings of a round find no table, or none with a screen."""
        sharing = [pair for pair in pairs if self.problem.shares_table(*pair)]
        mixed = sum(self.problem.needs_screen(*pair) for pair in sharing)
        return max(0, len(sharing) - self.most[0]) + max(0, mixed - self.most[1])


def keep_to_tables(timetable: Timetable) -> list[Pair]:
    """Exchange rounds along paths until the tables suffice; what can't be helped is taken out and returned."""
    tables = Tables(timetable.problem)
    for number in timetable.rounds:
        for other in timetable.rounds:
            if number != other and tables.excess(timetable.pairs_in(number)):
                _ease(timetable, tables, number, other)
    gone: list[Pair] = []
    for number in timetable.rounds:
        if not tables.excess(timetable.pairs_in(number)):
            continue
        pairs = sorted(timetable.pairs_in(number), key=lambda pair: _loss(timetable, pair))
        for pair in pairs:
            rest = [one for one in timetable.pairs_in(number) if one != pair]
            if pair not in timetable.pinned | timetable.locked and tables.excess(rest) < tables.excess([*rest, pair]):
                timetable.take(pair, number)
                gone.append(pair)
    return gone


def _ease(timetable: Timetable, tables: Tables, number: int, other: int) -> None:
    """Exchange paths between two rounds while fewer meetings are then without a table."""
    for path in list(timetable.paths(number, other)):
        before = sum(tables.excess(timetable.pairs_in(one)) for one in (number, other))
        if before == 0:
            return
        if timetable.can_swap(path, number, other):
            timetable.swap(path, number, other)
            if sum(tables.excess(timetable.pairs_in(one)) for one in (number, other)) >= before:
                timetable.swap([(pair, other if now == number else number) for pair, now in path], number, other)


def _loss(timetable: Timetable, pair: Pair) -> tuple[int, int, int]:
    problem = timetable.problem
    return weigh_wishes(problem, pair), problem.points(*pair), problem.tie(*pair)


def put_wishes_early(timetable: Timetable) -> None:
    """People leave before the end, so what was wished for comes first, as far as sizes and tables stay as they are."""
    problem = timetable.problem
    weights = {meeting.pair: weigh_wishes(problem, meeting.pair) for meeting in timetable.meetings()}
    kinds = {pair: (problem.shares_table(*pair), problem.needs_screen(*pair)) for pair in weights}
    for early, late in combinations(timetable.rounds, 2):
        for path in list(timetable.paths(early, late)):
            gain = sum(weights[pair] if now == late else -weights[pair] for pair, now in path)
            if gain > 0 and _is_even(path, early, kinds.__getitem__) and timetable.can_swap(path, early, late):
                timetable.swap(path, early, late)


def weigh_wishes(problem: Problem, pair: Pair) -> int:
    one, other = pair
    wishes = problem.wishes.get((one, other)), problem.wishes.get((other, one))
    return MUST_WEIGHT * (wishes[0] == Wish.MUST) + sum(wish in WISHED for wish in wishes)


def _is_even(path: Path, number: int, kind_of: Callable[[Pair], object]) -> bool:
    """Whether a path has as many meetings of each kind in both rounds."""
    kinds = [sorted(repr(kind_of(pair)) for pair, now in path if (now == number) == here) for here in (True, False)]
    return kinds[0] == kinds[1]
