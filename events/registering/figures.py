"""What an evening can give: how many meetings each mentee has, before anyone has registered. Pure."""

from dataclasses import dataclass
from math import floor

# Of those who register for a free event so many stay away (the organiser sees both figures).
STAY_AWAY = 0.18


@dataclass(frozen=True, slots=True)
class Expected:
    """Meetings of each mentee: at least `fewest`, at most `most`."""

    fewest: int
    most: int

    def __str__(self) -> str:
        return str(self.fewest) if self.fewest == self.most else f"{self.fewest}–{self.most}"


def expected_meetings(*, mentees: int, mentors: int, rounds: int, group_size: int = 1) -> Expected:
    """Everyone attends all rounds and may meet anyone. A mentor's chair has `group_size` mentees in each round.

    All chairs of all rounds are shared out evenly; nobody meets twice, so no one has more meetings than there are
    mentors, nor than there are rounds.
    """
    if not mentees or not mentors:
        return Expected(0, 0)
    limit = min(rounds, mentors)
    chairs = rounds * min(mentors * group_size, mentees)
    share = chairs / mentees
    fewest = min(floor(share), limit)
    return Expected(fewest, min(fewest + (share > floor(share)), limit))


def expected_after_absence(
    *, mentees: int, mentors: int, rounds: int, group_size: int = 1, away: float = STAY_AWAY
) -> Expected:
    """The same, if this share of both sides doesn't come."""
    return expected_meetings(
        mentees=round(mentees * (1 - away)),
        mentors=round(mentors * (1 - away)),
        rounds=rounds,
        group_size=group_size,
    )
