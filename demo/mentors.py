"""Invented mentors: what they can be asked, how they work, what they offer and when."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from mentors.models import ASK_LENGTH, Format, ProfileState

from .data import Leaf, demo_words, fill_template, invent_sentence, topic_leaves
from .people import Person
from .schedules import SchedulePlan, invent_schedule


@dataclass(frozen=True, slots=True)
class OfferPlan:
    title: str
    length: int
    format: str
    instant: bool
    issue_types: tuple[str, ...]
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MentorPlan:
    person: Person
    headline: str
    asks: tuple[str, ...]
    how_i_work: str
    topics: tuple[Leaf, ...]
    offers: tuple[OfferPlan, ...]
    schedule: SchedulePlan
    state: ProfileState = ProfileState.APPROVED
    approved_at: datetime | None = None
    submitted_at: datetime | None = None
    paused_until: date | None = None
    changes_at: datetime | None = None
    # What staff asked for, by point of the checklist
    changes: dict[str, str] = field(default_factory=dict)


def invent_mentor(rng: Random, person: Person, today: date) -> MentorPlan:
    """A public mentor, approved a few days after joining; one in thirty is away for a while."""
    topics = _choose_topics(rng)
    away = today + timedelta(days=rng.randint(3, 40)) if rng.random() < 0.03 else None
    return MentorPlan(
        person=person,
        headline=_invent_headline(rng, topics[0].root),
        asks=_invent_asks(rng, topics),
        how_i_work=_how_i_work(rng),
        topics=topics,
        offers=_invent_offers(rng, topics),
        schedule=invent_schedule(rng, person.zone, today),
        approved_at=person.joined + timedelta(days=rng.randint(1, 5)),
        paused_until=away,
    )


def _choose_topics(rng: Random) -> tuple[Leaf, ...]:
    """Two to four topics; people mostly know more than one thing of the same kind."""
    first = rng.choice(topic_leaves())
    near = [leaf for leaf in topic_leaves() if leaf.root == first.root and leaf is not first]
    chosen = [first, rng.choice(near)]
    for _more in range(rng.choice((0, 1, 1, 2))):
        chosen.append(rng.choice(near if rng.random() < 0.3 else topic_leaves()))
    return tuple(dict.fromkeys(chosen))


def _invent_headline(rng: Random, root: str) -> str:
    headlines = demo_words()["headlines"]
    role = rng.choice(headlines["roles"][root])
    return f"{role}, {fill_template(rng, rng.choice(headlines['tails']))}"


def _invent_asks(rng: Random, topics: tuple[Leaf, ...]) -> tuple[str, ...]:
    """Three questions (seldom four), the first about the first topic."""
    wanted = 4 if rng.random() < 0.1 else 3
    templates = [rng.choice(topic.asks) for topic in topics]
    more = [ask for topic in topics for ask in topic.asks if ask not in templates]
    templates += rng.sample(more, max(0, wanted - len(templates)))
    asks = (fill_template(rng, template) for template in templates[:wanted])
    return tuple(ask for ask in asks if len(ask) <= ASK_LENGTH)


def _how_i_work(rng: Random) -> str:
    parts = demo_words()["how_i_work"]
    return " ".join(fill_template(rng, rng.choice(parts[part])) for part in ("bring", "then", "past", "not")).strip()


def _invent_offers(rng: Random, topics: tuple[Leaf, ...]) -> tuple[OfferPlan, ...]:
    count = rng.choices((1, 2, 3), (45, 35, 20))[0]
    lengths = sorted(rng.sample((15, 20, 25, 30, 45), count)) if count > 1 else [rng.choice((15, 25, 25, 25, 30))]
    return tuple(_invent_offer(rng, length, topics) for length in lengths)


def _invent_offer(rng: Random, length: int, topics: tuple[Leaf, ...]) -> OfferPlan:
    questions = rng.sample(demo_words()["offer_questions"], 1) if rng.random() < 0.3 else []
    return OfferPlan(
        title=rng.choice(demo_words()["offers"][str(length)]),
        length=length,
        format=rng.choices((Format.VIDEO, Format.PHONE, Format.CHAT), (82, 12, 6))[0],
        instant=rng.random() < 0.8,
        issue_types=tuple(dict.fromkeys(kind for topic in topics[:2] for kind in topic.issue_types)),
        questions=tuple(questions),
    )


def invent_question(rng: Random, topics: tuple[Leaf, ...]) -> str:
    """What a mentee with one of these topics would ask."""
    return f"{invent_sentence(rng, 'openers')} {fill_template(rng, rng.choice(rng.choice(topics).asks))}".strip()
