"""A whole list over the API, the people in a programme, and the tokens of managers."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.limits import LIMITS
from accounts.models import AccessToken, Scope, Trace, User
from accounts.second_factor.factors import has_factor
from accounts.services import create_person
from accounts.tokens import TokenError, make_token
from programmes.domains import DomainInput, add_domain
from programmes.managers import area_of, end_manager, give_manager
from programmes.members import remove_member
from programmes.models import Invitee, Membership, MembershipState, ProgrammeState, Roster, RosterState, Source
from programmes.notices import News
from programmes.rosters.invitees import come_in, decline_invitation, tell_invited
from tests.accounts.authenticator_app import give_app
from tests.any_speed import SHARED_FIXTURES
from tests.api.conftest import Program
from tests.conftest import NOW
from tests.form_codes import codes_of
from tests.programmes.listing import apply, invite, verdicts_of
from tests.programmes.listing import upload as upload_rows
from tests.programmes.making import let_in, make_programme
from tests.programmes.test_lists import invited, state_of
from tests.programmes.test_pages import kinds_told
from tests.sessions_app.helpers.races import race

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
LIVE, LEFT, REMOVED = MembershipState.LIVE, MembershipState.LEFT, MembershipState.REMOVED


def by_token(person: User, programme, scope: Scope = Scope.WRITE, **said) -> Program:
    if not has_factor(person):
        give_app(person)
    name = f"token {person.access_tokens.count()}"
    about = {"name": name, "scope": scope, "days": 90, "now": NOW, "area": area_of(programme.slug), **said}
    return Program(Client(), {"Authorization": f"Token {make_token(person=person, **about)[1]}"})


@pytest.fixture
def caller(alice, programme) -> Program:
    return by_token(alice, programme)


def put(caller: Program, programme, *addresses: str, **said: object) -> tuple[int, dict]:
    body = {"people": [{"email": one} for one in addresses], **said}
    return caller.send("PUT", f"programmes/{programme.slug}/roster/", body)


def numbers(invited=0, changed=0, unchanged=0, shut_out=0, ended=0) -> tuple[int, dict]:
    said = {"invited": invited, "changed": changed, "unchanged": unchanged, "shut_out": shut_out, "ended": ended}
    return 200, said


def some(count: int) -> list[str]:
    return [f"p{number}@example.org" for number in range(count)]


def test_list_invites_and_the_same_again_does_nothing(caller, programme):
    people = User.objects.count()

    assert [put(caller, programme, *some(3)) for _again in range(2)] == [numbers(invited=3), numbers(unchanged=3)]

    assert (invited(programme), User.objects.count()) == (some(3), people)
    [roster] = Roster.objects.all()
    assert (roster.state, roster.invited, roster.rows.count()) == (RosterState.APPLIED, 3, 0)


def test_who_is_missing_goes_if_a_list_brought_them(caller, programme, alice, bob, charlie, dora):
    let_in(dora, programme, alice)
    put(caller, programme, bob.email, charlie.email, *some(9))
    for person in (bob, charlie):
        come_in(person=person, now=NOW)

    assert put(caller, programme, bob.email, *some(8)) == numbers(unchanged=9, ended=2)
    assert [state_of(one, programme)[0] for one in (bob, charlie, dora)] == [LIVE, LEFT, LIVE]
    assert [kinds_told(one) for one in (bob, charlie)] == [[], [News.OFF_LIST]]
    assert list(Trace.objects.values_list("by", "act", "about")) == [(alice.pk, "member_off_list", charlie.pk)]
    assert invited(programme) == some(8)
    assert put(caller, programme, bob.email, charlie.email, *some(8)) == numbers(invited=1, unchanged=9)


def test_more_than_a_fifth_go_only_when_their_number_is_confirmed(caller, programme):
    put(caller, programme, *some(10))

    assert put(caller, programme, *some(8)) == numbers(unchanged=8, ended=2)
    status, refused = put(caller, programme, *some(6))
    assert (status, refused["code"], refused["ending"]) == (409, "ends_many", 2)
    status, wrong = put(caller, programme, *some(6), confirm=3)
    assert (status, wrong["code"], invited(programme)) == (409, "ends_many", some(8))
    assert put(caller, programme, *some(6), confirm=2) == numbers(unchanged=6, ended=2)
    assert put(caller, programme, *some(6), confirm=2) == numbers(unchanged=6)


def test_rows_say_what_each_person_can_do(caller, programme, alice, bob):
    let_in(bob, programme, alice)
    rows = [
        {"email": bob.email, "sides": ["mentor"], "unit": "Sales"},
        {"email": "New@Example.org", "name": "Zoë 李", "sides": ["mentee", "mentor"]},
        {"email": "b@example.org"},
    ]

    answer = caller.send("PUT", f"programmes/{programme.slug}/roster/", {"people": rows, "sides": ["mentor"]})

    assert answer == numbers(invited=2, changed=1)
    assert state_of(bob, programme) == (LIVE, True, True, Source.LINK)
    assert list(Invitee.objects.order_by("address").values_list("address", "name", "gives", "asks")) == [
        ("b@example.org", "", True, False),
        ("new@example.org", "Zoë 李", True, True),
    ]


def test_bad_rows_are_named_and_nothing_happens(caller, programme, maria):
    add_domain(programme=programme, given=DomainInput("example.org", False, True, False), by=maria, now=NOW)
    rows = [
        {"email": "a@example.org"},
        {"email": "nobody"},
        {"email": "A@example.org"},
        {"email": "b@example.org", "name": "=1+1"},
        {"email": "c@example.org", "unit": "x" * 81},
        {"email": "d@elsewhere.example"},
    ]

    status, refused = caller.send("PUT", f"programmes/{programme.slug}/roster/", {"people": rows})

    assert (status, refused["code"], invited(programme)) == (422, "list_has_bad_rows", [])
    assert sorted(refused["fields"]) == [
        "people.1.email",
        "people.2.email",
        "people.3.name",
        "people.4.unit",
        "people.5.email",
    ]
    assert put(caller, programme, "d@elsewhere.example", keep_outside=True) == numbers(invited=1)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"people": []}, 422, "list_empty"),
        ({"people": [{"email": "a@example.org"}] * 10_001}, 400, "malformed"),
        ({"people": [{"email": "a@example.org", "role": "mentor"}]}, 400, "malformed"),
        ({"people": [{"email": "a@example.org", "sides": []}]}, 400, "malformed"),
        ({"people": [{"email": "a@example.org", "sides": ["boss"]}]}, 400, "malformed"),
        ({"people": ["a@example.org"]}, 400, "malformed"),
        ({"people": [{"email": "a@example.org"}], "confirm": True}, 400, "malformed"),
        ({}, 400, "malformed"),
        ('{"people": [' + '{"email": "a@example.org"},' * 300_000, 400, "too_large"),
    ],
    ids=["empty", "long", "unknown", "no side", "side", "texts", "confirm", "nothing", "large"],
)
def test_what_is_no_list_is_refused(caller, programme, body, status, code):
    answer = caller.send("PUT", f"programmes/{programme.slug}/roster/", body)

    assert (answer[0], answer[1]["code"], invited(programme)) == (status, code, [])


def test_list_of_a_thousand_is_taken(caller, programme):
    rows = [{"email": f"p{n}@example.org", "name": "N" * 80, "unit": "U" * 80} for n in range(2000)]

    assert caller.send("PUT", f"programmes/{programme.slug}/roster/", {"people": rows}) == numbers(invited=2000)


@pytest.mark.parametrize("state", ["draft", "closed", "archived"])
def test_programme_that_takes_nobody_takes_no_list(caller, programme, state):
    programme.state = ProgrammeState(state)
    programme.save()

    status, refused = put(caller, programme, "a@example.org")

    assert (status, refused["code"]) == (409, "programme_over" if state == "archived" else f"programme_{state}")


def test_removed_stay_removed_and_who_declined_is_not_asked_again(caller, programme, alice, bob, charlie):
    let_in(bob, programme, alice)
    remove_member(programme=programme, person=bob, by=alice, now=NOW)
    assert put(caller, programme, bob.email, charlie.email) == numbers(invited=1, shut_out=1)
    tell_invited(now=NOW)
    decline_invitation(person=charlie, programme=programme, now=NOW)

    assert put(caller, programme, bob.email, charlie.email) == numbers(unchanged=1, shut_out=1)
    assert (tell_invited(now=NOW), come_in(person=charlie, now=NOW)) == (0, [])
    assert [state_of(one, programme) and state_of(one, programme)[0] for one in (bob, charlie)] == [REMOVED, None]


def test_manager_who_uploads_who_declined_asks_them_again(programme, alice, bob):
    invite(programme, alice, "email", bob.email)
    tell_invited(now=NOW)
    decline_invitation(person=bob, programme=programme, now=NOW)

    roster = upload_rows(programme, alice, "email", bob.email)

    assert (verdicts_of(roster), apply(roster, alice)) == (["new"], 1)
    assert tell_invited(now=NOW) == 1
    assert come_in(person=bob, now=NOW) == [programme]


def test_manager_decides_nothing_about_themselves(caller, programme, alice):
    invite(programme, alice, "email", alice.email)
    come_in(person=alice, now=NOW)

    assert put(caller, programme, *some(1)) == numbers(invited=1)
    assert state_of(alice, programme)[0] == LIVE


@pytest.mark.parametrize("address", ["a@example.org", "nobody"])
def test_lists_are_limited_like_uploads_also_if_they_are_refused(address, caller, programme, monkeypatch):
    monkeypatch.setitem(LIMITS, "upload", "1/h/key")
    where, body = f"programmes/{programme.slug}/roster/", {"people": [{"email": address}]}
    first = caller.answer("PUT", where, body, key="first")

    answer = caller.answer("PUT", where, body, key="second")
    again = caller.answer("PUT", where, body, key="first")

    assert first.status_code == (200 if "@" in address else 422)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_often")
    assert again.status_code == (200 if "@" in address else 429)
    assert int(answer["Retry-After"]) > 0


@pytest.mark.django_db(transaction=True)
def test_two_programs_that_send_at_once_invite_once(alice, maria, bob):
    programme = make_programme(alice, maria)
    callers = [by_token(alice, programme)] * 2
    addresses = [bob.email, *some(200)]

    statuses: list[int] = []
    race([lambda one=one: statuses.append(put(one, programme, *addresses)[0]) for one in callers])

    assert (statuses, Invitee.objects.count()) == ([200, 200], 201)


# Against plain sets

NAMES = [f"p{number}@example.org" for number in range(4)]


@dataclass
class PlainList:
    waiting: set[str] = field(default_factory=set)
    inside: set[str] = field(default_factory=set)

    def put(self, listed: set[str]) -> None:
        self.inside &= listed
        self.waiting = listed - self.inside


@settings(max_examples=25, suppress_health_check=SHARED_FIXTURES)
@given(steps=st.lists(st.one_of(st.sets(st.sampled_from(NAMES), min_size=1), st.sampled_from(NAMES)), max_size=8))
def test_random_lists_do_what_sets_say(caller, programme, steps):
    """A set is a list that is sent; a name signs in."""
    with transaction.atomic():
        plain = PlainList()
        for address in NAMES:
            create_person(email=address, name="Kim", timezone="")
        left: set[str] = set()
        for step in steps:
            if isinstance(step, str):
                come_in(person=User.objects.get(email=step), now=NOW)
                if step in plain.waiting and step not in left:
                    plain.waiting.discard(step)
                    plain.inside.add(step)
            else:
                ending = len((plain.waiting | plain.inside) - step)
                more = {"confirm": ending} if ending else {}
                assert put(caller, programme, *sorted(step), **more)[0] == 200
                left |= plain.inside - step
                plain.put(step)
            members = Membership.objects.filter(programme=programme, state=LIVE).values_list("person__email", flat=True)
            assert (set(invited(programme)), set(members)) == (plain.waiting, plain.inside)
        transaction.set_rollback(True)


# People


def test_members_are_listed_as_on_the_page(caller, programme, alice, bob, charlie):
    let_in(bob, programme, alice, gives=True)
    let_in(charlie, programme, alice)
    remove_member(programme=programme, person=charlie, by=alice, now=NOW)
    path = f"programmes/{programme.slug}/members/"

    status, body = caller.get(path)
    removed = caller.get(path, state="removed")[1]["results"]

    day = "2026-11-24"
    about_bob = {"id": str(bob.uuid), "name": bob.name, "state": "live", "sides": ["mentor", "mentee"], "unit": ""}
    assert (status, body) == (200, {"results": [about_bob | {"joined_on": day, "ended_on": None}], "next": None})
    assert [(one["name"], one["ended_on"]) for one in removed] == [(charlie.name, day)]
    assert caller.get(path, state="nobody")[0] == 400


# Tokens


def statuses_of(caller: Program, programme) -> list[int]:
    base = f"programmes/{programme.slug}/"
    return [
        caller.get(base + "members/")[0],
        caller.get(base + "figures/")[0],
        put(caller, programme, "a@example.org")[0],
    ]


def test_token_for_a_programme_opens_it_and_nothing_else(caller, programme, other, alice, dora, maria):
    give_manager(programme=other, person=alice, by=maria, now=NOW)

    assert statuses_of(caller, programme) == [200, 200, 200]
    assert statuses_of(caller, other) == [403, 403, 403]
    for path in ("me/", "programmes/", "bookings/", "topics/", "me/schedule/"):
        status, refused = caller.get(path)
        assert (status, refused["code"]) == (403, "token_of_an_area")


def test_token_without_a_programme_opens_none(programme, alice):
    usual = Program(
        Client(),
        {"Authorization": f"Token {make_token(person=alice, name='All', scope=Scope.WRITE, days=30, now=NOW)[1]}"},
    )

    assert statuses_of(usual, programme) == [404, 404, 404]


def test_token_that_only_reads_changes_nothing(programme, alice):
    assert statuses_of(by_token(alice, programme, Scope.READ), programme) == [200, 200, 403]


def test_token_ends_with_the_role_and_is_none_when_it_comes_back(caller, programme, alice, dora, maria):
    give_manager(programme=programme, person=dora, by=maria, now=NOW)

    end_manager(programme=programme, person=alice, by=maria, now=NOW)
    give_manager(programme=programme, person=alice, by=maria, now=NOW)

    assert caller.get(f"programmes/{programme.slug}/members/")[0] == 401


def test_token_sleeps_without_a_second_step(caller, programme, alice, settings):
    alice.authenticator_set.all().delete()

    assert statuses_of(caller, programme) == [404, 404, 404]
    settings.STAFF_SECOND_FACTOR = "optional"
    assert caller.get(f"programmes/{programme.slug}/members/")[0] == 200


def test_token_for_a_programme_lives_ninety_days(caller, programme, alice):
    with pytest.raises(TokenError) as refused:
        by_token(alice, programme, days=91)
    assert refused.value.code == "too_long"
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessToken.objects.update(expires_at=NOW + timedelta(days=91))
    with time_machine.travel(NOW + timedelta(days=90), tick=False):
        assert caller.get(f"programmes/{programme.slug}/members/")[0] == 401


def test_only_who_manages_it_awake_makes_one(programme, other, alice, bob):
    alice.role_sleeps = True
    for person, one in ((alice, programme), (alice, other), (bob, programme)):
        with pytest.raises(TokenError) as refused:
            by_token(person, one)
        assert refused.value.code == "unknown_area"


def test_page_makes_one_and_says_so_by_mail(client_for, alice, bob, programme, django_capture_on_commit_callbacks):
    page, client = "/settings/programs/", client_for(alice)
    client.post("/sign-in/again/", {"password": "secret-pass-1"})
    said = {"name": "HR", "scope": "write", "area": area_of(programme.slug)}

    long = client.post(page, {**said, "days": "365"})
    with django_capture_on_commit_callbacks(execute=True):
        made = client.post(page, {**said, "days": "90"})

    assert codes_of(long.context["form"]) == {"days": ["too_long"]}
    assert AccessToken.objects.get().area == area_of(programme.slug)
    assert made.status_code == 200
    assert programme.name in mail.outbox[-1].body
    others = client_for(bob)
    assert "area" not in others.get(page).context["form"].fields
