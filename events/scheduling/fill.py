"""Fills the holes of a schedule without the solver and without moving anyone: those with the fewest meetings first.

In each round, people without a partner are put together along augmenting paths. People who have a partner after a path
keeps having one, so taking people by their counts serves as many as possible, and those with the fewest first.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from itertools import combinations

from .pods import Pods, part_pods
from .problem import Lock, Meeting, Pair, Plan, Problem, Unproven, count_meetings, stand
from .proof import make_proof
from .rounds import Tables, place_locks
from .tables import assign_tables


def fill_holes(
    problem: Problem, meetings: Iterable[Meeting], rounds: Iterable[int] | None = None
) -> tuple[Meeting, ...]:
    """The meetings to add in these rounds, or in all. A meeting that someone can't attend doesn't count as one."""
    standing = assign_tables(problem, (meeting for meeting in meetings if stand(problem, meeting)))
    filler = Filler(problem, standing)
    for number in sorted(range(1, problem.rounds + 1) if rounds is None else rounds):
        filler.fill_round(number)
    seated = assign_tables(problem, [*standing, *filler.added])
    return tuple(meeting for meeting in seated if meeting.pair in filler.new)


def plan_without_solver(problem: Problem, why_not: Unproven = Unproven.NO_SOLVER) -> Plan:
    """A valid plan made round after round, of which nothing more is known."""
    if problem.anyone:
        locked, left = place_locks_for_anyone(problem)
    elif problem.has_pods:
        pods = Pods(problem)
        locked, _ = pods.place(())
        locked, left = leave_out_clashes(problem, locked, pods.left_locks)
    else:
        timetable, left = place_locks(problem)
        locked = timetable.meetings()
    meetings = assign_tables(problem, [*locked, *fill_holes(problem, locked)])
    proof = make_proof(problem, meetings, why_not=why_not)
    return Plan(tuple(meetings), count_meetings(problem, meetings), proof, left)


def leave_out_clashes(
    problem: Problem, meetings: Sequence[Meeting], left: tuple[Lock, ...]
) -> tuple[list[Meeting], tuple[Lock, ...]]:
    """Meetings without those of `part_pods`, and the locks that can't be kept with those that go with them."""
    kept = part_pods(problem, meetings)
    gone = {meeting.pair for meeting in meetings} - {meeting.pair for meeting in kept}
    return kept, (*left, *(lock for lock in problem.locks if lock.pair in gone))


class Filler:
    """Adds meetings round by round, and remembers who has met whom."""

    def __init__(self, problem: Problem, standing: Sequence[Meeting]) -> None:
        self.problem = problem
        self.standing = list(standing)
        self.counts = count_meetings(problem, standing)
        self.met = {meeting.pair for meeting in standing}
        self.possible: dict[Pair, bool] = {}
        self.added: list[Meeting] = []
        self.new: set[Pair] = set()

    def fill_round(self, number: int) -> None:
        """Match people until nobody else finds a partner; more than once only where tables are few."""
        tables = Tables(self.problem, {meeting.table for meeting in self.standing if meeting.round == number})
        found: list[Pair] = []
        while more := self._within_tables(tables, found, self._match(number, tables, found)):
            found += more
            for pair in more:
                self.added.append(Meeting(number, *pair))
                self.new.add(pair)
                self.met.add(pair)
                self.counts.update({key: self.counts[key] + 1 for key in pair})

    def _match(self, number: int, tables: Tables, found: list[Pair]) -> dict[str, str]:
        busy = Counter(key for row in (*self.standing, *self.added) if row.round == number for key in row.pair)
        people = self.problem.people
        if self.problem.anyone:
            return self._match_anyone(
                [key for key in people if not busy[key] and self._has_time(key, number)], tables, found
            )
        mentees, mentors = (
            sorted(
                (one.id for one in side if busy[one.id] < one.seats and self._has_time(one.id, number)),
                key=lambda key: (self.counts[key], self.problem.ranks[key]),
            )
            for side in (self.problem.mentees, self.problem.mentors)
        )
        choices = {mentee: self._rank_mentors(mentee, mentors) for mentee in mentees}
        if self.problem.not_beside:
            self._leave_out_clashes(number, choices)
        if found or tables.taken:
            for mentee, ranked in choices.items():
                choices[mentee] = [mentor for mentor in ranked if not tables.excess([*found, (mentee, mentor)])]
        if any(people[mentor].seats > 1 for mentor in mentors):  # the smallest pods first
            for ranked in choices.values():
                ranked.sort(key=busy.__getitem__)
        return match_fewest_first(mentees, mentors, choices, self.counts)

    def _leave_out_clashes(self, number: int, choices: dict[str, list[str]]) -> None:
        pods: defaultdict[str, list[str]] = defaultdict(list)
        for row in (*self.standing, *self.added):
            if row.round == number:
                pods[row.mentor].append(row.mentee)
        for mentee, ranked in choices.items():
            choices[mentee] = [mentor for mentor in ranked if not self.problem.clashes(mentee, pods[mentor])]

    def _match_anyone(self, free: list[str], tables: Tables, found: list[Pair]) -> dict[str, str]:
        """Each in turn takes the partner with the fewest meetings; two who are left over may split a new pair."""

        def may(one: str, other: str) -> bool:
            pair = min(one, other), max(one, other)
            return self._may_meet(*pair) and not tables.excess([*found, pair])

        def rank(one: str, other: str) -> tuple[int, int, int]:
            pair = min(one, other), max(one, other)
            return self.counts[other], -self.problem.points(*pair), self.problem.tie(*pair)

        partner: dict[str, str] = {}
        for key in sorted(free, key=lambda key: (self.counts[key], self.problem.ranks[key])):
            if key in partner:
                continue
            options = [other for other in free if other not in partner and other != key and may(key, other)]
            if options:
                _join(partner, key, min(options, key=lambda other: rank(key, other)))
        for one, other in combinations(sorted(key for key in free if key not in partner), 2):
            for first, second in list(partner.items()):
                if one not in partner and other not in partner and may(one, first) and may(second, other):
                    _join(partner, one, first)
                    _join(partner, second, other)
        return {one: other for one, other in partner.items() if one < other}

    def _has_time(self, key: str, number: int) -> bool:
        person = self.problem.people[key]
        return number in self.problem.present[key] and (person.most is None or self.counts[key] < person.most)

    def _rank_mentors(self, mentee: str, mentors: list[str]) -> list[str]:
        found = [mentor for mentor in mentors if self._may_meet(mentee, mentor)]
        keys = {
            mentor: (self.counts[mentor], -self.problem.points(mentee, mentor), self.problem.tie(mentee, mentor))
            for mentor in found
        }
        return sorted(found, key=keys.__getitem__)

    def _may_meet(self, mentee: str, mentor: str) -> bool:
        pair = mentee, mentor
        if pair not in self.possible:
            self.possible[pair] = self.problem.obstacle(mentee, mentor) is None
        return self.possible[pair] and pair not in self.met

    def _within_tables(self, tables: Tables, found: list[Pair], matched: dict[str, str]) -> list[Pair]:
        """As many of these pairs as find a table beside those found, the ones with the fewest meetings first."""
        more: list[Pair] = []
        for pair in sorted(matched.items(), key=lambda pair: (self.counts[pair[0]], self.problem.ranks[pair[0]])):
            if not tables.excess([*found, *more, pair]):
                more.append(pair)
        return more


def _join(partner: dict[str, str], one: str, other: str) -> None:
    partner[one], partner[other] = other, one


def place_locks_for_anyone(problem: Problem) -> tuple[list[Meeting], tuple[Lock, ...]]:
    """A round for each lock, the first that is free for both, and the locks that can't be."""
    fixed: list[Meeting] = []
    left: list[Lock] = []
    tables = Tables(problem)
    for lock in sorted(problem.locks, key=lambda lock: (lock.round is None, lock.round or 0, *lock.pair)):
        number = _first_free(problem, fixed, lock, tables)
        if number is None:
            left.append(lock)
        else:
            fixed.append(Meeting(number, *lock.pair))
    return fixed, tuple(left)


def _first_free(problem: Problem, fixed: list[Meeting], lock: Lock, tables: Tables) -> int | None:
    if not problem.are_sides(*lock.pair) or problem.obstacle(*lock.pair) is not None:
        return None
    counts = Counter(key for row in fixed for key in row.pair)
    if any(row.pair == lock.pair for row in fixed) or any(counts[key] >= problem.capacity[key] for key in lock.pair):
        return None
    for number in sorted(problem.present[lock.mentee] & problem.present[lock.mentor]):
        there = [row.pair for row in fixed if row.round == number]
        is_free = not {key for pair in there for key in pair} & set(lock.pair)
        if lock.round in {None, number} and is_free and not tables.excess([*there, lock.pair]):
            return number
    return None


def match_fewest_first(
    mentees: list[str], mentors: list[str], choices: dict[str, list[str]], counts: dict[str, int]
) -> dict[str, str]:
    """A partner for as many mentees as possible, those who come first above all; then for mentors with few meetings."""
    matched: dict[str, str] = {}
    taken: dict[str, str] = {}
    for mentee in mentees:
        _augment(mentee, choices, matched, taken)
    choosers: dict[str, list[str]] = {mentor: [] for mentor in mentors}
    for mentee in matched:
        for mentor in choices[mentee]:
            choosers[mentor].append(mentee)
    for mentor in mentors:
        if mentor not in taken:
            _replace_busiest(mentor, choosers, counts, matched, taken)
    return matched


def _augment(mentee: str, choices: dict[str, list[str]], matched: dict[str, str], taken: dict[str, str]) -> None:
    """Find a partner for one more mentee; others may change theirs, but none loses one."""
    came_from: dict[str, str] = {}
    queue = deque([mentee])
    while queue:
        asking = queue.popleft()
        for mentor in choices[asking]:
            if mentor in came_from:
                continue
            came_from[mentor] = asking
            if mentor not in taken:
                _turn(mentor, came_from, matched, taken)
                return
            queue.append(taken[mentor])


def _turn(mentor: str, came_from: dict[str, str], matched: dict[str, str], taken: dict[str, str]) -> None:
    following: str | None = mentor
    while following is not None:
        mentee = came_from[following]
        before = matched.get(mentee)
        matched[mentee], taken[following] = following, mentee
        following = before


def _replace_busiest(
    mentor: str,
    choosers: dict[str, list[str]],
    counts: dict[str, int],
    matched: dict[str, str],
    taken: dict[str, str],
) -> None:
    """Give a mentor the place of one who has had more meetings, if the mentees in between can change partners."""
    came_from: dict[str, tuple[str, str]] = {}
    queue = deque([mentor])
    while queue:
        asking = queue.popleft()
        for mentee in choosers[asking]:
            partner = matched[mentee]
            if partner not in came_from and partner != mentor:
                came_from[partner] = asking, mentee
                queue.append(partner)
    busiest = max(came_from, key=lambda key: counts[key], default=None)
    if busiest is None or counts[busiest] <= counts[mentor]:
        return
    del taken[busiest]
    partner = busiest
    while partner != mentor:
        asking, mentee = came_from[partner]
        matched[mentee], taken[asking] = asking, mentee
        partner = asking
