"""What the demo's programmes have said to their people: an announcement each, and reminders over the last weeks."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from accounts.models import User
from programmes.models import MOST_NUDGES, Audience, Nudge, NudgeStage, Programme
from programmes.words.announcing import Words, announce, announcements_mark, send_announcements
from programmes.words.reminding import HELD_OUT_OF, REST, is_held_out, reminders_mark, switch_reminders

from .people import DOMAIN
from .programmes import Cohort

DAY = timedelta(days=1)
TEXTS = {
    "leadership-year": (
        "Our next evening is on the last Thursday of the month, at 17:30 in the canteen. Bring one situation from your"
        " team that you’d like to talk through.\n\nIf you haven’t met anyone yet, twenty minutes with a mentor before"
        " then are worth it.",
        "https://www.example.org/leadership-year/evenings",
    ),
    "career-service": (
        "Applications for summer internships close in four weeks. Mentors who work where you’d like to can read your"
        " letter with you: say so in your question.",
        "",
    ),
}
# Of those who were reminded, this part took the step; of the tenth that wasn't, whose number this divides.
FOLLOWED, FOLLOWS_ALONE = 0.42, 30
# First reminders are so many days old, the second ones of people so many
FIRST, SECOND = (22, 50), 9
# Addresses that lists invited and reminded; they are in by now, or forgotten.
INVITED = {"leadership-year": 200}


def write_words(cohort: Cohort, now: datetime) -> None:
    """Its manager has written three days ago. People were reminded once, and those whom that didn't move, again."""
    programme = cohort.programme
    programme.refresh_from_db()
    manager = User.objects.get(email=f"{cohort.plan.manager}@{DOMAIN}")
    text, link = TEXTS[cohort.plan.slug]
    seen, said = announcements_mark(programme), Words(Audience.ALL, text, link)
    announce(programme=programme, given=said, by=manager, now=now - 3 * DAY, seen=seen)
    send_announcements(now=now - 3 * DAY)
    switch_reminders(programme=programme, is_on=True, by=manager, seen=reminders_mark(programme))
    Nudge.objects.bulk_create(_invent_nudges(cohort, now))


def _invent_nudges(cohort: Cohort, now: datetime) -> Iterator[Nudge]:
    # Numbers of its own, so that the rest of the world stays as it is
    rng, programme = Random(cohort.plan.slug), cohort.programme
    steps: list[tuple[int | None, NudgeStage]] = [
        *((one, NudgeStage.NEVER_ASKED) for one in cohort.mentees),
        *((one, NudgeStage.NO_TIMES) for one in cohort.mentors),
        *((None, NudgeStage.INVITED) for _number in range(INVITED.get(cohort.plan.slug, 0))),
    ]
    for number, (person, stage) in enumerate(steps):
        held_out, at = _is_held_out(programme, person, number), now - DAY * rng.uniform(*FIRST)
        row = {"programme": programme, "person_id": person, "stage": stage, "is_held_out": held_out}
        is_done = rng.random() < FOLLOWED
        if held_out:
            is_done = number % FOLLOWS_ALONE == 0
        yield Nudge(**row, number=1, at=at, done_at=at + DAY * rng.uniform(0.1, 13) if is_done else None)
        if person is not None and not is_done:
            yield Nudge(**row, number=MOST_NUDGES, at=max(at + REST, now - SECOND * DAY))


def _is_held_out(programme: Programme, person: int | None, number: int) -> bool:
    # Of addresses, which nobody has, every tenth: so there are enough of them to be told, whatever chance says.
    return number % HELD_OUT_OF == 0 if person is None else is_held_out(programme, person)
