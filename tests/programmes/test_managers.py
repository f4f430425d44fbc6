"""Who opens a programme, who manages it, and who makes its links."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import User
from accounts.rules.roles import StaffRoleName
from programmes.errors import ProgrammeError
from programmes.invitations import revoke_invitation
from programmes.managers import end_manager, give_manager
from programmes.models import Manager, Programme, ProgrammeState
from tests.conftest import NOW, make_person, make_staff
from tests.programmes.making import FIRST_DAY, LAST_DAY, make_link, make_programme
from tests.sessions_app.helpers.races import race

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def managers_of(programme: Programme) -> set[User]:
    return {row.person for row in Manager.objects.live().filter(programme=programme)}


def code_of(act, *args, **given) -> str:
    with pytest.raises(ProgrammeError) as refused:
        act(*args, **given)
    return refused.value.code


def test_owner_opens_a_programme_with_its_first_manager(programme, alice, maria):
    assert managers_of(programme) == {alice}
    assert list(Programme.objects.managed_by(alice)) == [programme]
    assert list(Programme.objects.managed_by(maria)) == []


@pytest.mark.parametrize("role", [role for role in StaffRoleName if role != StaffRoleName.OWNER])
def test_no_other_role_opens_one(alice, bob, role):
    with pytest.raises(PermissionDenied):
        make_programme(alice, make_staff(bob, role))
    assert not Programme.objects.exists()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": "Other", "slug": "spring-cohort"}, "slug_taken"),
        ({"slug": "other"}, "name_taken"),
        ({"name": "Other", "first_day": LAST_DAY, "last_day": FIRST_DAY}, "bad_days"),
    ],
    ids=["slug", "name", "days"],
)
def test_bad_programme_is_refused_whole(programme, bob, maria, given, code):
    assert code_of(make_programme, bob, maria, **given) == code
    assert list(Programme.objects.all()) == [programme]


def test_owner_cannot_make_themselves_the_first_manager(maria):
    assert code_of(make_programme, maria, maria) == "own_role"
    assert not Programme.objects.exists()


def test_manager_names_and_ends_another(programme, alice, bob):
    give_manager(programme=programme, person=bob, by=alice, now=NOW)

    assert managers_of(programme) == {alice, bob}
    assert code_of(give_manager, programme=programme, person=bob, by=alice, now=NOW) == "has_role"
    end_manager(programme=programme, person=alice, by=bob, now=NOW)
    assert managers_of(programme) == {bob}
    end_manager(programme=programme, person=alice, by=bob, now=NOW)
    with pytest.raises(PermissionDenied):
        end_manager(programme=programme, person=bob, by=alice, now=NOW)


def test_last_manager_stays_until_there_is_another(programme, alice, maria, bob):
    for by in (alice, maria):
        assert code_of(end_manager, programme=programme, person=alice, by=by, now=NOW) == "last_manager"
    give_manager(programme=programme, person=bob, by=maria, now=NOW)

    end_manager(programme=programme, person=alice, by=alice, now=NOW)

    assert managers_of(programme) == {bob}


def test_closed_account_manages_nothing(programme, alice, maria, bob, closed):
    User.objects.filter(pk=closed.pk).update(is_active=False)
    assert code_of(give_manager, programme=programme, person=closed, by=alice, now=NOW) == "account_closed"

    alice.is_active = False
    alice.save()

    assert not Programme.objects.managed_by(alice).exists()
    assert managers_of(programme) == set()
    give_manager(programme=programme, person=bob, by=maria, now=NOW)
    assert managers_of(programme) == {bob}


def test_number_of_managers_is_limited(programme, alice, bob, settings):
    settings.MAX_MANAGERS = 1

    assert code_of(give_manager, programme=programme, person=bob, by=alice, now=NOW) == "too_many_managers"


@pytest.mark.parametrize("name", ["bob", "dora"])
def test_strangers_and_other_managers_change_nothing(programme, alice, maria, charlie, name, request):
    person = request.getfixturevalue(name)
    if name == "dora":
        make_programme(person, maria, "Other")
    link, _token = make_link(programme, alice)

    for act in (
        lambda: give_manager(programme=programme, person=charlie, by=person, now=NOW),
        lambda: end_manager(programme=programme, person=alice, by=person, now=NOW),
        lambda: make_link(programme, person),
        lambda: revoke_invitation(programme=programme, number=link.pk, by=person, now=NOW),
    ):
        with pytest.raises(PermissionDenied):
            act()
    link.refresh_from_db()
    assert (managers_of(programme), link.revoked_at) == ({alice}, None)


def test_link_of_another_programme_is_not_revoked(programme, alice, dora, maria):
    other = make_programme(dora, maria, "Other")
    link, _token = make_link(other, dora)

    assert not revoke_invitation(programme=programme, number=link.pk, by=alice, now=NOW)
    link.refresh_from_db()
    assert link.revoked_at is None


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"asks": False}, "no_side"),
        ({"most": 0}, "bad_uses"),
        ({"most": 5001}, "bad_uses"),
        ({"days": 0}, "bad_days"),
        ({"days": 181}, "bad_days"),
    ],
    ids=["no-side", "no-uses", "too-many-uses", "no-days", "too-many-days"],
)
def test_bad_link_is_refused(programme, alice, given, code):
    assert code_of(make_link, programme, alice, **given) == code
    assert not programme.invitations.exists()


def test_number_of_links_that_work_is_limited(programme, alice, settings):
    settings.MAX_INVITATION_LINKS = 1
    link, _token = make_link(programme, alice)

    assert code_of(make_link, programme, alice) == "too_many_links"
    revoke_invitation(programme=programme, number=link.pk, by=alice, now=NOW)
    make_link(programme, alice)


def test_closed_programme_gets_no_links(programme, alice):
    Programme.objects.filter(pk=programme.pk).update(state=ProgrammeState.CLOSED)

    assert code_of(make_link, programme, alice) == "programme_closed"


@pytest.mark.django_db(transaction=True)
def test_two_managers_who_end_each_other_leave_one(alice, maria):
    programme = make_programme(alice, maria)
    bob = make_person("second@example.org", "Second Manager")
    give_manager(programme=programme, person=bob, by=maria, now=NOW)

    def end(person: User, by: User) -> None:
        try:
            end_manager(programme=programme, person=person, by=by, now=NOW)
        except PermissionDenied as refused:
            raise ProgrammeError("not_allowed", "") from refused

    outcomes = race([lambda: end(alice, bob), lambda: end(bob, alice)])

    assert outcomes["won"] == 1
    assert len(managers_of(programme)) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_choose_one_name_the_second_is_told(alice, maria):
    second = make_person("owner@example.org", "Second Owner", is_staff=True)

    outcomes = race([lambda by=by: make_programme(alice, by) for by in (maria, second)])

    assert outcomes == {"won": 1, "slug_taken": 1}


def test_role_of_a_closed_account_can_be_ended(programme, alice, maria, bob):
    give_manager(programme=programme, person=bob, by=alice, now=NOW)
    User.objects.filter(pk=bob.pk).update(is_active=False)

    end_manager(programme=programme, person=bob, by=alice, now=NOW)

    assert Manager.objects.get(programme=programme, person=bob).ended_at == NOW
