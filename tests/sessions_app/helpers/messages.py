"""Messages as the pages send them."""

from datetime import datetime
from uuid import uuid4

from sessions_app.conversation.messages import send_message
from sessions_app.models import Booking, Message
from tests.conftest import NOW


def write(booking: Booking, person, body: str = "Is the letter here?", *, now: datetime = NOW, **fields) -> Message:
    return send_message(engagement=booking.engagement, body=body, by=person, now=now, **({"key": uuid4().hex} | fields))
