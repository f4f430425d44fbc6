"""A manager's page that tries a programme's rules on made-up people. It only reads, which the database enforces."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from common.pages.tabs import tab_links
from common.statements import reading_only
from programmes.access import for_managers
from programmes.looks import shown_look
from programmes.models import Directory, Membership, Programme, Stage
from programmes.rules import rules_of
from programmes.views.managing import ManagerHead
from search.trying.forms import TriedMenteeForm, TriedMentorForm
from search.trying.made_up import INSIDE, OF_UNIT, OUTSIDE, MadeUp, MadeUpMentee
from search.trying.trials import MentorAnswer, load_tried, make_up_mentor, try_mentors, try_minutes

PAGE_SIZE = 10
MENTEE, MENTOR, VISITOR = "mentee", "mentor", "visitor"
VIEWS: dict[str, str | Promise] = {MENTEE: _("A mentee"), MENTOR: _("A mentor"), VISITOR: _("A visitor")}


@require_safe
@for_managers
def programme_try(request: SignedInRequest, programme: Programme) -> HttpResponse:
    """`?as=` chooses who looks; what the form asks about them stands in the address, too."""
    wanted = request.GET.get("as", "")
    shown = wanted if wanted in VIEWS else MENTEE
    made_up = MadeUp(programme, timezone.now())
    with reading_only():
        context = {
            "head": ManagerHead.read(programme, made_up.now),
            "programme": programme,
            "views": tab_links(VIEWS, shown, href="?as="),
            "view": shown,
            "rules": list(rules_of(programme).in_words()),
            "tab": "try",
            "nav": "programmes",
            **SHOWN[shown](request, made_up),
        }
        form: forms.Form | None = context.get("form")
        is_wrong = form is not None and form.is_bound and not form.is_valid()
        return render(request, "programmes/try.html", context, status=422 if is_wrong else 200)


def show_mentee(request: SignedInRequest, made_up: MadeUp) -> dict[str, Any]:
    form = TriedMenteeForm.about(made_up.programme, request.GET)
    if form.is_bound and not form.is_valid():
        return {"form": form}
    made_up = replace(made_up, mentee=form.read_mentee())
    return {"form": form, **_mentors_for(request, made_up)}


def show_mentor(request: SignedInRequest, made_up: MadeUp) -> dict[str, Any]:
    form = TriedMentorForm.about(request.GET)
    if form.is_bound and not form.is_valid():
        return {"form": form}
    made_up = replace(made_up, mentor=form.read_mentor())
    return {"form": form, "answers": [try_minutes(made_up, reader=request.user)]}


def show_visitor(request: SignedInRequest, made_up: MadeUp) -> dict[str, Any]:
    programme = made_up.programme
    has_box = programme.directory == Directory.PUBLIC and programme.stage_at(made_up.now) != Stage.DRAFT
    return {"look": shown_look(programme), "has_box": has_box, **_mentors_for(request, made_up)}


SHOWN = {MENTEE: show_mentee, MENTOR: show_mentor, VISITOR: show_visitor}


# The programme's mentors, by name, and behind them made-up ones in whom a rule shows that nobody else may show.
def _mentors_for(request: SignedInRequest, made_up: MadeUp) -> dict[str, Any]:
    page = _page_of_mentors(made_up.programme, request.GET.get("page"))
    members = list(page)
    tried = load_tried(members, now=made_up.now)
    answers = try_mentors(made_up, tried, reader=request.user)
    examples = [make_up_mentor(made_up.programme, number) for number in _examples(made_up, has_mentors=bool(members))]
    has_profile = {one.profile.person_id for one in tried}
    return {
        "page": page,
        "same_refusal": _same_refusal(answers),
        "answers": answers,
        "examples": try_mentors(made_up, examples, reader=request.user),
        "without_profile": [one.person for one in members if one.person_id not in has_profile],
    }


def _page_of_mentors(programme: Programme, number: str | None) -> Page[Membership]:
    mentors = Membership.objects.live().filter(programme=programme, gives=True)
    return Paginator(
        mentors.select_related("person__mentor_profile").order_by("person__name", "pk"), PAGE_SIZE
    ).get_page(number)


def _examples(made_up: MadeUp, *, has_mentors: bool) -> Sequence[int]:
    mentee = made_up.mentee or MadeUpMentee()
    inside = [] if has_mentors else [INSIDE]
    of_unit = [OF_UNIT] if made_up.programme.units_apart and mentee.unit else []
    return [*inside, *of_unit, *([OUTSIDE] if made_up.mentee else [])]


# What stands against all mentors of the page alike, so that it is said once.
def _same_refusal(answers: Sequence[MentorAnswer]) -> Any:
    said = {one.refusal and (one.refusal.code, str(one.refusal.message)) for one in answers}
    return answers[0].refusal if len(answers) > 1 and len(said) == 1 else None
