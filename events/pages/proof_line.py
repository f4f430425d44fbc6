"""What a page says of a plan: what is proven of it, and what was only checked."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Event, Plan
from events.scheduling.problem import Unproven


def range_text(counts: Sequence[int]) -> str:
    """`2`, `2 or 3`, `2 to 5`."""
    _people, fewest, most = counts
    if fewest == most:
        return str(fewest)
    pattern = _("{fewest} or {most}") if most == fewest + 1 else _("{fewest} to {most}")
    return pattern.format(fewest=fewest, most=most)


def proof_lines(plan: Plan) -> list[str]:
    """Sentences, the most important first."""
    proof: Mapping[str, Any] = plan.proof
    lines = [counts_line(plan.event, proof), quality_line(proof)]
    if proof["musts_asked"]:
        lines.append(musts_line(proof))
    lines.append(_("Nobody meets twice, and nobody who’s kept apart sits together (checked)."))
    return lines


def counts_line(event: Event, proof: Mapping[str, Any]) -> str:
    people, rounds = proof["mentees"][0], event.rounds_count
    if event.is_for_equals:
        words = _("{people} guests, {rounds} rounds: each meets {few}.")
        return words.format(people=people, rounds=rounds, few=range_text(proof["mentees"]))
    words = _("{mentees} mentees, {mentors} mentors, {rounds} rounds: each mentee meets {few}, each mentor {many}.")
    return words.format(
        mentees=people,
        mentors=proof["mentors"][0],
        rounds=rounds,
        few=range_text(proof["mentees"]),
        many=range_text(proof["mentors"]),
    )


def quality_line(proof: Mapping[str, Any]) -> str:
    if proof["is_proven"]:
        return _("No schedule has more meetings or spreads them more evenly (proven).")
    why = str(proof["why_not"])
    if why in (Unproven.BY_HAND, Unproven.FILLED):
        return _("This plan was changed after it was made, so it’s valid, but no longer proven to be the best.")
    most = proof.get("most_meetings")
    if why == Unproven.OPEN and most == proof["meetings"]:
        return _("No schedule has more meetings (proven). How evenly they’re spread is checked, but not proven.")
    if most is None:
        return _("This plan is valid, but not proven to be the best.")
    words = _("{meetings} meetings, where no schedule can have more than {most}. Valid, but not proven to be the best.")
    return words.format(meetings=proof["meetings"], most=most)


def musts_line(proof: Mapping[str, Any]) -> str:
    words = ngettext(
        "{met} of {asked} must-meet is in it.", "{met} of {asked} must-meets are in it.", proof["musts_asked"]
    ).format(met=proof["musts_met"], asked=proof["musts_asked"])
    if proof["met_a_must"] == proof["asked_must"]:
        return words + " " + _("Everyone who named one has one.")
    left = proof["asked_must"] - proof["met_a_must"]
    more = ngettext("{left} person who named one has none.", "{left} people who named one have none.", left)
    return words + " " + more.format(left=left)
