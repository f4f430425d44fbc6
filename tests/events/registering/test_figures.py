import pytest

from events.registering.figures import expected_after_absence, expected_meetings


@pytest.mark.parametrize(
    ("mentees", "mentors", "rounds", "group_size", "words"),
    [
        (60, 20, 6, 1, "2"),
        (60, 20, 6, 3, "6"),
        (24, 10, 6, 1, "2–3"),
        (30, 30, 6, 1, "6"),
        (3, 10, 6, 1, "6"),
        (10, 3, 6, 1, "1–2"),
        (10, 0, 6, 1, "0"),
        (0, 10, 6, 1, "0"),
        (10, 3, 12, 4, "3"),
    ],
)
def test_expected_meetings(mentees, mentors, rounds, group_size, words):
    found = expected_meetings(mentees=mentees, mentors=mentors, rounds=rounds, group_size=group_size)

    assert str(found) == words


def test_some_stay_away():
    assert str(expected_after_absence(mentees=60, mentors=20, rounds=6)) == "1–2"
    assert str(expected_after_absence(mentees=60, mentors=20, rounds=6, group_size=3, away=0.5)) == "6"
