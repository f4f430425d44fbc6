"""The first steps on the command line: each once, without anyone there, and in spite of a mail server that is away."""

import errno
import logging
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.mail import SMTP
from accounts.models import User
from accounts.rules.roles import FIRST_ROLES
from mentors.models import Topic
from mentors.topics_file import starter_topics
from operations.management.commands.setup import PASSWORD
from tests.conftest import make_person

pytestmark = pytest.mark.django_db
SECRET = "violet tractor lemon 88"
WHO = {"email": "olga@example.org", "name": "Olga Byrne", "zone": "Europe/Lisbon"}


@pytest.fixture(autouse=True)
def nobody_there(monkeypatch):
    monkeypatch.setenv(PASSWORD, SECRET)


def set_up(**options) -> None:
    call_command("setup", **{**WHO, "topics": "starter", "no_mail": True, **options})


def test_owner_signs_in_before_any_mail_leaves(client):
    set_up()

    owner = User.objects.get()
    assert (owner.email, owner.timezone, set(owner.roles)) == (WHO["email"], WHO["zone"], set(FIRST_ROLES))
    signed_in = client.post("/sign-in/password/", {"login": owner.email, "password": SECRET})
    assert signed_in.status_code == 302
    assert "code" not in signed_in["Location"]
    assert client.session["_auth_user_id"] == str(owner.pk)


def test_topics_are_ours_with_their_other_words():
    set_up()

    leaves = Topic.objects.leaves()
    assert {(one.parent.name, one.name, tuple(one.synonyms)) for one in leaves} == {
        (row.group, row.topic, row.synonyms) for row in starter_topics()
    }


def test_without_topics_it_says_what_nobody_can_do_and_how_to_add_some(capsys):
    set_up(topics="none")
    assert "--topics starter" in capsys.readouterr().out

    set_up(topics="starter")
    assert Topic.objects.leaves().count() == len(starter_topics())


def test_each_step_is_made_once():
    set_up()
    set_up(email="another@example.org")
    set_up(topics=None)
    assert (User.objects.count(), Topic.objects.leaves().count()) == (1, len(starter_topics()))


def test_test_mail_leaves_and_a_server_that_is_away_stops_nothing(mailoutbox, settings, capsys):
    set_up(no_mail=False)
    assert [mail.to for mail in mailoutbox] == [[WHO["email"]]]

    settings.EMAIL_BACKEND = "django.core.mail.backends.nowhere"
    set_up(no_mail=False)
    assert "EMAIL_URL" in capsys.readouterr().out


@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param({"mail": "554 5.7.1 Not from you"}, id="sender"),
        pytest.param({"rcpt": {WHO["email"]: "550 5.1.1 Nobody there"}}, id="recipient"),
        pytest.param({"data": "451 4.3.0 Later"}, id="content"),
        pytest.param({"rcpt": {WHO["email"]: None}}, id="hangs-up"),
    ],
)
def test_refused_test_mail_is_told_in_one_line(refusal, smtp_sink, settings, capsys, caplog):
    settings.EMAIL_BACKEND = SMTP
    for step, answer in refusal.items():
        setattr(smtp_sink, step, answer)

    set_up(no_mail=False)

    said = capsys.readouterr()
    told = next(line for line in said.out.splitlines() if f":{settings.EMAIL_PORT} " in line)
    answers = [answer for answer in (*refusal.values(), *refusal.get("rcpt", {}).values()) if isinstance(answer, str)]
    assert all(told.endswith(f": {answer}") for answer in answers)
    assert "b'" not in told
    assert (said.err, errors_in(caplog)) == ("", [])


def test_mail_server_that_is_away_is_told_without_a_number(settings, capsys, caplog):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", 1
    set_up(no_mail=False)
    assert f": {os.strerror(errno.ECONNREFUSED)}\n" in capsys.readouterr().out
    assert errors_in(caplog) == []


def errors_in(caplog) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.levelno > logging.INFO]


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"email": ""}, id="no-address"),
        pytest.param({"email": "olga"}, id="not-an-address"),
        pytest.param({"name": "Site Admin"}, id="name-of-the-team"),
        pytest.param({"zone": "Lisbon"}, id="no-zone"),
        pytest.param({"topics": "/nowhere.csv"}, id="no-file"),
    ],
)
def test_bad_input_is_refused(options, monkeypatch):
    with pytest.raises(CommandError):
        set_up(**options)
    assert not Topic.objects.exists()


@pytest.mark.parametrize("password", ["", "password", "short 7"])
def test_password_is_needed_and_hard_to_guess(password, monkeypatch):
    monkeypatch.setenv(PASSWORD, password)
    with pytest.raises(CommandError):
        set_up()
    assert not User.objects.exists()


def test_address_in_use_is_said():
    make_person(WHO["email"], "Olga Byrne")
    with pytest.raises(CommandError, match="give_role"):
        set_up()


@pytest.mark.parametrize("command", [["setup"], ["migrate", "--noinput"], ["mail", "reasons"]], ids=" ".join)
def test_database_that_is_away_is_told_without_a_traceback(command):
    env = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nowhere"}
    done = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=settings.BASE_DIR, env=env, capture_output=True, text=True
    )

    assert done.returncode == 1
    assert "DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_variable_that_is_missing_is_told_without_a_traceback():
    env = {name: value for name, value in os.environ.items() if name != "SECRET_KEY"}
    done = subprocess.run(
        [sys.executable, "manage.py", "setup"], cwd=settings.BASE_DIR, env=env, capture_output=True, text=True
    )

    assert done.returncode == 1
    assert "SECRET_KEY" in done.stderr
    assert "Traceback" not in done.stderr
