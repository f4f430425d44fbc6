"""What staff see of the lines: counts by topic and mentor, never who."""

from datetime import timedelta

import pytest
from django.urls import reverse

from search.waits import TopicLine, mentors_waited_for, topics_waited_for
from sessions_app.impact.help_sought import read_help_sought
from sessions_app.impact.survival import Quantile
from sessions_app.models import WaitlistEntry
from sessions_app.models.waiting import WaitlistOutcome
from sessions_app.waiting.acts import leave_waitlist, wait_for_help, wait_for_mentor
from tests.conftest import NOW, make_person
from tests.markup import markup_of, parts_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def test_counts_by_topic_and_by_mentor_without_who(alice, bob, charlie, maria, topic, client_for):
    for person in (bob, charlie):
        wait_for_help(words="salary talk", filters="", person=person, now=NOW)
        wait_for_mentor(profile=alice.mentor_profile, words="", known=[], person=person, now=NOW)
    gone = wait_for_help(words="my ferret", filters="", person=bob, now=NOW)
    wait_for_help(words="my ferret", filters="", person=charlie, now=NOW)
    leave_waitlist(waiting=gone, by=bob, now=NOW)

    assert topics_waited_for(NOW) == [TopicLine("Negotiation", 2), TopicLine("", 1)]
    assert [(row["mentor__slug"], row["people"]) for row in mentors_waited_for(NOW)] == [("alice-adair", 2)]
    page = client_for(maria).get(reverse("staff_unmet")).content.decode()
    assert ("Alice Adair" in page, "Charlie" in page, "ferret" in page) == (True, False, False)


def sought_by(number: int, *, hours: float, ended: str, since=NOW - timedelta(days=7)) -> None:
    person = make_person(f"p{number}@example.org", f"Person {number}")
    waiting = wait_for_help(words="my ferret", filters="", person=person, now=since, asks_mentors=True)
    if ended:
        WaitlistEntry.objects.filter(pk=waiting.pk).update(ended_at=since + timedelta(hours=hours), ended=ended)


def test_how_soon_people_were_helped_counts_those_who_still_wait(maria, client_for):
    for number, hours in enumerate((1, 2, 3, 100)):
        sought_by(number, hours=hours, ended=WaitlistOutcome.BOOKED)
    sought_by(4, hours=5, ended=WaitlistOutcome.LEFT)
    sought_by(5, hours=0, ended="")
    sought_by(6, hours=1, ended=WaitlistOutcome.BOOKED, since=NOW - timedelta(days=40))

    sought = read_help_sought(now=NOW)

    # By hand: 6 in all; after 1, 2 and 3 hours five, four and three sixths wait. One left after 5 hours, so of the two
    # whose wait is known one was helped after 100 hours, and the last has waited for a week.
    assert (sought.asked, sought.helped, sought.waiting, sought.left, sought.unfilled) == (6, 4, 1, 1, 2)
    assert sought.half == Quantile(3 * 3600)
    assert sought.nine_in_ten == Quantile(7 * 24 * 3600, is_more=True)
    assert "sought" in parts_in(markup_of(client_for(maria).get(reverse("staff_unmet"))))


@pytest.mark.parametrize("people", [19, 20])
def test_who_waits_reads_how_soon_others_were_helped_once_they_are_enough(people, bob, client_for):
    for number in range(people - 1):
        sought_by(number, hours=1, ended=WaitlistOutcome.BOOKED)
    wait_for_help(words="my ferret", filters="", person=bob, now=NOW, asks_mentors=True)

    page = markup_of(client_for(bob).get(reverse("waiting_list")))

    assert ("sought" in parts_in(page)) is (people == 20)


def test_of_few_people_nothing_is_told():
    for number in range(4):
        sought_by(number, hours=1, ended=WaitlistOutcome.BOOKED)

    assert not read_help_sought(now=NOW).is_told
