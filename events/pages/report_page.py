"""The words of an event's report."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from events.afterwards.report import Measure, read_report
from events.models import Event

# What is counted, and of what.
WORDS: dict[str, tuple[Promise, Promise]] = {
    "registered": (_("Had a place"), _("of all places")),
    "came": (_("Came"), _("of those who had a place")),
    "kept": (_("Meetings that took place"), _("of those that were planned")),
    "repaired": (_("Meetings put in for others"), _("for those that fell through")),
    "musts": (_("“Must meet” wishes that came true"), _("of all such wishes")),
    "useful": (_("Found useful or very useful"), _("of the answers")),
    "mutual": (_("Both want to talk again"), _("of the meetings that both answered for")),
    "booked": (_("Booked a session together within 14 days"), _("of those who met")),
    "goals": (_("Set a goal for three months"), _("of those who could")),
    "reached": (_("Reached their goal"), _("of those who told us")),
}


@dataclass(frozen=True, slots=True)
class ReportRow:
    measure: Measure
    label: Promise
    basis: Promise


def report_rows(event: Event) -> Sequence[ReportRow]:
    return [ReportRow(measure, *WORDS[measure.code]) for measure in read_report(event)]
