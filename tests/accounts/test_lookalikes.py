"""Addresses that look like another one's: they are refused, and the other person's account goes on as before."""

import re
import unicodedata
from contextlib import suppress
from functools import cache

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache as limits
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import User
from accounts.services import create_person
from tests.accounts.sign_in_pages import CODE, PASSWORD, SIGN_IN, signed_in

VICTIM, SECRET = "kim.fish@mail-shop.example", "quarter past nine"
RESET, EMAIL, EMAIL_CODE = "/password/forgotten/", "/settings/email/", "/email-code/"
DOTLESS = "kim.fish@maıl-shop.example"
# What IDNA of 2003 leaves out or takes for a dot.
NONE = {"Cn", "Co", "Cs"}
IGNORED, DOTS = "\u00ad\u200b\u200c\u200d\u2060\ufe0f\u034f", "\u3002\uff0e\uff61"

pytestmark = pytest.mark.django_db


def forms_of(text: str) -> set[str]:
    """What a program may make of it that compares by case, compatibility or IDNA."""
    made = {unicodedata.normalize("NFKC", text), text.casefold(), text.upper().lower(), text.lower()}
    with suppress(UnicodeError):
        made.add(text.encode("idna").decode())
    return {unicodedata.normalize("NFKC", one).casefold() for one in made}


@cache
def neighbours() -> list[str]:
    """Every address that one other character makes look like the victim's, in the name or in the domain."""
    wanted = {VICTIM[at : at + size]: None for size in (1, 2) for at in range(len(VICTIM) - size + 1)}
    others = [character for character in map(chr, range(128, 0x110000)) if unicodedata.category(character) not in NONE]
    alike = [(other, fold) for other in others for fold in forms_of(other) if fold in wanted]
    made = {VICTIM.replace(fold, other, 1) for other, fold in alike}
    domain = VICTIM.index("@") + 1
    made |= {VICTIM[:domain] + VICTIM[domain:].replace(fold, other) for other, fold in alike}
    made |= {VICTIM[: domain + 3] + ignored + VICTIM[domain + 3 :] for ignored in IGNORED}
    made |= {VICTIM.replace(".example", f"{dot}example") for dot in DOTS}
    made |= {by_label(one) for one in made}
    return sorted(made - {VICTIM})


def by_label(email: str) -> str:
    """The same with each label of its domain in the form that DNS knows, made by hand: no rule is asked."""
    local, _at, domain = email.partition("@")
    labels = [part if part.isascii() else f"xn--{part.encode('punycode').decode()}" for part in domain.split(".")]
    return f"{local}@{'.'.join(labels)}"


@pytest.fixture
def kim(db) -> User:
    return create_person(email=VICTIM, name="Kim Fish", timezone="Europe/London", password=SECRET)


def test_there_are_many_neighbours():
    found = neighbours()
    assert len(found) > 300
    assert {"kım.fish@mail-shop.example", "kim.fiſh@mail-shop.example", "kim.ﬁsh@mail-shop.example"} <= set(found)


def test_no_neighbour_is_taken_at_any_door(kim):
    for email in neighbours():
        for make in (User.objects.create_user, lambda email: create_person(email=email, name="Mallory", timezone="")):
            with pytest.raises(ValidationError):
                make(email)
    assert [person.email for person in User.objects.all()] == [VICTIM]


@pytest.mark.parametrize("email", [DOTLESS, "kim.fiſh@mail-shop.example", by_label(DOTLESS)])
def test_every_page_refuses_a_neighbour_beside_the_field_and_keeps_it(kim, email, client_for):
    stranger = create_person(email="mallory@example.net", name="Mallory", timezone="Europe/London")
    doors = {
        SIGN_IN: {"email": email},
        RESET: {"email": email},
        PASSWORD: {"login": email, "password": SECRET},
    }
    for address, data in doors.items():
        answer = Client().post(address, data)
        field = "login" if address == PASSWORD else "email"
        assert answer.status_code == 200, address
        assert list(answer.context["form"].errors) == [field], address
        assert answer.context["form"][field].value() == email
    client = Client()
    client.post(SIGN_IN, {"email": stranger.email})
    client.post(CODE, {"code": re.match(r"(\d{3} \d{3})", mail.outbox[-1].subject)[1]})
    answer = client.post(EMAIL, {"email": email, "action_add": "1"})
    assert list(answer.context["form"].errors) == ["email"]
    assert len(mail.outbox) == 1


def test_the_victims_whole_life_goes_on(kim, client_for, newest_code, maria):
    """After every neighbour has knocked at every door."""
    for email in neighbours()[::25]:
        client = Client()
        client.post(SIGN_IN, {"email": email})
        client.post(RESET, {"email": email})
        limits.clear()
    assert (mail.outbox, User.objects.filter(name="Mallory").exists()) == ([], False)

    by_password = Client()
    assert by_password.post(PASSWORD, {"login": VICTIM.upper(), "password": SECRET}).status_code == 302
    assert signed_in(by_password) == kim.pk

    by_code = Client()
    by_code.post(SIGN_IN, {"email": f" {VICTIM.title()}\ufeff"})
    by_code.post(CODE, {"code": newest_code()})
    assert (signed_in(by_code), mail.outbox[-1].to) == (kim.pk, [VICTIM])

    Client().post(RESET, {"email": VICTIM.upper()})
    assert mail.outbox[-1].to == [VICTIM]
    link = re.search(r"http://\S+", mail.outbox[-1].body)[0]
    forgot = Client()
    page = forgot.get(link, follow=True)
    forgot.post(page.redirect_chain[-1][0], {"password1": "twenty to three"})
    kim.refresh_from_db()
    assert kim.check_password("twenty to three")

    mover = Client()
    mover.post(PASSWORD, {"login": VICTIM, "password": "twenty to three"})
    mover.post(EMAIL, {"email": "KIM@Bücher.example", "action_add": "1"})
    mover.post("/sign-in/again/", {"password": "twenty to three", "next": EMAIL})
    mover.post(EMAIL_CODE, {"code": newest_code()})
    kim.refresh_from_db()
    assert kim.email == "kim@xn--bcher-kva.example"
    assert "kim@bücher.example" in mover.get("/settings/").content.decode()
    again = Client()
    again.post(PASSWORD, {"login": "kim@BÜCHER.example", "password": "twenty to three"})
    assert signed_in(again) == kim.pk

    maria.is_superuser = True
    maria.save()
    found = client_for(maria).get("/admin/accounts/user/", {"q": "bcher-kva"})
    assert [person.pk for person in found.context["cl"].result_list] == [kim.pk]


@pytest.mark.parametrize("email", ["kım@x.example", "Kim@x.example", "kim@bücher.example", "a b@x.example", '"a"@x\n'])
def test_the_database_itself_keeps_one_form(db, bob, email):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=bob.pk).update(email=email)
    with pytest.raises(IntegrityError), transaction.atomic():
        EmailAddress.objects.filter(user=bob).update(email=email)


def test_no_lookup_of_ours_lets_the_database_fold_case():
    """UPPER and LOWER of PostgreSQL, Python and DNS fold differently: addresses are compared by `=` alone."""
    from pathlib import Path

    from django.conf import settings

    apps = ["accounts", "common", "notifications", "mentors", "sessions_app", "search", "mentoring"]
    sources = [path for app in apps for path in Path(settings.BASE_DIR, app).rglob("*.py")]
    assert [str(path) for path in sources if "email__iexact" in path.read_text()] == []
