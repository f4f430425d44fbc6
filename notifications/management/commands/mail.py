"""What did not arrive, by reason, and another try for all with the same one: the staff's page, on the command line."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from notifications.deliveries import all_reasons
from notifications.services import retry_all


class Command(BaseCommand):
    help = "List why notifications did not arrive, and try all of one reason again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("reasons", help="how many did not arrive, by state and reason")
        retry = acts.add_parser("retry", help="try all dead and uncertain ones with a reason again")
        retry.add_argument("--reason", required=True, help="exactly as `mail reasons` lists it")

    def handle(self, *_arguments: Any, act: str, reason: str = "", **_options: Any) -> None:
        if act == "reasons":
            self._list()
        else:
            self._retry(reason)

    def _list(self) -> None:
        for state, reason, number in all_reasons():
            self.stdout.write(f"{number:6}  {state:9}  {reason}")

    def _retry(self, reason: str) -> None:
        known = {listed for _state, listed, _number in all_reasons()}
        if reason not in known:
            raise CommandError(f"No notification in trouble has this reason. `mail reasons` lists {len(known)}.")
        number = retry_all(reason=reason, by=None, now=timezone.now())
        self.stdout.write(f"{number} will be sent again. Those that would come too late are left as they are.")
