"""What it costs that mentors are seen by members of their programmes only: `python -m bench.search.audiences`.

    --mentors 10000     how many; the world is made once and kept in a database of its own
    --rounds 40

Five programmes hold one per cent of all mentors each. The same searches are measured while their directories are
public, so that no search asks for audiences, and again once they are for members. Readers: a visitor, someone in no
programme, in one, in all five, and in one whose members book its own mentors only. Milliseconds, median and p95, for
the data of a page; before anything is timed, each reader's answers are compared with what they may see.
"""

import argparse
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from django.utils import timezone

from bench.stand import bench_database

from .__main__ import ZONE, format_times, measure_milliseconds

if TYPE_CHECKING:
    from accounts.models import User
    from programmes.models import Programme
    from search.criteria import SearchCriteria

PROGRAMMES = 5
# In this many pages of results nobody may be who isn't for this reader.
PAGES = 10


def make_programmes(now: datetime) -> "list[Programme]":
    """One per cent of the mentors is in each; run again, the same."""
    from mentors.models import MentorProfile
    from programmes.models import Membership, Programme, ProgrammeState, Source

    public = MentorProfile.objects.public().order_by("pk")
    people = list(public.filter(person__memberships=None).values_list("person", flat=True))
    made = []
    for number in range(PROGRAMMES):
        said = {"name": f"Measured {number}", "first_day": now.date(), "timezone": ZONE, "made_at": now}
        state = {"state": ProgrammeState.OPEN, "members_book_outside": number != PROGRAMMES - 1}
        programme, is_new = Programme.objects.get_or_create(slug=f"measured-{number}", defaults=said | state)
        if is_new:
            Membership.objects.bulk_create(
                Membership(
                    programme=programme, person_id=person, gives=True, asks=False, source=Source.LINK, joined_at=now
                )
                for person in people[number::100]
            )
        made.append(programme)
    return made


def make_reader(name: str, programmes: "list[Programme]", now: datetime) -> "User":
    from accounts.models import User
    from programmes.models import Membership, Source

    email = f"{name.replace(' ', '-')}@measured.example"
    reader = User.objects.filter(email=email).first() or User.objects.create_user(email, name=f"Reader {name}")
    for programme in programmes:
        said = {"asks": True, "source": Source.LINK, "joined_at": now}
        Membership.objects.get_or_create(programme=programme, person=reader, defaults=said)
    return User.objects.get(pk=reader.pk)


def set_directories(programmes: "list[Programme]", directory: str) -> float:
    """Returns how many milliseconds the switch of one of them took, on average."""
    from django.db import connection

    from programmes.models import Programme

    taken = measure_milliseconds(
        lambda: [Programme.objects.filter(pk=one.pk).update(directory=directory) for one in programmes]
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) search_mentorindex")
    return taken / len(programmes)


def check_answers(reader: "User | None", wish: "SearchCriteria", now: datetime) -> None:
    from mentors.models import MentorProfile
    from search.finding import find_mentors

    for _page in range(PAGES):
        found = find_mentors(wish, zone=ZONE, now=now, mentee=reader)
        listed = {match.profile.pk for match in found.matches}
        if listed != set(MentorProfile.objects.seen_by(reader).filter(pk__in=listed).values_list("pk", flat=True)):
            sys.exit("A search lists someone whom this reader may not see.")
        if found.following is None:
            return
        wish = found.following


def measure(acts: dict[tuple[str, str], Callable[[], object]], rounds: int) -> dict[tuple[str, str], list[float]]:
    """All in turn, so that what else the machine does falls on each alike."""
    times: dict[tuple[str, str], list[float]] = {name: [] for name in acts}
    for act in acts.values():
        act()
    for _turn in range(rounds):
        for name, act in acts.items():
            times[name].append(measure_milliseconds(act))
    return times


def measure_audiences(mentors: int, rounds: int) -> None:
    from programmes.models import Directory
    from search.criteria import SearchCriteria
    from search.finding import find_mentors

    from .world import fill_world, freshen_rows

    now = timezone.now()
    fill_world(mentors, now=now)
    programmes = make_programmes(now)
    readers = {
        "visitor": None,
        "in none": make_reader("in none", [], now),
        "in one": make_reader("in one", programmes[:1], now),
        "in five": make_reader("in five", programmes, now),
        "its own only": make_reader("its own only", programmes[-1:], now),
    }
    wishes = {
        "usual topic, 5 %": SearchCriteria(topic="measured-usual"),
        "nothing asked": SearchCriteria(),
        "words": SearchCriteria(words="Should I take the counter-offer?"),
    }
    acts: dict[tuple[str, str], Callable[[], object]] = {
        (who, what): partial(find_mentors, wish, zone=ZONE, now=now, mentee=reader)
        for who, reader in readers.items()
        for what, wish in wishes.items()
    }
    set_directories(programmes, Directory.PUBLIC)
    freshen_rows(now=now)
    before = measure(acts, rounds)
    switch = set_directories(programmes, Directory.MEMBERS)
    freshen_rows(now=now)
    for reader in readers.values():
        for wish in wishes.values():
            check_answers(reader, wish, now)
    after = measure(acts, rounds)
    print(f"\n{mentors:,} mentors; one per cent of them is in each of {PROGRAMMES} programmes")
    print(f"a directory is switched for {mentors // 100:,} of them in {switch:.0f} ms")
    print(f"{'':14}{'':20}{'public':>9}{'p95':>8}{'members':>9}{'p95':>8}")
    for (who, what), times in after.items():
        print(f"{who:14}{what:20}{format_times(before[who, what])} {format_times(times)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mentors", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=40)
    options = parser.parse_args()
    with bench_database(f"search_audiences_{options.mentors}"):
        measure_audiences(options.mentors, options.rounds)


if __name__ == "__main__":
    main()
