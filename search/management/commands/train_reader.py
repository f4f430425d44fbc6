"""manage.py train_reader: the reader of questions, learnt from the topics and examples of this site."""

from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from search.models import StoredReader
from search.reading.retraining import learn_to_read


class Command(BaseCommand):
    help = "Adds the examples that come with the product, and learns from them if anything has changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--force", action="store_true", help="take the new reader even if it reads worse")

    def handle(self, *args: Any, force: bool, **options: Any) -> None:
        began = perf_counter()
        outcome = learn_to_read(now=timezone.now(), force=force)
        reader = StoredReader.objects.first()
        check = f", among the first three {reader.three:.1%} of examples left out" if reader else ""
        self.stdout.write(f"Examples and topics: {outcome}{check} ({perf_counter() - began:.1f} s).")
