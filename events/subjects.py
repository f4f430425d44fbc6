"""An event can be reported. It is nobody's, so nobody parts from it."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.times import utc_text
from events.models import Event
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


EVENT = Subject("event", find_event, label=gettext_lazy("an event"), gather=gather_event)
