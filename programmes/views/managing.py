"""A manager's pages of one programme: what it is, how far it is, and who else manages it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access.idempotency import make_once
from accounts.requests import SignedInRequest
from common.pages.posting import PostResult, act_on_post, show_beside_field, telling_refusals
from common.pages.requests import post_data
from common.pages.seen import seen_by, still_seen
from programmes.access import for_managers
from programmes.changes import change_programme, change_state, copy_programme, state_mark, texts_mark
from programmes.forms import ProgrammeForm
from programmes.managers import end_manager
from programmes.models import ASKED, Invitation, Manager, Membership, Programme, ProgrammeState, Stage


@dataclass(frozen=True, slots=True)
class ManagerHead:
    """What stands above each of a manager's pages: the programme, how far it is, and how many wait for an answer."""

    programme: Programme
    stage: Stage
    asked: int

    @classmethod
    def read(cls, programme: Programme, now: datetime) -> "ManagerHead":
        asked = Membership.objects.filter(programme=programme, state=ASKED, person__is_active=True).count()
        return cls(programme, programme.stage_at(now), asked)


@require_safe
@for_managers
def programme_manage(request: SignedInRequest, programme: Programme) -> HttpResponse:
    return show_overview(request, programme, PostResult())


def show_overview(request: SignedInRequest, programme: Programme, result: PostResult[Any]) -> HttpResponse:
    """As things are now, with what stood against a button that was pressed on it."""
    now = timezone.now()
    programme.refresh_from_db()
    members = Membership.objects.live().filter(programme=programme)
    managers = Manager.objects.live().filter(programme=programme)
    context = {
        "head": ManagerHead.read(programme, now),
        "members": members.count(),
        "mentors": members.filter(gives=True).count(),
        "mentees": members.filter(asks=True).count(),
        "links": Invitation.objects.open_at(now).filter(programme=programme).count(),
        "managers": list(managers.select_related("person").order_by("at", "pk")),
        "done": list(_list_steps_taken(programme)) if programme.state == ProgrammeState.DRAFT else [],
        "state_seen": state_mark(programme),
        "error": result.error,
        "tab": "overview",
        "nav": "programmes",
    }
    return render(request, "programmes/manage.html", context, status=result.status)


# Which first steps in a draft are done, as far as it can be told from what is saved.
def _list_steps_taken(programme: Programme) -> Iterator[str]:
    if programme.line:
        yield "says"
    if programme.rule_changes.exists():
        yield "rules"


@require_http_methods(["GET", "HEAD", "POST"])
@for_managers
def programme_settings(request: SignedInRequest, programme: Programme) -> HttpResponse:
    form = ProgrammeForm.about(programme, post_data(request))
    result = act_on_post(
        request,
        lambda: change_programme(programme=programme, given=form.read_texts(), by=request.user, seen=seen_by(request)),
        form,
    )
    if result.is_done:
        messages.success(request, _("Saved.") if result.made else _("Nothing has changed."))
        return redirect("programme_settings", programme.slug)
    show_beside_field(form, result.error)
    context = {
        "head": ManagerHead.read(programme, timezone.now()),
        "form": form,
        "error": result.error,
        "seen": still_seen(request, texts_mark(programme), told=result.is_refused),
        "tab": "settings",
        "nav": "programmes",
    }
    return render(request, "programmes/settings.html", context, status=result.status)


DONE = {
    ProgrammeState.OPEN: gettext_lazy("Members can join now."),
    ProgrammeState.CLOSED: gettext_lazy("The programme takes no new members now. Those who are in stay."),
    ProgrammeState.ARCHIVED: gettext_lazy("The programme is in the archive. You can take it out again."),
}


@require_POST
@for_managers
def programme_state(request: SignedInRequest, programme: Programme) -> HttpResponse:
    wanted = request.POST.get("state", "")
    if wanted not in DONE:
        raise Http404
    state = ProgrammeState(wanted)
    result = act_on_post(
        request, lambda: change_state(programme=programme, state=state, by=request.user, seen=seen_by(request))
    )
    if not result.is_done:
        return show_overview(request, programme, result)
    messages.success(request, str(DONE[state]))
    return redirect("programme_manage", programme.slug)


@require_POST
@for_managers
def programme_copy(request: SignedInRequest, programme: Programme) -> HttpResponse:
    """One press: what can be different next time is on the page that it leads to."""
    now = timezone.now()

    def copy() -> str:
        return copy_programme(programme=programme, by=request.user, now=now).slug

    result = act_on_post(request, lambda: make_once(request.user, request, now=now, make=copy))
    if result.made is None:
        return show_overview(request, programme, result)
    messages.success(request, _("Here’s your draft. Check its name and its days, then open it."))
    return redirect("programme_settings", result.made)


@require_POST
@for_managers
def programme_manager_end(request: SignedInRequest, programme: Programme, uuid: UUID) -> HttpResponse:
    manager = Manager.objects.filter(programme=programme, person__uuid=uuid).select_related("person").first()
    if manager is None:
        raise Http404
    with telling_refusals(request):
        end_manager(programme=programme, person=manager.person, by=request.user, now=timezone.now())
        words = _("%(name)s doesn’t manage %(programme)s any more.")
        messages.success(request, words % {"name": manager.person.display_name, "programme": programme.name})
    is_still_manager = Programme.objects.managed_by(request.user).filter(pk=programme.pk).exists()
    return redirect("programme_manage", programme.slug) if is_still_manager else redirect("programmes")
