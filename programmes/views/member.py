"""What someone sees of the programmes they are in or manage, and how they leave one."""

from collections.abc import Mapping, Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.requests import SignedInRequest
from common.pages.posting import telling_refusals
from mentors.decorators import own_profile
from mentors.hooks import times_in_words
from mentors.models import MentorProfile
from programmes.access import programme_open_to
from programmes.choices import set_minutes, show_outside
from programmes.claims import follow_claims
from programmes.forms import MinutesForm, ShownForm
from programmes.looks import shown_look
from programmes.members import leave
from programmes.models import INSIDE, Directory, Manager, Membership, Programme
from programmes.rosters.invitees import come_in, decline_invitation, doors_open_to
from programmes.rules import rules_of
from programmes.words.announcing import announced_to

MOST_ANNOUNCED = 10


@require_safe
def programmes(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    managed = Programme.objects.with_manager(request.user).order_by("-first_day", "name")
    mine = Membership.objects.filter(person=request.user, state__in=INSIDE).select_related("programme")
    context = {
        "doors": doors_open_to(request.user, now),
        "managed": [(programme, programme.stage_at(now)) for programme in managed],
        "memberships": [(row, row.programme.stage_at(now)) for row in mine.order_by("programme__name")],
        "nav": "programmes",
    }
    return render(request, "programmes/list.html", context)


@require_safe
def programme(request: SignedInRequest, slug: str) -> HttpResponse:
    return programme_page(request, programme_open_to(request, slug))


def programme_page(request: SignedInRequest, found: Programme, form: MinutesForm | None = None) -> HttpResponse:
    """`form`: what a mentor sent of their minutes, if it was refused."""
    managers = list(Manager.objects.live().filter(programme=found).select_related("person").order_by("at", "pk"))
    membership = Membership.objects.filter(programme=found, person=request.user, state__in=INSIDE).first()
    context = {
        "programme": found,
        "look": shown_look(found),
        "stage": found.stage_at(timezone.now()),
        "managers": [row.person for row in managers],
        "rules": list(rules_of(found).in_words()),
        "announcements": announced_to(membership, MOST_ANNOUNCED),
        "is_manager": any(row.person_id == request.user.pk for row in managers),
        "membership": membership,
        "mentor_steps": _list_mentor_steps(request) if membership and membership.gives else [],
        "hides": found.directory == Directory.MEMBERS,
        "shown_form": ShownForm(initial={"shown": membership.shown_outside if membership else False}),
        "form": form or MinutesForm(initial={"minutes": membership.minutes_a_week if membership else None}),
        "nav": "programmes",
    }
    return render(request, "programmes/programme.html", context, status=422 if form else 200)


# What a mentor has to do before members can book them at any time of a week: `profile`, `times`.
def _list_mentor_steps(request: SignedInRequest) -> list[str]:
    profile = own_profile(request)
    steps = [] if profile is not None and profile.is_public else ["profile"]
    if profile is None or not times_in_words(profile, hour12=request.user.hour12):
        steps.append("times")
    return steps


@require_POST
def programme_minutes(request: SignedInRequest, slug: str) -> HttpResponse:
    found, form = programme_open_to(request, slug), MinutesForm(request.POST)
    if not form.is_valid():
        return programme_page(request, found, form)
    if not set_minutes(programme=found, person=request.user, minutes=form.cleaned_data["minutes"]):
        raise Http404
    messages.success(request, _("Saved. It holds for what is booked from now on."))
    return redirect("programme", slug)


@require_POST
def programme_shown(request: SignedInRequest, slug: str) -> HttpResponse:
    """Whether people outside see this mentor, where the directory is for members."""
    found, form = programme_open_to(request, slug), ShownForm(request.POST)
    is_shown = form.is_valid() and form.cleaned_data["shown"]
    if not show_outside(programme=found, person=request.user, is_shown=is_shown):
        raise Http404
    messages.success(request, _("Saved. Everyone sees you now.") if is_shown else _("Saved."))
    return redirect("programme", slug)


@require_POST
def programme_invited(request: SignedInRequest, slug: str) -> HttpResponse:
    """Someone whose address lets them in joins, asks or declines: they left before, or were signed in already."""
    now = timezone.now()
    door = next((one for one in doors_open_to(request.user, now) if one.programme.slug == slug), None)
    if door is None:
        raise Http404
    found = door.programme
    name = {"name": found.name}
    if request.POST.get("act") == "decline":
        decline_invitation(person=request.user, programme=found, now=now)
        messages.success(request, _("You’ve declined. The list of %(name)s doesn’t ask you again.") % name)
        return redirect("programmes")
    with telling_refusals(request):
        come_in(person=request.user, now=now, programme=found)
        asked, done = _("We’ve asked the managers of %(name)s to let you in."), _("You’re in %(name)s.")
        messages.success(request, (asked if door.entry.needs_yes else done) % name)
    return redirect("programmes")


@require_POST
def programme_leave(request: SignedInRequest, slug: str) -> HttpResponse:
    """Twice does no harm: who has left already is told so again."""
    found = Programme.objects.filter(slug=slug, memberships__person=request.user).first()
    if found is None:
        raise Http404
    mine = MentorProfile.objects.seen_by(None).filter(person=request.user)
    was_shown = mine.exists()
    leave(person=request.user, programme=found, now=timezone.now())
    messages.success(request, _("You aren’t in %(name)s any more.") % {"name": found.name})
    if not was_shown and mine.exists():
        messages.info(request, _("Everyone can find you as a mentor now."))
    return redirect("programmes")


def come_in_after_sign_in(request: HttpRequest, person: User) -> str | None:
    """Called after each sign-in. They go on to wherever they were going: the next page says that they are in."""
    for joined in come_in(person=person, now=timezone.now()):
        messages.success(request, _("You’re in %(name)s.") % {"name": joined.name})
    return None


def follow_claims_after_sign_in(
    request: HttpRequest, person: User, provider: str, said: Mapping[str, Sequence[str]]
) -> None:
    """Called after each sign-in whose provider says something that a programme wants to know."""
    followed = follow_claims(person=person, provider=provider, said=said, now=timezone.now())
    for joined in followed.joined:
        messages.success(request, _("You’re in %(name)s.") % {"name": joined.name})
    for ended in followed.ended:
        words = _("You aren’t in %(name)s any more, since your sign-in doesn’t say so now. What you’ve agreed stays.")
        messages.info(request, words % {"name": ended.name})
