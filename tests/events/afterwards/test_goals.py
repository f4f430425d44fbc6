from datetime import date, timedelta

import pytest

from events.afterwards.goals import agree_to_witness, say_how_it_went, say_in_touch, set_goal
from events.afterwards.notices import GOAL_DUE, IN_TOUCH, WITNESS_ASKED
from events.errors import EventError
from events.models import Goal, Went
from notifications.models import InboxItem, Notification, State
from tests.conftest import at
from tests.events.making import make_guests

from .evening import CLOSED

pytestmark = pytest.mark.django_db
# In Bob's zone the event closed after midnight.
DUE = at("2027-03-04 09:00")


def pending() -> list[tuple[str, str]]:
    rows = Notification.objects.filter(subject_type="event_goal").exclude(state=State.OBSOLETE)
    return sorted(rows.values_list("kind", "recipient__email"))


def refused(act) -> str:
    with pytest.raises(EventError) as error:
        act()
    return error.value.code


@pytest.fixture
def goal(over) -> Goal:
    return set_goal(registration=over.bob, text="Asked for the level", witness=over.alice, now=CLOSED)


def test_a_goal_is_due_in_three_months_and_its_witness_is_asked(over, goal):
    assert (goal.due, goal.is_witnessed, goal.version) == (date(2027, 3, 4), False, 1)
    assert pending() == [(GOAL_DUE, "bob@example.org")]
    [item] = InboxItem.objects.filter(kind=WITNESS_ASKED)
    assert item.recipient == over.alice.person


def test_a_witness_agrees_once_and_is_reminded_too(over, goal):
    for _press in range(2):
        goal = agree_to_witness(goal=goal, witness=over.alice, now=CLOSED)

    assert (goal.is_witnessed, goal.version) == (True, 2)
    assert pending() == [(GOAL_DUE, "bob@example.org"), (IN_TOUCH, "alice@example.org")]
    assert not InboxItem.objects.filter(kind=WITNESS_ASKED).exists()


def test_saving_the_same_again_changes_nothing(over, goal):
    again = set_goal(registration=over.bob, text=goal.text, witness=over.alice, now=CLOSED)

    assert again.version == 1


def test_other_words_keep_the_witness_and_another_witness_is_asked_anew(over, goal):
    agree_to_witness(goal=goal, witness=over.alice, now=CLOSED)
    kept = set_goal(registration=over.bob, text="Took the offer", witness=over.alice, now=CLOSED)
    assert kept.is_witnessed

    none = set_goal(registration=over.bob, text="Took the offer", witness=None, now=CLOSED)

    assert (none.is_witnessed, none.version) == (False, 4)
    assert pending() == [(GOAL_DUE, "bob@example.org")]
    assert refused(lambda: agree_to_witness(goal=none, witness=over.alice, now=CLOSED)) == "closed"


def test_goals_are_for_those_who_were_mentored_and_soon_after(over, goal):
    late = CLOSED + timedelta(days=30)

    assert refused(lambda: set_goal(registration=over.alice, text="Mine", witness=None, now=CLOSED)) == "closed"
    assert refused(lambda: set_goal(registration=over.bob, text="Later", witness=None, now=late)) == "closed"


def test_a_witness_is_someone_they_met(over, event):
    stranger = type(over.alice)(event=over.event, person=make_guests(1)[0], side="mentor", pk=10**9)

    assert refused(lambda: set_goal(registration=over.bob, text="Mine", witness=stranger, now=CLOSED)) == "stranger"


def test_both_say_what_became_of_it_when_its_day_has_come(over, goal):
    goal = agree_to_witness(goal=goal, witness=over.alice, now=CLOSED)
    early = DUE - timedelta(days=2)
    assert refused(lambda: say_how_it_went(goal=goal, went=Went.DONE, now=early)) == "too_early"
    assert refused(lambda: say_in_touch(goal=goal, witness=over.alice, in_touch=True, now=early)) == "too_early"

    say_how_it_went(goal=goal, went=Went.DONE, now=DUE)
    say_in_touch(goal=goal, witness=over.alice, in_touch=False, now=DUE)

    goal.refresh_from_db()
    assert (goal.went, goal.in_touch) == (Went.DONE, False)


def test_who_has_said_what_became_of_it_has_no_line_that_asks(over, goal):
    agree_to_witness(goal=goal, witness=over.alice, now=CLOSED)
    asked = InboxItem.objects.filter(kind__in=[GOAL_DUE, IN_TOUCH], at__lte=DUE + timedelta(days=1)).unread()
    say_how_it_went(goal=goal, went=Went.DONE, now=DUE)
    left = list(asked.values_list("kind", flat=True))

    say_in_touch(goal=goal, witness=over.alice, in_touch=False, now=DUE)

    assert (left, asked.exists()) == ([IN_TOUCH], False)
