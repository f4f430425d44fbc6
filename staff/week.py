"""For staff at a glance: this week in numbers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from sessions_app.models import Booking, Feedback, Role
from sessions_app.models.feedback import HELPED
from sessions_app.models.states import AGREED_OR_MISSED, MISSED, OVER

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class WeekFacts:
    """One ISO week of the reader's zone, with sessions still to come. `over`: how many of them are over, missed or not.

    `days`: Monday to Sunday, with the sessions of each.
    """

    sessions: int
    over: int
    sessions_last_week: int
    helped: int
    answers: int
    missed: int
    days: list[tuple[datetime, int]]

    @property
    def helped_percent(self) -> int | None:
        return round(100 * self.helped / self.answers) if self.answers else None

    @property
    def missed_percent(self) -> int | None:
        return round(100 * self.missed / self.over) if self.over else None


def week_facts(now: datetime, zone: str) -> WeekFacts:
    """In three queries.

    A session counts in the week and on the day in which it starts; its feedback in that week too.
    """
    monday = monday_of(now, zone)
    next_monday = monday_of(monday + WEEK + timedelta(hours=12), zone)
    last_monday = monday_of(monday - timedelta(hours=12), zone)
    given = Booking.objects.filter(state__in=AGREED_OR_MISSED)
    this_week = Q(during__startswith__gte=monday, during__startswith__lt=next_monday)
    totals = given.filter(during__startswith__gte=last_monday, during__startswith__lt=next_monday).aggregate(
        sessions=Count("pk", filter=this_week),
        before=Count("pk", filter=~this_week),
        over=Count("pk", filter=this_week & Q(state__in=OVER)),
        missed=Count("pk", filter=this_week & Q(state__in=MISSED)),
    )
    answers = Feedback.objects.filter(role=Role.MENTEE, at__gte=monday, at__lt=next_monday).aggregate(
        all=Count("pk"), helped=Count("pk", filter=Q(resolution__in=HELPED))
    )
    by_day = dict(
        given.filter(this_week)
        .annotate(day=TruncDate("during__startswith", tzinfo=ZoneInfo(zone)))
        .values_list("day")
        .annotate(count=Count("pk"))
        .order_by("day")
    )
    days = [monday.replace(tzinfo=None) + timedelta(days=number) for number in range(7)]
    return WeekFacts(
        sessions=totals["sessions"],
        sessions_last_week=totals["before"],
        over=totals["over"],
        missed=totals["missed"],
        answers=answers["all"],
        helped=answers["helped"],
        days=[(day, by_day.get(day.date(), 0)) for day in days],
    )


def monday_of(moment: datetime, zone: str) -> datetime:
    """The local midnight at which this moment's ISO week began."""
    local = moment.astimezone(ZoneInfo(zone))
    day = local.date() - timedelta(days=local.weekday())
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
