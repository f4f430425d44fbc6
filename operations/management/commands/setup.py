"""manage.py setup: the first steps of an installation, each of them once."""

import os
import sys
from argparse import ArgumentParser
from getpass import getpass
from pathlib import Path
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError
from django.utils import timezone
from django.utils.encoding import force_str

from accounts.mail import AccountEmail, send_here
from accounts.models import User
from accounts.rules.roles import Power
from mentors.models import Topic
from mentors.topics_file import TopicRow, TopicsFileError, add_topics, read_topics, starter_topics
from operations.first_steps import make_first_owner

STARTER, NONE = "starter", "none"
# The password comes from here where nobody is there to type it: an argument would be seen by every process.
PASSWORD = "SETUP_PASSWORD"  # noqa: S105


class SetupCommand(BaseCommand):
    help = "The first steps of an installation: tables, an owner, topics, a test email. What is there stays as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", help="address of the first owner")
        parser.add_argument("--name", help="their name")
        parser.add_argument("--zone", default=settings.SITE_ZONE, help="their time zone, such as Europe/Lisbon")
        topics = f"{STARTER} (ours), {NONE}, or a CSV file with the columns group, topic, other words"
        parser.add_argument("--topics", help=topics)
        parser.add_argument("--no-mail", action="store_true", help="send no test email")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        self.stdout.write("Tables")
        call_command("migrate", interactive=False, verbosity=0, stdout=self.stdout)
        self.stdout.write("  up to date")
        owner = self.have_an_owner(options)
        self.have_topics(options["topics"])
        if not options["no_mail"]:
            self.send_test(owner)
        self.stdout.write(
            f"Sign in at {settings.SITE_URL}/sign-in/password/ as {owner.email} and set up a second step."
        )
        self.stdout.write("Then run manage.py doctor: it says what is still missing.")

    def have_an_owner(self, options: dict[str, Any]) -> User:
        self.stdout.write("Owner")
        if owner := User.objects.who_may(Power.RUN).order_by("pk").first():
            self.stdout.write(f"  {owner.email} is there already")
            return owner
        email = options["email"] or self.ask("  Email address: ", "--email")
        name = options["name"] or self.ask("  Name: ", "--name")
        password = os.environ.get(PASSWORD) or self.ask_for_password()
        try:
            owner = make_first_owner(
                email=email, name=name, zone=options["zone"], password=password, now=timezone.now()
            )
        except ValidationError as refused:
            raise CommandError(describe(refused)) from None
        except IntegrityError:
            said = f"{email} has an account already. Give it the role: manage.py give_role {email} owner"
            raise CommandError(said) from None
        self.stdout.write(f"  {owner.email} is owner, moderator and support")
        return owner

    def have_topics(self, chosen: str | None) -> None:
        self.stdout.write("Topics")
        if Topic.objects.exists() and chosen is None:
            self.stdout.write("  there are some already")
            return
        if chosen is None:
            chosen = self.ask(f"  {STARTER}, {NONE}, or a CSV file [{STARTER}]: ", "--topics") or STARTER
        if chosen == NONE:
            self.stdout.write(
                "  none. Nobody can apply as a mentor until there are some: add them under Staff → Topics, or"
            )
            self.stdout.write(f"  run this again with --topics {STARTER} or --topics FILE.csv")
            return
        try:
            added = add_topics(self.rows_of(chosen))
        except TopicsFileError as refused:
            raise CommandError(f"{chosen}: {refused} Nothing was added.") from None
        self.stdout.write(f"  {added} added. Run manage.py train_reader, and questions are read with them in mind")

    def rows_of(self, chosen: str) -> list[TopicRow]:
        if chosen == STARTER:
            return list(starter_topics())
        try:
            return read_topics(Path(chosen).read_bytes())
        except OSError as error:
            raise CommandError(f"{chosen} can’t be read: {error.strerror}") from None

    def send_test(self, owner: User) -> None:
        self.stdout.write("Test email")
        try:
            send_here(AccountEmail("operations/test", owner.email, {}, zone=owner.zone_name))
        except Exception as error:
            # Whatever it is: the steps so far are done, and what is wrong with mail can be mended later.
            server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
            self.stdout.write(f"  {server} didn’t take it: {describe_failure(error)}")
            self.stdout.write("  Correct EMAIL_URL, then run this again. Signing in by password works without mail.")
            return
        self.stdout.write(f"  {settings.EMAIL_HOST} took it: look into the mailbox of {owner.email}")

    def ask(self, question: str, option: str) -> str:
        if not sys.stdin.isatty():
            raise CommandError(f"Nobody is there to answer. Say it with {option}.")
        return input(question).strip()

    def ask_for_password(self) -> str:
        if not sys.stdin.isatty():
            raise CommandError(f"Nobody is there to type a password. Put it into the variable {PASSWORD}.")
        while (password := getpass("  Password: ")) != getpass("  The same once more: "):
            self.stdout.write("  These differ. Try again.")
        return password


def describe_failure(error: Exception) -> str:
    """What the mail server answered, or why there was no answer, in one line."""
    answers: list[tuple[int, bytes | str]]
    if isinstance(error, SMTPRecipientsRefused):
        answers = [*error.recipients.values()]
    elif isinstance(error, SMTPResponseException):
        answers = [(error.smtp_code, error.smtp_error)]
    else:
        return getattr(error, "strerror", None) or str(error) or type(error).__name__
    said = "; ".join(f"{code} {force_str(answer, errors='replace')}" for code, answer in answers)
    return " ".join(said.split())


def describe(refused: ValidationError) -> str:
    """With the names of the fields, where it says them."""
    if not hasattr(refused, "error_dict"):
        return " ".join(refused.messages)
    return " ".join(f"{field}: {' '.join(words)}" for field, words in refused.message_dict.items())


Command = SetupCommand
