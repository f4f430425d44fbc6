"""manage.py seed_demo: an invented world to try the product in."""

from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from demo.accounts import account_table
from demo.clearing import clear_world, is_seeded
from demo.world import Seeder


class Command(BaseCommand):
    help = "Makes an invented world: people, topics, mentors with their weeks, sessions past and to come."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mentors", type=int, default=60, help="how many live mentors, from 2 on (60)")
        parser.add_argument("--days", type=int, default=30, help="how many days of sessions, back and ahead (30)")
        parser.add_argument(
            "--portraits", type=int, default=240, help="how many mentors have a portrait, at most (240)"
        )
        parser.add_argument("--accounts", action="store_true", help="only show whom to sign in as")
        parser.add_argument("--reset", action="store_true", help="take the invented people out first, and only them")
        parser.add_argument(
            "--force", action="store_true", help="also outside development; then nobody invented can sign in"
        )

    def handle(self, *args: Any, mentors: int, days: int, portraits: int, **options: Any) -> None:
        if options["accounts"]:
            self.stdout.write(account_table())
            return
        if not settings.DEBUG and not options["force"]:
            raise CommandError("This is not a development site (DEBUG is off). Add --force if you mean it.")
        if mentors < 2 or not 7 <= days <= 365 or portraits < 0:
            raise CommandError("At least 2 mentors, and from 7 to 365 days.")
        if is_seeded():
            if not options["reset"]:
                self.stdout.write("The invented people are here already; nothing was changed. --reset makes them anew.")
                return
            self.stdout.write(f"Took {clear_world()} invented people out.")
        self._seed(mentors, days, portraits)

    def _seed(self, mentors: int, days: int, portraits: int) -> None:
        began = perf_counter()
        seeder = Seeder(mentors, days, timezone.now(), with_password=settings.DEBUG, portraits=portraits)
        counts = seeder.run()
        made = ", ".join(f"{count:,} {what}" for what, count in sorted(counts.items()))
        self.stdout.write(f"Made an invented world in {perf_counter() - began:.1f} s: {made}.")
        self.stdout.write(account_table())
