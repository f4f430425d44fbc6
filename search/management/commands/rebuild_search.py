"""manage.py rebuild_search: writes the whole search index, after a restore or when the rules of time zones change."""

from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from mentors.models import MentorProfile
from search.indexing import add_missing_rows, rebuild_index

WIDTH = 40


class Command(BaseCommand):
    help = "Writes every row of the search index anew. The site may run meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--missing", action="store_true", help="only rows that are not there yet")

    def handle(self, *args: Any, missing: bool, **options: Any) -> None:
        if missing:
            self.stdout.write(f"{add_missing_rows():,} mentors had no row yet.")
            return
        began, total = perf_counter(), MentorProfile.objects.findable().count()
        bar = self.stderr.isatty()

        def show(count: int) -> None:
            if bar:
                filled = WIDTH * count // max(total, 1)
                self.stderr.write(f"\r[{'#' * filled}{'.' * (WIDTH - filled)}] {count:,} of {total:,}", ending="")

        count = rebuild_index(now=timezone.now(), done=show)
        if bar:
            self.stderr.write("")
        self.stdout.write(f"{count:,} mentors can be found ({perf_counter() - began:.1f} s).")
