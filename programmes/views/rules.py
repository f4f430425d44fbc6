"""The page on which a manager, or an owner, sets the rules of a programme."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedInRequest
from common.pages.posting import PostResult, act_on_post, show_beside_field
from common.pages.requests import post_data
from common.pages.seen import seen_by, still_seen
from programmes.access import for_managers
from programmes.forms import RulesForm
from programmes.models import RUNNING, Programme, Stage
from programmes.rules import change_rules, foresee, rules_mark

from .managing import ManagerHead

LATEST = 5
# What the second button sends: the mark of the effect that the page has shown
FORESEEN = "foreseen"


@require_http_methods(["GET", "HEAD", "POST"])
@for_managers
def programme_rules(request: SignedInRequest, programme: Programme) -> HttpResponse:
    context = {"head": ManagerHead.read(programme, timezone.now()), "tab": "rules", "nav": "programmes"}
    return answer_rules(request, programme, "programme_rules", context)


def answer_rules(request: SignedInRequest, programme: Programme, name: str, context: dict[str, Any]) -> HttpResponse:
    """The page called `name`. Rules that stop anyone at once are saved only after it has shown how many that are."""
    now = timezone.now()
    form = RulesForm.about(programme, post_data(request))
    result: PostResult[bool] = PostResult()
    effect = foresee(programme, form.read_rules(), now=now) if form.is_bound and form.is_valid() else None
    if effect is None or not effect.is_felt or request.POST.get(FORESEEN) == effect.mark:
        result = act_on_post(
            request,
            lambda: change_rules(
                programme=programme, given=form.read_rules(), by=request.user, now=now, seen=seen_by(request)
            ),
            form,
        )
    if result.is_done:
        messages.success(request, _say_saved(programme.stage_at(now)) if result.made else _("Nothing has changed."))
        return redirect(name, programme.slug)
    show_beside_field(form, result.error)
    context |= {
        "programme": programme,
        "form": form,
        "error": result.error,
        "effect": effect if effect and effect.is_felt else None,
        "seen": still_seen(request, rules_mark(programme), told=result.is_refused),
        "changes": programme.rule_changes.select_related("by").order_by("-at", "-pk")[:LATEST],
    }
    return render(request, "programmes/rules.html", context, status=result.status)


def _say_saved(stage: Stage) -> str:
    if stage in RUNNING:
        return _("Saved. The rules hold from now on.")
    return _("Saved. The rules hold once the programme is open.")
