"""Claims: what sign-ins bring and end, against plain sets, and by real sign-ins with providers on this machine."""

from dataclasses import dataclass, field

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.providers.connections import connect
from accounts.providers.identity import Identity, hash_subject
from accounts.services import create_person
from programmes.claims import ClaimInput, add_claim, end_claim, follow_claims
from programmes.errors import ProgrammeError
from programmes.members import bring_back, leave, remove_member
from programmes.models import ClaimRule, Manager, Membership, MembershipState, Programme, ProgrammeState, Source
from tests.accounts import stand_in_provider, stand_in_saml_provider
from tests.accounts.authenticator_app import code_of as app_code_of
from tests.accounts.authenticator_app import give_app
from tests.accounts.sign_in_pages import signed_in
from tests.any_speed import SHARED_FIXTURES
from tests.conftest import NOW
from tests.form_codes import codes_of
from tests.markup import markup_of, parts_in, refusals_in
from tests.programmes.listing import invite
from tests.programmes.making import let_in, make_programme
from tests.programmes.test_pages import page_of, values_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
LIVE, ASKED, LEFT, REMOVED, _DECLINED = MembershipState.values
UNI = '[{"id": "uni", "name": "Uni X", "issuer": "https://uni.example", "client_id": "us", "secret": "x"}]'
CAMPUS = '[{"id": "campus", "name": "Campus", "entity_id": "x", "sso": "https://c.example/sso", "certificate": "x"}]'


@pytest.fixture
def providers(settings):
    settings.OIDC_PROVIDERS, settings.SAML_PROVIDERS = UNI, CAMPUS
    settings.MAX_INVITATION_LINKS = 100


def name_claim(programme, owner, provider="uni", claim="groups", value="staff", gives=False, asks=True) -> ClaimRule:
    given = ClaimInput(provider, claim, value, gives, asks)
    return add_claim(programme=programme, given=given, by=owner, now=NOW)


def follow(person, provider="uni", **said: list[str]):
    return follow_claims(person=person, provider=provider, said=said, now=NOW)


def row_of(person, programme) -> tuple | None:
    row = Membership.objects.filter(person=person, programme=programme).first()
    return row and (row.state, row.source, row.gives, row.asks)


@pytest.mark.usefixtures("providers")
def test_claim_brings_in_ends_and_brings_back(programme, maria, bob):
    name_claim(programme, maria)

    assert follow(bob, groups=["staff"]).joined == [programme]
    assert row_of(bob, programme) == (LIVE, Source.CLAIM, False, True)
    assert follow(bob, groups=["staff"]).joined == []
    assert follow(bob, groups=[]).ended == [programme]
    assert row_of(bob, programme)[0] == LEFT
    assert follow(bob, groups=["staff"]).joined == [programme]


@pytest.mark.usefixtures("providers")
def test_claim_that_is_not_named_or_of_another_provider_changes_nothing(programme, maria, bob):
    name_claim(programme, maria)
    follow(bob, groups=["staff"])

    for nothing in (follow(bob), follow(bob, dept=[]), follow(bob, "campus", groups=[])):
        assert (nothing.joined, nothing.ended) == ([], [])
    assert row_of(bob, programme)[0] == LIVE


@pytest.mark.usefixtures("providers")
def test_who_came_in_another_way_stays_as_they_are(programme, alice, maria, bob, charlie, dora):
    let_in(bob, programme, alice)
    let_in(charlie, programme, alice, needs_yes=True)
    name_claim(programme, maria, gives=True)
    before = [row_of(one, programme) for one in (bob, charlie)]

    for groups in (["staff"], []):
        assert [follow(one, groups=groups).joined for one in (bob, charlie)] == [[], []]
    assert [row_of(one, programme) for one in (bob, charlie)] == before


@pytest.mark.usefixtures("providers")
def test_who_was_removed_or_left_stays_out_and_who_is_brought_back_stays_in(programme, alice, maria, bob, charlie):
    name_claim(programme, maria)
    for person in (bob, charlie):
        follow(person, groups=["staff"])
    remove_member(programme=programme, person=bob, by=alice, now=NOW)
    leave(person=charlie, programme=programme, now=NOW)

    assert [follow(one, groups=["staff"]).joined for one in (bob, charlie)] == [[], []]
    bring_back(programme=programme, person=bob, by=alice, now=NOW)
    assert follow(bob, groups=[]).ended == []
    assert [row_of(one, programme)[:2] for one in (bob, charlie)] == [(LIVE, Source.MANAGER), (LEFT, Source.CLAIM)]


@pytest.mark.usefixtures("providers")
def test_second_claim_that_fits_keeps_what_the_first_brought(programme, maria, bob):
    name_claim(programme, maria)
    follow(bob, groups=["staff"])
    name_claim(programme, maria, value="alumni", gives=True, asks=False)

    assert follow(bob, groups=["alumni"]).ended == []
    assert row_of(bob, programme) == (LIVE, Source.CLAIM, True, True)
    assert follow(bob, groups=["staff"]).ended == follow(bob, groups=["alumni"]).ended == []
    assert follow(bob, groups=["guests"]).ended == [programme]


@pytest.mark.usefixtures("providers")
def test_members_stay_when_a_claim_is_removed(programme, maria, bob):
    rule = name_claim(programme, maria)
    name_claim(programme, maria, value="other")
    follow(bob, groups=["staff"])

    assert [end_claim(programme=programme, number=rule.pk, by=maria, now=NOW) for _again in range(2)] == [True, False]
    assert follow(bob, groups=[]).ended == []
    assert name_claim(programme, maria).pk != rule.pk


@pytest.mark.usefixtures("providers")
@pytest.mark.parametrize(
    ("state", "joined", "ended"), [("draft", 0, 1), ("closed", 0, 1), ("archived", 0, 0), ("open", 1, 1)]
)
def test_programme_that_takes_nobody_brings_nobody(programme, maria, bob, charlie, state, joined, ended):
    name_claim(programme, maria)
    follow(charlie, groups=["staff"])
    programme.state = ProgrammeState(state)
    programme.save()

    assert len(follow(bob, groups=["staff"]).joined) == joined
    assert len(follow(charlie, groups=[]).ended) == ended


@pytest.mark.usefixtures("providers")
def test_nobody_becomes_a_manager_and_nobody_is_in_too_many(programme, maria, bob, settings):
    settings.MAX_PROGRAMMES = 0
    name_claim(programme, maria)
    managers = list(Manager.objects.values_list("person", flat=True))

    assert follow(bob, groups=["staff"]).joined == []
    settings.MAX_PROGRAMMES = 1
    assert follow(bob, groups=["staff"]).joined == [programme]
    assert list(Manager.objects.values_list("person", flat=True)) == managers


@pytest.mark.usefixtures("providers")
def test_only_an_owner_names_and_removes_a_claim(programme, alice, maria):
    rule = name_claim(programme, maria)

    for act in (
        lambda: name_claim(programme, alice, value="x"),
        lambda: end_claim(programme=programme, number=rule.pk, by=alice, now=NOW),
    ):
        with pytest.raises(PermissionDenied):
            act()


@pytest.mark.usefixtures("providers")
@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"provider": "gone"}, "unknown_provider"),
        ({"claim": ""}, "no_claim"),
        ({"value": ""}, "no_claim"),
        ({"claim": "Email", "value": "bob@example.org"}, "own_words"),
        ({"claim": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname"}, "own_words"),
        ({"asks": False}, "no_side"),
        ({}, "claim_taken"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_claim_that_says_nothing_is_refused(programme, maria, said, code):
    name_claim(programme, maria)

    with pytest.raises(ProgrammeError) as refused:
        name_claim(programme, maria, **said)
    assert refused.value.code == code


@pytest.mark.usefixtures("providers")
def test_claims_of_a_programme_are_not_without_number(programme, maria, settings):
    settings.MAX_CLAIMS = 1
    name_claim(programme, maria)

    with pytest.raises(ProgrammeError) as refused:
        name_claim(programme, maria, value="x")
    assert refused.value.code == "too_many_claims"


@pytest.mark.usefixtures("providers")
def test_database_keeps_a_claim_from_holding_what_it_did_not_bring(programme, alice, maria, bob):
    rule = name_claim(programme, maria)
    theirs = let_in(bob, programme, alice)

    for change in ({"claim_rule": rule}, {"claim_rule": rule, "source": Source.CLAIM, "state": ASKED}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.filter(pk=theirs.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClaimRule.objects.filter(pk=rule.pk).update(ended_at=NOW)


# Random sequences, against sets

CLAIMS = {"groups": ("staff", "alumni"), "dept": ("law",)}
PLACES = [(provider, claim, value) for provider in ("uni", "campus") for claim, of in CLAIMS.items() for value in of]
SAID = st.fixed_dictionaries(
    {}, optional={claim: st.lists(st.sampled_from([*of, "x"])) for claim, of in CLAIMS.items()}
)
STEPS = st.one_of(
    st.tuples(st.just("sign in"), st.sampled_from(["uni", "campus"]), SAID),
    st.tuples(st.sampled_from(["add", "end"]), st.integers(0, 1), st.sampled_from(PLACES)),
    st.tuples(st.sampled_from(["remove", "leave", "bring back", "link"]), st.integers(0, 1), st.none()),
)


@dataclass
class PlainPlace:
    """What one programme should have: its rules in order, and of the one person whether they are in and why."""

    rules: list[tuple[str, str, str]] = field(default_factory=list)
    ended: set[int] = field(default_factory=set)
    state: str = ""
    held_by: int | None = None

    def live(self) -> list[int]:
        return [number for number in range(len(self.rules)) if number not in self.ended]

    def sign_in(self, provider: str, said: dict[str, list[str]]) -> None:
        readable = [n for n in self.live() if self.rules[n][0] == provider and self.rules[n][1] in said]
        fitting = [n for n in readable if self.rules[n][2] in said[self.rules[n][1]]]
        is_out = self.state == "" or (self.state == LEFT and self.held_by is not None)
        if is_out and fitting:
            self.state, self.held_by = LIVE, fitting[0]
        elif self.state == LIVE and self.held_by in readable and self.held_by not in fitting:
            self.state, self.held_by = (LIVE, fitting[0]) if fitting else (LEFT, self.held_by)

    def act(self, name: str) -> None:
        after = {
            "remove": {LIVE: REMOVED},
            "leave": {LIVE: LEFT},
            "bring back": {REMOVED: LIVE},
            "link": {"": LIVE, LEFT: LIVE},
        }[name]
        if self.state in after:
            self.state, self.held_by = after[self.state], None


@settings(max_examples=60, suppress_health_check=SHARED_FIXTURES)
@given(steps=st.lists(STEPS, max_size=20))
@pytest.mark.usefixtures("providers")
def test_random_sign_ins_do_what_sets_say(programme, alice, maria, steps):
    with transaction.atomic():
        second = make_programme(alice, maria, "Second")
        person = create_person(email="kim@example.org", name="Kim", timezone="")
        both, plain = [programme, second], [PlainPlace(), PlainPlace()]
        for step, first, last in steps:
            if step == "sign in":
                follow(person, first, **last)
                for place in plain:
                    place.sign_in(first, last)
            else:
                act_both(step, both[first], plain[first], last, person, alice, maria)
            assert [state_of(person, one) for one in both] == [place.state for place in plain]
        transaction.set_rollback(True)


def state_of(person: User, programme: Programme) -> str:
    return Membership.objects.filter(person=person, programme=programme).values_list("state", flat=True).first() or ""


def act_both(step, programme, place, rule, person, manager, owner) -> None:
    """One step on the programme, and the same on the plain one."""
    live = {place.rules[number]: number for number in place.live()}
    about = {"programme": programme, "person": person, "now": NOW}
    match step:
        case "add" if rule not in live:
            name_claim(programme, owner, *rule)
            place.rules.append(rule)
        case "end" if rule in live:
            [found] = programme.claims.live().filter(provider=rule[0], claim=rule[1], value=rule[2])
            end_claim(programme=programme, number=found.pk, by=owner, now=NOW)
            place.ended.add(live[rule])
        case "remove":
            remove_member(**about, by=manager)
        case "leave":
            leave(**about)
        case "bring back":
            bring_back(**about, by=manager)
        case "link" if place.state != REMOVED:
            let_in(person, programme, manager)
    if step not in ("add", "end"):
        place.act(step)


# Real sign-ins


@pytest.fixture
def oidc(settings, bob):
    with stand_in_provider.serving_provider() as found:
        settings.OIDC_PROVIDERS = found.setting()
        connect(person=bob, identity=Identity("uni", hash_subject(found.issuer, found.subject)))
        yield found


@pytest.fixture
def saml(settings, bob):
    with stand_in_saml_provider.serving_saml_provider() as found:
        settings.SAML_PROVIDERS = found.setting()
        subject = hash_subject(found.issuer, "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", found.subject)
        connect(person=bob, identity=Identity("campus", subject))
        yield found


def sign_in_by_oidc(provider, person, **claims) -> Client:
    provider.claims |= claims
    client = Client()
    stand_in_provider.sign_in_there(client, provider)
    assert signed_in(client) == person.pk
    return client


@pytest.mark.parametrize("said", [["staff", "other"], "staff"], ids=["list", "text"])
def test_sign_in_by_oidc_brings_in_and_ends(oidc, programme, maria, bob, said):
    name_claim(programme, maria)

    client = sign_in_by_oidc(oidc, bob, groups=said)
    assert row_of(bob, programme) == (LIVE, Source.CLAIM, False, True)
    assert "by-sign-in" in parts_in(markup_of(client.get(page_of("programme", programme))))
    for nothing in (None, {"staff": False}, [["staff"]], 1.5):
        sign_in_by_oidc(oidc, bob, groups=nothing)
        assert row_of(bob, programme)[0] == LIVE
    sign_in_by_oidc(oidc, bob, groups=[])
    assert row_of(bob, programme)[0] == LEFT


def test_sign_in_by_saml_brings_in_and_ends(saml, programme, maria, bob):
    name_claim(programme, maria, "campus", "eduPersonAffiliation")

    for values, state in ((["member", "staff"], LIVE), (None, LIVE), (["member"], LEFT)):
        saml.attributes.pop("eduPersonAffiliation", None)
        saml.attributes |= {"eduPersonAffiliation": values} if values else {}
        stand_in_saml_provider.sign_in_there(Client(), saml)
        assert row_of(bob, programme)[0] == state


def test_claims_wait_for_the_second_step(oidc, programme, maria, bob):
    secret = give_app(bob)
    name_claim(programme, maria)
    oidc.claims |= {"groups": ["staff"]}
    client = Client()

    stand_in_provider.sign_in_there(client, oidc)
    assert row_of(bob, programme) is None
    client.post("/sign-in/second-step/", {"code": app_code_of(secret)})

    assert signed_in(client) == bob.pk
    assert row_of(bob, programme)[0] == LIVE


def test_list_comes_first_and_a_claim_does_not_end_it(oidc, programme, alice, maria, bob):
    name_claim(programme, maria)
    invite(programme, alice, "email", bob.email)

    sign_in_by_oidc(oidc, bob, groups=["staff"])
    sign_in_by_oidc(oidc, bob, groups=[])

    assert row_of(bob, programme)[:2] == (LIVE, Source.LIST)


def test_nothing_is_kept_that_no_rule_asks_for(oidc, programme, maria, bob, monkeypatch):
    seen = []
    monkeypatch.setattr("accounts.hooks.after_claims", [lambda *said: seen.append(said[2:])])
    name_claim(programme, maria)

    sign_in_by_oidc(oidc, bob, groups=["staff", "union"], salary="much")

    assert seen == [("uni", {"groups": ["staff"]})]


# The page of owners


@pytest.mark.usefixtures("providers")
def test_owner_names_a_claim_and_removes_it(client_for, maria, programme):
    client, page = client_for(maria), page_of("staff_programme_claims", programme)
    said = {"provider": "uni", "claim": "groups", "value": "staff", "sides": ["asks"]}

    refused = client.post(page, said | {"claim": "email"})
    client.post(page, said)
    twice = client.post(page, said)

    assert codes_of(refused.context["form"]) == {"claim": ["own_words"]}
    assert codes_of(twice.context["form"]) == {"value": ["claim_taken"]}
    rule = ClaimRule.objects.get()
    assert values_in(client.get(page), "claim") == [str(rule.pk)]
    client.post(page_of("staff_programme_claim_end", programme, rule.pk))
    after = client.get(page)
    assert (values_in(after, "claim"), "ended" in parts_in(markup_of(after))) == ([], True)


def test_page_without_providers_says_so(client_for, maria, programme):
    client, page = client_for(maria), page_of("staff_programme_claims", programme)

    assert "no-provider" in parts_in(markup_of(client.get(page)))
    answer = client.post(page, {"provider": "uni", "claim": "groups", "value": "staff", "sides": ["asks"]})
    assert (answer.status_code, refusals_in(markup_of(answer))) == (422, [])
