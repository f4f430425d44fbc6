"""What owners, managers, members and people with a link do on the pages of programmes."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from mentors.models import MentorProfile, ProfileState
from notifications.models import InboxItem, Notification
from programmes.changes import state_mark, texts_mark
from programmes.invitations import revoke_invitation
from programmes.managers import give_manager
from programmes.members import join, leave, remove_member
from programmes.models import LIVE, Invitation, Manager, Membership, MembershipState, Programme, ProgrammeState
from programmes.notices import MANAGER_NAMED, News
from sessions_app.models import AvailabilityWindow
from tests.accounts.authenticator_app import code_of, give_app, set_up_app
from tests.accounts.sign_in_pages import CODE, PASSWORD, SIGN_IN
from tests.conftest import NOW
from tests.form_codes import codes_of
from tests.markup import answers_in, elements_in, elements_of, forms_in, links_in, markup_of, parts_in, refusals_in
from tests.programmes.making import let_in, make_link, make_programme, open_to_members
from tests.signing_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
WAITS = "/settings/sign-in/role/"


def page_of(name: str, programme: Programme, *more: object) -> str:
    return reverse(name, args=[programme.slug, *more])


def join_page(token: str) -> str:
    return reverse("programme_join", args=[token])


def values_in(response: HttpResponse, name: str) -> list[str]:
    """Of each element that has `data-NAME`, in order."""
    found = elements_of(markup_of(response), "")
    return [one.attributes[f"data-{name}"] for one in found if f"data-{name}" in one.attributes]


def state_of(person: User, programme: Programme) -> str:
    return Membership.objects.get(person=person, programme=programme).state


def kinds_told(person: User) -> list[str]:
    return list(Notification.objects.filter(recipient=person).order_by("pk").values_list("kind", flat=True))


def test_owner_opens_a_programme_and_its_manager_sets_a_second_step_and_is_in(client_for, alice, maria):
    owner, manager = client_for(maria), Client()
    said = {
        "name": "Leadership year",
        "line": "For new team leads",
        "first_day": "2026-12-01",
        "zone": "Europe/Stockholm",
        "email": alice.email,
    }
    assert owner.post(reverse("staff_programmes"), said)["Location"] == "/staff/programmes/leadership-year/"
    programme = Programme.objects.get()
    assert (programme.state, programme.last_day, kinds_told(alice)) == (ProgrammeState.DRAFT, None, [MANAGER_NAMED])

    manager.post(PASSWORD, {"login": alice.email, "password": "secret-pass-1"})
    page = page_of("programme_manage", programme)
    led = manager.get(page)
    assert led["Location"].startswith(WAITS)
    assert parts_in(markup_of(manager.get(led["Location"]))) == ["role-waits"]
    manager.post("/sign-in/again/", {"password": "secret-pass-1"})
    set_up_app(manager)

    assert manager.get(page).status_code == 200


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ({"name": ""}, {"name": ["required"]}),
        ({"email": "nobody@example.org"}, {"email": ["nobody"]}),
        ({"email": "maria@example.org"}, {"email": ["own_role"]}),
        ({"name": "Spring cohort"}, {"slug": ["slug_taken"]}),
        ({"name": "Spring cohort", "slug": "other"}, {"name": ["name_taken"]}),
        ({"slug": "No way"}, {"slug": ["invalid"]}),
        ({"name": "نادي القيادة"}, {"slug": ["required"]}),
        ({"last_day": "2026-11-30"}, {"last_day": ["bad_days"]}),
        ({"first_day": "9999-12-31"}, {"first_day": ["far"]}),
        ({"zone": "Europe/Nowhere"}, {"zone": ["invalid_choice"]}),
    ],
    ids=["name", "nobody", "oneself", "slug", "taken", "blank", "script", "days", "far", "zone"],
)
def test_bad_programme_is_refused_beside_its_field(client_for, alice, bob, maria, programme, said, codes):
    whole = {"name": "New", "first_day": "2026-12-01", "zone": "Europe/London", "email": bob.email}

    answer = client_for(maria).post(reverse("staff_programmes"), whole | said)

    assert (answer.status_code in {409, 422}, codes_of(answer.context["form"])) == (True, codes)
    assert list(Programme.objects.all()) == [programme]


def test_owner_names_and_ends_managers(client_for, alice, bob, maria, programme):
    owner, page = client_for(maria), page_of("staff_programme", programme)
    owner.post(page, {"email": bob.email})

    assert set(values_in(owner.get(page), "manager")) == {str(alice.uuid), str(bob.uuid)}
    owner.post(page_of("staff_programme_end", programme, alice.uuid))
    assert values_in(owner.get(page), "manager") == [str(bob.uuid)]
    last = owner.post(page_of("staff_programme_end", programme, bob.uuid), follow=True)
    assert values_in(last, "manager") == [str(bob.uuid)]
    assert kinds_told(alice) == [MANAGER_NAMED, "programme_manager_ended"]


def test_manager_without_a_second_step_sees_the_member_page_alone(alice, programme):
    asleep = Client()
    sign_in(asleep, alice, second_step=False)

    assert asleep.get(page_of("programme", programme)).status_code == 200
    for name in ("programme_manage", "programme_members", "programme_links", "programme_settings"):
        assert asleep.get(page_of(name, programme))["Location"].startswith(WAITS)
    asleep.post(page_of("programme_state", programme), {"state": "archived", "seen": state_mark(programme)})
    programme.refresh_from_db()
    assert programme.state == ProgrammeState.OPEN


def test_last_factor_of_a_manager_stays_until_the_role_ends(alice, bob, maria, programme):
    client, secret = Client(), give_app(alice)
    client.post(PASSWORD, {"login": alice.email, "password": "secret-pass-1"})
    client.post("/sign-in/second-step/", {"code": code_of(secret)})
    [number] = alice.authenticator_set.exclude(type="recovery_codes").values_list("pk", flat=True)
    page = reverse("factor_remove", args=[number])

    assert refusals_in(markup_of(client.post(page))) == ["last_factor"]
    give_manager(programme=programme, person=bob, by=maria, now=NOW)
    client.post(page_of("programme_manager_end", programme, alice.uuid))
    client.post(page)
    assert not alice.authenticator_set.exists()


def test_entry_of_the_navigation_shows_to_people_of_a_programme(client_for, alice, bob, charlie, programme):
    let_in(bob, programme, alice)

    def has_entry(person: User) -> bool:
        return bool(elements_of(markup_of(client_for(person).get("/settings/")), "a", href="/programmes/"))

    assert [has_entry(person) for person in (alice, bob, charlie)] == [True, True, False]
    leave(person=bob, programme=programme, now=NOW)
    assert not has_entry(bob)


def test_manager_changes_words_and_days(client_for, alice, programme):
    client, page = client_for(alice), page_of("programme_settings", programme)
    said = {"name": "Autumn cohort", "line": "New line", "first_day": "2026-12-01", "last_day": ""}

    assert client.post(page, said).status_code == 302
    programme.refresh_from_db()
    assert (programme.name, programme.line, str(programme.first_day), programme.last_day) == (
        "Autumn cohort",
        "New line",
        "2026-12-01",
        None,
    )


@pytest.mark.parametrize(
    ("said", "codes"),
    [({"name": "Other"}, {"name": ["name_taken"]}), ({"last_day": "2026-11-01"}, {"last_day": ["bad_days"]})],
    ids=["name", "days"],
)
def test_bad_settings_keep_what_was_typed(client_for, alice, programme, other, said, codes):
    whole = {"name": "Mine", "line": "Typed", "first_day": "2026-12-01", "last_day": ""}
    answer = client_for(alice).post(page_of("programme_settings", programme), whole | said)

    assert (codes_of(answer.context["form"]), answer.context["form"]["line"].value()) == (codes, "Typed")
    programme.refresh_from_db()
    assert programme.name == "Spring cohort"


def test_settings_changed_by_another_manager_meanwhile_are_told(client_for, alice, programme):
    client, page = client_for(alice), page_of("programme_settings", programme)
    seen = texts_mark(programme)
    Programme.objects.update(line="Other")
    said = {"name": "Spring cohort", "line": "Mine", "first_day": "2026-12-01", "last_day": ""}

    answer = client.post(page, said | {"seen": seen})

    assert (answer.status_code, refusals_in(markup_of(answer))) == (409, ["stale"])
    programme.refresh_from_db()
    assert programme.line == "Other"


def test_programme_goes_from_draft_to_archive_and_back(client_for, alice, maria):
    programme, client = make_programme(alice, maria, is_open=False), client_for(alice)
    page = page_of("programme_state", programme)

    def press(state: str) -> str:
        client.post(page, {"state": state})
        programme.refresh_from_db()
        return programme.state

    states = ["closed", "open", "closed", "open", "archived", "open", "closed"]
    assert [press(state) for state in states] == ["draft", "open", "closed", "open", "archived", "archived", "closed"]
    assert client.post(page, {"state": "draft"}).status_code == 404


def test_draft_shows_first_steps_and_ticks_what_is_saved(client_for, alice, maria):
    programme, client = make_programme(alice, maria, is_open=False, line=""), client_for(alice)
    page = page_of("programme_manage", programme)

    def steps_done() -> list[str | None]:
        found = elements_of(markup_of(client.get(page)), "li")
        return [one.attributes["data-step"] for one in found if one.attributes.get("class") == "done"]

    shown = client.get(page)
    assert values_in(shown, "step") == ["says", "rules", "try", "open", "invite"]
    pages = ("settings", "rules", "try", "links", "list")
    linked = {page_of(f"programme_{name}", programme) for name in pages} | {"#how-far"}
    assert links_in(markup_of(shown), data_part="first-steps") == linked
    assert steps_done() == []
    Programme.objects.update(line="For new team leads")
    assert steps_done() == ["says"]
    rules = client.get(page_of("programme_rules", programme)).context
    rest = {"members_stay": "on", "only_members": "on", "most_sessions": "4", "most_open": "2"}
    saved = client.post(page_of("programme_rules", programme), rest | {"seen": rules["seen"]}, follow=True)
    assert steps_done() == ["says", "rules"]
    open_to_members(programme)
    assert (values_in(client.get(page), "step"), saved.status_code) == ([], 200)


@pytest.mark.parametrize("name", ["programme_links", "programme_list", "programme_members"])
def test_draft_leads_its_manager_to_where_it_is_opened(client_for, alice, maria, name):
    programme = make_programme(alice, maria, is_open=False)
    page = markup_of(client_for(alice).get(page_of(name, programme)))

    assert page_of("programme_manage", programme) in links_in(page, data_part="closed")


def test_only_manager_is_not_offered_to_end_their_role(client_for, alice, bob, maria, programme):
    client, page = client_for(alice), page_of("programme_manage", programme)
    end = page_of("programme_manager_end", programme, alice.uuid)

    assert end not in forms_in(markup_of(client.get(page)))
    give_manager(programme=programme, person=bob, by=maria, now=NOW)
    assert end in forms_in(markup_of(client.get(page)))


def test_copy_is_a_draft_of_the_same_managers_a_year_later(client_for, alice, bob, maria, programme, settings):
    give_manager(programme=programme, person=bob, by=maria, now=NOW)
    let_in(maria, programme, alice)
    client, page = client_for(alice), page_of("programme_copy", programme)

    assert client.post(page)["Location"] == "/programmes/spring-cohort-2/manage/settings/"
    made = Programme.objects.get(slug="spring-cohort-2")
    assert (made.name, made.state, (made.first_day - programme.first_day).days) == ("Spring cohort 2", "draft", 364)
    assert (made.last_day - made.first_day) == (programme.last_day - programme.first_day)
    managers = Manager.objects.live().filter(programme=made).values_list("person", "given_by")
    assert set(managers) == {(alice.pk, maria.pk), (bob.pk, maria.pk)}
    # Of the programme, and bob of its copy too
    assert [kinds_told(person) for person in (alice, bob)] == [[MANAGER_NAMED], [MANAGER_NAMED] * 2]
    assert not made.memberships.exists()

    again = page_of("programme_copy", made)
    assert client.post(again)["Location"] == "/programmes/spring-cohort-3/manage/settings/"
    assert Programme.objects.filter(name="Spring cohort 3").exists()

    settings.MAX_PROGRAMME_DRAFTS = 1
    assert refusals_in(markup_of(client.post(page))) == ["too_many_drafts"]
    assert Programme.objects.count() == 3


@pytest.mark.parametrize(
    ("name", "copy"),
    [
        ("Class 2026", ("Class 2026 2", "class-2026-2")),
        ("Class 2", ("Class 3", "class-3")),
        ("Class 99", ("Class 100", "class-100")),
        ("Class 02", ("Class 02 2", "class-02-2")),
        ("2", ("2 2", "2-2")),
        ("C" * 78 + " 9", ("C" * 77 + " 10", "c" * 47 + "-10")),
    ],
)
def test_name_of_a_copy_counts_on(client_for, alice, maria, name, copy):
    programme = make_programme(alice, maria, name, slug=name.lower().replace(" ", "-")[:50])

    client_for(alice).post(page_of("programme_copy", programme))

    assert Programme.objects.order_by("pk").values_list("name", "slug").last() == copy


def test_copy_whose_button_is_pressed_twice_is_made_once(client_for, alice, programme):
    client, page = client_for(alice), page_of("programme_copy", programme)

    def key() -> str:
        return elements_of(markup_of(client.get(page_of("programme_manage", programme))), "input", name="key")[
            0
        ].attributes["value"]

    first = {"key": key()}
    led = [client.post(page, sent)["Location"] for sent in (first, first, {"key": key()})]

    assert led == [f"/programmes/spring-cohort-{number}/manage/settings/" for number in (2, 2, 3)]
    assert Programme.objects.count() == 3


def test_link_whose_form_is_sent_twice_is_made_once_and_shown_both_times(client_for, alice, programme):
    client, page = client_for(alice), page_of("programme_links", programme)

    def form_key(response: HttpResponse) -> str:
        return elements_of(markup_of(response), "input", name="key")[0].attributes["value"]

    def made_by(**changed: str) -> str:
        answer = client.post(page, {"sides": "asks", "most": "3", "days": "10", "key": key, **changed})
        return elements_of(markup_of(answer), "input", id="address")[0].attributes["value"]

    key = form_key(client.get(page))
    first = made_by()
    assert (made_by(), Invitation.objects.count()) == (first, 1)
    assert made_by(most="4") != first
    # The page with the new link has another form
    assert form_key(client.post(page, {"sides": "asks", "most": "3", "days": "10", "key": key})) != key
    client.post(page_of("programme_link_revoke", programme, Invitation.objects.order_by("pk")[0].pk))
    assert made_by() != first
    assert Invitation.objects.count() == 3


def test_link_is_shown_once_and_revoked(client_for, alice, bob, programme):
    client, page = client_for(alice), page_of("programme_links", programme)

    made = client.post(page, {"sides": ["asks", "gives"], "most": "3", "days": "10"})
    [field] = elements_of(markup_of(made), "input", id="address")
    address = field.attributes["value"]
    link = Invitation.objects.get()

    assert (link.gives, link.asks, link.most, link.needs_yes, (link.expires_at - NOW).days) == (
        True,
        True,
        3,
        False,
        10,
    )
    assert address.rpartition("/join/")[2] not in markup_of(client.get(page))
    path = "/join/" + address.rpartition("/join/")[2]
    assert client_for(bob).post(path)["Location"] == page_of("programme", programme)
    client.post(page_of("programme_link_revoke", programme, link.pk))
    link.refresh_from_db()
    assert (link.uses, link.revoked_at) == (1, NOW)


def test_each_link_is_revoked_by_a_button_that_says_whom_it_is_for(client_for, alice, programme):
    for gives, asks in ((True, False), (False, True), (True, True)):
        make_link(programme, alice, gives=gives, asks=asks)

    page = markup_of(client_for(alice).get(page_of("programme_links", programme)))

    rows = [one for one in elements_of(page, "li") if "data-link" in one.attributes]
    headings = [elements_in(page, "h3", data_link=row.attributes["data-link"])[0].text for row in rows]
    buttons = [elements_in(page, "button", data_link=row.attributes["data-link"])[0].text for row in rows]
    assert len(set(headings)) == 3
    assert all(heading in button for heading, button in zip(headings, buttons, strict=True))


def test_link_is_called_what_managers_call_it_and_only_to_them(client_for, alice, bob, programme):
    client, page = client_for(alice), page_of("programme_links", programme)

    made = client.post(page, {"label": "Poster <hall>", "sides": ["asks"], "most": "3", "days": "10"})

    [field] = elements_of(markup_of(made), "input", id="address")
    [row] = [one for one in elements_of(markup_of(client.get(page)), "li") if "data-link" in one.attributes]
    [heading] = elements_in(markup_of(client.get(page)), "h3", data_link=row.attributes["data-link"])
    [button] = elements_in(markup_of(client.get(page)), "button", data_link=row.attributes["data-link"])
    assert heading.text == "Poster <hall>"
    assert "Poster <hall>" in button.text
    path = "/join/" + field.attributes["value"].rpartition("/join/")[2]
    assert "Poster" not in markup_of(client_for(bob).get(path))
    client.post(page_of("programme_link_revoke", programme, row.attributes["data-link"]))
    [ended] = [one for one in elements_of(markup_of(client.get(page)), "li") if "data-link" in one.attributes]
    assert "Poster <hall>" in ended.text


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ({"label": "x" * 61}, {"label": ["max_length"]}),
        ({"sides": []}, {"sides": ["required"]}),
        ({"sides": ["all"]}, {"sides": ["invalid_choice"]}),
        ({"most": "0"}, {"most": ["min_value"]}),
        ({"most": "5001"}, {"most": ["max_value"]}),
        ({"days": "181"}, {"days": ["max_value"]}),
        ({"days": "x"}, {"days": ["invalid"]}),
    ],
    ids=["long-label", "no-side", "other-side", "no-uses", "too-many-uses", "too-many-days", "letters"],
)
def test_bad_link_is_refused_beside_its_field(client_for, alice, programme, said, codes):
    whole = {"sides": ["asks"], "most": "3", "days": "10"}
    answer = client_for(alice).post(page_of("programme_links", programme), whole | said)

    assert (answer.status_code, codes_of(answer.context["form"])) == (422, codes)
    assert not Invitation.objects.exists()


def test_visitor_keeps_the_link_through_sign_in(alice, bob, programme, mailoutbox):
    visitor, page = Client(), join_page(make_link(programme, alice)[1])
    before = visitor.get(page)
    [button] = [one for one in elements_of(markup_of(before), "a") if "btn--primary" in one.attributes.get("class", "")]
    led = visitor.post(page)

    assert button.attributes["href"] == led["Location"] == f"{SIGN_IN}?next={page}"
    visitor.post(SIGN_IN, {"email": bob.email, "next": page})
    code = re.search(r"\d{6}|\d{3} \d{3}", mailoutbox[-1].subject)[0]
    signed_in = visitor.post(CODE, {"code": code, "next": page})
    assert signed_in["Location"] == page
    assert not Membership.objects.exists()
    assert visitor.post(page)["Location"] == page_of("programme", programme)
    assert state_of(bob, programme) == LIVE


def test_looking_at_a_link_joins_nobody_and_a_member_is_told_so(client_for, alice, bob, programme):
    page, client = join_page(make_link(programme, alice)[1]), client_for(bob)

    client.get(page)
    assert not Membership.objects.exists()
    client.post(page)
    assert "is-in" in parts_in(markup_of(client.get(page)))


@pytest.mark.parametrize("case", ["revoked", "used-up", "ended", "closed", "removed", "unknown"])
def test_dead_link_says_why(client_for, alice, bob, charlie, programme, case):
    link, token = make_link(programme, alice, most=1, days=1)
    match case:
        case "revoked":
            revoke_invitation(programme=programme, number=link.pk, by=alice, now=NOW)
        case "used-up":
            join(person=charlie, invitation=link, now=NOW)
        case "ended":
            Invitation.objects.update(made_at=NOW.replace(day=1), expires_at=NOW)
        case "closed":
            Programme.objects.update(state=ProgrammeState.CLOSED)
        case "removed":
            let_in(bob, programme, alice)
            remove_member(programme=programme, person=bob, by=alice, now=NOW)
    codes = {
        "revoked": "link_revoked",
        "used-up": "link_used_up",
        "ended": "link_ended",
        "closed": "programme_closed",
        "removed": "removed",
    }

    client = client_for(bob)
    answers = [client.get(join_page("x" * 32 if case == "unknown" else token)) for _ in range(1)]
    answers.append(client.post(join_page("x" * 32 if case == "unknown" else token)))

    if case == "unknown":
        assert [answer.status_code for answer in answers] == [404, 404]
        return
    assert [(answer.status_code, refusals_in(markup_of(answer))) for answer in answers] == [(409, [codes[case]])] * 2
    assert not Membership.objects.live().filter(person=bob).exists()


def test_request_is_told_to_managers_and_answered(client_for, alice, bob, programme):
    page = join_page(make_link(programme, alice, needs_yes=True)[1])
    asking, manager = client_for(bob), client_for(alice)

    asking.post(page)
    assert (state_of(bob, programme), kinds_told(alice)) == (MembershipState.ASKED, [MANAGER_NAMED, News.ASKED])
    assert "asked" in parts_in(markup_of(asking.get(page_of("programme", programme))))
    asking.post(page)
    assert Invitation.objects.get().uses == 1
    assert values_in(manager.get(page_of("programme_members", programme) + "?state=asked"), "member") == [str(bob.uuid)]

    answer = page_of("programme_member", programme, bob.uuid)
    manager.post(answer, {"act": "accept", "reason": ""})
    manager.post(answer, {"act": "accept", "reason": ""})
    assert (state_of(bob, programme), kinds_told(bob)) == (LIVE, [News.IN])
    assert not InboxItem.objects.filter(recipient=alice, kind=News.ASKED).exists()


def test_declined_person_reads_why_and_is_let_in_by_a_manager_alone(client_for, alice, bob, programme):
    link, token = make_link(programme, alice, needs_yes=True)
    join(person=bob, invitation=link, now=NOW)
    manager, page = client_for(alice), page_of("programme_member", programme, bob.uuid)

    manager.post(page, {"act": "decline", "reason": "Full"})
    row = Membership.objects.get(person=bob)
    assert (row.state, row.reason, kinds_told(bob)) == (MembershipState.DECLINED, "Full", [News.DECLINED])
    assert refusals_in(markup_of(client_for(bob).post(join_page(token)))) == ["declined"]
    assert client_for(bob).get(page_of("programme", programme)).status_code == 404
    manager.post(page, {"act": "bring-back"})
    row.refresh_from_db()
    assert (row.state, row.reason) == (LIVE, "")


def test_a_manager_who_comes_second_is_told_how_it_stands(client_for, alice, bob, programme):
    join(person=bob, invitation=make_link(programme, alice, needs_yes=True)[0], now=NOW)
    manager, page = client_for(alice), page_of("programme_member", programme, bob.uuid)
    manager.post(page, {"act": "accept"})
    said = [answers_in(markup_of(manager.post(page, {"act": act}, follow=True))) for act in ("accept", "decline")]
    leave(person=bob, programme=programme, now=NOW)
    said += [answers_in(markup_of(manager.post(page, {"act": "remove", "reason": "Full"}, follow=True)))]

    assert said == [["ok"], ["warn"], ["warn"]]
    assert state_of(bob, programme) == MembershipState.LEFT


def test_request_that_is_withdrawn_asks_managers_for_nothing(client_for, alice, bob, programme):
    join(person=bob, invitation=make_link(programme, alice, needs_yes=True)[0], now=NOW)

    client_for(bob).post(page_of("programme_leave", programme))

    assert state_of(bob, programme) == MembershipState.LEFT
    assert not InboxItem.objects.filter(recipient=alice, kind=News.ASKED).exists()
    assert Notification.objects.get(kind=News.ASKED).state == "obsolete"


def test_manager_removes_with_a_reason_and_brings_back(client_for, alice, bob, programme):
    let_in(bob, programme, alice)
    manager, page = client_for(alice), page_of("programme_member", programme, bob.uuid)

    manager.post(page, {"act": "remove", "reason": "Moved"})
    row = Membership.objects.get(person=bob)
    assert (row.state, row.reason, kinds_told(bob)) == (
        MembershipState.REMOVED,
        "Moved",
        [News.REMOVED],
    )
    assert "ended-by" in parts_in(markup_of(manager.get(page)))
    manager.post(page, {"act": "bring-back"})
    row.refresh_from_db()
    assert (row.state, row.reason, kinds_told(bob)) == (LIVE, "", [News.REMOVED, News.IN])
    assert manager.post(page, {"act": "other"}).status_code == 404


def test_too_long_a_reason_removes_nobody(client_for, alice, bob, programme):
    let_in(bob, programme, alice)
    page = page_of("programme_member", programme, bob.uuid)

    answer = client_for(alice).post(page, {"act": "remove", "reason": "x" * 301})

    assert (answer.status_code, codes_of(answer.context["form"])) == (422, {"reason": ["max_length"]})
    assert state_of(bob, programme) == LIVE


def test_manager_makes_a_member_a_manager_and_ends_their_own_role(client_for, alice, bob, charlie, programme):
    let_in(bob, programme, alice)
    manager = client_for(alice)

    manager.post(page_of("programme_member", programme, bob.uuid), {"act": "make-manager"})
    assert set(Manager.objects.live().values_list("person", flat=True)) == {alice.pk, bob.pk}
    left = manager.post(page_of("programme_manager_end", programme, alice.uuid))
    assert left["Location"] == "/programmes/"
    assert manager.get(page_of("programme_manage", programme)).status_code == 404
    assert kinds_told(alice) == [MANAGER_NAMED]


def test_manager_does_not_remove_themselves(client_for, alice, programme):
    let_in(alice, programme, alice)
    page = page_of("programme_member", programme, alice.uuid)

    answer = client_for(alice).post(page, {"act": "remove", "reason": ""})

    assert (answer.status_code, refusals_in(markup_of(answer))) == (409, ["yourself"])


def test_member_leaves_and_the_page_is_gone_for_them(client_for, alice, bob, programme):
    let_in(bob, programme, alice)
    client, page = client_for(bob), page_of("programme", programme)

    assert "managers-see" in parts_in(markup_of(client.get(page)))
    for _again in range(2):
        assert client.post(page_of("programme_leave", programme))["Location"] == "/programmes/"
    assert client.get(page).status_code == 404


def test_mentor_is_told_what_keeps_members_from_booking_them(client_for, alice, bob, programme):
    for person in (alice, bob):
        let_in(person, programme, alice, gives=True)
    page = page_of("programme", programme)

    def shown(person: User) -> set[str]:
        html = markup_of(client_for(person).get(page))
        return links_in(html, data_part="mentor-steps") if "mentor-steps" in parts_in(html) else set()

    assert shown(bob) == {reverse("become_a_mentor")}
    assert shown(alice) == set()
    AvailabilityWindow.objects.all().delete()
    assert shown(alice) == {reverse("mentor_availability")}
    MentorProfile.objects.update(state=ProfileState.SUBMITTED)
    assert shown(alice) == {reverse("mentor_profile"), reverse("mentor_availability")}
    Membership.objects.update(gives=False, asks=True)
    assert (shown(alice), shown(bob)) == (set(), set())


def test_people_are_listed_by_state_and_paged(client_for, alice, programme, monkeypatch):
    monkeypatch.setattr("programmes.views.people.PAGE_SIZE", 2)
    people = [User.objects.create_user(f"p{n}@example.org", name=f"Person {n}") for n in range(3)]
    for person in people:
        let_in(person, programme, alice)
    remove_member(programme=programme, person=people[2], by=alice, now=NOW)
    let_in(alice, programme, alice)
    client, page = client_for(alice), page_of("programme_members", programme)

    def listed(query: str) -> list[str]:
        return values_in(client.get(page + query), "member")

    assert listed("") == [str(alice.uuid), str(people[0].uuid)]
    assert listed("?page=2") == [str(people[1].uuid)]
    assert listed("?state=removed") == [str(people[2].uuid)]
    assert listed("?state=nonsense") == listed("")


def test_people_are_found_by_name_alone_in_each_state_and_on_each_page(client_for, alice, programme, monkeypatch):
    monkeypatch.setattr("programmes.views.people.PAGE_SIZE", 2)
    names = ["Anna Berg", "Anna Bach", "Anna Boll", "Bruno Annan", "Zoë Ek"]
    people = [User.objects.create_user(f"mail{n}@example.org", name=name) for n, name in enumerate(names)]
    for person in people:
        let_in(person, programme, alice)
    remove_member(programme=programme, person=people[3], by=alice, now=NOW)
    client, page = client_for(alice), page_of("programme_members", programme)

    def listed(query: str) -> list[str]:
        shown = set(values_in(client.get(page + query), "member"))
        return [person.name for person in people if str(person.uuid) in shown]

    assert listed("?q=anna") == listed("?q=B+ann") == ["Anna Berg", "Anna Bach"]
    assert listed("?q=anna&page=2") == ["Anna Boll"]
    assert listed("?q=ann&state=removed") == ["Bruno Annan"]
    assert listed("?q=zoë") == listed("?q=ZOE") == ["Zoë Ek"]
    found = client.get(page + "?q=ann&state=live")
    tabs = [link for link in links_in(markup_of(found)) if "state=" in link]
    assert "?q=ann&state=removed" in tabs
    for nothing in ("mail1", "mail1@example.org", "%27%3A*", "nna"):
        answer = client.get(f"{page}?q={nothing}")
        assert (values_in(answer, "member"), "no-one" in parts_in(markup_of(answer))) == ([], True)


def test_owners_page_through_all_programmes(client_for, alice, maria, monkeypatch):
    monkeypatch.setattr("staff.programmes.pages.PAGE_SIZE", 2)
    for number in range(3):
        make_programme(alice, maria, f"Cohort {number}")
    client, page = client_for(maria), reverse("staff_programmes")

    assert values_in(client.get(page), "programme") == ["cohort-0", "cohort-1"]
    assert values_in(client.get(f"{page}?page=2"), "programme") == ["cohort-2"]


@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_as_many_statements_for_one_as_for_three(
    client_for, alice, maria, programme, count, django_assert_num_queries
):
    for n in range(count):
        let_in(User.objects.create_user(f"p{n}@example.org", name=f"Person {n}"), programme, alice)
    client = client_for(alice)
    client.get(page_of("programme_members", programme))

    with django_assert_num_queries(8):
        client.get(page_of("programme_members", programme))
    with django_assert_num_queries(7):
        client.get("/programmes/")
