"""Learning from what people say about their own searches: proposals for staff, and what becomes of them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from mentors.models import Topic
from search.models import LONGEST_EXAMPLE, ExampleSource, MentorIndex, ProposedExample, TopicExample
from search.understanding.crisis import is_crisis
from search.understanding.language import guess_language
from sessions_app.questions.searched import Searched

KEPT = timedelta(days=90)
# Proposals of one day, so that nobody can fill the table.
MOST_A_DAY = 500

PROPOSE = """
INSERT INTO search_proposedexample (topic_id, text, day)
SELECT topic, %(text)s, %(day)s FROM unnest(%(topics)s::bigint[]) AS topic
WHERE (SELECT count(*) FROM search_proposedexample WHERE day = %(day)s) < %(most)s
    AND NOT EXISTS (SELECT FROM search_topicexample AS known WHERE known.topic_id = topic AND known.text = %(text)s)
ON CONFLICT (topic_id, text) DO UPDATE SET count = search_proposedexample.count + 1, day = excluded.day
"""


def propose_example(words: str, *, topics: Sequence[int], day: date) -> None:
    """Someone who typed these words said that they are about these topics. Who it was is not kept."""
    text = " ".join(words.split())[:LONGEST_EXAMPLE]
    with connection.cursor() as cursor:
        cursor.execute(PROPOSE, {"text": text, "topics": list(topics), "day": day, "most": MOST_A_DAY})


def propose_booked(searched: Searched, *, day: date) -> None:
    """Someone booked a mentor whom these words found by a topic, which the mentor or an offer of theirs names."""
    if is_crisis(searched.words):
        return
    topics = list(Topic.objects.active().leaves().filter(slug=searched.about).values_list("pk", flat=True))
    if topics and MentorIndex.objects.filter(profile=searched.profile_id, topics__contains=topics).exists():
        propose_example(searched.words, topics=topics, day=day)


def list_proposals() -> QuerySet[ProposedExample]:
    """Those that wait for staff, the most often said first."""
    waiting = ProposedExample.objects.filter(is_dismissed=False).select_related("topic")
    return waiting.order_by("-count", "-day", "pk")


@transaction.atomic
def accept_proposal(*, proposal: ProposedExample) -> None:
    """It becomes an example, or is one again; questions are read by it after the next training."""
    use_example(topic=proposal.topic, text=proposal.text, source=ExampleSource.LEARNT)
    proposal.delete()


def dismiss_proposal(*, proposal: ProposedExample) -> None:
    """It is kept until it is old, so that the same words are not proposed again."""
    proposal.is_dismissed = True
    proposal.save(update_fields=["is_dismissed"])


# What staff wrote
def add_example(*, topic: Topic, text: str) -> None:
    use_example(topic=topic, text=text, source=ExampleSource.STAFF)


# One that is there already keeps its source, and is used again if it was retired
def use_example(*, topic: Topic | None, text: str, source: ExampleSource) -> None:
    TopicExample.objects.update_or_create(
        topic=topic,
        text=text,
        defaults={"is_active": True},
        create_defaults={"language": likeliest_language(text), "source": source},
    )


def set_example_active(*, example: TopicExample, is_active: bool) -> None:
    example.is_active = is_active
    example.save(update_fields=["is_active"])


def likeliest_language(text: str) -> str:
    shares = guess_language(text)
    return max(shares, key=lambda language: shares[language])


def forget_old_proposals(*, now: datetime) -> None:
    ProposedExample.objects.filter(day__lt=(now - KEPT).date()).delete()
