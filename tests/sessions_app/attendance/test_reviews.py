"""High numbers: mentors who are away for a while, and people whom staff look at."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from mentors.models import Decision, ProfileDecision
from mentors.services import resume_profile
from notifications.models import Notification
from sessions_app.attendance.reviews import close_review, consider_numbers
from sessions_app.models import LedgerReview, Role
from tests.conftest import NOW, make_person, make_staff
from tests.sessions_app.helpers.followups import code_of
from tests.sessions_app.helpers.ledger import miss

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def misses(offer):
    """misses(3): alice missed so many sessions within hours."""
    nia = make_person("n@example.org", "Nia New")

    def make(count: int, *, last=NOW - HOUR) -> None:
        miss(offer, nia, *(last - number * HOUR for number in range(count)), by_mentor=True)

    return make


def test_mentor_is_away_for_two_weeks_and_can_end_that(misses, alice):
    misses(3)

    assert (consider_numbers(now=NOW), consider_numbers(now=NOW)) == (1, 0)

    profile = alice.mentor_profile
    profile.refresh_from_db()
    assert profile.paused_until == (NOW - HOUR + 15 * DAY).date()
    assert ProfileDecision.objects.get(decision=Decision.PAUSED).by is None
    assert Notification.objects.get(kind="mentor_paused").recipient == alice
    resume_profile(profile=profile, by=alice, now=NOW + HOUR)
    assert consider_numbers(now=NOW + 2 * HOUR) == 0
    misses(1, last=NOW + DAY)
    assert consider_numbers(now=NOW + DAY) == 1


def test_mentee_is_not_away_and_nothing_follows_below_the_limits(offer, bob, misses, alice):
    miss(offer, bob, NOW - HOUR, NOW - 2 * HOUR, NOW - 3 * HOUR)
    misses(2)

    assert consider_numbers(now=NOW) == 0
    alice.mentor_profile.refresh_from_db()
    assert alice.mentor_profile.paused_until is None


def test_staff_look_once_and_again_only_when_something_is_added(offer, bob, maria):
    miss(offer, bob, *(NOW - number * HOUR for number in range(1, 5)))
    assert (consider_numbers(now=NOW), consider_numbers(now=NOW + HOUR)) == (1, 0)
    review = LedgerReview.objects.get()
    assert (review.person, review.side, round(review.number, 1)) == (bob, Role.MENTEE, 4.0)
    make_staff(bob)

    assert code_of(lambda: close_review(review=review, words="Fine", by=bob, now=NOW)) == "own_ledger"
    close_review(review=review, words="Wrote to him.", by=maria, now=NOW + HOUR)
    assert code_of(lambda: close_review(review=review, words="", by=maria, now=NOW)) == "changed"
    assert consider_numbers(now=NOW + 2 * HOUR) == 0
    miss(offer, bob, NOW + 2 * HOUR)
    assert consider_numbers(now=NOW + 3 * HOUR) == 1


def test_closing_needs_a_role(offer, bob, charlie):
    review = LedgerReview.objects.create(person=bob, side=Role.MENTEE, number=4, opened_at=NOW)

    with pytest.raises(PermissionDenied):
        close_review(review=review, words="", by=charlie, now=NOW)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        pytest.param({}, "one_open_ledger_review_per_side", id="a-second-one"),
        pytest.param({"closed_at": NOW}, "a_closed_ledger_review_says_by_whom", id="closed-by-nobody"),
        pytest.param({"closed_at": NOW, "own": True}, "nobody_reviews_their_own_ledger", id="closed-by-themselves"),
    ],
)
def test_database_refuses(bob, fields, constraint):
    LedgerReview.objects.create(person=bob, side=Role.MENTEE, number=4, opened_at=NOW)
    closed_by = {"closed_by": bob} if fields.pop("own", False) else {}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        LedgerReview.objects.create(person=bob, side=Role.MENTEE, number=4, opened_at=NOW, **fields, **closed_by)
