"""What managers of the demo's programmes read: numbers, not that a group is small."""

from datetime import datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from accounts.models import User
from mentors.models import MentorProfile
from programmes.models import Programme
from search.figures.report import Report, read_report
from search.reminders.effect import read_effect
from sessions_app.models import Booking
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("development")]
# The invented world is another one each day.
DAYS = [0, 3, 41]
# At least so many parts of the week have a number, on each of its two charts.
PARTS_TOLD = 4


def seed(moment: datetime) -> None:
    with time_machine.travel(moment, tick=False):
        call_command("seed_demo", "--portraits", "0", stdout=StringIO())


def hidden_in(report: Report) -> list[str]:
    return [row.code for one in report.counted for row in one.rows if row.hidden and row.weekday is None]


def test_both_have_said_something_and_one_reads_what_reminders_bring():
    seed(NOW)
    leadership, career = (Programme.objects.get(slug=slug) for slug in ("leadership-year", "career-service"))

    for programme in (leadership, career):
        assert programme.reminds
        assert programme.announcements.get().reached > 20
    assert [row.value is not None for row in read_effect(leadership, NOW)] == [True, True]
    assert read_effect(career, NOW) is None


@pytest.mark.parametrize("days", DAYS)
def test_each_figure_of_both_programmes_has_a_number(days):
    moment = NOW + timedelta(days=days)
    seed(moment)
    reports = [read_report(programme, None, now=moment) for programme in Programme.objects.order_by("slug")]

    assert [hidden_in(report) for report in reports] == [[], []]
    for report in reports:
        for code in ("asked", "offered"):
            assert len([row for row in report.rows_of("week") if row.code == code and row.value]) >= PARTS_TOLD
    assert Booking.objects.exclude(programme=None).count() > 120
    hidden = MentorProfile.objects.public().exclude(pk__in=MentorProfile.objects.seen_by(None))
    tomas = User.objects.get(email__startswith="tomas@")
    assert len(hidden) == 1
    assert hidden[0].is_seen_by(tomas)
