"""Questions that nobody means well, or that ask a lot: each must be answered within 300 ms."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from itertools import product

from django.http import QueryDict

from search.finding import find_mentors
from search.forms import read_criteria

LIMIT = 300
WORDS = {
    "10,000 characters": "how do I ask for the level before my first offer and talk about salary " * 140,
    "punctuation": "?!.,;:-_()[]{}'\"\\\\|&<->*" * 50,
    "other scripts": "كيف أطلب زيادة في الراتب 我应该接受这个提议吗",
    "emoji": "😀🎉" * 250,
    "SQL": "'; DROP TABLE mentors_mentorprofile; --",
    "tsquery": "a & b | !c <-> d:*",
    "common words": "my first job offer talk work team manager",
    "one common word": "work",
    "nobody's words": "zyzzyva qwerty",
}
FILTERS = ("", "&when=evening&len=45", "&sort=match", "&when=weekend&later=1", "&typing=1")
ADDRESSES = (
    "topic=nope",
    "from=2090-01-01",
    "from=2026-12-20&to=2027-01-10&when=evening",
    "cursor=made-up",
    "language=yo&format=phone&len=15&when=evening&later=1",
)


def hard_questions() -> Iterator[tuple[str, str]]:
    for (name, words), filters in product(WORDS.items(), FILTERS):
        data = QueryDict(mutable=True)
        data["q"] = words
        yield f"{name}{filters}", data.urlencode() + filters
    for address in ADDRESSES:
        yield address, address


def show_slowest(now: datetime, zone: str, milliseconds: Callable[[Callable[[], object]], float]) -> None:
    times = {}
    for name, query in hard_questions():
        data = QueryDict(query)
        wish = read_criteria(data, typing="typing" in data)
        times[name] = min(
            milliseconds(partial(find_mentors, wish, zone=zone, now=now, widen=True)) for _try in range(3)
        )
    slowest = sorted(times.items(), key=lambda item: -item[1])[:3]
    told = ", ".join(f"{name} {time:.0f} ms" for name, time in slowest)
    print(f"{len(times)} hard questions, widened where nobody is found; the slowest: {told} (limit {LIMIT})")
