"""What people ask for by letter: one of staff prepares it, an owner who isn't the same signs it, once."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import DataExport, Erasure, LetterAct, LetterOutcome, LetterRequest, Trace, User
from accounts.privacy.erasing import ask_erasure
from accounts.privacy.exports import PrivacyError, ask_export
from accounts.privacy.letters import decline_letter, prepare_letter, sign_letter
from accounts.rules.roles import StaffRoleName
from notifications.models import Notification
from tests.conftest import NOW, make_person
from tests.sessions_app.helpers.races import race

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
COPY, REMOVAL = LetterAct.COPY, LetterAct.REMOVAL


@pytest.fixture
def olu() -> User:
    return make_person("olu@example.org", "Olu Okoro", is_staff=True, roles=[StaffRoleName.SUPPORT])


@pytest.fixture
def oona() -> User:
    return make_person("oona@example.org", "Oona Owner", is_staff=True, roles=[StaffRoleName.OWNER])


def prepare(person: User, by: User, act: LetterAct = COPY) -> LetterRequest:
    return prepare_letter(person=person, act=act, reason="Passport by post", by=by, now=NOW)


def refusal_of(act) -> str:
    with pytest.raises(PrivacyError) as refused, transaction.atomic():
        act()
    return refused.value.code


def test_signing_a_copy_has_it_written(bob, olu, oona):
    letter = sign_letter(letter=prepare(bob, olu), by=oona, now=NOW)

    assert letter.export == DataExport.objects.get(person=bob)
    assert (letter.outcome, letter.decided_by, letter.decided_at) == (LetterOutcome.SIGNED, oona, NOW)


def test_signing_a_removal_closes_the_account_and_tells_the_person(bob, olu, oona):
    sign_letter(letter=prepare(bob, olu, REMOVAL), by=oona, now=NOW)

    bob.refresh_from_db()
    assert (bob.is_active, Erasure.objects.get(person=bob).left_at) == (False, NOW)
    assert Notification.objects.filter(kind="removal_asked", recipient=bob).exists()


def test_nothing_happens_before_and_when_it_is_declined(bob, olu, oona):
    letter = prepare(bob, olu, REMOVAL)
    assert not Erasure.objects.exists()

    decline_letter(letter=letter, by=oona, now=NOW)

    assert (Erasure.objects.exists(), LetterRequest.objects.get().outcome) == (False, LetterOutcome.DECLINED)
    prepare(bob, olu, REMOVAL)


def test_each_act_is_noted(bob, olu, oona):
    sign_letter(letter=prepare(bob, olu), by=oona, now=NOW)
    decline_letter(letter=prepare(bob, olu, REMOVAL), by=oona, now=NOW)

    assert sorted(Trace.objects.filter(about=bob).values_list("by", "act", "subject")) == sorted(
        [
            (olu.pk, "letter_prepared", "copy"),
            (oona.pk, "letter_signed", "copy"),
            (olu.pk, "letter_prepared", "removal"),
            (oona.pk, "letter_declined", "removal"),
        ]
    )


@pytest.mark.parametrize("role", [StaffRoleName.MODERATOR, StaffRoleName.PROGRAMME, StaffRoleName.OWNER, None])
def test_support_alone_prepares(bob, role):
    other = make_person("o@example.org", "Other", is_staff=role is not None, roles=[role] if role else [])

    with pytest.raises(PermissionDenied):
        prepare(bob, other)


@pytest.mark.parametrize("role", [StaffRoleName.SUPPORT, StaffRoleName.MODERATOR, StaffRoleName.PROGRAMME])
def test_owners_alone_decide(bob, olu, role):
    other = make_person("o@example.org", "Other", is_staff=True, roles=[role])

    for act in (sign_letter, decline_letter):
        with pytest.raises(PermissionDenied):
            act(letter=prepare(bob, olu), by=other, now=NOW)
        LetterRequest.objects.all().delete()


def test_nobody_decides_what_they_prepared_or_what_is_about_them(bob, olu, maria, oona):
    own, about_owner = prepare(bob, maria), prepare(oona, olu)

    assert refusal_of(lambda: sign_letter(letter=own, by=maria, now=NOW)) == "own_letter"
    assert refusal_of(lambda: sign_letter(letter=about_owner, by=oona, now=NOW)) == "own_data"
    assert refusal_of(lambda: prepare(olu, olu)) == "own_data"


@pytest.mark.parametrize("column", ["prepared_by", "person"])
def test_database_refuses_one_person_in_two_places(bob, olu, oona, column):
    sign_letter(letter=prepare(bob, olu), by=oona, now=NOW)

    with pytest.raises(IntegrityError, match="letter_is_prepared_and_decided_by_two_others"), transaction.atomic():
        LetterRequest.objects.update(**{column: oona})


def test_what_waits_or_is_decided_or_closed_is_not_asked_again(bob, charlie, olu, oona):
    letter = prepare(bob, olu)
    assert refusal_of(lambda: prepare(bob, olu)) == "waits_already"
    sign_letter(letter=letter, by=oona, now=NOW)
    assert refusal_of(lambda: sign_letter(letter=letter, by=oona, now=NOW)) == "decided"
    assert refusal_of(lambda: decline_letter(letter=letter, by=oona, now=NOW)) == "decided"

    ask_erasure(person=charlie, now=NOW)
    assert refusal_of(lambda: prepare(charlie, olu)) == "account_closed"


def test_the_last_owner_is_not_removed_by_letter(maria, olu):
    assert refusal_of(lambda: prepare(maria, olu, REMOVAL)) == "last_owner"


def test_what_the_person_had_done_meanwhile_is_refused_and_nothing_is_signed(bob, olu, oona, settings):
    letter = prepare(bob, olu)
    DataExport.objects.filter(pk=ask_export(person=bob, now=NOW).pk).update(state="gone")

    assert refusal_of(lambda: sign_letter(letter=letter, by=oona, now=NOW)) == "too_often"
    letter.refresh_from_db()
    assert letter.decided_at is None


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_decide_at_once_decide_once():
    bob = make_person("bob@example.org", "Bob Bose")
    olu = make_person("olu@example.org", "Olu", is_staff=True, roles=[StaffRoleName.SUPPORT])
    roles = {"is_staff": True, "roles": [StaffRoleName.OWNER]}
    owners = [make_person(f"{name}@example.org", name, **roles) for name in ("oona", "otto")]
    letter = prepare(bob, olu, REMOVAL)

    outcomes = race(
        [
            lambda: sign_letter(letter=letter, by=owners[0], now=NOW),
            lambda: decline_letter(letter=letter, by=owners[1], now=NOW),
        ]
    )

    assert outcomes == {"won": 1, "decided": 1}
    bob.refresh_from_db()
    assert bob.is_active == (LetterRequest.objects.get().outcome == LetterOutcome.DECLINED)
