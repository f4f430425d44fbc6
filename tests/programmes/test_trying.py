"""A manager tries the rules of a programme on made-up people: they meet what real people of that standing meet."""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product

import pytest
from django.db import InternalError
from django.urls import reverse

from programmes.models import Membership, Programme, ProgrammeState
from search.criteria import SearchCriteria
from search.finding import find_mentors
from search.trying.made_up import INSIDE, OF_UNIT, OUTSIDE, MadeUp, MadeUpMentee
from sessions_app.availability.pair_facts import read_pair_rules
from sessions_app.booking.book import book_session
from sessions_app.booking.holds import hold_slot
from sessions_app.errors import SessionError
from sessions_app.models import Booking, BookingState
from sessions_app.questions.brief_input import BriefInput
from sessions_app.questions.mentee_standing import standing_of
from tests.conftest import NOW, make_mentor, make_person
from tests.markup import elements_of, markup_of, parts_in, problems_in, refusals_in
from tests.sessions_app.helpers.programmes import let_in
from tests.test_access import rows_of_our_tables

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
SAID = BriefInput(question="How do I say no?")
MORNINGS = [(day, 540, 720) for day in range(1, 8)]
DAY, LONG_AGO = timedelta(days=1), NOW - timedelta(days=40)


@dataclass(frozen=True)
class Case:
    """Rules, what a manager says of the mentee, and the refusal that they meet."""

    code: str
    rules: dict[str, object]
    said: dict[str, str] = field(default_factory=dict)


CASES = [
    Case("unit", {"units_apart": True}, {"unit": " legal"}),
    Case("quota", {"most_sessions": 2}, {"booked": "2"}),
    Case("too_many_open", {"most_open": 1}, {"ahead": "1"}),
    # The installation's own limit comes before that of the programme.
    Case("too_many_open", {"most_open": 9}, {"ahead": "3"}),
    Case("session_kind", {"lengths": [45]}),
    Case("session_kind", {"formats": ["chat"]}),
    Case("kept_for_first", {"first_share": 25}, {"has_met": "on"}),
    Case("week_cap", {}),
]
named = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{'-'.join(case.rules)}")


@pytest.fixture
def mina(programme):
    """Mentors in the programme each morning, of the unit Legal, 30 minutes in a week, of which none are given."""
    person = make_person("mina@example.org", "Mina Mentor")
    profile = make_mentor(person, windows=MORNINGS, buffer=0, notice=0, horizon_days=30)
    let_in(person, programme, gives=True, unit="Legal")
    return type(profile).objects.select_related("person").get(pk=profile.pk)


def address(programme, **said) -> str:
    return reverse("programme_try", args=[programme.slug], query={"as": "mentee"} | said)


def set_rules(programme, **rules) -> None:
    Programme.objects.filter(pk=programme.pk).update(**rules)


def real_mentee(programme, said):
    """Someone of whom the same is true, by rows as bookings write them."""
    person = make_person("mo@example.org", "Mo Mentee")
    let_in(person, programme, asks=True, unit=said.get("unit", "").strip())
    yesterday = (NOW - DAY, NOW - DAY + timedelta(minutes=25))
    for number in range(int(said.get("booked", 0))):
        booked = take(helper(programme, f"past{number}"), person)
        # Over, and nobody's fault: it counts for 28 days, and for nothing else.
        over = {"state": BookingState.MENTOR_NO_SHOW, "created_at": NOW - DAY, "during": yesterday}
        Booking.objects.filter(pk=booked.pk).update(**over)
    ahead = [take(helper(programme, f"ahead{number}"), person).pk for number in range(int(said.get("ahead", 0)))]
    Booking.objects.filter(pk__in=ahead).update(created_at=LONG_AGO)
    if said.get("has_met"):
        met = take(helper(programme, "met"), person)
        during = (LONG_AGO, LONG_AGO + timedelta(minutes=25))
        Booking.objects.filter(pk=met.pk).update(state=BookingState.COMPLETED, created_at=LONG_AGO, during=during)
        met.occupancies.all().delete()
    person.refresh_from_db()
    return person


def helper(programme, name):
    """One more mentor of the programme, with whom the real mentee has a session at another hour than Mina's."""
    person = make_person(f"{name}@example.org", f"{name.title()} Helper")
    let_in(person, programme, gives=True)
    hour = 14 * 60 + 30 * Membership.objects.count()
    return make_mentor(person, windows=[(day, hour, hour + 30) for day in range(1, 8)], buffer=0, notice=0)


def take(profile, mentee, start=None):
    offer = profile.offers.get()
    if start is None:
        [match] = find_mentors(
            SearchCriteria(), zone="UTC", now=NOW, mentee=mentee, among=frozenset([profile.person_id])
        ).matches
        start = match.slots[0].start
    return book_session(offer=offer, start=start, brief=SAID, mentee=mentee, now=NOW)


def refusal_of(profile, mentee, start) -> tuple:
    with pytest.raises(SessionError) as refused:
        book_session(offer=profile.offers.get(), start=start, brief=SAID, mentee=mentee, now=NOW)
    return told(refused.value)


def told(refusal) -> tuple:
    return refusal.code, str(refusal.message), refusal.earliest


def answer_about(response, person_id):
    shown = [*response.context["answers"], *response.context.get("examples", [])]
    return next(one for one in shown if one.tried.profile.person_id == person_id)


def is_found(profile, mentee) -> bool:
    among = frozenset([profile.person_id])
    return bool(find_mentors(SearchCriteria(later=True), zone="UTC", now=NOW, mentee=mentee, among=among).matches)


@pytest.mark.parametrize("state", [ProgrammeState.OPEN, ProgrammeState.DRAFT])
@named
def test_each_refusal_is_that_of_a_booking(programme, mina, alice, client_for, case, state):
    set_rules(programme, **case.rules)
    if case.code == "week_cap":
        Membership.objects.filter(person=mina.person).update(minutes_a_week=30)
        mia = make_person("mia@example.org", "Mia Mentee")
        let_in(mia, programme, asks=True)
        mia.refresh_from_db()
        take(mina, mia)
    mentee = real_mentee(programme, case.said)
    found = is_found(mina, mentee)
    set_rules(programme, state=state)

    response = client_for(alice).get(address(programme, **case.said))

    answer, page = answer_about(response, mina.person_id), markup_of(response)
    assert (response.status_code, case.code in refusals_in(page)) == (200, True)
    [offer] = answer.offers
    refusal = answer.refusal or offer.refusal
    assert str(refusal.message) in page
    set_rules(programme, state=ProgrammeState.OPEN)
    assert told(refusal) == refusal_of(mina, mentee, offer.not_start or NOW + DAY)
    assert answer.is_listed == found
    if offer.start and not answer.refusal:
        assert take(mina, mentee, offer.start).start == offer.start


@named
def test_without_its_rule_none_is_refused(programme, mina, alice, client_for, case):
    response = client_for(alice).get(address(programme, **case.said))

    answer = answer_about(response, mina.person_id)
    assert (answer.is_listed, answer.refusal, answer.offers[0].refusal) == (True, None, None)
    assert refusals_in(markup_of(response)) == []


def test_mentee_who_stays_inside_meets_nobody_outside(programme, mina, alice, client_for):
    set_rules(programme, members_book_outside=False)
    kim = make_mentor(make_person("kim@example.org", "Kim"))
    mentee = real_mentee(programme, {})

    response = client_for(alice).get(address(programme))

    answer = answer_about(response, OUTSIDE)
    assert answer.refusal.code == "programme"
    assert told(answer.refusal) == refusal_of(kim, mentee, NOW + DAY)
    assert (answer.is_listed, is_found(kim, mentee)) == (False, False)
    assert answer_about(response, mina.person_id).refusal is None


def test_visitor_meets_what_a_hold_would_say(programme, mina, alice, client_for):
    client, page = client_for(alice), address(programme, **{"as": "visitor"})
    open_to_all = answer_about(client.get(page), mina.person_id)
    assert (open_to_all.is_listed, open_to_all.refusal) == (True, None)
    set_rules(programme, others_book_ours=False)
    start = open_to_all.offers[0].start
    with pytest.raises(SessionError) as refused:
        hold_slot(offer=mina.offers.get(), start=start, brief=SAID, held_for="a", now=NOW)

    answer = answer_about(client.get(page), mina.person_id)

    assert told(answer.refusal) == told(refused.value)
    assert (answer.is_listed, is_found(mina, None)) == (False, False)


@pytest.mark.parametrize("state", [ProgrammeState.OPEN, ProgrammeState.DRAFT])
def test_visitor_sees_no_mentor_of_a_directory_for_members_not_even_a_made_up_one(
    programme, alice, client_for, request, state
):
    set_rules(programme, directory="members", state=state)
    client = client_for(alice)

    made_up = answer_about(client.get(address(programme, **{"as": "visitor"})), INSIDE)
    assert (made_up.is_listed, made_up.refusal.code) == (False, "programme")
    assert answer_about(client.get(address(programme)), INSIDE).is_listed
    mina = request.getfixturevalue("mina")
    with pytest.raises(SessionError) as refused:
        hold_slot(offer=mina.offers.get(), start=NOW + DAY, brief=SAID, held_for="a", now=NOW)
    answer = answer_about(client.get(address(programme, **{"as": "visitor"})), mina.person_id)
    assert (answer.is_listed, told(answer.refusal)) == (False, told(refused.value))


def test_mentor_tries_how_many_minutes_they_give(programme, alice, client_for):
    client = client_for(alice)

    response = client.get(address(programme, **{"as": "mentor", "minutes": "30", "given": "20"}))
    [offer] = answer_about(response, INSIDE).offers
    assert (offer.refusal.code, offer.refusal.earliest) == ("week_cap", offer.start)
    assert offer.start - offer.not_start == timedelta(days=7)
    response = client.get(address(programme, **{"as": "mentor", "minutes": "45", "given": "20"}))
    assert [one.refusal for one in answer_about(response, INSIDE).offers] == [None]
    assert {"managers-see"} <= set(parts_in(markup_of(response)))


def test_draft_has_made_up_mentors_until_somebody_mentors_in_it(programme, alice, client_for):
    set_rules(programme, state=ProgrammeState.DRAFT, units_apart=True, lengths=[45])

    response = client_for(alice).get(address(programme, unit="Legal"))

    assert {"no-mentors", "as-if-open"} <= set(parts_in(markup_of(response)))
    allowed, other = answer_about(response, INSIDE).offers
    assert (allowed.offer.length, allowed.refusal, allowed.start is not None) == (45, None, True)
    assert (other.start, other.refusal.code) == (None, "session_kind")
    assert answer_about(response, OF_UNIT).refusal.code == "unit"
    assert answer_about(response, OUTSIDE).refusal is None


@pytest.mark.parametrize("way", [{"state": ProgrammeState.ARCHIVED}, {"last_day": NOW.date() - DAY}], ids=str)
def test_rules_of_what_is_over_have_no_say(programme, mina, alice, client_for, way):
    first_day = NOW.date() - 9 * DAY
    set_rules(programme, first_day=first_day, units_apart=True, members_book_outside=False, **way)

    response = client_for(alice).get(address(programme, unit="Legal"))

    assert "no-rules" in parts_in(markup_of(response))
    assert refusals_in(markup_of(response)) == []


def test_a_refusal_of_all_is_said_once(programme, mina, alice, client_for):
    set_rules(programme, most_sessions=1)
    helper(programme, "second")

    response = client_for(alice).get(address(programme, booked="1"))

    assert refusals_in(markup_of(response)) == ["quota"]
    assert len(response.context["answers"]) == 2


def test_members_without_a_profile_or_times_are_told_apart(programme, mina, alice, client_for):
    new = make_person("new@example.org", "New Mentor")
    let_in(new, programme, gives=True)
    mina.schedule.delete()

    response = client_for(alice).get(address(programme))

    rows = {
        one.attributes["data-tried"] for one in elements_of(markup_of(response), "li") if "data-tried" in one.attributes
    }
    assert {str(new.uuid), str(mina.person.uuid)} <= rows
    [offer] = answer_about(response, mina.person_id).offers
    assert told(offer.refusal) == refusal_of(mina, real_mentee(programme, {}), NOW + DAY)


def test_form_asks_what_the_rules_look_at_and_keeps_what_is_wrong(programme, alice, client_for):
    client = client_for(alice)
    assert "nothing-asked" in parts_in(markup_of(client.get(address(programme))))
    set_rules(programme, most_sessions=4, units_apart=True)

    assert list(client.get(address(programme)).context["form"].fields) == ["unit", "booked"]
    response = client.get(address(programme, booked="many", unit="x" * 81))
    assert (response.status_code, problems_in(markup_of(response))) == (422, ["id_unit", "id_booked"])
    assert 'value="many"' in markup_of(response)
    wrong = client.get(address(programme, **{"as": "mentor", "minutes": "5", "given": "-1"}))
    assert (wrong.status_code, problems_in(markup_of(wrong))) == (422, ["id_minutes", "id_given"])


@pytest.mark.parametrize("view", ["mentee", "mentor", "visitor", "nobody"])
def test_nothing_is_written_and_nothing_could_be(programme, mina, alice, client_for, monkeypatch, view):
    set_rules(programme, most_sessions=1, most_open=2, units_apart=True, first_share=25)
    client, said = client_for(alice), {"as": view, "booked": "3", "ahead": "1", "has_met": "on", "unit": "x"}
    before = rows_of_our_tables()
    assert client.get(address(programme, **said)).status_code == 200
    assert rows_of_our_tables() == before

    monkeypatch.setattr("search.views.trying.shown_look", lambda one: set_rules(one, line="written"))
    monkeypatch.setattr("search.views.trying.make_up_mentor", lambda one, _number: set_rules(one, line="written"))
    monkeypatch.setattr("search.trying.trials.make_up_mentor", lambda one, _number: set_rules(one, line="written"))
    with pytest.raises(InternalError, match="read-only transaction"):
        client.get(address(programme, **said))


@pytest.mark.parametrize(
    ("unit", "booked", "ahead", "has_met"), list(product(["", "Legal", "Sales"], [0, 2], [0, 2], [False, True]))
)
def test_made_up_mentee_stands_as_a_real_one(programme, mina, unit, booked, ahead, has_met):
    said = {"unit": unit, "booked": str(booked), "ahead": str(ahead), "has_met": "on" if has_met else ""}
    real = real_mentee(programme, said)
    set_rules(programme, most_sessions=3, most_open=3, units_apart=True, first_share=50, lengths=[25])
    made_up = MadeUp(Programme.objects.get(), NOW, MadeUpMentee(unit, booked, ahead, has_met))
    mentor = mina.person_id

    ours, theirs = made_up.read_standing(mentor), standing_of(real, mentor, now=NOW)

    for name in ("shut_by", "shares_programme", "programme_id", "most_sessions", "most_open", "counted", "is_barred"):
        assert getattr(ours, name) == getattr(theirs, name), name
    for name in ("open_with", "mentors_ahead"):
        assert len(getattr(ours, name)) == len(getattr(theirs, name)), name
    assert made_up.read_pair_rules([mentor]) == read_pair_rules(real, [mentor], now=NOW)
