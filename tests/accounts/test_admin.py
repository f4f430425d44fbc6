"""What staff can and cannot do with people."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.core.management import call_command
from django.urls import reverse

from accounts.models import User
from accounts.rules.roles import StaffRoleName
from tests.conftest import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def root() -> User:
    return User.objects.create_superuser("root@example.org", "secret-pass-1", name="Root")


def change_page(user: User) -> str:
    return reverse("admin:accounts_user_change", args=[user.pk])


def posted(user: User, **changes) -> dict[str, object]:
    kept = {"name": user.name, "timezone": user.timezone, "hour_cycle": "24", "language": "en", "is_active": "on"}
    return {key: value for key, value in (kept | changes).items() if value is not None}


def test_admin_sends_guests_to_our_sign_in_and_refuses_members(client, client_for, bob):
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/sign-in/?next=")
    assert client_for(bob).get("/admin/login/").status_code == 403


def test_people_are_found_by_address_and_name(client_for, root, bob, charlie):
    page = client_for(root).get(reverse("admin:accounts_user_changelist"), {"q": "bose"})
    assert [user.email for user in page.context["cl"].result_list] == ["bob@example.org"]
    addresses = client_for(root).get(reverse("admin:account_emailaddress_changelist"), {"q": "charlie@"})
    assert [row.email for row in addresses.context["cl"].result_list] == ["charlie@example.org"]


def test_each_list_that_finds_names_finds_them_however_accents_are_typed(client_for, root, bob):
    User.objects.filter(pk=bob.pk).update(name="Zoë Łuk")
    client = client_for(root)
    page = client.get(reverse("admin:accounts_user_changelist"), {"q": "zoe LÚK"})
    assert [user.email for user in page.context["cl"].result_list] == ["bob@example.org"]

    fields = {model: searching.search_fields for model, searching in admin.site._registry.items()}
    named = [model for model, found in fields.items() if any("name__plain" in field for field in found)]
    assert [model for model, found in fields.items() if any(field.endswith("name") for field in found)] == []
    for model in named:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        assert client.get(address, {"q": "zoe"}).status_code == 200


def test_closing_an_account_signs_it_out_at_once(client_for, root, bob):
    client = client_for(bob)
    client_for(root).post(change_page(bob), posted(bob, is_active=None))
    assert client.get("/settings/")["Location"] == "/sign-in/?next=/settings/"


def test_nobody_gives_roles_or_changes_an_address_here(client_for, root, bob):
    rights = {"is_staff": "on", "is_superuser": "on", "roles": "owner", "email": "evil@example.org"}

    assert client_for(root).post(change_page(bob), posted(bob, name="Bob by Root", **rights)).status_code == 302

    bob.refresh_from_db()
    assert (bob.name, bob.is_staff, bob.is_superuser, bob.roles) == ("Bob by Root", False, False, [])
    assert bob.email == "bob@example.org"


@pytest.mark.parametrize("role", [role for role in StaffRoleName if role != StaffRoleName.OWNER])
def test_admin_is_for_owners_alone(client_for, role):
    person = make_person("staff@example.org", "Stan Staff", is_staff=True, is_superuser=True, roles=[role])

    assert client_for(person).get("/admin/").status_code == 302
    assert client_for(person).get("/admin/login/").status_code == 403


@pytest.mark.parametrize("action", ["add", "delete"])
def test_people_are_neither_added_nor_deleted_here(client_for, root, bob, action):
    arguments = [] if action == "add" else [bob.pk]
    assert client_for(root).get(reverse(f"admin:accounts_user_{action}", args=arguments)).status_code == 403


def test_createsuperuser_takes_an_address(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "quarter past nine")
    call_command("createsuperuser", interactive=False, email="Chief@Example.org", verbosity=0)
    chief = User.objects.get()
    assert (chief.email, chief.is_staff, chief.is_superuser) == ("chief@example.org", True, True)
    assert chief.check_password("quarter past nine")
    assert not EmailAddress.objects.exists()
