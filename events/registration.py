"""What this app enters into the lists of lower apps when it starts."""

from collections.abc import Collection, Mapping

from django.urls import reverse

from accounts.hooks import after_person_change, after_sign_in
from accounts.privacy.consents import register_purpose
from accounts.privacy.hooks import on_leaving
from accounts.privacy.registry import register_tables
from events.afterwards.given import count_meetings_given
from events.afterwards.kinds import KINDS as AFTERWARDS
from events.live.parting import mend_evenings_after_parting
from events.models import Event, EventMode, Registration
from events.planning.kinds import KINDS as PLANNING
from events.planning.parting import mend_after_parting
from events.planning.publishing import mend_timetable
from events.privacy import TABLES, end_what_is_ahead, give_up_places
from events.registering.calendar import calendar_uid
from events.registering.consents import NEEDS, remove_needs
from events.registering.giving import HOST_SUBJECT, SUBJECT
from events.registering.kinds import KINDS as REGISTERING
from events.registering.leaving import after_coming, after_leaving
from events.registering.mentioning import mention_events
from events.registering.parting import leave_hours_after_parting, list_places
from events.registering.webhooks import EVENTS
from events.subjects import ASKED, EVENT, TEXT
from events.views.registering import register_after_sign_in
from notifications.registry import register_kinds
from notifications.webhooks.events import register_events
from sessions_app.availability.commitments import NamedTime, commitment_kinds
from sessions_app.impact.given import meeting_counts
from sessions_app.questions.gatherings import finders
from trust.separations import what_would_end, when_parted
from trust.signals.looking import register_sources
from trust.subjects import register_subjects


def register_all() -> None:
    register_tables(*TABLES)
    register_purpose(NEEDS, lambda person, now: remove_needs(person=person, now=now))
    on_leaving.append(end_what_is_ahead)
    for kinds in (REGISTERING, PLANNING, AFTERWARDS):
        register_kinds(kinds)
    register_events(EVENTS)
    finders.append(mention_events)
    meeting_counts.append(count_meetings_given)
    after_person_change.append(give_up_places)
    after_leaving.append(mend_timetable)
    after_coming.append(mend_timetable)
    when_parted.extend([mend_after_parting, mend_evenings_after_parting, leave_hours_after_parting])
    what_would_end.append(list_places)
    register_subjects(EVENT, ASKED)
    register_sources(TEXT)
    after_sign_in.append(register_after_sign_in)
    commitment_kinds[SUBJECT] = name_registrations
    commitment_kinds[HOST_SUBJECT] = name_hosted_events


# What pages and feeds call the time that a registration takes
def name_registrations(ids: Collection[int]) -> Mapping[int, NamedTime]:
    known = Registration.objects.filter(pk__in=ids).select_related("event")
    return {one.pk: named_time(one.event, one) for one in known}


def name_hosted_events(ids: Collection[int]) -> Mapping[int, NamedTime]:
    return {event.pk: named_time(event, event) for event in Event.objects.filter(pk__in=ids)}


def named_time(event: Event, of: Event | Registration) -> NamedTime:
    place = "" if event.mode == EventMode.ONLINE else event.place
    url, uid = reverse("event", args=[event.slug]), calendar_uid(of.uuid)
    return NamedTime(event.title, url, uid, of.version, place, event.timezone)
