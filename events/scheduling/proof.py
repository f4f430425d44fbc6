"""What is known of a plan: what no schedule can exceed, and what is only valid."""

from collections.abc import Iterable

from .problem import Meeting, Problem, Proof, Stage, Unproven, Wish


def make_proof(
    problem: Problem,
    meetings: Iterable[Meeting],
    stages: tuple[Stage, ...] = (),
    why_not: Unproven | None = None,
    most_meetings: int | None = None,
) -> Proof:
    met = {meeting.pair for meeting in meetings}
    count = len(met)
    if problem.anyone:
        met |= {(other, one) for one, other in met}
    mentees = {person.id for person in problem.mentees}
    asked = {pair for pair, wish in problem.wishes.items() if wish == Wish.MUST and pair[0] in mentees}
    if why_not is None and not all(stage.is_proven for stage in stages):
        why_not = Unproven.OPEN
    return Proof(
        stages,
        why_not,
        meetings=count,
        most_meetings=most_meetings,
        musts_asked=len(asked),
        musts_met=len(asked & met),
        asked_must=len({one for one, _ in asked}),
        met_a_must=len({one for one, _ in asked & met}),
    )
