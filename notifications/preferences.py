"""How a person wants to be told: which mails, at which hours, how long before a session."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Least
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .models import OFF_AT_FIRST, Group, Notification, Preference, usual_leads
from .registry import preference_followers, zone_followers

# Minutes before the start.
LEADS = {
    15: _("15 minutes"),
    30: _("30 minutes"),
    60: _("1 hour"),
    120: _("2 hours"),
    240: _("4 hours"),
    720: _("12 hours"),
    1440: _("1 day"),
    2880: _("2 days"),
}
MOST_LEADS = 3
# What a mail waits for, as its row says
QUIET_HOURS = "quiet hours"
# What the people with these ids chose, for larger statements; `leads_of` reads it.
CHOSEN_LEADS = (
    "(SELECT json_object_agg(person_id, leads) FROM notifications_preference WHERE person_id = ANY(%(people)s))"
)


def preference_of(person: User) -> Preference:
    """What the person chose, or the defaults, unsaved."""
    return Preference.objects.filter(person=person).first() or Preference(person=person)


def reminder_leads_of(people: Iterable[int]) -> dict[int, tuple[timedelta, ...]]:
    """How long before a session each of these people is reminded, longest first."""
    ids = sorted(set(people))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {CHOSEN_LEADS}", {"people": ids})
        return leads_of(ids, cursor.fetchone()[0])


def leads_of(people: Iterable[int], chosen: Mapping[str, list[int]] | None) -> dict[int, tuple[timedelta, ...]]:
    """The same from `CHOSEN_LEADS`, which names no person who has the usual ones."""
    chosen = chosen or {}
    return {person: _minutes_to_spans(chosen.get(str(person), usual_leads())) for person in people}


def _minutes_to_spans(minutes: Iterable[int]) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=one) for one in sorted(minutes, reverse=True))


@transaction.atomic
def save_preference(
    *,
    person: User,
    off: Iterable[str],
    leads: Iterable[int],
    quiet_from: time | None,
    quiet_until: time | None,
    now: datetime,
) -> None:
    values = {
        "off": sorted(set(off) - set(OFF_AT_FIRST)),
        "on": sorted(set(OFF_AT_FIRST) - set(off)),
        "leads": sorted(set(leads), reverse=True),
        "quiet_from": quiet_from,
        "quiet_until": quiet_until,
    }
    Preference.objects.update_or_create(person=person, defaults=values)
    for follow_preference in preference_followers():
        follow_preference(person, now)
    _decide_anew(person, now)


@transaction.atomic
def follow_zone(person: User, now: datetime) -> None:
    """This person has another time zone now."""
    for follow in zone_followers():
        follow(person, now)
    _decide_anew(person, now)


def _decide_anew(person: User, now: datetime) -> None:
    """What waits for the end of quiet hours is due; a worker lets it wait again if it still is to."""
    held = Notification.objects.pending().filter(recipient=person, last_error=QUIET_HOURS, next_try_at__gt=now)
    held.update(next_try_at=now, due_at=now, date=Least(F("date"), now))


@transaction.atomic
def switch_off(*, person: User, group: Group) -> None:
    """Send no more mails of this group. Doing it twice does no harm."""
    preference, _created = Preference.objects.select_for_update().get_or_create(person=person)
    _switch(preference, group, is_on=False)


@transaction.atomic
def switch_on(*, person: User, group: Group) -> None:
    """Send mails of this group again, which someone has just asked for. Doing it twice does no harm."""
    if preference_of(person).has_off(group):
        preference, _created = Preference.objects.select_for_update().get_or_create(person=person)
        _switch(preference, group, is_on=True)


def _switch(preference: Preference, group: Group, *, is_on: bool) -> None:
    name, is_listed = ("on", is_on) if group in OFF_AT_FIRST else ("off", not is_on)
    others = set(getattr(preference, name)) - {group.value}
    setattr(preference, name, sorted(others | {group.value} if is_listed else others))
    preference.save(update_fields=[name])


def find_switched_on(group: Group, people: Collection[int]) -> set[int]:
    """Which of these people have switched on a group that is off at first."""
    rows = Preference.objects.filter(person__in=people, on__contains=[group])
    return set(rows.values_list("person", flat=True))


def quiet_end(preference: Preference, zone: ZoneInfo, moment: datetime) -> datetime | None:
    """When the quiet hours around this moment end; None outside of them."""
    begin, end = preference.quiet_from, preference.quiet_until
    if begin is None or end is None:
        return None
    local = moment.astimezone(zone)
    clock = local.time()
    inside = begin <= clock < end if begin < end else clock >= begin or clock < end
    if not inside:
        return None
    day = local.date() if clock < end else local.date() + timedelta(days=1)
    ends = datetime.combine(day, end, zone)
    # When the clocks go back over the end, the moment may lie after its first coming.
    return next((one for one in (ends, ends.replace(fold=1)) if one.timestamp() > moment.timestamp()), None)
