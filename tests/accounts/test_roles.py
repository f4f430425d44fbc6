"""Roles: given and ended by others, copied to their person by the database, and told by mail."""

from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from accounts.models import StaffRole, Trace, User
from accounts.roles import RoleError, end_role, give_role, may
from accounts.rules.roles import ABOUT_ROLES, POWERS, Power, StaffRoleName, roles_with
from tests.conftest import NOW, make_person

pytestmark = pytest.mark.django_db
OWNER, MODERATOR, SUPPORT = StaffRoleName.OWNER, StaffRoleName.MODERATOR, StaffRoleName.SUPPORT


@pytest.fixture
def root() -> User:
    root = User.objects.create_superuser("root@example.org", "secret-pass-1", name="Ruth Root")
    return User.objects.get(pk=root.pk)


def rights(person: User) -> tuple[set[str], bool, bool]:
    person.refresh_from_db()
    return set(person.roles), person.is_staff, person.is_superuser


def refused(act, **given) -> str:
    with pytest.raises(RoleError) as error:
        act(**given, now=NOW)
    return error.value.code


def test_first_person_of_an_installation_does_everything(root):
    assert rights(root) == ({OWNER, MODERATOR, SUPPORT}, True, True)
    assert root.powers == frozenset(Power)


def test_role_is_given_traced_and_told(root, bob, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        give_role(person=bob, role=SUPPORT, by=root, now=NOW)

    assert rights(bob) == ({SUPPORT}, True, False)
    assert (may(bob, Power.LOOK_UP), may(bob, Power.REVIEW)) == (True, False)
    assert list(Trace.objects.values_list("by", "act", "about", "subject")) == [
        (root.pk, "role_given", bob.pk, SUPPORT)
    ]
    assert [mail.to for mail in mailoutbox] == [[bob.email]]


def test_role_ends_and_its_row_stays(root, bob, mailoutbox, django_capture_on_commit_callbacks):
    give_role(person=bob, role=MODERATOR, by=root, now=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        end_role(person=bob, role=MODERATOR, by=root, now=NOW)
        end_role(person=bob, role=MODERATOR, by=root, now=NOW)

    assert rights(bob) == (set(), False, False)
    assert StaffRole.objects.get(person=bob).ended_at == NOW
    assert Trace.objects.filter(act="role_ended").count() == len(mailoutbox) == 1


def test_nobody_changes_their_own_roles_or_ends_the_last_owner(root, bob):
    assert refused(give_role, person=root, role=StaffRoleName.PROGRAMME, by=root) == "own_role"
    assert refused(end_role, person=root, role=OWNER, by=None) == "last_owner"
    give_role(person=bob, role=OWNER, by=root, now=NOW)
    bob.refresh_from_db()
    assert refused(give_role, person=bob, role=OWNER, by=root) == "has_role"
    end_role(person=root, role=OWNER, by=bob, now=NOW)
    assert rights(root) == ({MODERATOR, SUPPORT}, True, False)


def test_closed_account_gets_no_role_and_has_no_power(root, bob):
    User.objects.filter(pk=bob.pk).update(is_active=False)

    assert refused(give_role, person=bob, role=SUPPORT, by=root) == "account_closed"
    root.is_active = False
    assert not may(root, Power.RUN)


@pytest.mark.parametrize("role", [role for role in StaffRoleName if role != OWNER])
def test_only_owners_give_roles(bob, charlie, role):
    give_role(person=bob, role=role, by=None, now=NOW)
    bob.refresh_from_db()

    with pytest.raises(PermissionDenied):
        give_role(person=charlie, role=SUPPORT, by=bob, now=NOW)


def test_no_role_implies_another():
    assert [(one, other) for one in POWERS for other in POWERS if one != other and POWERS[one] >= POWERS[other]] == [
        (MODERATOR, StaffRoleName.PROGRAMME),
    ]


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        ({"role": SUPPORT}, "nobody_gives_themselves_a_role"),
        ({"role": OWNER, "given_by": None}, "one_live_role_of_each_kind"),
    ],
)
def test_database_refuses(root, row, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        StaffRole.objects.create(**{"person": root, "given_by": root, "at": NOW, **row})


def test_command_gives_and_ends_roles(bob, capsys):
    call_command("give_role", "Bob@Example.org", "owner")
    assert rights(bob) == ({OWNER}, True, True)
    call_command("give_role", "bob@example.org", "support")
    call_command("give_role", "bob@example.org", "support", "--end")
    assert rights(bob) == ({OWNER}, True, True)
    assert Trace.objects.filter(by=None).count() == 3
    for arguments in (["nobody@example.org", "owner"], ["bob@example.org", "owner", "--end"]):
        with pytest.raises(CommandError):
            call_command("give_role", *arguments)


@pytest.mark.django_db(transaction=True)
def test_two_owners_cannot_end_each_other_at_once():
    one, other = (make_person(f"{name}@example.org", f"Owner {name}") for name in ("one", "two"))
    for person in (one, other):
        give_role(person=person, role=OWNER, by=None, now=NOW)
    one, other = User.objects.order_by("pk")
    start, codes = Barrier(2), []

    def act(person: User, by: User) -> None:
        start.wait()
        try:
            end_role(person=person, role=OWNER, by=by, now=NOW)
            codes.append("ended")
        except (RoleError, PermissionDenied) as error:
            codes.append(getattr(error, "code", "denied"))
        finally:
            connection.close()

    threads = [Thread(target=act, args=pair) for pair in ((one, other), (other, one))]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(codes) == ["ended", "last_owner"]
    assert User.objects.who_may(Power.RUN).count() == 1


def test_each_role_that_plans_events_says_so():
    says_so = {str(role) for role, words in ABOUT_ROLES.items() if "events" in str(words)}

    assert says_so == set(roles_with(Power.EVENTS))
