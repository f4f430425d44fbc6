"""Which role opens which page of staff, and the pages about roles and the log of what staff did."""

import pytest
from django.http import Http404
from django.test import RequestFactory
from django.urls import get_resolver, reverse

from accounts.models import LetterAct, Trace, TracedAct, User
from accounts.rules.roles import POWERS, Power, StaffRoleName
from programmes.members import remove_member
from tests.conftest import NOW, make_mentor, make_person
from tests.events.making import make_event
from tests.markup import elements_in, elements_of, links_in, markup_of, problems_in
from tests.programmes.making import let_in, make_programme
from tests.test_project import routes
from tests.trust.cases import make_team
from trust.cases import take_case
from trust.models import ReportKind
from trust.reports import make_report
from trust.subjects import find_reportable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
# Every page and act that needs a role
NEEDS = {
    Power.LOOK_UP: {
        "staff_people", "staff_person", "staff_session", "staff_clock", "staff_clock_retry",
        "staff_deliveries", "staff_delivery_retry", "staff_deliveries_retry",
    },
    Power.ANSWER: {"staff_contact"},
    Power.FIGURES: {"staff_outcomes"},
    Power.REVIEW: {
        "staff_profiles", "staff_profile", "staff_profile_act", "staff_words", "staff_unmet", "staff_reading",
        "staff_asks", "staff_ask_mentor", "staff_topics", "staff_topic_add", "staff_topic_edit",
    },
    Power.ATTENDANCE: {"staff_attendance", "staff_ledgers"},
    Power.MODERATE: {"staff_cases", "staff_case", "staff_signals"},
    Power.APPEALS: {"staff_appeals", "staff_appeal", "staff_exhibit"},
    Power.EVENTS: {"event_new"},
    Power.LETTERS: {"staff_letter"},
    Power.RUN: {
        "staff_letters", "staff_letter_copy",
        "staff_roles", "staff_role_end", "staff_trace", "staff_resets", "staff_reset_approve",
        "staff_policy", "staff_texts", "staff_text", "staff_programmes", "staff_programme", "staff_programme_end",
        "staff_programme_rules", "staff_programme_domains", "staff_programme_domain_remove",
        "staff_programme_claims", "staff_programme_claim_end",
        "staff_webhooks", "staff_webhook", "staff_webhook_add", "staff_webhook_change", "staff_webhook_resend",
        "staff_webhook_resend_all",
    },
}  # fmt: skip


def guarded() -> dict[str, object]:
    found = {pattern.name: pattern.callback for _where, pattern in routes(get_resolver())}
    return {name: view for name, view in found.items() if hasattr(view, "power")}


def values_of(page, name: str) -> list[str]:
    found = elements_of(markup_of(page), "tr")
    return [row.attributes[f"data-{name}"] for row in found if f"data-{name}" in row.attributes]


def person_with(*roles: StaffRoleName) -> User:
    return make_person("role@example.org", "Rory Role", is_staff=bool(roles), roles=list(roles))


def test_each_page_needs_what_is_declared_here():
    assert {name: str(view.power) for name, view in guarded().items()} == {
        name: str(power) for power, names in NEEDS.items() for name in names
    }


@pytest.mark.parametrize("roles", [(), *((role,) for role in StaffRoleName)])
def test_pages_of_other_roles_do_not_exist(roles):
    person = person_with(*roles)
    powers = frozenset().union(*(POWERS[role] for role in roles))

    def is_refused(view) -> bool:
        request = RequestFactory().get("/")
        request.user = person
        try:
            view(request)
        except Http404:
            return True
        except Exception:
            return False
        return False

    for name, view in guarded().items():
        # The methods that a view takes are asked before the guard.
        inner = view
        while hasattr(inner.__wrapped__, "power"):
            inner = inner.__wrapped__
        if view.power not in powers:
            assert is_refused(inner), name


@pytest.mark.parametrize("role", StaffRoleName)
def test_home_leads_only_where_one_may_go(role, client_for):
    client = client_for(person_with(role))
    page = markup_of(client.get("/staff/"))

    led = {link for link in links_in(page) if link.startswith("/staff/")}
    assert {client.get(link).status_code for link in led} == {200}
    expected = {"support": "staff_people", "moderator": "staff_profiles", "owner": "staff_roles"}
    for other, name in expected.items():
        assert (reverse(name) in page) == (other == role or (name == "staff_people" and role != "programme"))


def test_owner_gives_and_ends_a_role(client_for, maria, bob):
    client = client_for(maria)

    given = client.post("/staff/roles/", {"email": "bob@example.org", "role": "support"})
    bob.refresh_from_db()
    page = client.get("/staff/roles/")
    assert (given.status_code, bob.roles, values_of(page, "role")) == (302, ["support"], ["support"])

    client.post("/staff/roles/end/", {"person": bob.uuid, "role": "support"})
    bob.refresh_from_db()
    assert (bob.roles, values_of(client.get("/staff/roles/"), "role")) == ([], [])


@pytest.mark.parametrize(
    "sent",
    [
        {"email": "nobody@example.org", "role": "support"},
        {"email": "maria@example.org", "role": "support"},
        {"email": "bob@example.org", "role": "king"},
        {"email": "bob@example.org"},
        {"email": "\x00", "role": "owner"},
    ],
)
def test_what_cannot_be_given_is_said_beside_the_field(client_for, maria, bob, sent):
    page = client_for(maria).post("/staff/roles/", sent)

    assert (page.status_code, bool(problems_in(markup_of(page)))) == (422, True)
    assert not elements_of(markup_of(page), "tr", **{"data-role": "support"})


def test_log_shows_what_staff_did_newest_first_in_pages(client_for, maria, bob):
    Trace.objects.bulk_create(Trace(by=maria, act=TracedAct.PERSON, about=bob, at=NOW) for _look in range(60))
    Trace.objects.create(act=TracedAct.ROLE_GIVEN, about=bob, subject="owner", at=NOW)
    client = client_for(maria)

    first = client.get("/staff/trace/")
    [older] = [link for link in links_in(markup_of(first)) if link.startswith("?before=")]
    second = client.get(f"/staff/trace/{older}")

    assert values_of(first, "act") == ["role_given", *["person"] * 49]
    assert values_of(second, "act") == ["person"] * 11
    assert [client.get(f"/staff/trace/?before={wrong}").status_code for wrong in ("x", "-1", "9" * 40)] == [200] * 3


def test_log_names_cases_and_leads_who_may_open_one_to_it(client_for, maria, alice, bob):
    """The owner is moderator too, and reported one of the two: that they don't open."""
    event = make_event(make_person("lead@example.org", "Lea Lead", is_staff=True))
    reports = [
        make_report(found=find_reportable(kind, key, by), kind=ReportKind.SELLING, words="", by=by, now=NOW)
        for kind, key, by in (("event", event.slug, bob), ("profile", alice.mentor_profile.slug, maria))
    ]
    [other] = make_team(1)
    for report in reports:
        take_case(case=report.case, by=other, now=NOW)
    owner = person_with(StaffRoleName.OWNER)

    page, unopened = (markup_of(client_for(person).get("/staff/trace/")) for person in (maria, owner))

    pages = [f"/staff/cases/{report.case.uuid}/" for report in reports]
    assert [link for link in links_in(page) if link.startswith("/staff/cases/")] == pages[:1]
    assert [link for link in links_in(unopened) if link.startswith("/staff/cases/")] == []
    assert not any(str(report.case.uuid) in unopened for report in reports)
    assert (page.count(str(ReportKind.SELLING.label)), page.count("A case")) == (1, 1)
    assert "An event" in page


def test_owners_dont_read_in_the_log_that_there_is_a_case_about_them(client_for, maria, bob):
    owner = person_with(StaffRoleName.OWNER)
    found = find_reportable("profile", make_mentor(owner).slug, bob)
    report = make_report(found=found, kind=ReportKind.SELLING, words="", by=bob, now=NOW)
    [other] = make_team(1)
    take_case(case=report.case, by=other, now=NOW)

    pages = [client_for(person).get("/staff/trace/") for person in (owner, maria)]

    assert [("case_taken" in values_of(page, "act")) for page in pages] == [False, True]


def test_log_names_roles_and_letters_in_words(client_for, maria, bob):
    for act, subject in ((TracedAct.ROLE_ENDED, "programme"), (TracedAct.LETTER_PREPARED, "removal")):
        Trace.objects.create(by=maria, act=act, about=bob, subject=subject, at=NOW)

    page = markup_of(client_for(maria).get("/staff/trace/"))

    rows = [elements_in(page, "td", **{"data-act": act}) for act in ("role_ended", "letter_prepared")]
    shown = [cells[-1].text for cells in rows]
    assert shown == [StaffRoleName.PROGRAMME.label, LetterAct.REMOVAL.label]


def test_log_leads_to_the_programme_whose_manager_removed_someone(client_for, maria, alice, bob):
    programme = make_programme(alice, maria)
    let_in(bob, programme, alice)
    remove_member(programme=programme, person=bob, by=alice, now=NOW)

    page = client_for(maria).get("/staff/trace/")

    assert values_of(page, "act") == ["member_removed"]
    assert f"/staff/programmes/{programme.slug}/" in links_in(markup_of(page))
