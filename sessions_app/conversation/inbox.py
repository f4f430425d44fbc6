"""What the inbox says about messages: one line for each thread with something new, gone once it is read."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from notifications.inbox import Line, shows
from notifications.models import InboxItem
from sessions_app.models import Seat

from .notices import KIND


def register_lines() -> None:
    shows(KIND, lines=lines, passing=True)


def lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, Line]:
    own = Seat.objects.filter(person=reader).select_related("engagement__mentor", "engagement__mentee")
    seats = own.in_bulk({item.subject_id for item in items})
    return {item.pk: line_of(seats[item.subject_id], reader) for item in items if item.subject_id in seats}


def line_of(seat: Seat, reader: User) -> Line:
    words = _("%(name)s wrote to you") % {"name": seat.engagement.other(reader).first_name}
    return Line(words, f"{reverse('thread', args=[seat.engagement.uuid])}#messages")
