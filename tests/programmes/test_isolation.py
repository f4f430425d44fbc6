"""Managers and members of one programme see nothing of another: every address of programmes is tried.

The addresses are read from the URL configuration, so a new one is tried without being entered here. If it takes another
argument than those below, this test fails until it is told of one.
"""

from itertools import product

import pytest
from django.test import Client
from django.urls import reverse

from mentoring import api_urls
from programmes.models import (
    Announcement,
    Audience,
    Invitation,
    Invitee,
    Membership,
    Nudge,
    NudgeStage,
    Programme,
    RosterRow,
)
from programmes.urls import MANAGE, urlpatterns
from search import urls as search_urls
from tests.conftest import NOW
from tests.markup import markup_of
from tests.programmes.listing import invite, upload
from tests.programmes.making import let_in, make_link
from tests.signing_in import sign_in
from tests.test_access import rows_of_our_tables

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
HIGHER = [one for one in search_urls.urlpatterns if str(one.pattern).startswith(MANAGE)]
ROUTES = {one.name: one for one in [*urlpatterns, *HIGHER] if "slug" in one.pattern.converters}
OF_MANAGERS = [name for name, one in ROUTES.items() if str(one.pattern).startswith(MANAGE)]
METHODS = ("get", "post")


def address_of(name: str, programme: Programme) -> str:
    """With arguments that exist in this programme, so that only its owner's rule can refuse."""
    link = Invitation.objects.filter(programme=programme).first()
    member = Membership.objects.filter(programme=programme).select_related("person").first()
    known = {"slug": programme.slug, "uuid": member.person.uuid, "number": link.pk}
    if name == "programme_list_row":
        known["number"] = RosterRow.objects.get(roster__programme=programme).number
    if name == "programme_list_invited":
        known["number"] = Invitee.objects.get(programme=programme).pk
    return reverse(name, kwargs={argument: known[argument] for argument in ROUTES[name].pattern.converters})


@pytest.fixture
def both(programme, other, alice, dora, bob, charlie) -> None:
    """bob is in the one, charlie in the other; each has invited an address by a list, and has another list open."""
    let_in(bob, programme, alice)
    let_in(charlie, other, dora)
    for one, manager, row in ((programme, alice, 3), (other, dora, 4)):
        invite(one, manager, "email,name", f"invited-{one.slug}@example.org,Invited {one.slug}")
        upload(one, manager, "email,name", *[""] * (row - 2), f"listed-{one.slug}@example.org,Listed {one.slug}")
        Announcement.objects.create(
            programme=one, by=manager, at=NOW, audience=Audience.ALL, text=f"announced-{one.slug}", done_at=NOW
        )
        Nudge.objects.create(
            programme=one, stage=NudgeStage.INVITED, invitee=one.invitees.get(), number=1, at=NOW, is_held_out=False
        )


def answers_to(client: Client, name: str, programme: Programme) -> list[tuple[int, str]]:
    page = address_of(name, programme)
    return [(answer.status_code, answer.get("Location", "")) for answer in (client.get(page), client.post(page))]


REFUSED = ([(404, "")] * 2, [(405, ""), (404, "")], [(404, ""), (405, "")])


@pytest.mark.parametrize("name", ROUTES)
def test_manager_of_one_gets_nothing_of_the_other(both, client_for, alice, other, name):
    client, before = client_for(alice), rows_of_our_tables()

    assert answers_to(client, name, other) in REFUSED
    assert rows_of_our_tables() == before


@pytest.mark.parametrize("name", OF_MANAGERS)
def test_member_gets_no_page_of_managers(both, client_for, bob, programme, name):
    assert answers_to(client_for(bob), name, programme) in REFUSED


@pytest.mark.parametrize("name", ROUTES)
def test_owner_of_the_installation_gets_nothing_either(both, client_for, maria, programme, name):
    assert answers_to(client_for(maria), name, programme) in REFUSED


@pytest.mark.parametrize("name", ROUTES)
def test_visitor_is_asked_to_sign_in(both, programme, name):
    assert {location[:9] for _status, location in answers_to(Client(), name, programme)} == {"/sign-in/"}


@pytest.mark.parametrize("name", OF_MANAGERS)
def test_arguments_of_the_other_programme_are_not_found(both, client_for, alice, programme, other, name):
    """A member or a link of the other one under one's own address."""
    theirs = address_of(name, other)
    if len(ROUTES[name].pattern.converters) == 1:
        return
    mixed = theirs.replace(other.slug, programme.slug, 1)

    assert {client_for(alice).get(mixed).status_code, client_for(alice).post(mixed).status_code} <= {404, 405}


def test_pages_of_one_name_nobody_of_the_other(both, client_for, alice, bob, other, programme, dora, charlie):
    canaries = [other.name, dora.name, charlie.name, "invited-other", "listed-other", "announced-other"]
    for client, name in product((client_for(alice), client_for(bob)), [*ROUTES, "programmes"]):
        page = client.get(reverse("programmes") if name == "programmes" else address_of(name, programme))
        assert [word for word in canaries if word in markup_of(page)] == []


def test_link_of_one_leads_into_no_other(both, client_for, bob, other, programme, alice):
    token = make_link(programme, alice, gives=True)[1]

    client_for(bob).post(reverse("programme_join", args=[token]))

    assert list(Membership.objects.filter(person=bob).values_list("programme", flat=True)) == [programme.pk]


def test_managed_by_is_empty_for_a_role_that_sleeps(alice, programme):
    asleep = Client()
    sign_in(asleep, alice, second_step=False)
    alice.role_sleeps = True

    assert not Programme.objects.managed_by(alice).exists()
    assert list(Programme.objects.with_manager(alice)) == [programme]


COUNTS = "accounts_requestcount"
API = {one.name: one for one in api_urls.urlpatterns if str(one.pattern).startswith("programmes/<slug:slug>/")}


def calls_of(client: Client, name: str, programme: Programme, **headers: str) -> list[tuple[int, str]]:
    address = reverse(name, args=[programme.slug])
    body = {"people": [{"email": "new@example.org"}], "confirm": 1}
    answers = [
        client.get(address, headers=headers),
        client.put(address, body, content_type="application/json", headers=headers),
    ]
    return [(answer.status_code, answer.content.decode()) for answer in answers]


@pytest.mark.parametrize("name", API)
def test_call_about_one_says_nothing_of_the_other(both, client_for, alice, bob, maria, programme, other, dora, name):
    canaries = [other.name, dora.name, "Charlie", "invited-other", "listed-other", "announced-other"]
    manager, *others = [client_for(one) for one in (alice, bob, maria)]
    own = calls_of(manager, name, programme)
    before = rows_of_our_tables()
    strangers = [calls_of(one, name, programme) for one in others]
    theirs = calls_of(manager, name, other)
    after = rows_of_our_tables() | {COUNTS: before[COUNTS]}

    assert 200 in [status for status, _text in own]
    assert {status for answers in (*strangers, theirs) for status, _text in answers} <= {404, 405}
    assert after == before
    assert [word for _status, text in (*own, *theirs) for word in canaries if word in text] == []
