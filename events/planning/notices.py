"""Who is told of a timetable, and what the mail says."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.mail.rendering import absolute_url
from events.models import Pairing, Plan, Registration
from events.registering.emails import RegistrationForReader, registration_facts
from notifications.models import InboxItem, Notification
from notifications.registry import InboxLine, Message, Nothing
from notifications.services import Due, schedule_notices

from .timetables import own_pairs

# A newer plan silences the notice of an older one; the registration itself stays as it is.
TIMETABLE_SUBJECT = "event_timetable"
FIRST, CHANGED = "event_timetable", "event_timetable_changed"


def tell_timetable(plan: Plan, registrations: Sequence[Registration], *, is_first: bool, now: datetime) -> None:
    # The event's version grows with every publication, also when an earlier plan is published once more.
    version = plan.event.version
    kind, until = FIRST if is_first else CHANGED, max(plan.event.start, now + timedelta(minutes=5))
    dues = [Due(kind, one.person_id, TIMETABLE_SUBJECT, one.pk, version, now, until) for one in registrations]
    schedule_notices(*dues, now=now)


def render_timetable(row: Notification, now: datetime) -> Message | Nothing:
    registration = Registration.objects.select_related("person", "event__by").filter(pk=row.subject_id).first()
    if registration is None or not registration.is_in:
        return Nothing("not registered any more")
    reader = RegistrationForReader(registration.person, now, registration)
    facts = registration_facts(reader) | {
        "rows": [timetable_line(pair, registration, reader) for pair in own_pairs(registration)],
        "is_first": row.kind == FIRST,
        "timetable_url": absolute_url("event_timetable", registration.event.slug),
    }
    return reader.render_email("events/timetable", facts)


def timetable_line(pair: Pairing, registration: Registration, reader: RegistrationForReader) -> str:
    """`18:00–18:10, Table 3: Priya`, and the question that the partner brings, if they bring one."""
    partner = pair.partner_of(registration)
    words = {
        "span": reader.span(pair.round.start, pair.round.end) if pair.round else "",
        "table": pair.table.name if pair.table else _("online"),
        "name": partner.board_name,
    }
    line = _("%(span)s, %(table)s: %(name)s") % words
    return f"{line} – “{partner.question}”" if partner.question else line


def timetable_lines(kind: str) -> Callable[[Sequence[InboxItem], User, datetime], Mapping[int, InboxLine]]:
    words = {
        FIRST: gettext_lazy("Your timetable for %(title)s is here"),
        CHANGED: gettext_lazy("Your timetable for %(title)s has changed"),
    }

    def write(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
        known = Registration.objects.of(reader).select_related("event")
        found = known.in_bulk({item.subject_id for item in items})
        return {
            item.pk: InboxLine(
                str(words[kind]) % {"title": found[item.subject_id].event.title},
                reverse("event_timetable", args=[found[item.subject_id].event.slug]),
            )
            for item in items
            if item.subject_id in found
        }

    return write
