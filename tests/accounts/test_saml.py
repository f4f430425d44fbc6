"""Signing in by SAML, end to end, against a provider on this machine that signs with real keys."""

import os
import subprocess
import sys
from base64 import b64encode
from copy import deepcopy
from datetime import timedelta
from threading import Barrier, Thread
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
import xmlsec
from allauth.socialaccount.models import SocialAccount
from django.conf import settings as settings_module
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from lxml import etree

from accounts.models import User
from accounts.providers.checks import check_saml
from accounts.providers.connections import connect
from accounts.providers.identity import Identity, hash_subject
from tests.accounts.authenticator_app import code_of, give_app
from tests.accounts.sign_in_pages import CODE, signed_in
from tests.accounts.stand_in_provider import address_of
from tests.accounts.stand_in_saml_provider import (
    ANSWER,
    AUDIENCE,
    BACK,
    MAIL,
    METADATA,
    NAME,
    SAML,
    SLUG,
    START,
    StandInSamlProvider,
    bring,
    request_in,
    serving_saml_provider,
    sign_in_there,
    signer,
)
from tests.conftest import NOW
from tests.markup import markup_of, refusals_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
STEP = "/sign-in/second-step/"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"


@pytest.fixture
def provider(settings):
    with serving_saml_provider() as found:
        settings.SAML_PROVIDERS = found.setting()
        yield found


@pytest.fixture
def connected(provider, bob) -> SocialAccount:
    connect(person=bob, identity=Identity(SLUG, uid_of(provider), "bob@example.org"))
    return SocialAccount.objects.get()


def uid_of(provider: StandInSamlProvider) -> str:
    return hash_subject(provider.issuer, PERSISTENT, provider.subject)


def test_connected_account_signs_in_and_leads_on(client, provider, connected, bob):
    answer = sign_in_there(client, provider, wanted="/sessions/?x=1")

    assert (answer["Location"], signed_in(client)) == ("/sessions/?x=1", bob.pk)


def test_page_leads_to_the_provider_with_a_request_of_ours(client, provider):
    led = client.post(START)
    provider.respond(request_in(led))

    assert address_of(led).startswith(f"{provider.issuer}/sso?tenant=1&x=2&SAMLRequest=")
    assert provider.asked.get("Destination") == f"{provider.issuer}/sso?tenant=1&x=2"
    assert provider.asked.get("AssertionConsumerServiceURL") == f"http://localhost:8000{ANSWER}"
    assert provider.asked.findtext(f"{{{SAML}}}Issuer") == f"http://localhost:8000{METADATA}"
    assert len(provider.asked.get("ID")) >= 43
    assert provider.asked[-1].get("Format") == PERSISTENT


# Whose account it is: the rules are those of every provider


def test_unproven_address_needs_the_code_that_its_mailbox_gets(client, provider, bob, newest_code):
    answer = sign_in_there(client, provider, wanted="/sessions/")
    assert (answer["Location"], signed_in(client)) == (f"{CODE}?next=/sessions/", None)
    assert not SocialAccount.objects.exists()

    client.post(CODE, {"code": newest_code(), "next": "/sessions/"})
    assert (signed_in(client), SocialAccount.objects.get().user) == (bob.pk, bob)


def test_proven_address_opens_an_account_at_once_with_its_name(client, provider, settings):
    settings.SAML_PROVIDERS = provider.setting(proves="example.org")
    provider.attributes = {MAIL: ["new@example.org"], NAME: ["Nora New"]}

    sign_in_there(client, provider)

    person = User.objects.get(email="new@example.org")
    assert (person.name, signed_in(client), SocialAccount.objects.get().uid) == (
        "Nora New",
        person.pk,
        uid_of(provider),
    )


def test_address_of_another_domain_is_not_proven(client, provider, bob, settings):
    settings.SAML_PROVIDERS = provider.setting(proves="uni.example")

    assert (sign_in_there(client, provider)["Location"], signed_in(client)) == (CODE, None)


def test_second_step_is_asked_and_nothing_is_connected_before_it(client, provider, bob, settings):
    settings.SAML_PROVIDERS = provider.setting(proves="example.org")
    secret = give_app(bob)
    assert sign_in_there(client, provider)["Location"] == STEP
    assert (signed_in(client), SocialAccount.objects.exists()) == (None, False)

    client.post(STEP, {"code": code_of(secret)})
    assert (signed_in(client), SocialAccount.objects.count()) == (bob.pk, 1)


def test_closed_account_stays_closed(client, provider, connected, bob):
    User.objects.filter(pk=bob.pk).update(is_active=False)

    assert (sign_in_there(client, provider)["Location"], signed_in(client)) == ("/sign-in/closed/", None)


def test_account_is_connected_in_the_settings(client_for, provider, bob):
    client = client_for(bob)
    client.post("/sign-in/again/", {"password": "secret-pass-1"})
    led = client.post(f"/settings/sign-in/with/{SLUG}/")
    answer = client.get(bring(provider.respond(request_in(led)))["Location"])

    assert (answer["Location"], SocialAccount.objects.get().user) == ("/settings/sign-in/", bob)


def test_subject_may_be_an_attribute_that_the_settings_name(client, provider, bob, settings):
    settings.SAML_PROVIDERS = provider.setting(subject="objectid", email="login")
    provider.format, provider.attributes = (
        "transient",
        {"objectid": ["7"], "login": [bob.email], MAIL: ["x@evil.example"]},
    )
    connect(person=bob, identity=Identity(SLUG, hash_subject(provider.issuer, "objectid", "7")))

    sign_in_there(client, provider)

    assert signed_in(client) == bob.pk
    assert provider.asked.find("{*}NameIDPolicy") is None


@pytest.mark.parametrize(
    "attributes", [{}, {"objectid": ["7", "8"]}, {"objectid": [""]}, {"objectid": ["7" * 256]}], ids=str
)
def test_account_without_its_one_subject_is_refused(attributes, client, provider, settings):
    settings.SAML_PROVIDERS = provider.setting(subject="objectid")
    provider.attributes = attributes

    assert refused_code(sign_in_there(client, provider)) == ["no_subject"]


@pytest.mark.parametrize("kind", ["transient", "emailAddress"])
def test_name_that_changes_or_changes_hands_names_no_account(kind, client, provider, connected):
    provider.format = kind

    assert refused_code(sign_in_there(client, provider)) == ["no_subject"]


def test_answer_without_an_address_is_told_what_to_do(client, provider):
    provider.attributes = {}

    assert refused_code(sign_in_there(client, provider)) == ["no_address"]


def test_response_that_is_signed_too_and_elliptic_keys_are_fine(client, provider, connected, bob):
    provider.signer = signer("elliptic")
    provider.described_by, provider.signs_response = (signer("own"), provider.signer), True

    sign_in_there(client, provider)
    assert signed_in(client) == bob.pk


# What is refused


def refused_code(answer) -> list[str]:
    assert answer.status_code == 400
    return refusals_in(markup_of(answer))


def replace_text(old: str, new: str):
    """After signing: what an attacker may do to an answer on its way."""
    return lambda root: etree.tostring(root).replace(old.encode(), new.encode())


def without_signature(root):
    for signature in root.findall(".//{*}Signature"):
        signature.getparent().remove(signature)
    return root


def only_response_signed(root):
    root = without_signature(root)
    signer("own").sign(root)
    return root


def assertion_of(root):
    return root.find(f"{{{SAML}}}Assertion")


def forged(root, address="charlie@example.org"):
    """A copy of its assertion about another person, without a signature."""
    copy = deepcopy(assertion_of(root))
    copy.set("ID", "_evil")
    copy.remove(copy.find("{*}Signature"))
    copy.find(".//{*}NameID").text = "subject-2"
    copy.find(".//{*}AttributeValue").text = address
    return copy


def forged_before(root):
    root.insert(list(root).index(assertion_of(root)), forged(root))
    return root


def forged_after(root):
    root.append(forged(root))
    return root


def forged_around(root):
    """The genuine assertion lies within the signature of the forged one."""
    genuine, evil = assertion_of(root), forged(root)
    signature = genuine.find("{*}Signature")
    genuine.remove(signature)
    root.replace(genuine, evil)
    evil.insert(1, signature)
    holder = etree.SubElement(signature, "{http://www.w3.org/2000/09/xmldsig#}Object")
    holder.append(genuine)
    return root


def forged_with_the_same_id(root):
    evil = forged(root)
    evil.set("ID", "_a")
    return forged_into_extensions(root, evil)


def forged_into_extensions(root, evil=None):
    """The genuine assertion stands in a place that isn’t read, the forged one where the reader looks."""
    genuine, evil = assertion_of(root), forged(root) if evil is None else evil
    root.replace(genuine, evil)
    extensions = etree.Element("{urn:oasis:names:tc:SAML:2.0:protocol}Extensions")
    root.insert(1, extensions)
    extensions.append(genuine)
    return root


def signed_elsewhere(root):
    """The signature is about another element than the one it stands in."""
    genuine, evil = assertion_of(root), forged(root)
    evil.insert(1, deepcopy(genuine.find("{*}Signature")))
    return forged_into_extensions(root, evil)


def with_transform(root):
    """A signature that says itself which part of the assertion it is about."""
    return etree.tostring(root).replace(
        b"http://www.w3.org/2000/09/xmldsig#enveloped-signature", b"http://www.w3.org/TR/1999/REC-xslt-19991116"
    )


def with_comment_in_address(root):
    """The signature stays right, since it is made over text without comments; some readers stop at the comment."""
    return etree.tostring(root).replace(b"bob@example.org", b"bob@example.org<!-- -->.evil.example")


def with_instruction(root):
    return etree.tostring(root).replace(b"bob@example.org", b"bob@example.org<?x y?>.evil.example")


def bomb(root):
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE x [<!ENTITY e0 "boom">{entities}]>'.encode() + etree.tostring(root).replace(b"Bob Bose", b"&e9;")


def external_entity(root):
    declared = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    return declared + etree.tostring(root).replace(b"Bob Bose", b"&e;")


def in_utf16(root):
    return etree.tostring(root, encoding="utf-16")


def in_utf7(root):
    return b'<?xml version="1.0" encoding="utf-7"?>' + etree.tostring(root)


def signed_by_hmac(root):
    """With the certificate, which everybody knows, as if it were a secret."""
    root = without_signature(root)
    assertion = assertion_of(root)
    signature = xmlsec.template.create(assertion, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.HMAC_SHA256, ns="ds")
    assertion.insert(1, signature)
    reference = xmlsec.template.add_reference(signature, xmlsec.Transform.SHA256, uri="#_a")
    xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
    xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
    xmlsec.tree.add_ids(assertion, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_binary_data(xmlsec.KeyData.HMAC, signer("own").certificate.encode())
    context.sign(signature)
    return root


def encrypted(root):
    holder = etree.Element(f"{{{SAML}}}EncryptedAssertion")
    root.replace(assertion_of(root), holder)
    return root


SPOILT = [
    without_signature, only_response_signed, forged_before, forged_after, forged_around, forged_with_the_same_id,
    forged_into_extensions, signed_elsewhere, with_transform, with_comment_in_address, with_instruction, bomb,
    external_entity, in_utf16, in_utf7, signed_by_hmac, encrypted,
]  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda one: one.__name__)
def test_attack_on_an_answer_signs_nobody_in(spoil, client, provider, connected, charlie, settings):
    settings.SAML_PROVIDERS = provider.setting(proves="example.org,evil.example")
    provider.spoil = spoil

    assert refused_code(sign_in_there(client, provider)) == ["not_genuine"]
    assert (signed_in(client), SocialAccount.objects.count()) == (None, 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("subject-1", "subject-2"),
        ("bob@example.org", "charlie@example.org"),
        ("persistent", "transient"),
        ("</ds:SignatureValue>", "A</ds:SignatureValue>"),
    ],
)
def test_changed_word_breaks_the_signature(old, new, client, provider, connected):
    provider.spoil = replace_text(old, new)

    assert refused_code(sign_in_there(client, provider)) == ["not_genuine"]


def test_other_keys_and_old_algorithms_are_refused(client, provider, connected):
    for signing in (
        {"method": xmlsec.Transform.RSA_SHA1},
        {"digest": xmlsec.Transform.SHA1},
        {"method": xmlsec.Transform.RSA_SHA224},
        {"transform": xmlsec.Transform.C14N},
    ):
        provider.signing = signing
        assert refused_code(sign_in_there(client, provider)) == ["not_genuine"], signing
    provider.signing, provider.signer = {}, signer("foreign")
    assert refused_code(sign_in_there(client, provider)) == ["not_genuine"]


EVIL = "https://evil.example/"
LONG_AGO, SOON, LATER = "2026-11-24T13:40:00Z", "2026-11-24T13:48:00Z", "2026-11-24T14:48:00Z"


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": EVIL},
        {"audience": AUDIENCE.format(EVIL)},
        {"audience": ""},
        {"audience": AUDIENCE.format("{own}") + AUDIENCE.format(EVIL)},
        {"recipient": EVIL},
        {"recipient": "http://localhost:8000" + ANSWER + "x"},
        {"destination": EVIL},
        {"destination": "http://localhost:8000" + ANSWER + "x"},
        {"destination": ""},
        {"confirms": "_another"},
        {"confirms": ""},
        {"expires": ""},
        {"expires": f' NotOnOrAfter="{LONG_AGO}"'},
        {"expires": f' NotBefore="{SOON}" NotOnOrAfter="{LATER}"'},
        {"until": LONG_AGO},
        {"before": SOON},
        {"now": LATER},
        {"now": "yesterday"},
        {"response_id": ""},
        {"assertion_id": "_r"},
        {"assertion": ""},
        {"subject": ""},
        {"subject": '<saml:NameID Format="' + PERSISTENT + '"></saml:NameID>'},
        {"status": "urn:oasis:names:tc:SAML:2.0:status:Requester"},
        {"status": ""},
    ],
    ids=str,
)
def test_answer_that_does_not_fit_signs_nobody_in(changes, client, provider, connected):
    provider.changes = {
        name: value.replace("{own}", f"http://localhost:8000{METADATA}") for name, value in changes.items()
    }

    assert refused_code(sign_in_there(client, provider)) in (["not_genuine"], ["no_subject"])
    assert signed_in(client) is None


def test_who_turns_back_there_reads_so(client, provider):
    provider.changes = {"status": "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed", "assertion": ""}

    assert refused_code(sign_in_there(client, provider)) == ["denied"]


# One request, one answer, one browser


def test_unasked_answer_is_refused(client, provider, connected):
    provider.changes = {"answers": "_unasked", "confirms": "_unasked"}

    assert refused_code(sign_in_there(client, provider)) == ["unknown_journey"]
    provider.spoil = replace_text(' InResponseTo="_unasked"', "")
    assert refused_code(sign_in_there(client, provider)) == ["unknown_journey"]


def test_answer_works_once(client, provider, connected, bob):
    answer = provider.respond(request_in(client.post(START)))
    led_on = bring(answer)["Location"]
    assert refused_code(bring(answer)) == ["unknown_journey"]

    client.get(led_on)
    assert signed_in(client) == bob.pk
    client.post("/sign-out/")
    assert refused_code(client.get(led_on)) == ["unknown_journey"]
    assert signed_in(client) is None


@pytest.mark.django_db(transaction=True)
def test_answer_that_comes_twice_at_once_is_taken_once(client, provider, connected):
    answer, barrier, found = provider.respond(request_in(client.post(START))), Barrier(2), []

    def run() -> None:
        barrier.wait()
        found.append(bring(answer).status_code)
        connection.close()

    threads = [Thread(target=run) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == [302, 400]


def test_answer_to_another_browser_signs_nobody_in(client, provider, connected):
    """As when an attacker lets someone else's browser bring the answer to the attacker's own request."""
    led_on = bring(provider.respond(request_in(client.post(START))))["Location"]
    other = Client()
    other.post(START)

    assert refused_code(other.get(led_on)) == ["unknown_journey"]
    assert signed_in(other) is None


def test_answer_to_another_request_of_the_same_browser_does_not_fit(client, provider, connected):
    first = bring(provider.respond(request_in(client.post(START))))["Location"]
    second = bring(provider.respond(request_in(client.post(START))))["Location"]
    mixed = dict(parse_qsl(urlsplit(first).query)) | {"state": dict(parse_qsl(urlsplit(second).query))["state"]}

    assert refused_code(client.get(BACK, mixed)) == ["unknown_journey"]


def test_request_and_handover_get_too_old(client, provider, connected):
    answer = provider.respond(request_in(client.post(START)))
    with time_machine.travel(NOW + timedelta(seconds=601), tick=False):
        assert refused_code(bring(answer)) == ["unknown_journey"]

    led_on = bring(provider.respond(request_in(client.post(START))))["Location"]
    with time_machine.travel(NOW + timedelta(seconds=121), tick=False):
        assert refused_code(client.get(led_on)) == ["unknown_journey"]


@pytest.mark.parametrize("sealed", ["", "x", "gAAAAA", "\x00"], ids=["none", "letter", "start", "nul"])
def test_forged_handover_is_refused(sealed, client, provider):
    state = (
        request_in(client.post(START)) and provider.respond(request_in(client.post(START))) and provider.asked.get("ID")
    )

    assert refused_code(client.get(BACK, {"state": state, "answer": sealed})) == ["unknown_journey"]


@pytest.mark.parametrize("wanted", ["foo", "//evil.example/", "https://evil.example/"])
def test_neither_next_nor_relay_state_leads_elsewhere(wanted, client, provider, connected):
    led = client.post(START, {"next": wanted})
    led_on = bring(provider.respond(request_in(led)), RelayState="https://evil.example/")["Location"]

    assert led_on.startswith(f"{BACK}?")
    assert client.get(led_on)["Location"] == "/"


# The open address


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"SAMLResponse=",
        b"SAMLResponse=%FF",
        b"SAMLResponse=\xff",
        b"SAMLResponse=AAAA",
        b"SAMLResponse=" + b"PHg%2B" * 5000,
        b"SAMLResponse=PHg%2BPC94Pg%3D%3D",
        b"SAMLResponse=a&SAMLResponse=b",
        b"&".join(b"a%d=1" % number for number in range(2000)),
        b"SAMLResponse=" + b64encode(b"<a>" * 40_000),
        b"SAMLResponse=" + b"A" * 300_000,
    ],
    ids=range(11),
)
def test_nonsense_is_told_so_and_leaves_nothing_behind(body, provider):
    answer = Client().post(ANSWER, body, content_type="application/x-www-form-urlencoded")

    assert refused_code(answer) == ["not_genuine"]
    assert not answer.cookies
    assert not Session.objects.exists()


def test_open_address_keeps_no_session_and_sets_no_cookie(client, provider, connected):
    answer = provider.respond(request_in(client.post(START)))
    before = Session.objects.count()

    brought = bring(answer)

    assert (brought.status_code, dict(brought.cookies), Session.objects.count()) == (302, {}, before)
    assert "no-store" in brought["Cache-Control"]
    assert "bob" not in brought["Location"]


def test_answers_are_limited_by_address(client, provider):
    for _time in range(20):
        bring("AAAA")

    assert bring("AAAA").status_code == 429


def test_open_address_is_there_for_saml_alone(client, provider, settings):
    assert client.get(ANSWER).status_code == 405
    settings.OIDC_PROVIDERS = "uni name=Uni issuer=https://127.0.0.1:9 client_id=a secret=b"
    assert client.post("/sign-in/with/uni/answer/").status_code == 404
    assert client.get("/sign-in/with/uni/metadata/").status_code == 404
    settings.SAML_PROVIDERS = ""
    assert client.post(ANSWER).status_code == 404


# How the provider describes itself, and we ourselves


def test_metadata_tells_the_provider_what_it_needs(client, provider):
    answer = client.get(METADATA)
    root = etree.fromstring(answer.content)
    role = root.find("{*}SPSSODescriptor")

    assert answer["Content-Type"] == "application/samlmetadata+xml"
    assert (root.get("entityID"), root.get("validUntil")) == (f"http://localhost:8000{METADATA}", None)
    assert role.get("WantAssertionsSigned") == "true"
    assert role.find("{*}AssertionConsumerService").get("Location") == f"http://localhost:8000{ANSWER}"
    assert role.findtext("{*}NameIDFormat") == PERSISTENT


def test_description_may_be_a_file_or_the_settings_own(client, provider, connected, bob, settings, tmp_path):
    file = tmp_path / "campus.xml"
    file.write_bytes(provider.describe())
    pem = "-----BEGIN CERTIFICATE-----\n" + provider.signer.certificate + "\n-----END CERTIFICATE-----\n"
    for more in (
        {"metadata": str(file)},
        {"metadata": None, "sso": f"{provider.issuer}/sso", "certificate": pem},
        {"metadata": None, "sso": f"{provider.issuer}/sso", "certificate": [signer("foreign").certificate, pem]},
    ):
        settings.SAML_PROVIDERS = provider.setting(**more)
        browser = Client()
        sign_in_there(browser, provider)
        assert signed_in(browser) == bob.pk, more


@pytest.mark.parametrize(
    "wrong",
    [
        {"is_down": True},
        {"named": "https://evil.example/"},
        {"more": ' validUntil="2026-11-24T13:00:00Z"'},
        {"more": ' validUntil="never"'},
        {"described_by": ()},
        {"described_by": (signer("short"),)},
        {"binding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"},
        {"describe": lambda: b"<html>"},
        {"describe": lambda: b"<!DOCTYPE x [<!ENTITY e 'x'>]><x>&e;</x>"},
        {"describe": lambda: b" " * (300 * 1024)},
    ],
    ids=["down", "named", "old", "never", "keyless", "short", "form", "html", "entities", "huge"],
)
def test_description_that_cannot_be_used_is_told_of_before_the_way(wrong, client, provider):
    for name, value in wrong.items():
        setattr(provider, name, value)

    assert refused_code(client.post(START)) == ["no_answer"]


def test_missing_file_is_told_of(client, provider, settings):
    settings.SAML_PROVIDERS = provider.setting(metadata="/nowhere/campus.xml")

    assert refused_code(client.post(START)) == ["no_answer"]


def test_key_that_was_taken_away_is_not_used_any_more(client, provider, connected):
    sign_in_there(client, provider)
    provider.described_by = (signer("elliptic"),)

    assert refused_code(sign_in_there(Client(), provider)) == ["not_genuine"]


# The setting


@pytest.mark.parametrize(
    "text",
    [
        "[",
        "campus",
        "campus name=Campus",
        "campus name=Campus entity_id=a",
        "campus name=Campus entity_id=a metadata=http://uni.example/m",
        "campus name=Campus entity_id=a sso=https://uni.example/s",
        "campus name=Campus entity_id=a certificate=AAAA",
        "campus name=Campus entity_id=a sso=javascript:alert(1) certificate=AAAA",
        "campus name=Campus entity_id=a metadata=/a.xml sso=https://uni.example/s certificate=AAAA",
        "campus name=Campus entity_id='a b' metadata=/a.xml",
        "campus name=Campus entity_id=a metadata=/a.xml colour=red",
        "campus name=Campus entity_id=a metadata=/a.xml proves=..",
        "campus name=Campus entity_id=a metadata=/a.xml\ncampus name=Campus entity_id=b metadata=/a.xml",
    ],
)
def test_setting_that_cannot_be_read_stops_the_start(text, settings):
    settings.SAML_PROVIDERS = text

    assert [found.id for found in check_saml()] == ["accounts.E003"]


def test_one_id_in_both_settings_stops_the_start(settings):
    settings.SAML_PROVIDERS = "uni name=Uni entity_id=a metadata=/a.xml"
    settings.OIDC_PROVIDERS = "uni name=Uni issuer=https://uni.example client_id=a secret=b"

    assert [found.id for found in check_saml()] == ["accounts.E005"]


def test_libraries_are_there_and_carry_the_same_libxml2(settings):
    settings.SAML_PROVIDERS = "campus name=Campus entity_id=a metadata=/a.xml"

    assert check_saml() == []
    assert xmlsec.get_libxml_version() == etree.LIBXML_VERSION


# What `xmlsec` raises where lxml brings another libxml2, and what Python does where nothing is installed
STANDS_FOR = {"missing": "ModuleNotFoundError", "unlike": "RuntimeError"}
PROGRAM = """
import sys
class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("lxml", "xmlsec", "onelogin"):
            raise {error}("lxml & xmlsec libxml2 library version mismatch")
sys.meta_path.insert(0, Refusing())
import mentoring.wsgi
from django.test import Client
from django.conf import settings
settings.ALLOWED_HOSTS = ["*"]
print(Client().get("/sign-in/").status_code, any(name in sys.modules for name in ("lxml", "xmlsec", "onelogin")))
"""


def start_without(error: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM.format(error=error)],
        cwd=settings_module.BASE_DIR,
        env=os.environ | {"SECURE_SSL_REDIRECT": ""} | more,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("error", STANDS_FOR.values(), ids=STANDS_FOR.keys())
def test_start_without_the_lock_is_refused_only_where_a_provider_needs_it(error):
    refused = start_without(error, SAML_PROVIDERS="campus name=Campus entity_id=a metadata=/a.xml")
    assert refused.returncode != 0
    assert "accounts.E004" in refused.stderr
    assert "requirements-saml.txt" in refused.stderr

    assert start_without(error, SAML_PROVIDERS="").returncode == 0
