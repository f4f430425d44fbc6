"""Gives or ends a role of staff on the server's command line: for the first owner, and when no owner can sign in."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from accounts.roles import RoleError, end_role, give_role
from accounts.rules.roles import StaffRoleName


class RoleCommand(BaseCommand):
    help = "Give a person a role of staff, or end it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="of a person who has an account")
        parser.add_argument("role", choices=StaffRoleName.values)
        parser.add_argument("--end", action="store_true", help="take the role away")

    def handle(self, *_arguments: Any, email: str, role: str, end: bool, **_options: Any) -> None:
        try:
            person = User.objects.get_by_natural_key(email)
        except User.DoesNotExist:
            raise CommandError("Nobody has an account with this address. They create one on the site first.") from None
        act = end_role if end else give_role
        try:
            act(person=person, role=StaffRoleName(role), by=None, now=timezone.now())
        except RoleError as refused:
            raise CommandError(refused.message) from refused
        person.refresh_from_db()
        self.stdout.write(f"{person.email}: {', '.join(person.roles) or 'no role'}")


Command = RoleCommand
