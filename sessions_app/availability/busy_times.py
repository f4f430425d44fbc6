"""What a calendar elsewhere says, as rows that the slot engine reads."""

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from datetime import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.models import User
from mentors.models import MentorProfile
from sessions_app.models import BusySpan
from sessions_app.models.busy import seal_title

from .openings import announce_opened
from .reserved_time import reserving_what_opens

Span = tuple[datetime, datetime]


@transaction.atomic
def replace_busy_times(
    *,
    person: User,
    calendar: int,
    spans: Iterable[Span],
    titles: Mapping[Span, str] | None = None,
    now: datetime,
) -> bool:
    """Make `spans` what this calendar says, all at once. Returns whether any time differed.

    `titles`: of those spans whose person has them kept; what is stored of others is deleted.

    Time that this frees goes the way of all freed time: the waiting list is asked first, and the search looks again.
    Time that it takes is only taken: what the search keeps are lower bounds. Sessions that are booked already stay.
    """
    # As bookings of their time do: the next booking reads what is written here.
    User.objects.locked(person.pk)
    stored = {(row.during.lower, row.during.upper): row for row in BusySpan.objects.filter(calendar=calendar)}
    wanted, titles = set(spans), titles or {}
    gone = [row.pk for span, row in stored.items() if span not in wanted]
    new = [
        BusySpan(
            person=person,
            calendar=calendar,
            during=DateTimeTZRange(*span, "[)"),
            sealed_title=seal_title(titles.get(span, "")),
        )
        for span in sorted(wanted - stored.keys())
    ]
    _update_titles((row, titles.get(span, "")) for span, row in stored.items() if span in wanted)
    if not gone and not new:
        return False
    profile = MentorProfile.objects.filter(person=person).first() if gone else None
    with reserving_what_opens(profile, now) if profile else nullcontext():
        BusySpan.objects.filter(pk__in=gone).delete()
        BusySpan.objects.bulk_create(new)
        if profile:
            announce_opened(person.pk)
    return True


def forget_titles(calendar: int) -> None:
    BusySpan.objects.filter(calendar=calendar).exclude(sealed_title="").update(sealed_title="")


# Of times that stay: only those that differ from what is stored are written.
def _update_titles(rows: Iterable[tuple[BusySpan, str]]) -> None:
    changed = []
    for row, title in rows:
        if (row.sealed_title or title) and row.title != title:
            row.sealed_title = seal_title(title)
            changed.append(row)
    BusySpan.objects.bulk_update(changed, ["sealed_title"], batch_size=1000)
