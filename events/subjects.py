"""An event can be reported. It is nobody's, so nobody parts from it. Questions for one are looked at for self-harm."""

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.times import utc_text
from events.models import Event, Registration
from events.models.registrations import ASKED_SUBJECT
from trust.signals.looking import TextSource
from trust.signals.matching import WrittenText
from trust.subjects import Evidence, Found, Subject

LONGEST_TITLE = 80


def find_event(key: str, reader: User) -> Found | None:
    event = Event.objects.public().filter(slug=key).first()
    if event is None:
        return None
    return Found("event", event.pk, None, reverse("event", args=[key]), event.title[:LONGEST_TITLE])


def gather_event(pk: int) -> Evidence:
    event = Event.objects.get(pk=pk)
    begins = utc_text(event.start)
    return Evidence({"title": event.title, "description": event.about, "place": event.place, "begins": begins})


def find_no_question(key: str, reader: User) -> Found | None:
    """Nobody reports what was asked by itself: at an event one reports the event."""
    return None


def gather_asked(pk: int) -> Evidence:
    registration = Registration.objects.select_related("event").get(pk=pk)
    return Evidence({"question": registration.question, "event": registration.event.title})


def newest_asked() -> int:
    return Registration.objects.aggregate(newest=Max("pk"))["newest"] or 0


def list_asked_after(pk: int, most: int) -> list[WrittenText]:
    return [
        WrittenText(one.pk, one.person_id, one.person_id, one.question, one.registered_at)
        for one in Registration.objects.filter(pk__gt=pk).order_by("pk")[:most]
    ]


EVENT = Subject("event", find_event, label=gettext_lazy("an event"), gather=gather_event)
ASKED = Subject(ASKED_SUBJECT, find_no_question, label=gettext_lazy("a question for an event"), gather=gather_asked)
TEXT = TextSource(ASKED.name, newest_asked, list_asked_after)
