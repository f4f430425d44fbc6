"""What a removal does beside emptying columns, and what goes because it is old."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from accounts.models import KeptAnswer, User
from accounts.privacy.retention import Rule
from sessions_app.availability.openings import announce_opened
from sessions_app.conversation.files import delete_files
from sessions_app.models import Brief, Engagement, Feedback, Message, Schedule, SharedFile, WrittenQuestion


def close_conversations(person: User, now: datetime) -> bool:
    """Nobody reads what would be written there from now on."""
    Engagement.objects.live().filter(Q(mentor=person) | Q(mentee=person)).update(closed_at=now)
    return True


def remove_files(person: User, now: datetime) -> bool:
    delete_files(SharedFile.objects.filter(owner=person))
    return True


def take_down_quotes(person: User, now: datetime) -> bool:
    """What this person allowed to be shown is shown no longer. What they chose among our answers stays, uncredited."""
    shown = {"may_publish": False, "may_publish_question": False, "published_at": None}
    Feedback.objects.filter(author=person).update(**shown, left_with="")
    return True


def forget_kept_answers(person: User, now: datetime) -> bool:
    """Programs of the people whom this person met may have been answered with their words within the last day."""
    met = Engagement.objects.filter(Q(mentor=person) | Q(mentee=person))
    pairs = met.values_list("mentor", "mentee")
    KeptAnswer.objects.filter(person__in={pk for pair in pairs for pk in pair if pk}).delete()
    return True


def remove_schedule(person: User, now: datetime) -> bool:
    """The zone of the mentor's own clock, and the address of their calls. Nobody books these times any more."""
    Schedule.objects.filter(profile__person=person).update(timezone="UTC", meeting_url="")
    announce_opened(person.pk)
    return True


def forget_conversations(before: datetime, most: int) -> int:
    """Words of people who were done with each other before then. What a mentee allowed to be shown is shown on."""
    closed = Engagement.objects.filter(closed_at__lt=before)
    messages = Message.objects.filter(engagement__in=closed, erased_at=None)
    old = list(messages.values_list("pk", flat=True)[:most])
    gone = Message.objects.filter(pk__in=old).update(body="", erased_at=Now())
    briefs, reason = Brief.objects.filter(engagements__in=closed), {"reason": ""}
    gone += _empty_some(briefs.exclude(**EMPTY_BRIEF), EMPTY_BRIEF, most)
    return gone + _empty_some(WrittenQuestion.objects.filter(engagement__in=closed).exclude(**reason), reason, most)


def _empty_some(rows: "QuerySet[Any]", words: Mapping[str, object], most: int) -> int:
    if rows.model is Brief:
        live = Engagement.objects.filter(closed_at=None, brief=OuterRef("pk"))
        shown = Feedback.objects.filter(may_publish_question=True, published_at__isnull=False)
        briefs = Q(pk__in=shown.values("booking__engagement__brief")) | Q(
            pk__in=shown.values("written__engagement__brief")
        )
        rows = rows.exclude(Exists(live)).exclude(briefs)
    old = list(rows.values_list("pk", flat=True).distinct()[:most])
    found: int = rows.model._base_manager.filter(pk__in=old).update(**words)
    return found


EMPTY_BRIEF: dict[str, Any] = {"question": "", "situation": "", "tried": "", "done_when": "", "answers": {}}
RULES = (Rule("conversations", forget_conversations),)
