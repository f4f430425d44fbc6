"""Who is apart from whom: what the database keeps, who may end it, and the pages."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from tests.apart import keep_apart
from tests.conftest import NOW, make_person
from tests.markup import elements_of, forms_in, links_in, markup_of
from trust.errors import TrustError
from trust.models import Separation, SeparationKind
from trust.separations import apart_from, are_apart, is_cut_off, pairs_apart, part, rejoin

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
BLOCK, NOT_AGAIN, DECISION = SeparationKind.BLOCK, SeparationKind.NOT_AGAIN, SeparationKind.DECISION


@pytest.mark.parametrize("kind", [BLOCK, NOT_AGAIN, SeparationKind.SAFETY])
def test_both_are_apart_whoever_said_so(alice, bob, charlie, kind):
    keep_apart(bob, alice, kind=kind)

    assert [are_apart(*pair, now=NOW) for pair in ((alice.pk, bob.pk), (bob.pk, alice.pk), (bob.pk, charlie.pk))] == [
        True,
        True,
        False,
    ]
    assert (apart_from(alice, now=NOW), apart_from(bob, now=NOW)) == ({bob.pk}, {alice.pk})
    assert pairs_apart([alice.pk, bob.pk, charlie.pk], now=NOW) == {tuple(sorted((alice.pk, bob.pk)))}
    assert is_cut_off(alice.pk, bob.pk, now=NOW) == (kind != NOT_AGAIN)


def test_saying_it_twice_is_once_and_both_may_say_it(alice, bob):
    assert keep_apart(bob, alice, kind=BLOCK) == keep_apart(bob, alice, kind=BLOCK)
    keep_apart(alice, bob, kind=BLOCK)

    rejoin(person=bob, other=alice, now=NOW)

    assert are_apart(alice.pk, bob.pk, now=NOW)
    rejoin(person=alice, other=bob, now=NOW)
    assert not are_apart(alice.pk, bob.pk, now=NOW)


def test_nobody_ends_what_staff_decided(alice, bob):
    part(person=alice, other=bob, kind=DECISION, by=None, now=NOW)

    assert [rejoin(person=one, other=other, now=NOW) for one, other in ((alice, bob), (bob, alice))] == [0, 0]
    assert are_apart(alice.pk, bob.pk, now=NOW)


def test_nobody_is_apart_from_themselves_and_blocks_are_limited(bob, settings, monkeypatch):
    monkeypatch.setattr("trust.separations.MOST_BLOCKS", 2)
    people = [make_person(f"p{number}@example.org", f"Person {number}") for number in range(3)]
    for person in people[:2]:
        keep_apart(bob, person, kind=BLOCK)

    def code_of(other: User) -> str:
        with pytest.raises(TrustError) as refused:
            keep_apart(bob, other, kind=BLOCK)
        return refused.value.code

    assert [code_of(bob), code_of(people[2])] == ["yourself", "too_many_blocks"]
    keep_apart(bob, people[2], kind=SeparationKind.SAFETY)
    rejoin(person=bob, other=people[0], now=NOW)
    keep_apart(bob, people[2], kind=BLOCK)


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        (lambda low, high, other: {"low": high, "high": low, "by": low}, "two_people_in_order"),
        (lambda low, high, other: {"low": low, "high": low, "by": low}, "two_people_in_order"),
        (lambda low, high, other: {"by": other}, "said_by_one_of_the_two"),
        (lambda low, high, other: {"by": None}, "said_by_one_of_the_two"),
        (lambda low, high, other: {"by": low, "kind": "decision"}, "said_by_one_of_the_two"),
        (lambda low, high, other: {"by": low, "until": NOW}, "ends_after_it_begins"),
        (lambda low, high, other: {"by": low, "kind": "safety"}, "one_live_separation"),
        (lambda low, high, other: {"by": None, "kind": "decision"}, "one_live_separation"),
    ],
)
def test_database_refuses(row, constraint):
    low, high, other = (make_person(f"{name}@example.org", name) for name in ("Low", "High", "Other"))
    keep_apart(low, high, kind=SeparationKind.SAFETY)
    part(person=low, other=high, kind=DECISION, by=None, now=NOW)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Separation.objects.create(**{"low": low, "high": high, "kind": "block", "since": NOW, **row(low, high, other)})


def test_page_says_what_ends_then_parts_and_settings_undo_it(booking, alice, bob, client_for):
    client = client_for(bob)
    page = f"/apart/session/{booking.uuid}/"

    asked = markup_of(client.get(page))
    assert page in links_in(markup_of(client.get(f"/sessions/{booking.uuid}/")))
    assert "Thursday 26 November" in asked
    assert not are_apart(alice.pk, bob.pk, now=NOW)

    done = client.post(page)
    assert (done.status_code, done["Location"], are_apart(alice.pk, bob.pk, now=NOW)) == (
        302,
        "/settings/people/",
        True,
    )
    people = markup_of(client.get("/settings/people/"))
    assert [row.attributes["data-apart"] for row in elements_of(people, "li") if "data-apart" in row.attributes] == [
        "block"
    ]
    [undo] = [form for form in forms_in(people) if str(alice.uuid) in form]
    assert undo
    client.post(f"/settings/people/{alice.uuid}/again/")
    assert not are_apart(alice.pk, bob.pk, now=NOW)


def test_list_names_only_whom_one_keeps_away_oneself(alice, bob, client_for):
    keep_apart(alice, bob, kind=BLOCK)
    client = client_for(bob)

    assert "Alice" not in markup_of(client.get("/settings/people/"))
    assert client.post(f"/settings/people/{alice.uuid}/again/").status_code == 404
    assert are_apart(alice.pk, bob.pk, now=NOW)


def test_mentor_can_say_it_of_a_mentee_and_anyone_of_a_mentor_they_have_not_met(
    booking, alice, charlie, bob, client_for
):
    client_for(alice).post(f"/apart/session/{booking.uuid}/")
    client_for(charlie).post("/apart/profile/alice-adair/")

    assert apart_from(alice, now=NOW) == {bob.pk, charlie.pk}


@pytest.mark.parametrize(
    "page",
    [
        "profile/alice-adair",
        "profile/nobody",
        "session/00000000-0000-4000-8000-000000000000",
        "session/x",
        "person/1",
        "message/1",
    ],
)
def test_what_one_cannot_see_or_is_oneself_does_not_exist(booking, alice, client_for, page):
    client = client_for(alice)

    assert [client.get(f"/apart/{page}/").status_code, client.post(f"/apart/{page}/").status_code] == [404, 404]
    assert Separation.objects.count() == 0


def test_session_of_others_is_no_way_to_keep_someone_away(booking, charlie, client_for):
    assert client_for(charlie).post(f"/apart/session/{booking.uuid}/").status_code == 404
