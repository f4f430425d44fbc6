"""A mentor's usual week in words."""

import pytest

from sessions_app.availability.wording import describe_times
from tests.conftest import make_mentor, make_person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("windows", "rules", "words"),
    [
        (
            [(2, 1080, 1230), (4, 1080, 1230)],
            {"max_per_week": 2},
            "Tue and Thu, 18:00–20:30 (London), at most 2 a week",
        ),
        ([(1, 540, 600), (1, 780, 840)], {}, "Mon, 09:00–10:00 and 13:00–14:00 (London)"),
        ([(5, 540, 1440), (7, 0, 60)], {}, "Fri, 09:00–00:00; Sun, 00:00–01:00 (London)"),
        ([], {}, ""),
    ],
)
def test_describe_times(db, windows, rules, words):
    profile = make_mentor(make_person("w@example.org", "Wanda West"), windows=windows, **rules)

    assert describe_times(profile, False) == words


def test_describe_times_on_a_clock_of_twelve_hours(db):
    profile = make_mentor(make_person("w@example.org", "Wanda West"), windows=[(2, 1080, 1230)])

    assert describe_times(profile, True) == "Tue, 6:00–8:30\xa0pm (London)"
