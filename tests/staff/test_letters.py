"""The pages on which staff prepare what someone asks for by letter, and owners sign it."""

import pytest

from accounts.models import LetterRequest, Trace, User
from accounts.privacy.exports import write_due_copies
from accounts.rules.roles import StaffRoleName
from tests.conftest import NOW, make_person
from tests.form_codes import codes_of
from tests.markup import data_in, elements_of, markup_of, parts_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
LIST = "/staff/letters/"
ASKED = {"act": "copy", "reason": "Passport"}


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture
def support(client_for):
    person = make_person("olu@example.org", "Olu Okoro", is_staff=True, roles=[StaffRoleName.SUPPORT])
    return client_for(person)


def form_for(person: User) -> str:
    return f"/staff/people/{person.uuid}/letter/"


def test_support_prepares_and_an_owner_signs_and_hands_on_the_copy(support, client_for, maria, bob):
    assert "by-letter" in parts_in(markup_of(support.get(f"/staff/people/{bob.uuid}/")))
    assert support.post(form_for(bob), ASKED)["Location"] == f"/staff/people/{bob.uuid}/"
    owner = client_for(maria)
    [item] = elements_of(markup_of(owner.get(LIST)), "li", data_letter="copy")
    assert bob.display_name in item.text

    letter = LetterRequest.objects.get()
    owner.post(LIST, {"letter": letter.uuid, "outcome": "signed"})
    assert owner.get(f"{LIST}{letter.uuid}/copy/").status_code == 404
    write_due_copies(now=NOW)

    answer = owner.get(f"{LIST}{letter.uuid}/copy/")
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    assert f"{LIST}{letter.uuid}/copy/" in markup_of(owner.get(f"{LIST}?state=decided"))
    assert Trace.objects.looks_at(bob).filter(act="copy_taken", by=maria).count() == 1
    assert "looked" in parts_in(markup_of(client_for(bob).get("/settings/data/")))


def test_only_who_signed_gets_the_copy(support, client_for, maria, bob):
    support.post(form_for(bob), ASKED)
    letter = LetterRequest.objects.get()
    client_for(maria).post(LIST, {"letter": letter.uuid, "outcome": "signed"})
    write_due_copies(now=NOW)
    other = make_person("otto@example.org", "Otto", is_staff=True, roles=[StaffRoleName.OWNER])

    assert client_for(other).get(f"{LIST}{letter.uuid}/copy/").status_code == 404


def test_who_prepared_it_sees_why_they_cannot_sign(client_for, maria, bob):
    client = client_for(maria)  # who has all roles
    client.post(form_for(bob), ASKED)

    assert data_in(client.get(LIST), "refusal") == ["own_letter"]
    client.post(LIST, {"letter": LetterRequest.objects.get().uuid, "outcome": "signed"})
    assert LetterRequest.objects.get().decided_at is None


@pytest.mark.parametrize(
    ("sent", "codes"),
    [
        ({}, {"act": ["required"], "reason": ["required"]}),
        ({**ASKED, "reason": " "}, {"reason": ["required"]}),
        ({**ASKED, "reason": "x" * 301}, {"reason": ["max_length"]}),
        ({**ASKED, "act": "both"}, {"act": ["invalid_choice"]}),
    ],
)
def test_bad_input_is_told_beside_its_field(support, bob, sent, codes):
    answer = support.post(form_for(bob), sent)

    assert (answer.status_code, codes_of(answer.context["form"])) == (422, codes)
    assert not LetterRequest.objects.exists()


def test_a_refusal_keeps_what_was_typed(support, bob):
    support.post(form_for(bob), ASKED)
    answer = support.post(form_for(bob), ASKED)

    assert (answer.status_code, codes_of(answer.context["form"])) == (409, {"act": ["waits_already"]})
    assert ASKED["reason"] in markup_of(answer)


UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize("sent", [{}, {"letter": "x", "outcome": "signed"}, {"letter": UNKNOWN, "outcome": "signed"}])
def test_deciding_on_nothing_is_not_found(client_for, maria, sent):
    assert client_for(maria).post(LIST, sent).status_code == 404


def test_nobody_is_offered_to_prepare_for_themselves_or_for_who_is_gone(support, client_for, maria, closed):
    User.objects.filter(pk=closed.pk).update(is_active=False)

    assert "by-letter" not in parts_in(markup_of(support.get(f"/staff/people/{closed.uuid}/")))
    assert "by-letter" not in parts_in(markup_of(client_for(maria).get(f"/staff/people/{maria.uuid}/")))
