"""For staff: which mentors and which topics people wait for. Counts only, never who waits."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, QuerySet

from mentors.models import Topic
from sessions_app.models import WaitlistEntry

from .words import read_question

# Each entry's words take a statement to understand, so there is a limit.
MOST_READ = 500


@dataclass(frozen=True, slots=True)
class TopicLine:
    """`people` wait for help with a question that names this topic. An empty `topic`: the question names none."""

    topic: str
    people: int


def mentors_waited_for(now: datetime) -> QuerySet[WaitlistEntry, Any]:
    """Each mentor with the number of people who wait for them and since when, the most first."""
    waiting = WaitlistEntry.objects.live(now).exclude(mentor=None).values("mentor__person__name", "mentor__slug")
    return waiting.annotate(people=Count("pk"), oldest=Min("since")).order_by("-people", "oldest")


def topics_waited_for(now: datetime) -> list[TopicLine]:
    """Topics that the questions of waiting people name, the most first. A question may count for several."""
    counts: Counter[int | None] = Counter()
    lines = WaitlistEntry.objects.live(now).filter(mentor=None).order_by("since").values_list("words", flat=True)
    for words in lines[:MOST_READ]:
        counts.update(read_question(words, typing=True).topics or [None])
    names = dict(Topic.objects.filter(pk__in=[pk for pk in counts if pk]).values_list("pk", "name"))
    return [TopicLine(names.get(pk, "") if pk else "", people) for pk, people in counts.most_common()]
