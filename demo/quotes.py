"""Words that the invented mentees let us show, approved as staff approve them: by the same act, with its log."""

from collections import Counter
from datetime import datetime, timedelta

from django.db.models import Min, Q, QuerySet

from accounts.models import Consent, ConsentHow, User
from sessions_app.afterwards.testimonials import publish_testimonial
from sessions_app.models import Feedback

from .people import DOMAIN

QUOTES = 20
OF_ONE_MENTOR = 3
APART = timedelta(minutes=20)


def publish_quotes(now: datetime) -> int:
    """The same words stand nowhere twice; what is left waits for staff, so that they have something to decide."""
    maria = User.objects.get(email=f"maria@{DOMAIN}")
    began = now - APART * QUOTES
    said: set[str] = set()
    shown: Counter[int] = Counter()
    for feedback in waiting_words(began):
        mentor = feedback.contact.mentor_id
        if feedback.left_with in said or shown[mentor] == OF_ONE_MENTOR:
            continue
        publish_testimonial(feedback=feedback, by=maria, now=began + APART * shown.total())
        said.add(feedback.left_with)
        shown[mentor] += 1
        if shown.total() == QUOTES:
            break
    return shown.total()


def waiting_words(now: datetime) -> QuerySet[Feedback]:
    """About the mentors whom everyone knows first, then those whose question was asked last."""
    waiting = Feedback.objects.offered_words(now).undecided().filter(author__email__endswith=f"@{DOMAIN}")
    is_known = Q(booking__mentor__email__in=[f"priya@{DOMAIN}", f"tomas@{DOMAIN}"])
    order = ("-is_known", "-may_publish_question", "-booking__created_at", "pk")
    return waiting.annotate(is_known=is_known).select_related("booking").order_by(*order)


def note_agreements() -> int:
    """What the invented people agreed to when they ticked these boxes, as the act that saves feedback notes it."""
    ticked = {"words_shown": "may_publish", "question_shown": "may_publish_question"}
    told = Feedback.objects.filter(author__email__endswith=f"@{DOMAIN}")
    made = [
        Consent(person_id=author, purpose=purpose, text_version=1, how=ConsentHow.PAGE, given_at=first)
        for purpose, column in ticked.items()
        for author, first in told.filter(**{column: True}).values_list("author").annotate(first=Min("created_at"))
    ]
    return len(Consent.objects.bulk_create(made, ignore_conflicts=True))
