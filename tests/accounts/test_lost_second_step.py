"""All second steps are lost: asked for at the sign-in, approved by two owners, done a day later."""

from datetime import timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.models import FactorReset, Trace, User
from accounts.rules.roles import StaffRoleName
from accounts.second_factor.factors import has_factor
from accounts.second_factor.lost import ResetError, approve_reset, ask_reset
from tests.accounts.authenticator_app import code_of, give_app
from tests.accounts.sign_in_pages import PASSWORD, signed_in
from tests.conftest import NOW, make_person, make_staff
from tests.markup import markup_of, parts_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
STEP, LOST, LIST = "/sign-in/second-step/", "/sign-in/second-step/lost/", "/staff/second-steps/"
DAY = timedelta(days=1)


@pytest.fixture
def owners() -> list[User]:
    fields = {"is_staff": True, "roles": [StaffRoleName.OWNER]}
    return [make_person(f"{name}@example.org", f"{name.title()} Owner", **fields) for name in ("ruth", "omar")]


def begin(person: User) -> Client:
    client = Client()
    client.post(PASSWORD, {"login": person.email, "password": "secret-pass-1"})
    return client


def test_two_owners_approve_and_a_day_later_the_step_is_gone(bob, owners, client_for, mailoutbox, commits):
    give_app(bob)
    assert begin(bob).post(LOST)["Location"] == STEP
    reset = FactorReset.objects.get(person=bob)
    assert sorted(mail.to[0] for mail in mailoutbox) == ["bob@example.org", "omar@example.org", "ruth@example.org"]
    assert "reset-asked" in parts_in(markup_of(begin(bob).post(LOST, follow=True)))
    assert (FactorReset.objects.count(), len(mailoutbox)) == (1, 3)

    for owner in owners:
        assert client_for(owner).post(f"{LIST}{reset.uuid}/approve/")["Location"] == LIST
    assert (len(mailoutbox), FactorReset.objects.get().due_at) == (5, NOW + DAY)

    with time_machine.travel(NOW + DAY - timedelta(minutes=1), tick=False):
        early = begin(bob)
        assert (early.get(STEP).status_code, signed_in(early)) == (200, None)
    with time_machine.travel(NOW + DAY, tick=False):
        client = begin(bob)
        client.get(STEP)
        assert not has_factor(bob)
        assert signed_in(client) == bob.pk
    assert list(Trace.objects.values_list("act", "by")) == [("step_removed", owners[1].pk)]


def test_using_a_second_step_stops_it(bob, owners):
    secret = give_app(bob)
    reset = ask_reset(person=bob, now=NOW)

    begin(bob).post(STEP, {"code": code_of(secret)})

    reset.refresh_from_db()
    assert reset.ended_at is not None
    with pytest.raises(ResetError) as refused:
        approve_reset(uuid=reset.uuid, by=owners[0], now=NOW)
    assert refused.value.code == "over"


def test_nobody_approves_for_themselves_or_twice(bob, owners, charlie):
    ruth, omar = owners
    give_app(ruth)
    own, bobs = ask_reset(person=ruth, now=NOW), ask_reset(person=bob, now=NOW)
    approve_reset(uuid=bobs.uuid, by=ruth, now=NOW)
    moderator = make_staff(charlie, StaffRoleName.MODERATOR)

    for uuid, by, code in (
        (own.uuid, ruth, "own"),
        (bobs.uuid, ruth, "once"),
        (bobs.uuid, moderator, "not_allowed"),
        (uuid4(), omar, "over"),
    ):
        with pytest.raises(ResetError) as refused:
            approve_reset(uuid=uuid, by=by, now=NOW)
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("fields", "broken"),
    [
        ({"first_by": "bob"}, "nobody_approves_their_own_reset"),
        ({"first_by": "ruth", "second_by": "ruth", "due_at": NOW}, "two_people_approve_a_reset"),
        ({"second_by": "ruth", "due_at": NOW}, "two_people_approve_a_reset"),
        ({"first_by": "ruth", "second_by": "omar"}, "approved_reset_has_a_moment"),
    ],
    ids=["own", "twice", "second alone", "no moment"],
)
def test_database_refuses(bob, owners, fields, broken):
    people = {"bob": bob, "ruth": owners[0], "omar": owners[1]}
    given = {name: people.get(value, value) if isinstance(value, str) else value for name, value in fields.items()}

    with pytest.raises(IntegrityError, match=broken), transaction.atomic():
        FactorReset.objects.create(person=bob, asked_at=NOW, **given)


def test_only_an_owner_is_told_what_to_do_instead(maria, client_for):
    page = client_for(maria).get(LIST)

    assert "only-owner" in parts_in(markup_of(page))


def test_who_has_not_begun_to_sign_in_asks_for_nothing(client, bob, client_for):
    give_app(bob)

    assert client.post(LOST)["Location"] == "/sign-in/"
    assert client_for(bob).post(LOST)["Location"] == "/"
    assert not FactorReset.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_owners_at_once_are_two_approvals():
    fields = {"is_staff": True, "roles": [StaffRoleName.OWNER]}
    owners = [make_person(f"{name}@example.org", f"{name.title()} Owner", **fields) for name in ("ruth", "omar")]
    bob = make_person("bob@example.org", "Bob Bose")
    reset, barrier = ask_reset(person=bob, now=NOW), Barrier(2)

    def approve(owner: User) -> None:
        barrier.wait()
        approve_reset(uuid=reset.uuid, by=owner, now=NOW)
        connection.close()

    threads = [Thread(target=approve, args=[owner]) for owner in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    reset.refresh_from_db()
    assert ({reset.first_by_id, reset.second_by_id}, reset.due_at) == ({one.pk for one in owners}, NOW + DAY)
