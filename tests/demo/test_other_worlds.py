"""The command in an empty database, refusing, or making another world than the usual one."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from demo import programmes
from demo.accounts import ACCOUNTS
from demo.quotes import OF_ONE_MENTOR, QUOTES
from mentors.models import MentorProfile
from programmes.models import Invitation
from sessions_app.afterwards.voices import list_voices
from sessions_app.availability.timetable import load_timetable
from sessions_app.booking.book import book_session
from sessions_app.models import Booking, BookingState, Feedback, QuoteDecision, WrittenQuestion
from sessions_app.models.feedback import QuoteAct
from sessions_app.questions.brief_input import BriefInput
from tests.conftest import at, make_person


def person(name: str) -> User:
    return User.objects.get(email=f"{name}@demo.example")


def test_seed_reset_takes_only_invented_people_out(seed, offer, bob, now):
    ours = book_session(offer=offer, start=at("2026-11-26 14:30"), brief=BriefInput("Stay or go?"), mentee=bob, now=now)
    seed()
    priya = person("priya").mentor_profile
    days = {"first": at("2026-11-27 00:00"), "last": at("2026-12-10 00:00")}
    slot = load_timetable(priya, now=now).slots(length=15, now=now, **days)[0]
    book_session(offer=priya.offers.get(length=15), start=slot.start, brief=BriefInput("And now?"), mentee=bob, now=now)

    seed("--reset", "--mentors", "3")

    assert list(Booking.objects.filter(mentee=bob)) == [ours]
    assert MentorProfile.objects.public().count() == 3 + 1
    assert ours.occupancies.count() == 2
    assert list(ours.events.values_list("to_state", flat=True)) == [BookingState.CONFIRMED]


def test_seed_refuses_outside_development(db, now):
    with pytest.raises(CommandError, match="not a development site"):
        call_command("seed_demo", stdout=StringIO())

    assert User.objects.count() == 0


def test_seed_by_force_lets_nobody_in_by_the_known_password(db, now):
    call_command("seed_demo", "--force", "--mentors", "2", stdout=StringIO())

    assert not any(user.has_usable_password() for user in User.objects.all())


def test_no_more_people_come_in_by_a_link_than_it_lets_in_however_large_the_world_is(seed, monkeypatch):
    monkeypatch.setattr(programmes, "MENTEES", 2)

    seed()

    mentees = Invitation.objects.filter(asks=True, needs_yes=False)
    assert sorted(mentees.values_list("most", "uses")) == [(2, 2), (3, 3)]


@pytest.mark.parametrize("arguments", [("--mentors", "1"), ("--days", "6"), ("--days", "366"), ("--portraits", "-1")])
def test_seed_refuses_worlds_that_it_cannot_make(db, development, arguments):
    with pytest.raises(CommandError, match="At least 2 mentors, and from 7 to 365 days"):
        call_command("seed_demo", *arguments, stdout=StringIO())


def shown_accounts() -> list[str]:
    """The addresses in what the command prints, in their order."""
    out = StringIO()
    call_command("seed_demo", "--accounts", stdout=out)
    return [word for word in out.getvalue().split() if word.endswith("@demo.example")]


def test_seed_shows_only_accounts_that_are_there(db):
    assert shown_accounts() == []
    for name in ("tomas", "sam", "stranger"):
        make_person(f"{name}@demo.example", name)

    assert shown_accounts() == ["sam@demo.example", "tomas@demo.example"]
    assert User.objects.count() == 3


def test_seed_shows_every_account_of_the_world_that_it_makes(seed):
    seed()

    assert shown_accounts() == [account.email for account in ACCOUNTS]


def test_quotes_are_shown_by_consent_and_by_maria_s_word(seed, now):
    seed("--mentors", "40", "--days", "30")

    shown = Feedback.objects.filter(published_at__isnull=False)
    assert shown.count() == QUOTES
    assert set(shown.values_list("may_publish", "published_by")) == {(True, person("maria").pk)}
    assert QuoteDecision.objects.filter(act=QuoteAct.PUBLISHED).count() == QUOTES
    assert len(set(shown.values_list("left_with", flat=True))) == QUOTES
    mentors = list(shown.values_list("booking__mentor", flat=True))
    assert max(mentors.count(mentor) for mentor in mentors) <= OF_ONE_MENTOR
    assert Feedback.objects.offered_words(now).undecided().exists()
    voices = list_voices(now=now)
    assert voices.is_this_week
    assert (len(voices.quotes), len(voices.questions) >= 3) == (3, True)


def test_the_smallest_world_has_a_story_too(seed):
    seed("--mentors", "2", "--days", "7")

    assert Booking.objects.filter(mentee=person("sam")).count() >= 4
    assert WrittenQuestion.objects.filter(mentee=person("sam")).count() == 0


def test_an_evening_needs_the_invented_people(development, db):
    with pytest.raises(CommandError):
        call_command("demo_event")
