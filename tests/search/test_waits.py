"""What staff see of the lines: counts by topic and mentor, never who."""

import pytest
from django.urls import reverse

from search.waits import TopicLine, mentors_waited_for, topics_waited_for
from sessions_app.waiting.acts import leave_waitlist, wait_for_help, wait_for_mentor
from tests.conftest import NOW

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
