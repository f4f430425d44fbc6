"""Keep someone away, and see or undo it in the settings."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.requests import SignedInRequest
from common.pages.posting import act_on_post
from trust.models import END_EVERYTHING, Separation, SeparationKind
from trust.separations import part, rejoin_known, what_would_end
from trust.subjects import find_person


@require_http_methods(["GET", "HEAD", "POST"])
def part_page(request: SignedInRequest, kind: str, key: str) -> HttpResponse:
    found, other = find_person(kind, key, request.user)
    now = timezone.now()
    result = act_on_post(
        request, lambda: part(person=request.user, other=other, kind=SeparationKind.BLOCK, by=request.user, now=now)
    )
    if result.is_done:
        messages.success(request, _("Done. You and %(name)s won’t meet again.") % {"name": other.first_name})
        return redirect("people_apart")
    mine = Separation.objects.live(now).of_pair(request.user.pk, other.pk).filter(by=request.user)
    context = {
        "found": found,
        "other": other,
        "ends": [sentence for tell in what_would_end for sentence in tell(request.user, other, now)],
        "is_done": mine.filter(kind__in=END_EVERYTHING).exists(),
        "error": result.error,
        "nav": "",
    }
    return render(request, "trust/part.html", context, status=result.status)


@require_safe
def people_apart(request: SignedInRequest) -> HttpResponse:
    """Whom this person keeps away; not who keeps away from them."""
    now = timezone.now()
    mine = Separation.objects.live(now).filter(by=request.user).select_related("low", "high").order_by("-since", "-pk")
    people: dict[int, tuple[User, Separation]] = {}
    for row in mine:
        other = row.other_than(request.user)
        if other.pk not in people or row.kind in END_EVERYTHING:
            people[other.pk] = (other, row)
    return render(request, "trust/people.html", {"people": list(people.values()), "nav": "settings"})


@require_POST
def people_rejoin(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    other = rejoin_known(person=request.user, uuid=uuid, now=timezone.now())
    if other is None:
        raise Http404
    messages.success(request, _("Done. You and %(name)s can meet again.") % {"name": other.display_name})
    return redirect("people_apart")
