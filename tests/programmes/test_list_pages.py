"""What managers, owners and invited people do on the pages of lists and domains."""

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from common.pages.seen import FIELD
from programmes.models import DomainRule, Invitee, Membership, MembershipState, Programme, Roster, RosterRow, Source
from programmes.rosters.acts import drop_roster, drop_row, open_roster_of, roster_mark, row_mark
from programmes.rosters.invitees import tell_invited
from tests.accounts.sign_in_pages import CODE, SIGN_IN
from tests.conftest import NOW
from tests.form_codes import codes_of
from tests.markup import answers_in, elements_of, markup_of, parts_in, refusals_in
from tests.programmes.listing import csv_of, invite, mend, upload
from tests.programmes.making import make_link
from tests.programmes.test_pages import page_of, values_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def send(client: Client, programme: Programme, content: bytes, name: str = "people.csv", **said: object):
    file = SimpleUploadedFile(name, content, content_type="text/csv")
    return client.post(page_of("programme_list", programme), {"file": file, "sides": ["asks"], **said})


def test_manager_uploads_mends_drops_and_applies(client_for, alice, programme):
    client, check = client_for(alice), page_of("programme_list_check", programme)
    rows = csv_of("email;name", "a@example.org;Ann", "b@;Ben", "a@example.org;Ann", "c@example.org;Cleo")

    assert send(client, programme, rows)["Location"] == check
    assert values_in(client.get(check), "verdict") == ["bad_address", "twice"]
    row = RosterRow.objects.get(number=3)
    page = page_of("programme_list_row", programme, 3)
    still_bad = client.post(page, {"act": "mend", "address": "b@b", "name": "Ben", FIELD: row_mark(row)})
    assert (still_bad.status_code, still_bad.context["form"]["address"].value()) == (422, "b@b")
    row.refresh_from_db()
    client.post(page, {"act": "mend", "address": "b@example.org", "name": "Ben", FIELD: row_mark(row)})
    roster = Roster.objects.get()
    client.post(check, {"act": "drop-bad", FIELD: roster_mark(roster)})
    roster.refresh_from_db()
    done = client.post(check, {"act": "apply", "list": roster.pk, FIELD: roster_mark(roster)}, follow=True)

    assert done.redirect_chain == [(page_of("programme_list", programme), 302)]
    assert len(values_in(done, "invitee")) == 3
    assert set(Invitee.objects.values_list("address", "name")) == {
        ("a@example.org", "Ann"),
        ("b@example.org", "Ben"),
        ("c@example.org", "Cleo"),
    }


def test_rows_say_what_their_people_will_do(client_for, alice, programme):
    client = client_for(alice)
    rows = csv_of("email;role", "a@example.org;mentor", "b@example.org;mentee", "c@example.org;both", "d@example.org;")
    send(client, programme, rows)

    shown = client.get(page_of("programme_list_check", programme)).context["rows"]

    assert [(sides.gives, sides.asks) for _row, sides in shown] == [
        (True, False),
        (False, True),
        (True, True),
        (False, True),
    ]
    page = client.get(page_of("programme_list_check", programme))
    said = [one.text for one in elements_of(markup_of(page), "span") if "data-sides" in one.attributes]
    assert (len(said), said[1] == said[3], len(set(said))) == (4, True, 3)


def test_row_with_an_unclear_role_says_nothing_of_it(client_for, alice, programme):
    client = client_for(alice)
    send(client, programme, csv_of("email;role", "a@example.org;juggler"))

    assert values_in(client.get(page_of("programme_list_check", programme)), "sides") == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "list_empty"),
        ("email\na@example.org".encode("utf-16"), "list_not_text"),
        (b"\x00" * 100, "list_not_text"),
        (b'email\n"a@example.org', "list_unreadable"),
        (b";" * 1_000_000, "list_too_wide"),
        (b"a" * (40 * 1024 * 1024), "list_too_large"),
    ],
    ids=["empty", "utf-16", "nul", "quote", "wide", "40 MiB"],
)
def test_file_that_is_no_list_is_refused_beside_its_field(client_for, alice, programme, content, code):
    answer = send(client_for(alice), programme, content, sides=["gives"])

    assert (answer.status_code, codes_of(answer.context["form"])) == (409, {"file": [code]})
    assert answer.context["form"]["sides"].value() == ["gives"]
    assert not Roster.objects.exists()


def test_form_without_a_file_says_so(client_for, alice, programme):
    answer = client_for(alice).post(page_of("programme_list", programme), {})

    assert (answer.status_code, set(codes_of(answer.context["form"]))) == (422, {"file", "sides"})


def test_columns_that_nobody_knows_are_asked_for(client_for, alice, programme):
    client, check = client_for(alice), page_of("programme_list_check", programme)
    send(client, programme, csv_of("Kontakt;Zweitkontakt", "a@example.org;b@example.org"))
    assert "columns" in parts_in(markup_of(client.get(check)))

    mark = roster_mark(Roster.objects.get())
    none = client.post(check, {"act": "columns", "address": "", FIELD: mark})
    client.post(check, {"act": "columns", "address": "Zweitkontakt", FIELD: mark})

    assert codes_of(none.context["form"]) == {"address": ["required"]}
    assert RosterRow.objects.get().address == "b@example.org"


def test_two_managers_at_once_are_told(client_for, alice, programme):
    client, check = client_for(alice), page_of("programme_list_check", programme)
    roster = upload(programme, alice, "email", "a@example.org")
    said = {"act": "apply", "list": roster.pk, FIELD: roster_mark(roster)}
    mend(roster, alice, 2, "b@example.org")

    answer = client.post(check, said)

    assert (answer.status_code, refusals_in(markup_of(answer))) == (409, ["stale"])
    assert not Invitee.objects.exists()


def test_row_that_is_gone_is_told_to_who_mends_it(client_for, alice, programme):
    roster = upload(programme, alice, "email", "b@")
    client, page = client_for(alice), page_of("programme_list_row", programme, 2)
    drop_row(programme=programme, number=2, by=alice)

    gone = client.post(page, {"act": "mend", "address": "b@example.org", FIELD: "x"}, follow=True)
    drop_roster(programme=programme, by=alice, seen=roster_mark(open_roster_of(programme)), now=NOW)
    list_gone = client.post(page, {"act": "drop"}, follow=True)

    assert gone.redirect_chain == [(page_of("programme_list_check", programme), 302)]
    assert list_gone.redirect_chain[-1] == (page_of("programme_list", programme), 302)
    assert [answers_in(markup_of(one)) for one in (gone, list_gone)] == [["warn"], ["warn"]]
    assert (client.get(page).status_code, roster.rows.count()) == (404, 0)


def test_dropped_list_leaves_nothing(client_for, alice, programme):
    client, check = client_for(alice), page_of("programme_list_check", programme)
    roster = upload(programme, alice, "email", "a@example.org")
    client.post(check, {"act": "drop", FIELD: roster_mark(roster)})

    assert client.get(check)["Location"] == page_of("programme_list", programme)
    assert not RosterRow.objects.exists()
    assert client.post(check, {"act": "apply", "list": roster.pk, FIELD: "x"}).status_code == 302
    assert not Invitee.objects.exists()


def test_new_person_signs_in_from_the_mail_and_is_in(client_for, alice, programme):
    invite(programme, alice, "email,name", "new@example.org,Zoë")
    tell_invited(now=NOW)
    [told] = mail.outbox
    assert (told.to, "/programmes/" in told.body) == (["new@example.org"], True)

    client = Client()
    client.post(SIGN_IN, {"email": "new@example.org", "name": "Zoë"})
    code = "".join(character for character in mail.outbox[-1].subject if character.isdigit())
    client.post(CODE, {"code": code})
    client.post("/sign-in/name/", {"name": "Zoë"})

    [member] = Membership.objects.filter(programme=programme)
    assert (member.person.email, member.source) == ("new@example.org", Source.LIST)
    assert not Invitee.objects.exists()


def test_invited_person_who_is_signed_in_joins_or_declines(client_for, alice, bob, charlie, programme):
    invite(programme, alice, "email", bob.email, charlie.email)
    page = page_of("programme_invited", programme)
    assert values_in(client_for(bob).get("/programmes/"), "invited") == [programme.slug]

    client_for(bob).post(page, {"act": "join"})
    client_for(charlie).post(page, {"act": "decline"})

    assert list(Membership.objects.values_list("person", "state")) == [(bob.pk, MembershipState.LIVE)]
    assert not Invitee.objects.waiting().exists()
    assert [client_for(one).post(page, {"act": "join"}).status_code for one in (bob, charlie)] == [404, 404]


@pytest.mark.parametrize("needs_yes", [False, True])
def test_who_is_on_a_list_and_joins_by_a_link_is_not_invited_any_more(needs_yes, client_for, alice, bob, programme):
    invite(programme, alice, "email,unit", f"{bob.email},Law", gives=True, asks=False)
    client, (_link, token) = client_for(bob), make_link(programme, alice, needs_yes=needs_yes)

    client.post(reverse("programme_join", args=[token]))

    membership = Membership.objects.get(person=bob)
    assert (membership.state, membership.gives, membership.unit) == (MembershipState.LIVE, True, "Law")
    assert (values_in(client.get("/programmes/"), "invited"), Invitee.objects.count()) == ([], 0)
    assert (tell_invited(now=NOW), mail.outbox) == (0, [])


def test_withdrawn_invitation_lets_nobody_in(client_for, alice, bob, programme):
    invite(programme, alice, "email", bob.email)
    client = client_for(alice)

    pages = [page_of("programme_list_invited", programme, Invitee.objects.get().pk)] * 2

    assert [client.post(page).status_code for page in pages] == [302, 404]
    assert values_in(client_for(bob).get("/programmes/"), "invited") == []


def test_owner_names_a_domain_and_removes_it(client_for, maria, programme):
    client, page = client_for(maria), page_of("staff_programme_domains", programme)

    refused = client.post(page, {"domain": "gmail.com", "sides": ["asks"]})
    client.post(page, {"domain": "Uni.Example", "sides": ["asks", "gives"], "needs_yes": "on"})

    assert codes_of(refused.context["form"]) == {"domain": ["free_mail"]}
    assert values_in(client.get(page), "domain") == ["uni.example"]
    assert "ended" not in parts_in(markup_of(client.get(page)))
    client.post(page_of("staff_programme_domain_remove", programme, DomainRule.objects.get().pk))
    after = client.get(page)
    assert (values_in(after, "domain"), "ended" in parts_in(markup_of(after))) == ([], True)
    assert DomainRule.objects.get().ended_by == maria
