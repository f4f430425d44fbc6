import pytest

from mentors.moderation.checklist import POINTS, first_look, is_plausible_name

GOOD = {
    "name": "Dora Diaz",
    "headline": "Staff engineer",
    "asks": ["How do I ask for more?", "Is this offer a good one?", "What do I say on Monday?"],
    "how_i_work": "Bring the draft.",
    "has_photo": True,
    "times": "The soonest is Thursday.",
}


def look(**changes) -> dict[str, tuple[bool, str]]:
    return {finding.point.key: (finding.passed, finding.note) for finding in first_look(**(GOOD | changes))}


def test_first_look_finds_nothing_wrong_with_a_good_profile():
    assert [passed for passed, _ in look().values()] == [True] * len(POINTS)


@pytest.mark.parametrize(
    ("changes", "point", "expected"),
    [
        ({"has_photo": False}, "face", (True, "No photo: people see the initials.")),
        ({"name": "DORA DIAZ"}, "name", (False, "The name has an unusual form.")),
        ({"asks": ["Leadership"]}, "questions", (False, "“Leadership” is a topic rather than a question.")),
        ({"asks": ["How do I ask?"] * 2}, "questions", (False, "Two of the questions are the same.")),
        ({"how_i_work": "See www.dora.example"}, "contact", (False, "Check “www.”.")),
        ({"how_i_work": "Call +44 20 7946 0018"}, "contact", (False, "Check “+44 20 7946 0018”.")),
        ({"headline": "Get my course"}, "contact", (False, "Check “my course”.")),
        ({"asks": ["Can I pay you $200 for it?"]}, "contact", (False, "Check “$2”.")),
        ({"times": ""}, "times", (False, "No times set. Nobody can book until there are some.")),
    ],
)
def test_first_look_finds(changes, point, expected):
    assert look(**changes)[point] == expected


@pytest.mark.parametrize("name", ["Zoë", "Jean-Luc O’Neill", "李 小龙", "अमित शाह", "Ón"])
def test_a_plausible_name(name):
    assert is_plausible_name(name)


@pytest.mark.parametrize("name", ["X", "Agent 47", "BEST MENTOR", "!!"])
def test_an_unusual_name(name):
    assert not is_plausible_name(name)


@pytest.mark.parametrize("text", ["Hired 120 people in 2019 and 2021.", "From 2012 to 2024"])
def test_years_and_numbers_are_no_telephone(text):
    assert look(how_i_work=text)["contact"] == (True, "")
