"""Domains: who comes in by where their address is, and what no owner can name."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.services import create_person
from programmes.domains import DomainInput, add_domain, end_domain
from programmes.errors import ProgrammeError
from programmes.members import leave, remove_member
from programmes.models import DomainRule, Membership, MembershipState, Roster, Source
from programmes.notices import News
from programmes.rosters.invitees import come_in, doors_open_to
from programmes.rosters.judging import ListFacts
from tests.conftest import NOW
from tests.programmes.making import let_in
from tests.programmes.test_pages import kinds_told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
LIVE, ASKED, LEFT, REMOVED, _DECLINED = MembershipState.values


@pytest.fixture
def student():
    return create_person(email="sam@uni.example", name="Sam", timezone="")


def name_domain(programme, owner, domain="uni.example", needs_yes=False) -> DomainRule:
    given = DomainInput(domain, gives=False, asks=True, needs_yes=needs_yes)
    return add_domain(programme=programme, given=given, by=owner, now=NOW)


def code_of(programme, owner, domain) -> str:
    with pytest.raises(ProgrammeError) as refused:
        name_domain(programme, owner, domain)
    return refused.value.code


def row_of(person, programme) -> tuple:
    return Membership.objects.values_list("state", "source").get(person=person, programme=programme)


def test_proven_address_at_the_domain_is_in_and_one_below_it_is_not(programme, maria, student, bob):
    name_domain(programme, maria, "@Uni.Example ")
    below = create_person(email="kim@law.uni.example", name="Kim", timezone="")
    typed = create_person(email="lee@uni.example", name="Lee", timezone="", verified=False)

    assert [come_in(person=one, now=NOW) for one in (student, student, below, typed, bob)] == [[programme], *[[]] * 4]
    assert row_of(student, programme) == (LIVE, Source.DOMAIN)


def test_rule_that_needs_a_yes_asks_only_when_the_person_does(programme, alice, maria, student):
    name_domain(programme, maria, needs_yes=True)

    assert come_in(person=student, now=NOW) == []
    assert [door.programme for door in doors_open_to(student, NOW)] == [programme]
    assert come_in(person=student, now=NOW, programme=programme) == [programme]
    assert row_of(student, programme) == (ASKED, Source.DOMAIN)
    assert kinds_told(alice)[-1] == News.ASKED
    assert doors_open_to(student, NOW) == []


def test_removed_stay_removed_and_who_left_chooses(programme, alice, maria, student):
    name_domain(programme, maria)
    come_in(person=student, now=NOW)
    leave(person=student, programme=programme, now=NOW)

    assert come_in(person=student, now=NOW) == []
    assert row_of(student, programme)[0] == LEFT
    assert come_in(person=student, now=NOW, programme=programme) == [programme]
    remove_member(programme=programme, person=student, by=alice, now=NOW)
    assert [come_in(person=student, now=NOW, programme=one) for one in (None, programme)] == [[], []]
    assert row_of(student, programme)[0] == REMOVED


def test_member_by_a_link_stays_as_they_are(programme, alice, maria, student):
    let_in(student, programme, alice, gives=True, asks=False)
    name_domain(programme, maria)

    assert come_in(person=student, now=NOW) == []
    assert row_of(student, programme) == (LIVE, Source.LINK)


def test_only_an_owner_names_and_removes_a_domain(programme, alice, maria, student):
    rule = name_domain(programme, maria)

    for act in (
        lambda: name_domain(programme, alice, "other.example"),
        lambda: end_domain(programme=programme, number=rule.pk, by=alice, now=NOW),
    ):
        with pytest.raises(PermissionDenied):
            act()
    come_in(person=student, now=NOW)
    assert [end_domain(programme=programme, number=rule.pk, by=maria, now=NOW) for _again in range(2)] == [True, False]
    assert row_of(student, programme)[0] == LIVE


def test_removed_domain_lets_nobody_in_stays_as_history_and_can_be_named_again(programme, maria, student):
    rule = name_domain(programme, maria)
    end_domain(programme=programme, number=rule.pk, by=maria, now=NOW)

    assert (doors_open_to(student, NOW), come_in(person=student, now=NOW, programme=programme)) == ([], [])
    assert ListFacts.read(programme, Roster(programme=programme)).domains == frozenset()
    name_domain(programme, maria)
    assert list(DomainRule.objects.order_by("pk").values_list("domain", "ended_by", "ended_at")) == [
        ("uni.example", maria.pk, NOW),
        ("uni.example", None, None),
    ]


@pytest.mark.parametrize(
    ("domain", "code"),
    [
        ("gmail.com", "free_mail"),
        ("GMX.de", "free_mail"),
        ("example", "bad_domain"),
        ("a@b.example", "bad_domain"),
        ("*.example.org", "bad_domain"),
        ("uni.example", "domain_taken"),
        ("127.0.0.1", "bad_domain"),
    ],
)
def test_domain_that_says_nothing_is_refused(programme, maria, domain, code):
    name_domain(programme, maria)

    assert code_of(programme, maria, domain) == code


@pytest.mark.parametrize("domain", ["gmail.com", "Uni.Example", "uni"])
def test_database_refuses_it_as_well(programme, maria, domain):
    with pytest.raises(IntegrityError), transaction.atomic():
        DomainRule.objects.create(programme=programme, domain=domain, by=maria, at=NOW)
