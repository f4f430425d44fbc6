"""How often each rule was right, and what moderators change about rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import may
from accounts.rules.roles import Power
from trust.errors import TrustError
from trust.models import LooksFor, Outcome, SignalHit, SignalRule
from trust.models.cases import SETTLED
from trust.models.signals import WORDS_OF_RULE_LENGTH

from .matching import words_of

# From so many decided cases on, a rule that was right in fewer than one in five is switched off.
JUDGED_FROM, ONE_IN = 50, 5


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """How many cases a rule opened or joined, how many of them are decided, and in how many something was wrong."""

    cases: int = 0
    decided: int = 0
    right: int = 0

    @property
    def is_too_often_wrong(self) -> bool:
        return self.decided >= JUDGED_FROM and self.right * ONE_IN < self.decided


def read_records(rules: Iterable[SignalRule]) -> Mapping[int, RuleRecord]:
    """Of what each found since a moderator looked at it last. An upheld appeal says that the decision was wrong."""
    counted = Q(rule__counts_from=None) | Q(at__gte=F("rule__counts_from"))
    decided = Q(case__state__in=SETTLED)
    wrong = Q(case__outcome=Outcome.NOTHING) | Q(case__sanction__appeal__outcome="upheld")
    hits: QuerySet[SignalHit] = SignalHit.objects.filter(counted, rule__in=[rule.pk for rule in rules])
    rows = (
        hits.order_by()
        .values("rule")
        .annotate(
            cases=Count("case", distinct=True),
            decided=Count("case", distinct=True, filter=decided),
            wrong=Count("case", distinct=True, filter=decided & wrong),
        )
    )
    return {row["rule"]: RuleRecord(row["cases"], row["decided"], row["decided"] - row["wrong"]) for row in rows}


@transaction.atomic
def rest_wrong_rules(*, now: datetime) -> int:
    """Switch off the rules that were wrong too often, until a moderator looks at them. Returns how many."""
    on = SignalRule.objects.select_for_update().filter(is_on=True).order_by("pk")
    rules = [rule for rule in on if rule.is_judged]
    records = read_records(rules)
    wrong = [rule.pk for rule in rules if records.get(rule.pk, RuleRecord()).is_too_often_wrong]
    return SignalRule.objects.filter(pk__in=wrong).update(is_on=False, rested_at=now)


@transaction.atomic
def switch_rule(*, rule: SignalRule, is_on: bool, by: User, now: datetime) -> SignalRule:
    """Twice does no harm. A rule that was switched off for its record begins a new one."""
    rule = _lock_rule(rule, by)
    if rule.is_on == is_on:
        return rule
    if is_on and rule.rested_at:
        rule.counts_from = now
    rule.is_on, rule.rested_at, rule.changed_by, rule.changed_at = is_on, None, by, now
    rule.save()
    return rule


@transaction.atomic
def add_words(*, rule: SignalRule, words: Iterable[str], by: User, now: datetime) -> SignalRule:
    """Add what the rule doesn't look for yet; what it has in other letters is the same.

    Raises TrustError `no_words`, `too_many_words`.
    """
    rule = _lock_rule(rule, by)
    if rule.looks_for != LooksFor.WORDS:
        said = _("This rule doesn’t look for words. Add them to another rule.")
        raise TrustError("no_words", said)
    known = {words_of(phrase): phrase for phrase in rule.phrases}
    for phrase in words:
        known.setdefault(words_of(phrase), phrase)
    text = "\n".join(known.values())
    if len(text) > WORDS_OF_RULE_LENGTH:
        said = _("This rule has as many words as it can hold. Ask an owner for another rule.")
        raise TrustError("too_many_words", said, field="words")
    rule.words, rule.changed_by, rule.changed_at = text, by, now
    rule.save()
    return rule


def _lock_rule(rule: SignalRule, by: User) -> SignalRule:
    if not may(by, Power.MODERATE):
        raise PermissionDenied
    return SignalRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
