"""Why two people don't meet in a plan, in words for organisers."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import Plan, Registration
from events.planning.editing import WORDS
from events.planning.plans import facts_of
from events.planning.problems import key_of, to_meetings
from events.scheduling.reasons import Absence, WhyNot, explain_absence

# What no change of the plan can help against. That two are kept apart and that one of them wished so sound the same.
NEVER = {
    WhyNot.PRIVATE: WORDS["apart"],
    WhyNot.MET: gettext_lazy("They have met at an event before."),
    WhyNot.LANGUAGE: WORDS["language"],
    WhyNot.TIME: gettext_lazy("They’re never there in the same round."),
}


def why_not_together(plan: Plan, mentee: int, mentor: int) -> Absence:
    """Of two people who are in and have no meeting in this plan. Meetings with people who have left count as none."""
    problem = facts_of(plan).problem
    standing = [one for one in to_meetings(plan.meetings) if problem.people.keys() >= set(one.pair)]
    return explain_absence(problem, standing, key_of(mentee), key_of(mentor))


def absence_text(why: Absence, people: Mapping[int, Registration]) -> str:
    """One sentence, which names some of `people`."""
    if why.why in NEVER:
        return str(NEVER[why.why])
    match why.why:
        case WhyNot.TABLE:
            return _table_text(why)
        case WhyNot.MOST:
            return _most_text([people[int(key)].board_name for key in why.about])
        case WhyNot.TAKES_FROM:
            each = _("%(name)s (who has %(count)d)")
            losing = ", ".join(each % {"name": people[int(key)].board_name, "count": count} for key, count in why.loses)
            words = _("In round %(round)d it would take a meeting from %(names)s. Take that meeting out first.")
            return words % {"names": losing, "round": why.round}
        case _:
            return _("They could meet in round %(round)d, and nobody would lose a meeting.") % {"round": why.round}


def _most_text(names: list[str]) -> str:
    if len(names) > 1:
        return _("Both have as many meetings as they want.")
    return _("%(name)s has as many meetings as they want.") % {"name": names[0]}


def _table_text(why: Absence) -> str:
    if why.round is None:
        return _("No table suits both of them.")
    return _("In round %(round)d both have time, but there’s no table left.") % {"round": why.round}
