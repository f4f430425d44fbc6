from datetime import timedelta

import pytest

from events.live import running
from events.live.evening import Standing, read_evening, standing_of, standing_of_one
from events.live.partners import find_alone, join_alone, report_missing, write_takeaway
from events.live.presence import check_in
from events.models import Answer, Chair, Pairing, Presence, Registration, Wish, WishKind
from events.pages.now import NowPage
from tests.events.live.acting import MINUTE, arrive, pairs, refused, started
from tests.events.making import EVENING, MadeEvening
from tests.sessions_app.helpers.races import race

pytestmark = pytest.mark.django_db
LATER = EVENING + 2 * MINUTE


def meeting(evening: MadeEvening, registration: Registration, number: int = 1) -> Pairing:
    return Pairing.objects.of(registration).that_stand().get(round__number=number)


def page_of(registration: Registration, now) -> NowPage:
    registration = Registration.objects.select_related("event").get(pk=registration.pk)
    return NowPage(read_evening(registration.event, now), registration, standing_of_one(registration))


@pytest.mark.parametrize(
    ("lines", "standing"),
    [
        ([], Standing.ABSENT),
        ([("in", 1)], Standing.HERE),
        ([("in", 1), ("break", 2)], Standing.BREAK),
        ([("in", 1), ("break", 2), ("back", 3)], Standing.HERE),
        ([("in", 1), ("gone", 2)], Standing.GONE),
        ([("in", 1), ("missing", 1)], Standing.HERE),
        ([("in", 1), ("missing", 1), ("missing", 2)], Standing.MISSING),
        ([("in", 1), ("missing", 1), ("missing", 3)], Standing.HERE),
        ([("in", 1), ("missing", 1), ("missing", 2), ("back", 2)], Standing.HERE),
        ([("in", 1), ("break", 1), ("missing", 2)], Standing.BREAK),
    ],
)
def test_the_newest_line_says_where_someone_is(lines, standing):
    assert standing_of(lines) == standing


def test_nobodys_here_counts_from_a_minute_and_a_half(evening):
    started(evening)
    waiting, partner = evening.mentors[1], evening.mentees[3]
    pairing = meeting(evening, waiting)
    soon = EVENING + timedelta(seconds=89)
    assert (page_of(waiting, soon).missed, page_of(waiting, LATER).missed) == ([], [(pairing, "")])
    assert refused(lambda: report_missing(registration=waiting, pairing=pairing, now=soon)) == "wait"

    report_missing(registration=waiting, pairing=pairing, now=LATER)

    assert pairs(1, "missed") == {("Mentee 4", "Mentor 2")}
    assert standing_of_one(partner) == Standing.HERE
    assert [one.registration.board_name for one in Chair.objects.filter(table__number=2, round__number=1)] == [
        "Mentor 2"
    ]
    assert refused(lambda: report_missing(registration=waiting, pairing=pairing, now=LATER)) == "stale"


def test_who_is_missed_twice_in_a_row_meets_nobody_until_they_are_back(evening):
    started(evening)
    partner = evening.mentors[1]
    for number, now in ((1, LATER), (2, LATER + 12 * MINUTE)):
        assert "Mentor 2" in {name for pair in pairs(3) for name in pair}
        pairing = meeting(evening, partner, number)
        report_missing(registration=pairing.partner_of(partner), pairing=pairing, now=now)

    assert standing_of_one(partner) == Standing.MISSING
    assert page_of(partner, LATER + 13 * MINUTE).is_away
    assert "Mentor 2" not in {name for pair in pairs(3) for name in pair}
    check_in(registration=partner, by=partner.person, now=LATER + 13 * MINUTE)
    assert standing_of_one(partner) == Standing.HERE
    assert "Mentor 2" in {name for pair in pairs(3) for name in pair}
    assert list(Presence.objects.filter(registration=partner).values_list("kind", flat=True)) == [
        *("in", "missing", "missing", "back")
    ]


def test_a_free_person_joins_who_is_alone_and_the_first_press_wins(evening):
    started(evening)
    alone, free, met = evening.mentors[1], evening.mentees[2], evening.mentees[0]
    report_missing(registration=alone, pairing=meeting(evening, alone), now=LATER)
    chairs = {one.board_name: page_of(one, LATER).open_chairs for one in evening.mentees[:2]}
    # Mentee 1 meets Mentor 2 later, so only Mentee 2 doesn't: but they do in round 3.
    assert {name: len(found) for name, found in chairs.items()} == {"Mentee 1": 0, "Mentee 2": 0}
    assert refused(lambda: join_alone(registration=met, other=alone, now=LATER)) == "taken"
    Pairing.objects.filter(round__number=3).delete()
    assert [one.registration for one in page_of(evening.mentees[1], LATER).open_chairs] == [alone]

    joined = join_alone(registration=evening.mentees[1], other=alone, now=LATER)

    assert (joined.is_standby, joined.table.name, joined.round.number) == (True, "Table 2", 1)
    assert page_of(alone, LATER).now.names == "Mentee 2"
    assert refused(lambda: join_alone(registration=evening.mentees[1], other=alone, now=LATER)) == "taken"
    assert refused(lambda: join_alone(registration=free, other=alone, now=LATER)) == "taken"


def test_who_must_not_meet_is_not_offered_and_nothing_says_why(evening):
    started(evening)
    alone, free = evening.mentors[1], evening.mentees[1]
    Pairing.objects.filter(round__number=3).delete()
    report_missing(registration=alone, pairing=meeting(evening, alone), now=LATER)
    Wish.objects.create(event=evening.event, by=alone, about=free, kind=WishKind.NO)

    assert page_of(free, LATER).open_chairs == []
    assert refused(lambda: join_alone(registration=free, other=alone, now=LATER)) == "taken"


@pytest.mark.django_db(transaction=True)
def test_one_chair_is_taken_once(evening):
    started(evening)
    alone = evening.mentors[1]
    Pairing.objects.filter(round__number__gt=1).delete()
    report_missing(registration=alone, pairing=meeting(evening, alone), now=LATER)

    outcomes = race(
        [
            lambda one=one: join_alone(registration=one, other=alone, now=LATER)
            for one in (evening.mentees[0], evening.mentees[1])
        ]
    )

    assert outcomes == {"won": 1, "taken": 1}
    assert Pairing.objects.filter(is_standby=True).count() == 1


def test_a_wish_is_shown_to_the_other_only_if_it_is_mutual(evening):
    started(evening)
    mentee, mentor = evening.mentees[3], evening.mentors[1]
    shown = {}
    for why in (["you_asked", "topic"], ["both_asked", "topic"]):
        Pairing.objects.filter(round__number=1).update(why=why)
        shown[why[0]] = page_of(mentee, LATER).now.why, page_of(mentor, LATER).now.why

    assert shown == {
        "you_asked": (["you_asked", "topic"], ["topic"]),
        "both_asked": (["both_asked", "topic"], ["both_asked", "topic"]),
    }


def test_a_takeaway_is_ones_own_and_the_last_one_stands(evening):
    started(evening)
    mentee, mentor = evening.mentees[3], evening.mentors[1]
    pairing = meeting(evening, mentee)
    for words in ("Ask for more", "Ask twice"):
        write_takeaway(registration=mentee, pairing=pairing, words=words, now=LATER)

    assert list(Answer.objects.values_list("registration", "takeaway")) == [(mentee.pk, "Ask twice")]
    assert [one.takeaway for one in page_of(mentee, LATER).takeaways] == ["Ask twice"]
    assert [one.takeaway for one in page_of(mentor, LATER).takeaways] == [""]
    running.close_event(event=evening.event, now=LATER)
    assert [one.takeaway for one in page_of(mentee, LATER).takeaways] == ["Ask twice"]


def test_nobody_is_alone_in_a_round_that_is_not_called(evening):
    arrive(*evening.people)

    page = page_of(evening.mentees[1], EVENING)

    assert (page.is_alone, page.open_chairs, page.shown.pairing) == (False, [], None)
    assert find_alone(page.evening, evening.mentees[1], evening.rounds[1]) == []
