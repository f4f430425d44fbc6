"""Lists and figures of a long past are what a plain question gives, which reads everything."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core.paginator import Paginator

from accounts.models import User
from bench.history.people import fill_people
from bench.history.sessions import fill_history
from common.statements import analyze_tables
from sessions_app.conversation.reading import ThreadList
from sessions_app.models import Booking, Engagement, Feedback, ReadMarker

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(now) -> list[User]:
    """The mentor and the mentee with the longest histories, and one of each with a short one."""
    crowd = fill_people(90, now=now)
    fill_history(crowd, 3500, now=now)
    analyze_tables()  # else queries are planned for the empty tables that an automatic vacuum may have seen
    return list(User.objects.filter(pk__in=[crowd.mentor + 1, crowd.mentor + 5, crowd.mentee + 1, crowd.mentee + 5]))


def test_a_person_has_the_newest_of_both_roles(people, now):
    giver = people[0]
    taken = Booking.objects.filter(mentee=people[-1])[:40]
    Booking.objects.filter(pk__in=taken.values("pk")).exclude(mentor=giver).update(mentee=giver)
    for person in people:
        mine = Booking.objects.visible_to(person)
        assert list(Booking.objects.past(now).newest_of(person, 50)) == list(mine.past(now)[:50])
        assert list(Booking.objects.called_off().newest_of(person, 50)) == list(mine.called_off()[:50])


def test_threads_are_in_the_order_of_their_newest_message(people):
    for person in people:
        begun = {
            engagement: max((message.pk for message in engagement.messages.all()), default=0)
            for engagement in Engagement.objects.visible_to(person).prefetch_related("messages")
        }
        expected = sorted((one for one in begun if begun[one] or not one.closed_at), key=lambda one: -begun[one])

        pages = Paginator(ThreadList(person), 20)
        assert pages.count == len(expected)
        assert [thread for number in pages.page_range for thread in pages.page(number)] == expected


def test_new_messages_are_those_of_the_other_after_what_was_read(people):
    mentee = people[2]
    thread = ThreadList(mentee)[:1][0]
    theirs = thread.messages.exclude(author=mentee)
    seat = ReadMarker.objects.get(engagement=thread, person=mentee)
    assert thread.new == 0

    seat.read_to = theirs[0].pk - 1
    seat.save()

    assert ThreadList(mentee)[:1][0].new == theirs.count() > 0


@pytest.mark.parametrize("days", [-3, 0, 5])
def test_feedback_is_known_when_both_answered_or_after_seven_days(people, now, days):
    moment = now + timedelta(days=days)
    every = list(Feedback.objects.select_related("booking", "written"))
    times = Counter(one.booking_id for one in every if one.booking_id)
    answered = {booking for booking, number in times.items() if number > 1}
    known = {one.pk for one in every if one.contact.end + timedelta(days=7) <= moment or one.booking_id in answered}

    assert set(Feedback.objects.unveiled(moment).values_list("pk", flat=True)) == known
