"""manage.py doctor: is everything there that this installation needs, and what to do where it isn't."""

from typing import Any

from django.core.management.base import BaseCommand

from operations.doctor.findings import Finding, Verdict, run_probes
from operations.doctor.probes import PROBES

SIGNS = {Verdict.GOOD: "ok     ", Verdict.WARNING: "better ", Verdict.BAD: "WRONG  "}


class DoctorCommand(BaseCommand):
    help = "Looks at everything that the installation needs; ends with status 1 if something is wrong."
    # It looks at them itself, and goes on where they fail.
    requires_system_checks = ()

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        found = []
        for finding in run_probes(PROBES):
            found.append(finding.verdict)
            self.tell(finding)
        wrong, better = found.count(Verdict.BAD), found.count(Verdict.WARNING)
        self.stdout.write(f"{len(found)} looked at, {wrong} wrong, {better} could be better")
        if wrong:
            raise SystemExit(1)

    def tell(self, finding: Finding) -> None:
        self.stdout.write(f"{SIGNS[finding.verdict]} {finding.code}: {finding.said}")
        if finding.do:
            self.stdout.write(f"        → {finding.do}")


Command = DoctorCommand
