"""What has changed in a programme since a mail was last due, and what needs someone. Small groups are hidden here, too.

New questions are told by the rules of a funnel, and new sessions by those of a number that no other contains: so each
of these numbers, and their difference, is of five people at least.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext_lazy, ngettext

from common.mail.rendering import absolute_url
from programmes.models import ASKED, LIVE, Invitee, Membership, MembershipState, Programme

from .defined import Row, Text
from .facts import Facts, Step
from .hiding import Cell, hide_alone, hide_nested
from .report import Report

# Of each figure, what a mail says in one line, where the figure's name doesn't stand above it.
HEADLINES: dict[str, tuple[str, Text]] = {
    "members": ("members", gettext_lazy("Members")),
    "funnel": ("asked", gettext_lazy("Questions asked")),
    "solved": ("solved_share", gettext_lazy("Solved, of those who said")),
    "time": ("half", gettext_lazy("Half were helped within")),
    "given": ("sessions", gettext_lazy("Sessions that took place")),
    "unmet": ("unmet", gettext_lazy("Questions that found nobody")),
}


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for a manager, and the page where they see to it."""

    text: str
    url: str


def list_headlines(report: Report) -> list[Row]:
    return [
        replace(row, label=label)
        for code, (wanted, label) in HEADLINES.items()
        for row in report.rows_of(code)
        if row.code == wanted
    ]


def list_changes(facts: Facts, since: datetime) -> list[Row]:
    """What came since this moment, within the period: people, questions and sessions."""
    members = Membership.objects.filter(programme=facts.programme)
    joined = members.filter(state=LIVE, joined_at__gte=since).count()
    left = members.filter(state__in=(MembershipState.LEFT, MembershipState.REMOVED), ended_at__gte=since).count()
    new = [one for one in facts.questions if one.asked_at >= since]
    alone = [one.person for one in new if one.step == Step.ASKED]
    asked, further = hide_nested([alone, [one.person for one in new if one.step != Step.ASKED]])
    unmet = further if asked.value is None or further.value is None else Cell(asked.value - further.value)
    given = [one.mentee for one in facts.sessions if one.took_place and one.start >= since]
    return [
        Row("joined", gettext_lazy("New members"), "people", Cell(joined)),
        Row("left", gettext_lazy("Left"), "people", Cell(left)),
        Row("new_asked", gettext_lazy("New questions"), "questions", asked),
        Row("new_unmet", gettext_lazy("New questions that found nobody"), "questions", unmet),
        Row("new_sessions", gettext_lazy("Sessions that took place"), "sessions", hide_alone(len(given), given)),
    ]


def list_needs(report: Report) -> list[Need]:
    return list(_find_needs(report.programme, report))


def _find_needs(programme: Programme, report: Report) -> Iterator[Need]:
    waiting = Membership.objects.filter(programme=programme, state=ASKED, person__is_active=True).count()
    bounced = Invitee.objects.waiting().filter(programme=programme).exclude(bounced="").count()
    without, unmet = _count_without_times(report) or 0, value_of(report.rows_of("unmet"), "unmet") or 0
    for count, words, page in (
        (waiting, ngettext("%(n)d person asks to join", "%(n)d people ask to join", waiting), "members"),
        (bounced, ngettext("%(n)d invited address bounced", "%(n)d invited addresses bounced", bounced), "list"),
        (
            without,
            ngettext(
                "%(n)d mentor has no time in the next four weeks",
                "%(n)d mentors have no time in the next four weeks",
                without,
            ),
            "members",
        ),
        (unmet, ngettext("%(n)d question found nobody", "%(n)d questions found nobody", unmet), "figures"),
    ):
        if count:
            yield Need(words % {"n": count}, absolute_url(f"programme_{page}", programme.slug))


def _count_without_times(report: Report) -> int | None:
    """Told only if how many have times is: then it is of five people, too."""
    mentors, ready = value_of(report.rows_of("members"), "mentors"), value_of(report.rows_of("times"), "with_times")
    return None if mentors is None or ready is None else mentors - ready


def value_of(rows: Sequence[Row], code: str) -> int | None:
    return next((row.value for row in rows if row.code == code), None)
