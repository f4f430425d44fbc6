"""What the board, the desk and a person's own page show, round by round."""

from datetime import timedelta

import pytest
import time_machine

from common.texts import fold
from events.live import running
from events.live.clock import Phase
from events.live.evening import Evening, Standing, read_evening, standing_of_one
from events.live.presence import go_home, take_break
from events.models import Answer, Chair, Event, EventMode, EventState, Outcome, Pairing, Registration, Round
from events.pages.board import MOST_PAGES, PAGE_SIZE, SECONDS_PER_PAGE, BoardPage, BoardRow
from events.pages.desk import DeskPage
from events.pages.now import ASKS_EVERY, ASKS_EVERY_WHILE_CHANGING, NowPage
from sessions_app.models import Occupancy
from tests.events.live.acting import MINUTE, arrive, started
from tests.events.making import EVENING, come, make_event
from tests.markup import elements_of, ids_in, links_in, markup_of, parts_in

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast]
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def read(evening, now=EVENING):
    return read_evening(Event.objects.get(pk=evening.event.pk), now)


def board(evening, now=EVENING, asked=None) -> BoardPage:
    return BoardPage(read(evening, now), asked)


def desk(evening, now=EVENING, words="") -> DeskPage:
    return DeskPage(read(evening, now), words)


def own(registration: Registration, now=EVENING) -> NowPage:
    known = Registration.objects.select_related("event").get(pk=registration.pk)
    return NowPage(read_evening(known.event, now), known, standing_of_one(known))


# The board


def board_of(count: int, *, second: int = 0, asked: int | None = None) -> BoardPage:
    event = Event(state=EventState.LIVE)
    page = BoardPage(Evening(event, [], EVENING + second * SECOND), asked)
    # As a cached property would.
    vars(page)["all_rows"] = [BoardRow(f"Guest {number:04}", "") for number in range(count)]
    return page


@pytest.mark.parametrize(
    ("count", "pages", "letters", "rows"),
    [
        (0, 0, "large", 0),
        (1, 1, "large", 1),
        (PAGE_SIZE, 1, "large", PAGE_SIZE),
        (PAGE_SIZE + 1, 2, "large", PAGE_SIZE),
        (3 * PAGE_SIZE, 3, "large", PAGE_SIZE),
        # More than fit on three pages are written smaller.
        (3 * PAGE_SIZE + 1, 3, "medium", PAGE_SIZE + 1),
        (6 * PAGE_SIZE, 3, "medium", 2 * PAGE_SIZE),
        (6 * PAGE_SIZE + 1, 3, "small", 2 * PAGE_SIZE + 1),
        (1000, 3, "small", 334),
    ],
)
def test_a_board_has_at_most_three_pages(count, pages, letters, rows):
    page = board_of(count, asked=1)

    assert (len(page.pages), page.letters, len(page.rows)) == (pages, letters, rows)
    assert len(page.pages) <= MOST_PAGES


@pytest.mark.parametrize("count", [1, PAGE_SIZE + 1, 100, 500])
def test_each_name_stands_on_one_page(count):
    pages = board_of(count).pages

    shown = [row for number in pages for row in board_of(count, asked=number).rows]

    assert shown == board_of(count).all_rows


@pytest.mark.parametrize(("asked", "number"), [(-1, 1), (0, 1), (1, 1), (2, 2), (3, 3), (4, 3), (999, 3)])
def test_a_page_that_there_is_not_is_the_nearest(asked, number):
    assert board_of(3 * PAGE_SIZE, asked=asked).number == number
    assert board_of(0, asked=asked).number == 1


def test_pages_turn_by_themselves_and_come_round():
    numbers = [board_of(3 * PAGE_SIZE, second=step * SECONDS_PER_PAGE).number for step in range(4)]

    assert sorted(numbers[:3]) == [1, 2, 3]
    assert numbers[3] == numbers[0]
    assert board_of(3 * PAGE_SIZE, second=SECONDS_PER_PAGE - 1).number == numbers[0]
    assert board_of(3, second=SECONDS_PER_PAGE).number == 1


def test_names_are_in_the_order_in_which_people_look_for_them():
    names = ["Zoë", "emil", "Émile", "Ana", "Eva", "Ängström"]

    assert sorted(names, key=fold) == ["Ana", "Ängström", "emil", "Émile", "Eva", "Zoë"]
    assert fold("É") == fold("e")


def test_the_board_names_those_with_a_table_in_the_round_that_is_called(evening):
    assert board(evening).all_rows == []
    arrive(*evening.people)
    running.call_round(event=evening.event, now=EVENING)

    rows = board(evening).all_rows

    assert [(row.name, row.table) for row in rows] == [
        ("Mentee 3", "Table 1"),
        ("Mentee 4", "Table 2"),
        ("Mentor 1", "Table 1"),
        ("Mentor 2", "Table 2"),
    ]


def test_the_board_shows_the_round_that_runs_until_the_next_is_called(evening):
    started(evening)
    first = {row.name for row in board(evening, EVENING + MINUTE).all_rows}
    running.call_round(event=evening.event, now=EVENING + 9 * MINUTE)

    still = {row.name for row in board(evening, EVENING + 9 * MINUTE).all_rows}
    then = {row.name for row in board(evening, EVENING + 11 * MINUTE).all_rows}

    assert first == still == {"Mentee 3", "Mentee 4", "Mentor 1", "Mentor 2"}
    assert then == {"Mentee 1", "Mentee 4", "Mentor 1", "Mentor 2"}


def test_the_board_is_empty_when_the_evening_is_over(evening):
    started(evening)
    running.close_event(event=evening.event, now=EVENING + MINUTE)

    assert board(evening, EVENING + MINUTE).all_rows == []


def test_who_has_no_table_stands_on_the_board_without_one(evening):
    arrive(*evening.people)
    running.call_round(event=evening.event, now=EVENING)
    Chair.objects.filter(registration=evening.mentors[0]).update(table=None)

    assert ("Mentor 1", "") in {(row.name, row.table) for row in board(evening).all_rows}


def test_the_board_has_news_with_each_phase_version_and_page(evening):
    started(evening)
    marks = [board(evening, EVENING + minutes * MINUTE, 1).mark for minutes in (0, 1, 11)]
    running.say_to_all(event=evening.event, words="Soup", now=EVENING)
    marks.append(board(evening, EVENING, 1).mark)

    assert marks[0] == marks[1]
    assert len(set(marks)) == 3


# The desk


def test_the_desk_counts_who_is_here_and_says_when_to_start(evening):
    shares = [(0, False)]
    for number, one in enumerate(evening.people, start=1):
        arrive(one)
        page = desk(evening)
        assert (page.here, page.total) == (number, 6)
        shares.append((page.share, page.is_enough))

    assert shares == [(0, False), (16, False), (33, False), (50, False), (66, False), (83, True), (100, True)]


def test_a_desk_of_nobody_divides_by_nothing(evening):
    Registration.objects.all().update(state="cancelled", place=None)

    assert (desk(evening).total, desk(evening).share, desk(evening).rows) == (0, 0, [])


def test_those_who_are_not_here_yet_come_first_by_name(evening):
    arrive(evening.mentees[0], evening.mentees[2])
    go_home(registration=evening.mentees[1], by=evening.event.by, now=EVENING)

    rows = [(row.registration.board_name, row.standing, row.is_here, row.is_gone) for row in desk(evening).rows]

    assert rows == [
        ("Mentee 4", "absent", False, False),
        ("Mentor 1", "absent", False, False),
        ("Mentor 2", "absent", False, False),
        ("Mentee 1", "here", True, False),
        ("Mentee 2", "gone", False, True),
        ("Mentee 3", "here", True, False),
    ]


@pytest.mark.parametrize(
    ("words", "found"),
    [("", 6), ("mentee", 4), ("MENTEE 2", 1), ("  mentor  ", 2), ("mentor\n2", 1), ("nobody", 0), ("%", 0), ("_", 0)],
)
def test_people_are_found_by_a_part_of_their_name(evening, words, found):
    assert len(desk(evening, words=words).rows) == found


def test_the_desk_sees_who_is_here_and_alone(evening):
    arrive(*evening.people)
    assert desk(evening).idle == set()
    running.call_round(event=evening.event, now=EVENING)

    page = desk(evening)

    assert page.idle == {evening.mentees[0].pk, evening.mentees[1].pk}
    alone = {row.registration.board_name: row.is_alone for row in page.rows}
    assert [name for name, is_so in alone.items() if is_so] == ["Mentee 1", "Mentee 2"]
    tables = {row.registration.board_name: row.table and row.table.name for row in page.rows}
    assert (tables["Mentor 2"], tables["Mentee 1"]) == ("Table 2", None)


def test_who_is_on_a_break_is_not_alone(evening):
    arrive(*evening.people)
    running.call_round(event=evening.event, now=EVENING)
    take_break(registration=evening.mentees[0], by=evening.event.by, now=EVENING)

    assert desk(evening).idle == {evening.mentees[1].pk}


@pytest.mark.parametrize("early", [timedelta(), SECOND])
def test_the_desk_offers_only_what_it_may_do_before_the_doors_open(early, evening, client_for, maria):
    """What is refused isn't offered, and an open page has news when that changes."""
    opens = EVENING - HOUR
    with time_machine.travel(opens - early, tick=False):
        page = markup_of(client_for(maria).get(f"/events/{evening.event.slug}/desk/"))
    arriving = evening.mentees[0]

    walk_in = f"/events/{evening.event.slug}/desk/walk-in/"
    offered = {"act-start", "act-call", f"in-{arriving.pk}"} & ids_in(page), walk_in in links_in(page)
    assert offered == ((set(), False) if early else ({"act-start", "act-call", f"in-{arriving.pk}"}, True))
    assert ("doors" in parts_in(page)) == bool(early)
    assert f"gone-{arriving.pk}" in ids_in(page)
    assert desk(evening, opens - MINUTE).mark == desk(evening, opens - 2 * MINUTE).mark != desk(evening, opens).mark


@pytest.mark.parametrize(
    ("mode", "shown"),
    [("on_site", ["18:00", "17:59"]), ("mixed", ["18:00", "17:59"]), ("online", ["17:00", "16:59"])],
)
def test_a_board_in_a_room_goes_by_the_clock_of_the_room(evening, client, mode, shown):
    Event.objects.update(mode=mode)

    with time_machine.travel(EVENING - MINUTE, tick=False):
        page = markup_of(client.get(f"/events/board/{evening.event.board_key}/"))

    assert [one.text for one in elements_of(page, "time")] == shown


def test_once_all_rounds_are_over_closing_the_event_is_what_the_desk_shows(evening, client_for, maria):
    started(evening)
    ways = []
    for moment in (EVENING + MINUTE, desk(evening, EVENING + MINUTE).ends):
        with time_machine.travel(moment, tick=False):
            page = markup_of(client_for(maria).get(f"/events/{evening.event.slug}/desk/"))
        folded = [one.attributes["id"] for one in elements_of(page, "button", class_="btn btn--danger")]
        ways.append(("act-close" in ids_in(page), folded))

    assert ways == [(True, ["act-close"]), (True, [])]


def test_buttons_of_the_desk_are_those_of_its_phase(evening):
    arrive(*evening.people)
    seen = [(page := desk(evening)) and (page.phase, page.is_before, page.is_running, page.can_end)]
    running.start_evening(event=evening.event, now=EVENING)
    for minutes in (1, 11, 60):
        page = desk(evening, EVENING + minutes * MINUTE)
        seen.append((page.phase, page.is_before, page.is_running, page.can_end))
    running.pause(event=evening.event, now=EVENING + 2 * MINUTE)
    page = desk(evening, EVENING + 3 * MINUTE)
    seen.append((page.phase, page.is_before, page.is_running, page.can_end))

    assert seen == [
        (Phase.BEFORE, True, False, False),
        (Phase.RUNNING, False, True, True),
        (Phase.CHANGING, False, True, True),
        (Phase.OVER, False, True, False),
        (Phase.PAUSED, False, True, False),
    ]


def test_rounds_that_are_not_called_can_be_skipped_but_the_only_one(evening):
    assert [one.number for one in desk(evening).can_skip] == [1, 2, 3]
    Round.objects.filter(number=1).update(called_at=EVENING)
    assert [one.number for one in desk(evening).can_skip] == [2, 3]
    Round.objects.filter(number__in=[2, 1]).update(is_skipped=True)
    assert desk(evening).can_skip == []


def test_how_late_the_evening_is_and_whom_that_presses(evening):
    """Another thing begins for two of them when this should be over; a third has something later."""
    end = evening.event.end
    first, second, third, _other = evening.mentees
    for number, (one, start) in enumerate(((first, end), (second, end + 4 * MINUTE), (third, end + 5 * MINUTE))):
        span = (start, start + HOUR)
        Occupancy.objects.create(person=one.person, subject="other", subject_id=number, during=span)
    event = started(evening)
    assert (desk(evening).minutes_late, desk(evening).pressed) == (0, [])

    for _press in range(5):
        running.add_minute(event=event, now=EVENING + MINUTE)

    page = desk(evening, EVENING + MINUTE)
    assert (page.ends, page.minutes_late, page.pressed) == (end + 5 * MINUTE, 5, ["Mentee 1", "Mentee 2"])


def test_a_desk_without_rounds_ends_never(evening):
    Round.objects.update(is_skipped=True)

    assert (desk(evening).ends, desk(evening).minutes_late, desk(evening).pressed) == (None, 0, [])


def test_the_desk_has_news_when_someone_arrives_or_registers(evening):
    marks = [desk(evening).mark, desk(evening).mark]
    arrive(evening.mentees[0])
    marks.append(desk(evening).mark)
    Registration.objects.filter(pk=evening.mentees[1].pk).update(state="cancelled", place=None)
    marks.append(desk(evening).mark)

    assert marks[0] == marks[1]
    assert len(set(marks)) == 3


# One's own page


def test_ones_page_shows_now_and_next(evening):
    started(evening)
    page = own(evening.mentees[3], EVENING + MINUTE)

    assert (page.phase, page.now.names, page.now.table.name) == (Phase.RUNNING, "Mentor 2", "Table 2")
    assert (page.shown, page.after) == (page.now, page.next)
    assert (page.next.names, page.next.table.name, page.next.is_called) == ("Mentor 1", "Table 1", False)
    assert [one.names for one in page.rounds] == ["Mentor 2", "Mentor 1", ""]
    assert page.rounds[2].table is None


def test_between_rounds_the_next_one_is_shown(evening):
    started(evening)
    page = own(evening.mentees[3], EVENING + 11 * MINUTE)

    assert (page.phase, page.now, page.after) == (Phase.CHANGING, None, None)
    assert page.shown == page.next


def test_a_skipped_round_is_on_nobodys_page(evening):
    Round.objects.filter(number=2).update(is_skipped=True)

    assert [one.round.number for one in own(evening.mentees[3]).rounds] == [1, 3]


@pytest.mark.parametrize("outcome", [Outcome.MISSED, Outcome.DROPPED])
def test_a_meeting_that_fell_through_is_not_on_the_page(evening, outcome):
    Pairing.objects.of(evening.mentees[3]).filter(round__number=1).update(outcome=outcome)

    assert own(evening.mentees[3]).rounds[0].pairings == []


def test_only_mentors_read_the_questions_of_those_they_meet(evening):
    assert own(evening.mentors[1]).rounds[0].questions == [("Mentee 4", "Which offer do I take?")]
    assert own(evening.mentees[3]).rounds[0].questions == []
    Registration.objects.filter(pk=evening.mentees[3].pk).update(question="")
    assert own(evening.mentors[1]).rounds[0].questions == []


def test_two_reasons_are_enough(evening):
    Pairing.objects.of(evening.mentees[3]).filter(round__number=1).update(why=["both_asked", "topic", "language"])

    assert own(evening.mentees[3]).rounds[0].why == ["both_asked", "topic"]
    assert own(evening.mentees[3]).rounds[2].why == []


def test_a_pair_online_has_a_call_once_their_round_is_called(evening, settings):
    settings.MEETING_URL = "https://meet.example.org/{token}"
    Event.objects.filter(pk=evening.event.pk).update(mode=EventMode.ONLINE)
    before = own(evening.mentees[3]).rounds[0].has_call
    Round.objects.filter(number=1).update(called_at=EVENING)

    page = own(evening.mentees[3])

    assert (before, page.rounds[0].has_call, page.rounds[1].has_call, page.rounds[2].has_call) == (
        *(False, True, False, False),
    )


@pytest.mark.parametrize(
    ("minutes", "can"),
    [(-61, False), (-60, True), (0, True)],
)
def test_people_check_in_from_an_hour_before(evening, minutes, can):
    assert own(evening.mentees[0], EVENING + minutes * MINUTE).can_check_in == can


def test_who_is_here_need_not_check_in_and_who_left_can(evening):
    one = evening.mentees[0]
    seen = []
    for act in (lambda: None, lambda: arrive(one), lambda: go_home(registration=one, by=one.person, now=EVENING)):
        act()
        page = own(one)
        seen.append((page.standing, page.is_absent, page.is_here, page.is_away, page.can_check_in))

    assert seen == [
        (Standing.ABSENT, True, False, False, True),
        (Standing.HERE, False, True, False, False),
        (Standing.GONE, False, False, True, True),
    ]


def test_nobody_checks_in_at_what_is_over(evening):
    event = started(evening)
    running.close_event(event=event, now=EVENING + MINUTE)

    page = own(evening.mentees[0], EVENING + 2 * MINUTE)

    assert (page.is_over, page.can_check_in) == (True, False)


def test_who_is_free_in_the_round_that_runs_is_alone_and_keeps_no_chair(evening):
    started(evening)
    page = own(evening.mentees[0], EVENING + MINUTE)

    assert (page.is_alone, page.own_chair, page.alone_chair, page.open_chairs) == (True, None, None, [])
    assert not own(evening.mentees[3], EVENING + MINUTE).is_alone


def test_who_was_left_alone_keeps_their_chair(evening):
    started(evening)
    Pairing.objects.filter(round__number=1, table__number=2).update(outcome=Outcome.MISSED)

    page = own(evening.mentors[1], EVENING + MINUTE)

    assert (page.is_alone, page.alone_chair.table.name) == (True, "Table 2")


def test_takeaways_are_of_meetings_that_have_begun_the_newest_first(evening):
    started(evening)
    running.call_round(event=evening.event, now=EVENING + 9 * MINUTE)
    mentee = evening.mentees[3]
    Answer.objects.create(
        pairing=Pairing.objects.of(mentee).get(round__number=1), registration=mentee, takeaway="Ask", at=EVENING
    )

    seen = [
        [(one.round.number, one.takeaway) for one in own(mentee, EVENING + minutes * MINUTE).takeaways]
        for minutes in (5, 9, 13)
    ]

    assert seen == [[(1, "Ask")], [(1, "Ask")], [(2, ""), (1, "Ask")]]
    assert own(evening.mentees[0], EVENING + 5 * MINUTE).takeaways == []


def test_pages_ask_more_often_while_people_change_tables(evening):
    arrive(*evening.people)
    asked = [own(evening.mentees[0]).asks_every]
    running.call_round(event=evening.event, now=EVENING)
    asked.append(own(evening.mentees[0]).asks_every)
    running.start_evening(event=evening.event, now=EVENING)
    asked += [own(evening.mentees[0], EVENING + minutes * MINUTE).asks_every for minutes in (1, 11)]

    assert asked == [ASKS_EVERY, ASKS_EVERY_WHILE_CHANGING, ASKS_EVERY, ASKS_EVERY_WHILE_CHANGING]


def test_a_page_has_news_of_ones_own_and_of_the_clock(evening):
    arrive(*evening.people)
    one = evening.mentees[0]
    marks = [own(one).mark, own(one).mark]
    running.start_evening(event=evening.event, now=EVENING)
    for minutes in (2, 3, 11):
        marks.append(own(one, EVENING + minutes * MINUTE).mark)

    assert (marks[0], marks[2]) == (marks[1], marks[3])
    assert len(set(marks)) == 3


def test_who_can_say_that_nobody_came_sees_it_after_a_minute_and_a_half(evening):
    started(evening)
    waiting = evening.mentors[1]

    found = [own(waiting, EVENING + seconds * SECOND).missed for seconds in (89, 90)]

    assert found == [[], [(Pairing.objects.of(waiting).get(round__number=1), "")]]
    assert own(waiting, EVENING + 91 * SECOND).mark != own(waiting, EVENING + 89 * SECOND).mark


def test_a_pair_at_a_table_has_no_call_and_who_is_free_has_none(evening, settings):
    settings.MEETING_URL = "https://meet.example.org/{token}"
    Round.objects.update(called_at=EVENING)
    assert [one.has_call for one in own(evening.mentees[3]).rounds] == [False, False, False]

    Event.objects.filter(pk=evening.event.pk).update(mode=EventMode.ONLINE)

    assert [one.has_call for one in own(evening.mentees[3]).rounds] == [True, True, False]


def test_of_two_rounds_one_can_be_skipped(evening):
    Round.objects.filter(number=1).update(is_skipped=True)

    assert [one.number for one in desk(evening).can_skip] == [2, 3]


def test_an_evening_that_is_hours_late_says_by_how_much(evening):
    last = Round.objects.get(number=3)
    Round.objects.filter(number=3).update(during=(last.start, last.end + 150 * MINUTE))

    assert desk(evening).minutes_late == 150


def test_who_is_pressed_is_named_once_though_they_are_at_another_event_too(evening, maria):
    late = make_event(maria, start=evening.event.end, title="Late", places={"mentee": 9, "mentor": 2})
    come(late, evening.mentees[0].person)
    event = started(evening)
    running.add_minute(event=event, now=EVENING + MINUTE)

    assert desk(evening, EVENING + MINUTE).pressed == ["Mentee 1"]
