"""Messages as the pages send them."""

from datetime import datetime
from uuid import uuid4

from sessions_app.conversation.messages import send_message
from sessions_app.models import Booking, Message, ReadMarker
from tests.conftest import NOW


def write(booking: Booking, person, body: str = "Is the letter here?", *, now: datetime = NOW, **fields) -> Message:
    return send_message(engagement=booking.engagement, body=body, by=person, now=now, **({"key": uuid4().hex} | fields))


def unread_messages(person) -> list[Message]:
    """What others wrote to this person, in all their threads, after what they read last."""
    read_to = dict(ReadMarker.objects.filter(person=person).values_list("engagement", "read_to"))
    others = Message.objects.visible_to(person).exclude(author=person).order_by("pk")
    return [message for message in others if message.pk > (read_to.get(message.engagement_id) or 0)]
