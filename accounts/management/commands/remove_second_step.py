"""Removes all second factors of a person on the server's command line: for an only owner who has lost them all."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from accounts.second_factor.factors import remove_all_factors


class SecondStepCommand(BaseCommand):
    help = "Remove a person’s authenticator app, passkeys and recovery codes. They are told by email."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="of a person who has an account")

    def handle(self, *_arguments: Any, email: str, **_options: Any) -> None:
        try:
            person = User.objects.get_by_natural_key(email)
        except User.DoesNotExist:
            raise CommandError("Nobody has an account with this address.") from None
        if not remove_all_factors(person=person, by=None, now=timezone.now()):
            raise CommandError("This person has no second step.")
        self.stdout.write(f"{person.email}: no second step any more. A role of theirs sleeps until they set one up.")


Command = SecondStepCommand
