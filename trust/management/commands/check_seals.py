"""Checks that nobody has changed what was logged since it was sealed."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from trust.models import Seal
from trust.seals import find_broken_seals


class Command(BaseCommand):
    help = "Checks all logs against their seals, and one seal against the one in an owner's email."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat, help="the day in the email: 2026-11-28")
        parser.add_argument("--seal", help="the seal in the email")

    def handle(self, *_arguments: Any, day: date | None, seal: str | None, **_options: Any) -> None:
        if (day is None) != (seal is None):
            raise CommandError("Give both --day and --seal, as the email says, or neither.")
        broken = [
            f"{one.day}: {one.table} isn't what was sealed." if one.table else f"{one.day}: its seal was changed."
            for one in find_broken_seals()
        ]
        if day and not Seal.objects.filter(day=day, digest=seal).exists():
            broken.append(f"{day}: the seal in the database isn't the one in the email.")
        if broken:
            raise CommandError("\n".join(broken))
        self.stdout.write(f"{Seal.objects.count()} seals hold.")
