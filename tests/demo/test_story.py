"""Each known account comes across one of each thing."""

from datetime import timedelta

import pytest
from django.db.models import Exists, OuterRef
from django.urls import reverse

from accounts.models import User
from calendars.models import Connection
from mentors.models import MentorProfile
from notifications.models import InboxItem
from sessions_app.afterwards.followups import why_not_answer
from sessions_app.models import (
    Booking,
    BookingState,
    BusySpan,
    Certificate,
    FollowUpStep,
    NextStep,
    Occupancy,
    Takeaway,
    WaitlistEntry,
    WrittenQuestion,
)
from tests.markup import elements_of, markup_of
from trust.models import Case

LISTS = {
    "sam": ("session_list", "left_with", "message_list", "notifications", "waiting_list", "home"),
    "priya": ("mentor_feedback", "mentor_record", "mentor_certificates", "mentor_availability"),
    "tomas": ("mentor_today", "message_list"),
    "jonas": ("mentor_profile",),
    "maria": ("staff_home", "staff_words", "staff_cases", "staff_unmet", "staff_reading", "staff_profiles"),
}


def person(name: str) -> User:
    return User.objects.get(email=f"{name}@demo.example")


def test_sam_meets_one_of_each_thing(world, now):
    sam = person("sam")

    assert sorted(WrittenQuestion.objects.filter(mentee=sam).values_list("state", flat=True)) == ["answered", "asked"]
    assert WaitlistEntry.objects.live(now).filter(person=sam).count() == 2
    assert NextStep.objects.get(person=sam).due_on == (now + timedelta(days=1)).date()
    assert Takeaway.objects.filter(author=sam).count() == 2
    assert InboxItem.objects.shown_to(sam, now).unread().exists()


def test_sam_s_second_date_with_tomas_belongs_to_the_same_question(world):
    first, second = Booking.objects.filter(mentee=person("sam"), mentor=person("tomas")).order_by("during")
    assert (first.state, second.state) == (BookingState.COMPLETED, BookingState.REQUESTED)
    assert first.engagement_id == second.engagement_id


def test_sam_can_say_now_how_it_went_on_after_two_weeks(world, now):
    early = Booking.objects.get(mentee=person("sam"), mentor=person("priya"), state=BookingState.COMPLETED)
    assert why_not_answer(early, FollowUpStep.TWO_WEEKS, action=None, now=now) is None


def test_mentors_have_something_to_answer_and_something_to_show(world, now):
    assert WrittenQuestion.objects.open(now).filter(mentor=person("tomas")).count() == 1
    assert Certificate.objects.get(person=person("priya")).sessions >= 9
    schedule = MentorProfile.objects.get(person=person("priya")).schedule
    assert (schedule.overrides.count(), schedule.time_off.count()) == (1, 1)


def test_staff_have_one_report_to_read_and_one_settled(world):
    assert (Case.objects.undecided().count(), Case.objects.settled().count()) == (1, 1)
    settled = Case.objects.settled().get()
    assert (settled.openings.get().by, settled.opened_at < settled.decided_at) == (person("maria"), True)


@pytest.mark.parametrize("name", LISTS)
def test_no_list_of_a_known_account_is_empty(world, client_for, name):
    client = client_for(person(name))

    empty = [
        page for page in LISTS[name] if elements_of(markup_of(client.get(reverse(page))), "div", **{"class": "empty"})
    ]
    assert empty == []


def test_calendars_are_in_each_state_and_stand_in_no_session_s_way(world, now):
    states = Connection.objects.values_list("person__name", "state", "failure").order_by("pk")

    assert [(name.split()[0], *state) for name, *state in states] == [
        ("Priya", "active", ""),
        ("Priya", "active", ""),
        ("Tomás", "failing", "unreachable"),
        ("Sam", "needs_you", "refused"),
        ("Jonas", "proposed", ""),
    ]
    assert not Connection.objects.due(now + timedelta(days=7)).exists()
    taken = Occupancy.objects.filter(person=OuterRef("person"), during__overlap=OuterRef("during"))
    assert not BusySpan.objects.filter(Exists(taken)).exists()
