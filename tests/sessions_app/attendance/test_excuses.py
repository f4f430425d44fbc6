"""Excuses: one's own once a year, the other person's whenever they like."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from sessions_app.attendance.excuses import excuse, excused_again_at
from sessions_app.ledger.ledgers import ledger_of
from sessions_app.models import Excuse, ExcuseKind, Role
from tests.conftest import NOW
from tests.sessions_app.helpers.followups import code_of
from tests.sessions_app.helpers.ledger import miss
from tests.sessions_app.helpers.races import race

DAY = timedelta(days=1)


@pytest.fixture
def missed(offer, bob):
    return miss(offer, bob, NOW - 2 * DAY, NOW - DAY)


@pytest.mark.django_db
def test_own_excuse_is_taken_once_a_year(missed, bob):
    first, second = missed
    excuse(booking=first, person=bob, kind=ExcuseKind.ILL, by=bob, now=NOW)
    excuse(booking=first, person=bob, kind=ExcuseKind.TECHNICAL, by=bob, now=NOW)
    own = {"booking": second, "person": bob, "kind": ExcuseKind.EMERGENCY, "by": bob}

    assert code_of(lambda: excuse(**own, now=NOW + 364 * DAY)) == "excused_lately"
    assert excused_again_at(bob, now=NOW + DAY) == NOW + 365 * DAY
    assert excuse(**own, now=NOW + 365 * DAY).kind == ExcuseKind.EMERGENCY


@pytest.mark.django_db
def test_other_person_excuses_as_often_as_they_like(missed, alice, bob):
    for booking in missed:
        excuse(booking=booking, person=bob, kind=ExcuseKind.FORGIVEN, by=alice, now=NOW)

    assert ledger_of(bob, Role.MENTEE, now=NOW).number == 0
    assert excused_again_at(bob, now=NOW) is None


@pytest.mark.django_db
def test_excuse_is_refused_for_strangers_for_oneself_in_the_wrong_way_and_where_nothing_counts(
    missed, booking, alice, bob, charlie
):
    first, _second = missed

    def code(**what) -> str:
        fields = {"booking": first, "person": bob, "kind": ExcuseKind.FORGIVEN, "by": alice, **what}
        return code_of(lambda: excuse(**fields, now=NOW))

    assert code(by=charlie) == "not_yours"
    assert code(person=charlie) == "not_yours"
    assert code(by=bob) == "not_yours"
    assert code(kind=ExcuseKind.ILL) == "not_yours"
    assert code(booking=booking) == "nothing_counts"
    assert code(person=alice, by=bob) == "nothing_counts"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "by", "constraint"),
    [
        pytest.param(ExcuseKind.FORGIVEN, "bob", "only_the_other_person_forgives", id="forgives-oneself"),
        pytest.param(ExcuseKind.ILL, "alice", "only_the_other_person_forgives", id="ill-for-another"),
    ],
)
def test_database_refuses_who_may_not_say_so(missed, alice, bob, kind, by, constraint):
    people = {"alice": alice, "bob": bob}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Excuse.objects.create(booking=missed[0], person=bob, kind=kind, by=people[by], at=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_own_excuses_at_once_are_one(missed, bob):
    acts = [
        lambda booking=booking: excuse(booking=booking, person=bob, kind=ExcuseKind.ILL, by=bob, now=NOW)
        for booking in missed
    ]

    assert race(acts) == {"won": 1, "excused_lately": 1}
