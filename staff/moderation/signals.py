"""Rules that look at new texts: what each found, how often it was right, and what moderators change about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.requests import SignedInRequest
from accounts.roles import role_required
from accounts.rules.roles import Power
from common.pages.posting import show_beside_field
from common.pages.requests import parse_number
from trust.forms import RuleWordsForm
from trust.models import LooksFor, SignalRule
from trust.signals.records import ONE_IN, RuleRecord, add_words, read_records, switch_rule

from .presses import Acts, act_on_press, pressed

LONGEST_NUMBER = 18


@dataclass(frozen=True, slots=True)
class RuleRow:
    """`form`: for a rule that looks for words, where more are added."""

    rule: SignalRule
    record: RuleRecord
    form: RuleWordsForm | None


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Power.MODERATE)
def staff_signals(request: SignedInRequest) -> HttpResponse:
    act, now = pressed(request), timezone.now()
    chosen = None
    if request.method == "POST":
        number = parse_number(request.POST.get("rule", ""), digits=LONGEST_NUMBER)
        chosen = get_object_or_404(SignalRule, pk=number)
    sent = RuleWordsForm(request.POST, auto_id=f"rule-{chosen.pk}-%s") if chosen and act == "add" else None
    result = act_on_press(request, ACTS, chosen or SignalRule(), sent, now=now)
    if result.is_done:
        messages.success(request, _("Saved. It counts from the next run on."))
        return redirect("staff_signals")
    if sent:
        show_beside_field(sent, result.error)
    context = {
        "rows": list_rules(chosen, sent),
        "sent": sent,
        "error": result.error,
        "is_on": settings.SIGNALS,
        "one_in": ONE_IN,
        "nav": "staff",
    }
    return render(request, "staff/signals.html", context, status=result.status)


def list_rules(chosen: SignalRule | None, sent: RuleWordsForm | None) -> list[RuleRow]:
    rules = list(SignalRule.objects.select_related("changed_by"))
    records = read_records(rules)
    rows = []
    for rule in rules:
        form = RuleWordsForm(auto_id=f"rule-{rule.pk}-%s") if rule.looks_for == LooksFor.WORDS else None
        rows.append(RuleRow(rule, records.get(rule.pk, RuleRecord()), sent if sent and rule == chosen else form))
    return rows


def add(rule: SignalRule, by: User, now: datetime, said: dict[str, Any]) -> object:
    return add_words(rule=rule, words=said["words"], by=by, now=now)


ACTS: Acts[SignalRule] = {
    "on": lambda rule, by, now, said: switch_rule(rule=rule, is_on=True, by=by, now=now),
    "off": lambda rule, by, now, said: switch_rule(rule=rule, is_on=False, by=by, now=now),
    "add": add,
}
