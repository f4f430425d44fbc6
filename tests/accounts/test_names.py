"""What people may call themselves, at every door, and what they are called."""

import pytest
from django.core.exceptions import ValidationError

from accounts.forms.credentials import NameForm
from accounts.models import User
from accounts.rules.names import name_to_greet
from accounts.rules.validators import validate_person_name
from accounts.services import change_person, create_person
from mentors.forms.profile import WhoForm
from sessions_app.forms.guest import GuestForm

REFUSED = {
    "link": [
        "bit.ly/abc",
        "evil.co.uk/login",
        "t.me/free",
        "T.Me/free",
        "t.me",
        "evil.xyz",
        "see shop.com now",
        "evil。com",
        "evil．com",
        "пример.рф",
        "www.Evil",
        "Anna https://x",
        "mailto:Anna",
        "anna＠evil",
        "10.0.0.1",
    ],
    "dot": ["Evil.Com", "Anna.Weber", "EVIL.COM"],
    "ours": [
        "Quarterhour Support",
        "Support",
        "The Quarterhour Team",
        "Quarterhour",
        "QUARTERHOUR",
        "Quärterhour",
        "Anna of Quarterhour",
        "QuarterhourHelp",
        "Admin",
        "Moderator Anna",
        "Customer Service",
        "Ｓｕｐｐｏｒｔ",
    ],
    "encoded": ["=?utf-8?q?a=0D=0ABcc=3A_v=40x.example?=", "=?utf-8?b?QQ==?=", "＝？utf-8？q？a？＝"],
    "empty": ["\u3164", "\u2800", "\u3164\u3164 \u2800", "Anna\u3164", "...", "12", "💜", "\u115f\u1160"],
    "characters": ["Anna <b>", "Anna\u2028Weber", "Anna\u2029Weber", "Anna\nWeber"],
    "marks": ["A" + "\u0301" * 60, "Anna" + "\u0336\u0336\u0336", "ก" + "\u0e48" * 7],
    "alphabets": ["Аnna Weber", "Quаrterhour", "Αnna"],
}
ACCEPTED = [
    "M.Ru",
    "J.R.R. Tolkien",
    "Dr.Weber",
    "Dr. Anna Weber, Ph.D.",
    "Anna (she/her)",
    "O’Neill-Smith",
    "Jean-Luc d'Arc",
    "Nguyễn Thị Minh Khai",
    "张伟",
    "د.أحمد",
    "สมชาย ใจดี",
    "श्री कृष्ण",
    "མི་ལ་རས་པ།",
    "Иван Müller",
    "Robert 3rd",
    "Grace Hopper",
    "Trust Moyo",
]
CASES = [pytest.param(name, code, id=ascii(name)) for code, names in REFUSED.items() for name in names]


@pytest.mark.parametrize(("name", "code"), CASES)
def test_name_that_is_none_is_refused_with_its_reason(name, code):
    with pytest.raises(ValidationError) as refusal:
        validate_person_name(name)
    assert refusal.value.code == code


@pytest.mark.parametrize("name", ACCEPTED, ids=ascii)
def test_name_of_a_person_is_accepted(name):
    validate_person_name(name)


@pytest.mark.parametrize(
    ("site", "name"), [("Ada", "Ada Lovelace"), ("Grace", "Grace Hopper"), ("Mari", "Maria Marsh")]
)
def test_site_that_is_called_like_a_person_takes_nobodys_name(settings, site, name):
    settings.SITE_NAME = site
    validate_person_name(name)
    with pytest.raises(ValidationError):
        validate_person_name(f"{site} Team")


@pytest.mark.parametrize("name", [names[0] for names in REFUSED.values()], ids=list(REFUSED))
def test_every_door_refuses_the_same(db, alice, client_for, name, maria):
    """Sign-up, guests, settings, the mentor's form, the API, the admin, and the acts behind them."""
    maria.is_superuser = True
    maria.save()
    client, root = client_for(alice), client_for(maria)
    settings = {"name": name, "hour_cycle": "24", "city": "", "zone": "Europe/London"}

    assert list(NameForm({"name": name}).errors) == ["name"]
    assert list(GuestForm({"email": "new@example.org", "name": name}).errors) == ["name"]
    assert list(WhoForm({"name": name, "headline": "Director"}).errors) == ["name"]
    assert list(client.post("/settings/", settings).context["person_form"].errors) == ["name"]
    changed = client.patch("/api/v1/me/", {"name": name}, content_type="application/json")
    assert changed.status_code == 422
    with pytest.raises(ValidationError):
        create_person(email="new@example.org", name=name, timezone="")
    with pytest.raises(ValidationError):
        change_person(alice, name=name, hour_cycle="24", timezone="Europe/London")
    page = f"/admin/accounts/user/{alice.pk}/change/"
    kept = root.post(page, {"name": name, "timezone": "Europe/London", "hour_cycle": "24", "language": "en"})
    assert list(kept.context["adminform"].form.errors) == ["name"]
    assert User.objects.get(pk=alice.pk).name == "Alice Adair"


def test_headline_is_no_code_for_mail_programs_either(db):
    assert list(WhoForm({"name": "Anna", "headline": "=?utf-8?q?Bcc=3A_v=40x.example?="}).errors) == ["headline"]


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Anna Weber", "Anna"),
        ("Anna", "Anna"),
        ("Dr. Anna Weber", "Anna"),
        ("Dr Anna Weber", "Anna"),
        ("Prof. Dr. Anna Weber", "Anna"),
        ("Dipl.-Ing. Anna Weber", "Anna"),
        ("Frau Anna Weber", "Anna"),
        ("Dr. Weber", "Dr. Weber"),
        ("Dr.", "Dr."),
        ("Mr. T", "Mr. T"),
        ("Weber, Anna", "Anna"),
        ("Weber, Dr. Anna Maria", "Anna"),
        ("Anna, PhD", "Anna"),
        ("Anna, Ph.D.", "Anna"),
        ("Anna Weber, PhD", "Anna"),
        ("J. Smith", "J. Smith"),
        ("J. Robert Oppenheimer", "Robert"),
        ("J.R.R. Tolkien", "J.R.R. Tolkien"),
        ("M.Ru", "M.Ru"),
        ("张伟", "张伟"),
        ("Ng", "Ng"),
        (" ", " "),
    ],
)
def test_people_are_called_by_what_they_are_called(name, called):
    assert name_to_greet(name) == called
    assert User(name=name).first_name == called


def test_who_has_no_name_any_more_is_not_called_by_their_address():
    assert User(email="bob@example.org").first_name == "Former member"


def test_no_door_takes_a_name_away(bob, client_for, maria):
    """Settings, the API, the admin and the act behind them."""
    maria.is_superuser = True
    maria.save()
    settings = {"name": "", "hour_cycle": "24", "city": "", "zone": "Europe/London"}
    assert list(client_for(bob).post("/settings/", settings).context["person_form"].errors) == ["name"]
    changed = client_for(bob).patch("/api/v1/me/", {"name": ""}, content_type="application/json")
    assert changed.status_code == 422
    page = f"/admin/accounts/user/{bob.pk}/change/"
    kept = client_for(maria).post(page, {"name": "", "timezone": "", "hour_cycle": "24", "language": "en"})
    assert "name" in kept.context["adminform"].form.errors
    with pytest.raises(ValidationError):
        change_person(bob, name="", hour_cycle="24", timezone="Europe/London")
    assert User.objects.get(pk=bob.pk).name == "Bob Bose"
