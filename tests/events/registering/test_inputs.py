"""What people are asked, by the kind of the event, where it takes place, and their side."""

import pytest

from events.models import Event, EventKind, EventMode, Registration, RegistrationState, Side
from events.registering.inputs import RegistrationInput, choose_side, unasked

OF_TABLES, OF_ROUNDS = {"stays_seated", "wants_quiet"}, {"attends", "most"}


@pytest.mark.parametrize("side", [Side.MENTEE, Side.MENTOR])
@pytest.mark.parametrize(
    ("mode", "needless"),
    [
        (EventMode.ON_SITE, {"attending"}),
        (EventMode.ONLINE, {"attending", *OF_TABLES}),
        (EventMode.MIXED, set()),
    ],
)
def test_speed_mentoring_asks_for_tables_where_there_are_some(mode, needless, side):
    of_side = "question" if side == Side.MENTOR else "is_named"

    assert set(unasked(Event(kind=EventKind.SPEED, mode=mode), side)) == {"contact", of_side, *needless}


def test_guests_of_a_gathering_are_asked_what_to_share():
    found = set(unasked(Event(kind=EventKind.NETWORKING, mode=EventMode.ON_SITE), Side.GUEST))

    assert found == {"attending"}


def test_office_hours_ask_for_a_question_and_nothing_of_rounds_or_tables():
    found = set(unasked(Event(kind=EventKind.OFFICE_HOURS, mode=EventMode.ONLINE), Side.MENTEE))

    assert found == {"attending", "is_named", "contact", *OF_TABLES, *OF_ROUNDS}


SPEED, GATHERING = Event(kind=EventKind.SPEED), Event(kind=EventKind.NETWORKING)


def known(state: str, side: str = Side.MENTOR) -> Registration:
    return Registration(side=side, state=state)


@pytest.mark.parametrize(
    ("event", "registration", "asked", "side"),
    [
        (SPEED, None, "", Side.MENTEE),
        (SPEED, None, "mentor", Side.MENTOR),
        (SPEED, None, "guest", Side.MENTEE),
        (SPEED, None, "<b>", Side.MENTEE),
        (GATHERING, None, "mentor", Side.GUEST),
        # Where they are, or were invited, they stay.
        (SPEED, known(RegistrationState.IN), "mentee", Side.MENTOR),
        (SPEED, known(RegistrationState.WAITING), "", Side.MENTOR),
        (SPEED, known(RegistrationState.INVITED), "mentee", Side.MENTOR),
        # Who has left begins again as they like.
        (SPEED, known(RegistrationState.CANCELLED), "", Side.MENTEE),
        (SPEED, known(RegistrationState.DECLINED), "mentee", Side.MENTEE),
        (SPEED, known(RegistrationState.CANCELLED, Side.MENTEE), "mentor", Side.MENTOR),
    ],
)
def test_on_which_side_a_person_takes_part(event, registration, asked, side):
    assert choose_side(event, registration, asked) == side


def test_rounds_are_stored_in_their_order_and_topics_apart():
    values = RegistrationInput("Bob", attends=(3, 1), languages=("en", "de"), topics=()).values()

    assert (values["attends"], values["languages"]) == ([1, 3], ["en", "de"])
    assert "topics" not in values
    assert set(values) == {field for field in RegistrationInput.__slots__ if field != "topics"}
