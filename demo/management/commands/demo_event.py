"""manage.py demo_event: a small event among the invented people, to run an evening with."""

from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from demo.clearing import is_seeded
from demo.evening import EveningWriter, NobodyFreeError, describe_evening


class Command(BaseCommand):
    help = "Makes an event that begins in ten minutes: 4 mentors, 8 mentees, a published timetable."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--live", action="store_true", help="everyone is checked in, so it only has to be started")
        parser.add_argument("--force", action="store_true", help="also outside development")

    def handle(self, *args: Any, live: bool, force: bool, **options: Any) -> None:
        if not settings.DEBUG and not force:
            raise CommandError("This is not a development site (DEBUG is off). Add --force if you mean it.")
        if not is_seeded():
            raise CommandError("There are no invented people yet. Make them first: script/manage seed_demo")
        now = timezone.now()
        try:
            event = EveningWriter(now, Random(now.timestamp())).write_evening(is_live=live)
        except NobodyFreeError:
            raise CommandError("Too few invented people have nothing else then. Try again in an hour.") from None
        self.stdout.write(describe_evening(event))
