"""The times that a programme's box shows."""

from dataclasses import dataclass
from datetime import datetime

from common.times import when_text
from programmes.models import RUNNING, Membership, Programme
from search.criteria import SearchCriteria
from search.finding import Match, find_mentors
from sessions_app.questions.addresses import mentor_address

TIMES = 3


@dataclass(frozen=True, slots=True)
class BoxTime:
    """A mentor's soonest free time, as the box writes it."""

    name: str
    headline: str
    when: str
    url: str


def find_box_times(programme: Programme, *, now: datetime) -> list[BoxTime]:
    """The soonest time of each of the three mentors of a programme who are free first, as a visitor finds them."""
    if programme.stage_at(now) not in RUNNING:
        return []
    mentors = Membership.objects.live().filter(programme=programme, gives=True).values_list("person", flat=True)
    wish = SearchCriteria(later=True)
    found = find_mentors(wish, zone=programme.timezone, now=now, count=TIMES, among=frozenset(mentors))
    return [_write_time(match, programme, now) for match in found.matches]


def _write_time(match: Match, programme: Programme, now: datetime) -> BoxTime:
    start = match.slots[0].start
    return BoxTime(
        match.profile.name,
        match.profile.headline,
        when_text(start, zone=programme.timezone, now=now, hour12=False, short=True),
        mentor_address(match.profile.slug, offer=match.offer, start=start),
    )
