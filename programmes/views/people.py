"""A manager's pages of the people in a programme: all of them, and one."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.requests import SignedInRequest
from common.pages.posting import PostResult, act_on_post
from common.pages.requests import post_data
from common.pages.seen import seen_by, still_seen
from common.pages.tabs import tab_links
from common.texts import one_line
from programmes.access import for_managers
from programmes.forms import ReasonForm, UnitForm
from programmes.managers import give_manager
from programmes.members import answer_request, bring_back, find_end, remove_member
from programmes.models import LIVE, Manager, Membership, MembershipState, Programme
from programmes.units import set_unit, unit_mark

from .managing import ManagerHead

PAGE_SIZE, LONGEST_SEARCH = 50, 80
STATES: dict[str, str | Promise] = {
    MembershipState.LIVE: gettext_lazy("Members"),
    MembershipState.ASKED: gettext_lazy("Asked to join"),
    MembershipState.LEFT: gettext_lazy("Left"),
    MembershipState.REMOVED: gettext_lazy("Removed"),
    MembershipState.DECLINED: gettext_lazy("Declined"),
}
ACCEPT, DECLINE, REMOVE, BRING_BACK, MAKE_MANAGER = "accept", "decline", "remove", "bring-back", "make-manager"
SET_UNIT = "set-unit"


@require_safe
@for_managers
def programme_members(request: SignedInRequest, programme: Programme) -> HttpResponse:
    """`?state=` chooses, `?q=` is the beginning of a name; what is said of each is on the member's own page, too."""
    wanted = request.GET.get("state", "")
    state = wanted if wanted in STATES else LIVE.value
    search = one_line(request.GET.get("q", ""))[:LONGEST_SEARCH]
    rows = Membership.objects.filter(programme=programme, person__is_active=True)
    if search:
        rows = rows.filter(person__in=User.objects.get_queryset().with_name_like(search).values("pk"))
    kept = f"{urlencode({'q': search})}&" if search else ""
    counts = dict(rows.values_list("state").annotate(Count("pk")))
    shown = rows.filter(state=state).select_related("person").order_by("person__name", "pk")
    context = {
        "head": ManagerHead.read(programme, timezone.now()),
        "tabs": tab_links(STATES, state, href=f"?{kept}state=", counts=counts),
        "state": state,
        "search": search,
        "longest": LONGEST_SEARCH,
        "page": Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page")),
        "tab": "members",
        "nav": "programmes",
    }
    return render(request, "programmes/members.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_managers
def programme_member(request: SignedInRequest, programme: Programme, uuid: UUID) -> HttpResponse:
    rows = Membership.objects.filter(programme=programme).select_related("person")
    membership = get_object_or_404(rows, person__uuid=uuid)
    person, now, act = membership.person, timezone.now(), request.POST.get("act", "")
    if request.method == "POST" and act not in {*ACTS, SET_UNIT}:
        raise Http404
    form = ReasonForm(post_data(request) if act != SET_UNIT else None)
    unit_form = UnitForm(post_data(request) if act == SET_UNIT else None, initial={"unit": membership.unit})
    result: PostResult[object]
    if act == SET_UNIT:
        result = act_on_post(
            request,
            lambda: set_unit(
                programme=programme,
                person=person,
                unit=unit_form.cleaned_data["unit"],
                by=request.user,
                seen=seen_by(request),
            ),
            unit_form,
        )
    else:
        result = act_on_post(
            request, lambda: ACTS[act](programme, person, form.cleaned_data["reason"], request.user, now), form
        )
    if result.is_done:
        membership.refresh_from_db()
        if not result.made and membership.state != LEADS_TO.get(act, membership.state):
            messages.warning(
                request, _("Nothing was done: something else happened first. See below how it stands now.")
            )
        else:
            messages.success(request, said_of(act, person) if result.made else _("That was done already."))
        return redirect("programme_member", programme.slug, uuid)
    context = {
        "head": ManagerHead.read(programme, now),
        "membership": membership,
        "person": person,
        "end": find_end(membership),
        "is_self": person == request.user,
        "is_manager": Manager.objects.live().filter(programme=programme, person=person).exists(),
        "form": form,
        "unit_form": unit_form,
        "seen": still_seen(request, unit_mark(membership), told=result.is_refused),
        "error": result.error,
        "tab": "members",
        "nav": "programmes",
    }
    return render(request, "programmes/member.html", context, status=result.status)


def _answer(is_accepted: bool) -> "Act":
    def answer(programme: Programme, person: User, reason: str, by: User, now: datetime) -> object:
        return answer_request(
            programme=programme, person=person, is_accepted=is_accepted, reason=reason, by=by, now=now
        )

    return answer


def _remove(programme: Programme, person: User, reason: str, by: User, now: datetime) -> object:
    return remove_member(programme=programme, person=person, reason=reason, by=by, now=now)


def _bring_back(programme: Programme, person: User, _reason: str, by: User, now: datetime) -> object:
    return bring_back(programme=programme, person=person, by=by, now=now)


def _make_manager(programme: Programme, person: User, _reason: str, by: User, now: datetime) -> object:
    """Managers choose from members, so that they can't try out which addresses have an account."""
    get_object_or_404(Membership.objects.live(), programme=programme, person=person)
    return give_manager(programme=programme, person=person, by=by, now=now)


Act = Callable[[Programme, User, str, User, datetime], object]
ACTS: dict[str, Act] = {
    ACCEPT: _answer(is_accepted=True),
    DECLINE: _answer(is_accepted=False),
    REMOVE: _remove,
    BRING_BACK: _bring_back,
    MAKE_MANAGER: _make_manager,
}


# The state in which each leaves a membership, also for who presses it second
LEADS_TO = {
    ACCEPT: MembershipState.LIVE,
    DECLINE: MembershipState.DECLINED,
    REMOVE: MembershipState.REMOVED,
    BRING_BACK: MembershipState.LIVE,
}


def said_of(act: str, person: User) -> str:
    words = {
        ACCEPT: _("%(name)s is in. We’ve told them."),
        DECLINE: _("You’ve declined. We’ve told %(name)s."),
        REMOVE: _("%(name)s is out. We’ve told them."),
        BRING_BACK: _("%(name)s is in again. We’ve told them."),
        SET_UNIT: _("Saved. It holds for what is booked from now on."),
        MAKE_MANAGER: _("%(name)s is a manager now. We’ve told them how to set up a second step."),
    }
    return words[act] % {"name": person.display_name}
