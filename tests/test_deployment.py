"""What docs/deployment.md promises of variables and first steps, held against settings, compose and the pages."""

import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from mentors.models import Topic
from tests.accounts.authenticator_app import set_up_app

ROOT = Path(settings.BASE_DIR)
# Of development and tests; of compose itself.
OURS = {"TESTING", "DEV_MAIL", "PORT"}
COMPOSE_OWN = {"POSTGRES_PASSWORD", "PORT", "LIVE_PORT", "BACKUP_DIR", "SITE_ADDRESS"}
# What compose decides, since its services have to agree on it.
FIXED = {"DATA_DIR"}
PRODUCT = ("release", "web", "live", "worker", "beat")


def table_of(file: str) -> set[str]:
    """The names in the first column of tables whose head says `variable`."""
    text = (ROOT / file).read_text()
    tables = re.findall(r"^\| variable \|.*\n((?:\|.*\n)+)", text, re.MULTILINE)
    return {
        name for table in tables for row in table.splitlines() for name in re.findall(r"`([A-Z0-9_]+)`", first(row))
    }


def first(row: str) -> str:
    return row.split("|")[1]


def settings_ask_for() -> set[str]:
    text = (ROOT / "mentoring" / "settings.py").read_text()
    return set(re.findall(r"\benv(?:\.\w+)?\(\s*[\"']([A-Z0-9_]+)", text))


def test_the_guide_names_every_variable_and_no_other():
    assert table_of("docs/deployment.md") == settings_ask_for() - OURS


def test_the_readme_names_none_that_means_nothing():
    assert table_of("README.md") - settings_ask_for() - OURS == set()


def test_the_example_names_none_that_means_nothing():
    named = set(re.findall(r"^#?([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert {"SECRET_KEY", "POSTGRES_PASSWORD"} <= named
    assert named - table_of("docs/deployment.md") - COMPOSE_OWN == set()


@pytest.mark.parametrize("service", PRODUCT)
def test_compose_passes_every_variable_of_the_guide(service):
    """All of .env comes in; what is said beside it may be another default, but must not stand in the way."""
    found = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"][service]

    assert found["env_file"] == ".env"
    in_the_way = {
        name
        for name, value in found["environment"].items()
        if not str(value).startswith(f"${{{name}:") and name not in FIXED
    }
    assert in_the_way == set()
    assert set(found["environment"]) <= table_of("docs/deployment.md")


def test_compose_releases_as_the_guide_says():
    release = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["release"]["command"]
    [row] = [row for row in (ROOT / "docs" / "deployment.md").read_text().splitlines() if row.startswith("| release |")]
    # The image has its fonts and icons already.
    commands = [command for command in re.findall(r"`manage\.py ([^`]+)`", row) if not command.startswith("build_")]

    assert [command for command in commands if f"manage.py {command}" not in release] == []


@pytest.mark.django_db
def test_first_steps_lead_where_the_guide_says(mailoutbox, monkeypatch):
    monkeypatch.setenv("SETUP_PASSWORD", "a long enough secret 7")
    call_command("setup", email="first@example.org", name="Maria", topics="starter", verbosity=0)
    client = Client()

    signed_in = client.post(
        "/sign-in/password/", {"login": "first@example.org", "password": "a long enough secret 7"}, follow=True
    )
    client.post("/sign-in/again/", {"password": "a long enough secret 7"})
    set_up_app(client)
    page = client.get("/staff/topics/")
    client.post("/staff/topics/add/", {"name": "Mediation", "slug": "mediation", "position": "0", "is_active": "on"})

    assert (User.objects.get().is_staff, signed_in.status_code, page.status_code) == (True, 200, 200)
    assert Topic.objects.filter(name="Mediation").exists()
    assert [mail.to for mail in mailoutbox[:1]] == [["first@example.org"]]
