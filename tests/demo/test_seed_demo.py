from dataclasses import replace
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from demo.data import topic_leaves
from mentors.models import MentorProfile, Offer, ProfileState, Topic
from notifications.models import Notification
from sessions_app.availability.slots import SlotRefusal
from sessions_app.availability.timetable import load_timetable
from sessions_app.availability.walltime import minute_at_or_after, minute_at_or_before
from sessions_app.models import Booking, BookingState, Brief, Feedback, Occupancy, Schedule, WaitlistEntry
from sessions_app.models.states import OCCUPYING
from sessions_app.quiet.acts import rest_quiet_mentors


def person(name: str) -> User:
    return User.objects.get(email=f"{name}@demo.example")


def why_not_on_the_day_it_was_booked(booking: Booking) -> SlotRefusal | None:
    """The engine's answer when everything else in the diary stood there already; a pause began after what it met."""
    then, span = booking.created_at, (minute_at_or_before(booking.start), minute_at_or_after(booking.end))
    timetable = load_timetable(booking.offer.profile, now=then)
    rest = replace(
        timetable,
        rules=replace(timetable.rules, paused_until=None),
        taken=tuple(item for item in timetable.taken if (item.first_minute, item.end_minute) != span),
    )
    others = Occupancy.objects.filter(person=booking.mentee).exclude(booking=booking)
    own = [(during.lower, during.upper) for during in others.values_list("during", flat=True)]
    return rest.why_not(start=booking.start, length=booking.length, now=then, own=own)


def the_world() -> list[tuple]:
    people = User.objects.order_by("pk").values_list("uuid", "email", "name", "timezone", "date_joined")
    mentors = MentorProfile.objects.order_by("pk").values_list("slug", "headline", "asks", "how_i_work", "paused_until")
    booked = ("uuid", "state", "during", "engagement__brief__question", "programme__slug")
    bookings = Booking.objects.order_by("pk").values_list(*booked)
    waits = WaitlistEntry.objects.order_by("pk").values_list("person__email", "words", "since", "ended_at")
    feedback = Feedback.objects.order_by("pk").values_list("resolution", "left_with", "created_at")
    return [*people, *mentors, *bookings, *waits, *feedback]


def test_seed_makes_the_people_that_the_readme_names(world):
    for name in ("sam", "priya", "tomas", "jonas", "maria"):
        assert person(name).check_password("quarter-hour")
    assert not EmailAddress.objects.filter(verified=False).exists()
    assert EmailAddress.objects.count() == User.objects.count()
    assert [user.email for user in User.objects.filter(is_staff=True, is_superuser=True)] == ["maria@demo.example"]
    assert person("jonas").mentor_profile.state == ProfileState.SUBMITTED
    assert person("priya").timezone == "Asia/Kolkata"
    assert list(person("priya").mentor_profile.offers.values_list("length", "instant")) == [
        (15, True),
        (25, True),
        (45, True),
    ]
    tomas = person("tomas").mentor_profile.offers
    assert set(tomas.timed().values_list("instant", flat=True)) == {False}
    assert tomas.in_writing().count() == 1


def test_seed_gives_sam_a_session_ahead_one_to_answer_and_a_cancelled_one(world, now):
    sessions = Booking.objects.filter(mentee=person("sam")).order_by("during")
    states = ["cancelled", "completed", "completed", "confirmed", "requested"]
    assert sorted(sessions.values_list("state", flat=True)) == states
    assert sessions.get(state=BookingState.CONFIRMED).start > now
    early, held = sessions.filter(state=BookingState.COMPLETED)
    assert early.feedback.filter(author=person("sam")).exists()
    assert not held.feedback.filter(author=person("sam")).exists()
    assert (now - held.end).days < 7


def test_seed_leaves_a_request_waiting_for_tomas(world, now):
    request = Booking.objects.filter(mentor=person("tomas")).waiting().first()
    assert request.created_at < now < request.expires_at < request.start


def test_seed_leaves_every_mentor_bookable_when_the_clock_looks_for_quiet_ones(world, now):
    rest_quiet_mentors(now=now + timedelta(days=7))

    assert MentorProfile.objects.findable().count() == 12


def test_seed_makes_as_many_live_mentors_as_asked_and_a_queue_for_staff(world):
    assert MentorProfile.objects.public().count() == 12
    assert set(MentorProfile.objects.values_list("state", flat=True)) >= {"submitted", "needs_changes", "draft"}
    assert MentorProfile.objects.to_review().first() is not None
    assert Topic.objects.leaves().count() == len(topic_leaves())
    assert set(Topic.objects.leaves().values_list("name", flat=True)) == {leaf.name for leaf in topic_leaves()}


def test_seed_writes_only_what_the_forms_would_take(world):
    refused = {}
    for model in (User, MentorProfile, Offer, Schedule, Brief, Feedback, Topic):
        rows = list(model.objects.all())
        assert rows, model
        for row in rows:
            try:
                # The constraints that forms ask the database about hold for what is there already.
                row.full_clean(validate_constraints=False)
            except ValidationError as error:
                refused[model.__name__, row.pk] = error.messages

    assert refused == {}


def test_seed_gives_every_live_mentor_three_questions_and_times(world):
    for profile in MentorProfile.objects.public():
        assert len(profile.asks) >= 3
        assert profile.schedule.windows.exists()
        assert profile.topics.exists()
        assert profile.offers.exists()


def test_seed_books_only_times_that_the_engine_lists(world):
    bookings = list(Booking.objects.with_people().select_related("offer__profile__schedule"))
    assert len(bookings) > 20
    refused = {booking.pk: refusal for booking in bookings if (refusal := why_not_on_the_day_it_was_booked(booking))}
    assert refused == {}
    assert not Booking.objects.filter(state__in=OCCUPYING).exclude(offer__profile__paused_until=None).exists()


def test_seed_takes_the_time_of_both_for_what_is_ahead_and_of_nobody_else(world, now):
    taken = set(Occupancy.objects.exclude(booking=None).values_list("booking", "person"))
    ahead = Booking.objects.filter(state__in=OCCUPYING)
    assert taken == {(booking.pk, who) for booking in ahead for who in (booking.mentor_id, booking.mentee_id)}
    assert all(booking.start > now for booking in ahead)


def test_seed_logs_how_each_booking_came_to_its_state(world):
    for booking in Booking.objects.prefetch_related("events"):
        events = list(booking.events.all())
        assert events[0].from_state == ""
        assert events[0].at == booking.created_at
        assert events[-1].to_state == booking.state
        assert [event.from_state for event in events[1:]] == [event.to_state for event in events[:-1]]
        assert [event.at for event in events] == sorted(event.at for event in events)


def test_seed_promises_mails_only_about_what_is_ahead(world, now):
    notifications = Notification.objects.filter(subject_type="booking")
    ahead = set(Booking.objects.filter(state__in=OCCUPYING).values_list("pk", flat=True))
    assert set(notifications.values_list("subject_id", flat=True)) == ahead
    assert all(row.due_at > now for row in Notification.objects.all())
    assert set(notifications.values_list("kind", flat=True)) >= {"reminder_hour", "feedback_request", "request_waiting"}


def test_seed_gives_the_same_world_for_the_same_arguments_on_the_same_day(world, seed):
    first = the_world()

    seed("--reset")

    assert the_world() == first


def test_seed_a_second_time_changes_nothing(world, seed):
    before = the_world()

    said = seed()

    assert said.startswith("The invented people are here already; nothing was changed.")
    assert the_world() == before


def test_seed_reset_leaves_the_log_guarded(world, seed):
    seed("--reset")

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM sessions_app_bookingevent")
