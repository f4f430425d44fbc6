from datetime import timedelta

import pytest

from notifications.models import Notification
from notifications.registry import Message, Nothing, kind_named
from sessions_app.attendance.acts import join_call, say_absent
from sessions_app.attendance.digests import KIND, announce_disputes
from sessions_app.attendance.disputes import contest_missed, decide_attendance
from sessions_app.models import AttendanceKind, Booking
from sessions_app.tasks import announce
from tests.conftest import make_person, make_staff
from tests.sessions_app.conftest import THURSDAY, book
from tests.sessions_app.helpers.attendance import DAY, END, MINUTE, after

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def contested(missed, bob) -> Booking:
    return contest_missed(booking=missed, by=bob, words="I was there", now=after(60))


def digest_for(person, now=END + HOUR) -> Message | Nothing:
    row = Notification.objects.filter(kind=KIND, recipient=person).latest("pk")
    return kind_named(KIND).render(row, now)


def test_staff_hear_once_of_what_is_new_and_never_of_their_own(contested, bob, maria):
    make_person("nils@example.org", "Nils Nord", is_staff=True)
    make_person("gone@example.org", "Gone Girard", is_staff=True, is_active=False)
    make_staff(bob)

    assert [announce_disputes(now=END + hours * HOUR) for hours in (1, 1, 3, 30)] == [2, 0, 0, 0]
    told = Notification.objects.filter(kind=KIND).values_list("recipient__email", flat=True)
    assert sorted(told) == ["maria@example.org", "nils@example.org"]


def test_the_next_waits_an_hour(contested, offer, charlie, maria):
    assert announce_disputes(now=END + HOUR) == 1
    other = book(offer, charlie, THURSDAY + HOUR)
    for person in (offer.profile.person, charlie):
        join_call(booking=other, by=person, now=other.start)
        say_absent(booking=other, by=person, now=other.start + 5 * MINUTE)

    assert [announce_disputes(now=END + hours * HOUR) for hours in (1.5, 1.9, 2.1, 4)] == [0, 0, 1, 0]
    assert digest_for(maria, END + 3 * HOUR).subject == "2 sessions to decide on"


def test_nobody_is_told_before_the_session_is_over(waiting, bob, maria):
    join_call(booking=waiting, by=bob, now=after(5))
    say_absent(booking=waiting, by=bob, now=after(6))

    assert [announce_disputes(now=after(minutes)) for minutes in (7, 25)] == [0, 1]


def test_digest_leads_to_the_page_and_names_nobody(contested, maria):
    announce_disputes(now=END + HOUR)

    mail = digest_for(maria)

    assert mail.subject == "1 session to decide on"
    assert "Thursday 26 November" in mail.text
    assert "/staff/attendance/\n" in mail.text
    assert [name for name in ("Alice", "Bob") if name in mail.text + mail.html] == []


def test_digest_is_silent_once_it_is_decided(contested, maria):
    announce_disputes(now=END + HOUR)
    decide_attendance(booking=contested, decision=AttendanceKind.HELD, by=maria, reason="", now=END + 2 * HOUR)

    row = Notification.objects.get(kind=KIND)
    assert (row.state, row.reason) == ("obsolete", "moved on")
    assert digest_for(maria, END + DAY) == Nothing("nothing waits any more")
    assert announce() == 0


def test_digest_is_for_staff_alone(contested, maria):
    announce_disputes(now=END + HOUR)
    maria.roles = []
    maria.save()

    assert digest_for(maria) == Nothing("not staff any more")
