"""From wishes to a published timetable, by way of the services."""

from collections import Counter

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from events.errors import EventError
from events.models import (
    Chair,
    Event,
    EventState,
    EventTable,
    Pairing,
    Plan,
    PlanState,
    Registration,
    Round,
    Side,
    Wish,
    WishKind,
)
from events.pages.proof_line import proof_lines
from events.pages.timetable_page import timetable_rows
from events.planning import plans, solving
from events.planning.editing import Change, Edit, edit_plan, preview_edit, use_plan_again
from events.planning.plans import ask_plan, facts_of
from events.planning.problems import to_meetings
from events.planning.publishing import publish_plan
from events.planning.solving import solve_asked
from events.planning.tables import TableInput, set_tables
from events.planning.wishes import set_wishes
from events.registering.acts import cancel_registration
from events.scheduling.fill import fill_holes
from notifications.models import Notification
from sessions_app.afterwards.feedback import give_feedback
from sessions_app.booking.clock import complete_ended
from tests.conftest import NOW, make_mentor, make_person
from tests.events.making import EVENING, come, make_event, make_guests
from tests.sessions_app.conftest import book

pytestmark = pytest.mark.django_db
BEFORE = EVENING.replace(hour=16)


def mentors_named(*names: str):
    return [make_mentor(make_person(f"{name.lower()}@example.org", name)).person for name in names]


@pytest.fixture
def evening(remembered, maria) -> Event:
    """Four mentees, three mentors, three rounds."""
    return remembered(make_full_event, maria)


def make_full_event(maria: User) -> Event:
    event = make_event(maria, places={Side.MENTEE: 6, Side.MENTOR: 4})
    for guest in make_guests(4):
        come(event, guest)
    for mentor in mentors_named("Ann", "Ben", "Cas"):
        come(event, mentor, side=Side.MENTOR)
    return event


@pytest.fixture
def plan(remembered, evening, maria) -> Plan:
    return remembered(planned, evening, maria)


def planned(event: Event, by) -> Plan:
    plan = ask_plan(event=event, by=by, now=NOW)
    assert solve_asked(now=NOW) == 1
    plan.refresh_from_db()
    return plan


def one(event: Event, name: str) -> Registration:
    return event.registrations.get(person__name=name)


def refused(act) -> str:
    with pytest.raises(EventError) as error, transaction.atomic():
        act()
    return error.value.code


def meetings_of(plan: Plan, registration: Registration) -> list:
    return [row for row in plan.meetings if registration.pk in row[:2]]


# Wishes


def test_wishes_replace_those_before(evening):
    guest, ann, ben = one(evening, "Guest 1"), one(evening, "Ann"), one(evening, "Ben")
    set_wishes(registration=guest, wishes={ann.pk: WishKind.MUST, ben.pk: WishKind.NO}, now=NOW)

    set_wishes(registration=guest, wishes={ann.pk: WishKind.LIKE}, now=NOW)

    assert list(Wish.objects.values_list("by", "about", "kind")) == [(guest.pk, ann.pk, "like")]


def test_wishes_have_limits_and_an_end(evening):
    guest, ann, ben, cas = (one(evening, name) for name in ("Guest 1", "Ann", "Ben", "Cas"))
    musts = {mentor.pk: WishKind.MUST for mentor in (ann, ben, cas)}
    noes = {mentor.pk: WishKind.NO for mentor in (ann, ben)}

    assert refused(lambda: set_wishes(registration=guest, wishes=musts, now=NOW)) == "too_many_musts"
    assert refused(lambda: set_wishes(registration=guest, wishes=noes, now=NOW)) == "too_many_noes"
    stranger = {one(evening, "Guest 2").pk: WishKind.LIKE}
    assert refused(lambda: set_wishes(registration=guest, wishes=stranger, now=NOW)) == "stranger"
    assert refused(lambda: set_wishes(registration=guest, wishes={}, now=EVENING)) == "closed"


# A plan


def test_a_plan_is_made_by_a_worker_and_says_what_is_proven(plan):
    counts = Counter(person for row in plan.meetings for person in row[:2])

    assert (plan.state, len(plan.meetings)) == (PlanState.PROPOSED, 9)
    assert sorted(counts.values()) == [2, 2, 2, 3, 3, 3, 3]
    assert (plan.proof["is_proven"], plan.proof["violations"]) == (True, [])
    assert proof_lines(plan)[:2] == [
        "4 mentees, 3 mentors, 3 rounds: each mentee meets 2 or 3, each mentor 3.",
        "No schedule has more meetings or spreads them more evenly (proven).",
    ]


def test_who_asked_to_meet_does_and_who_said_no_does_not(evening, maria):
    guest, ann, ben = one(evening, "Guest 1"), one(evening, "Ann"), one(evening, "Ben")
    set_wishes(registration=guest, wishes={ann.pk: WishKind.MUST, ben.pk: WishKind.NO}, now=NOW)

    plan = planned(evening, maria)

    met = {row[1] for row in meetings_of(plan, guest)}
    assert ann.pk in met
    assert ben.pk not in met
    assert "1 of 1 must-meet is in it. Everyone who named one has one." in proof_lines(plan)


def test_a_mentee_is_never_planned_with_a_mentor_whom_they_do_not_want_again(evening, maria):
    guest, ann = one(evening, "Guest 1"), one(evening, "Ann")
    booking = book(ann.person.mentor_profile.offers.timed().get(), guest.person)
    complete_ended(now=booking.end)
    booking.refresh_from_db()
    give_feedback(booking=booking, by=guest.person, now=booking.end, answers={"resolution": "no", "again": "no"})

    plan = planned(evening, maria)

    assert ann.pk not in {row[1] for row in meetings_of(plan, guest)}


def test_asking_twice_is_one_plan_and_there_is_a_limit(evening, maria, monkeypatch):
    assert ask_plan(event=evening, by=maria, now=NOW) == ask_plan(event=evening, by=maria, now=NOW)
    solve_asked(now=NOW)
    monkeypatch.setattr(plans, "MOST_AN_HOUR", 1)

    assert refused(lambda: ask_plan(event=evening, by=maria, now=NOW)) == "too_often"
    assert refused(lambda: ask_plan(event=evening, by=maria, now=EVENING)) == "closed"


def test_a_plan_that_fails_says_so_and_another_can_be_asked_for(evening, maria, monkeypatch):
    def fail(problem):
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(solving, "propose", fail)
        failed = planned(evening, maria)

    assert (failed.state, failed.reason) == (PlanState.FAILED, "error")
    assert planned(evening, maria).state == PlanState.PROPOSED


def test_an_event_without_mentors_has_an_empty_plan_that_cannot_be_published(maria):
    event = make_event(maria)
    for guest in make_guests(2):
        come(event, guest)

    plan = planned(event, maria)

    assert (plan.state, plan.meetings) == (PlanState.PROPOSED, [])
    assert refused(lambda: publish_plan(plan=plan, now=NOW)) == "empty"


def test_what_stands_in_a_plan_never_changes(plan):
    with pytest.raises(IntegrityError, match="a plan never changes"), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(meetings=[])


def test_tables_are_the_organisers_and_as_many_as_mentors_until_then(evening, plan, maria):
    assert [table.name for table in EventTable.objects.all()] == ["Table 1", "Table 2", "Table 3"]
    set_tables(event=evening, tables=[TableInput("Window"), TableInput("Door", is_quiet=True)], now=NOW)

    again = planned(evening, maria)

    rounds = Counter(row[2] for row in again.meetings)
    assert {row[3] for row in again.meetings} == {1, 2}
    assert max(rounds.values()) == 2


# Changing it by hand


def test_an_edit_is_previewed_and_makes_a_new_plan(plan, maria):
    mentee, mentor, _number, _table = plan.meetings[0]
    free = Edit(Change.FREE, mentee, mentor)

    effect = preview_edit(plan, free)
    changed = edit_plan(plan=plan, edit=free, by=maria, now=NOW)

    before = Counter(person for row in plan.meetings for person in row[:2])
    assert {(person, now) for person, _was, now in effect.counts} == {
        (mentee, before[mentee] - 1),
        (mentor, before[mentor] - 1),
    }
    assert len(plan.meetings) - len(changed.meetings) == 1
    assert (changed.parent, changed.number, changed.proof["is_proven"]) == (plan, plan.number + 1, False)
    assert [mentee, mentor] not in [row[:2] for row in Plan.objects.get(pk=changed.pk).meetings]


def test_an_edit_that_breaks_a_rule_is_refused_with_the_reason(plan):
    mentee, mentor, number, _table = plan.meetings[0]
    busy = next(row for row in plan.meetings if row[0] == mentee and row[2] != number)

    assert refused(lambda: preview_edit(plan, Edit(Change.MOVE, mentee, mentor, round=busy[2]))) == "once_a_round"
    assert refused(lambda: preview_edit(plan, Edit(Change.MOVE, mentee, mentor, round=9))) in ("round", "attendance")
    assert refused(lambda: preview_edit(plan, Edit(Change.FREE, mentee, mentee))) == "stale"


def test_two_swap_their_partners_of_a_round(evening, plan, maria):
    first, second, ann, ben = (one(evening, name).pk for name in ("Guest 1", "Guest 2", "Ann", "Ben"))
    fields = {"state": PlanState.PROPOSED, "by": maria, "asked_at": NOW, "number": 9}
    small = Plan.objects.create(event=evening, meetings=[[first, ann, 1, 1], [second, ben, 1, 2]], **fields)

    effect = preview_edit(small, Edit(Change.SWAP, first, ann, other=second))

    assert {row[:3] for row in effect.rows} == {(second, ann, 1), (first, ben, 1)}
    assert effect.counts == []


def test_a_locked_meeting_stays_in_a_new_plan(evening, plan, maria):
    mentee, mentor, number, _table = plan.meetings[-1]
    locked = edit_plan(plan=plan, edit=Edit(Change.LOCK, mentee, mentor), by=maria, now=NOW)

    ask_plan(event=evening, by=maria, now=NOW, locks=[tuple(row) for row in locked.locks])
    solve_asked(now=NOW)

    newest = Plan.objects.filter(event=evening).first()
    assert [mentee, mentor, number] in [row[:3] for row in newest.meetings]
    unlocked = edit_plan(plan=newest, edit=Edit(Change.UNLOCK, mentee, mentor), by=maria, now=NOW)
    assert unlocked.locks == []


def test_an_older_plan_cannot_be_edited_but_used_again(plan, maria):
    mentee, mentor, *_rest = plan.meetings[0]
    edit_plan(plan=plan, edit=Edit(Change.FREE, mentee, mentor), by=maria, now=NOW)

    assert refused(lambda: edit_plan(plan=plan, edit=Edit(Change.FREE, mentee, mentor), by=maria, now=NOW)) == "stale"
    again = use_plan_again(plan=plan, by=maria, now=NOW)
    assert (again.meetings, again.number) == (plan.meetings, 3)


# Publishing


def test_publishing_writes_rounds_pairs_and_chairs_and_tells_everyone(evening, plan):
    publish_plan(plan=plan, now=NOW)

    evening.refresh_from_db()
    pairs = Pairing.objects.filter(event=evening)
    assert evening.state == EventState.SCHEDULED
    assert [(one.start, one.end) for one in Round.objects.all()] == list(evening.shape.spans(evening.start))
    assert pairs.count() == len(plan.meetings)
    assert Chair.objects.count() == 2 * len(plan.meetings)
    assert Notification.objects.filter(kind="event_timetable").count() == 7


def test_a_timetable_has_a_row_for_each_round(evening, plan):
    publish_plan(plan=plan, now=NOW)
    guest = one(evening, "Guest 1")

    rows = timetable_rows(guest)

    own = {row[2]: row[1] for row in meetings_of(plan, guest)}
    assert [row.round.number for row in rows] == [1, 2, 3]
    assert {row.round.number: row.partner.pk for row in rows if row.partner} == own


def test_publishing_again_tells_those_for_whom_something_changed(evening, plan, maria):
    publish_plan(plan=plan, now=NOW)
    mentee, mentor, *_rest = plan.meetings[0]
    changed = edit_plan(plan=plan, edit=Edit(Change.FREE, mentee, mentor), by=maria, now=NOW)

    publish_plan(plan=changed, now=NOW)

    told = Notification.objects.filter(kind="event_timetable_changed").values_list("subject_id", flat=True)
    assert set(told) == {mentee, mentor}
    assert Plan.objects.get(pk=plan.pk).state == PlanState.REPLACED


def test_a_plan_with_people_who_have_left_is_not_published(evening, plan):
    guest = one(evening, "Guest 1")
    cancel_registration(registration=guest, by=guest.person, now=NOW)

    assert refused(lambda: publish_plan(plan=plan, now=NOW)) == "outdated"


def test_who_leaves_after_publishing_is_replaced_where_someone_is_free(evening, plan):
    publish_plan(plan=plan, now=NOW)
    fewest = Counter(row[0] for row in plan.meetings).most_common()
    leaving = Registration.objects.get(pk=fewest[0][0])

    cancel_registration(registration=leaving, by=leaving.person, now=NOW)

    newest = Plan.objects.get(event=evening, state=PlanState.PUBLISHED)
    assert leaving.pk not in {person for row in newest.meetings for person in row[:2]}
    kept = [row for row in plan.meetings if leaving.pk not in row[:2]]
    assert [row for row in kept if row not in newest.meetings] == []
    assert fill_holes(facts_of(newest).problem, to_meetings(newest.meetings)) == ()
    assert Pairing.objects.filter(event=evening).count() == len(newest.meetings)


def test_an_event_with_a_timetable_takes_nobody_new_and_keeps_its_tables(evening, plan, bob):
    publish_plan(plan=plan, now=NOW)

    assert refused(lambda: come(evening, bob)) == "closed"
    assert refused(lambda: set_tables(event=evening, tables=[TableInput("A")], now=NOW)) == "published"
