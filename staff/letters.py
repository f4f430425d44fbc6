"""What people ask for by letter about their own data: staff prepare it, an owner signs it, and hands the copy on."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import LetterOutcome, LetterRequest, Trace, TracedAct, User
from accounts.privacy.exports import PrivacyError
from accounts.privacy.letters import decline_letter, prepare_letter, sign_letter, why_not_decide
from accounts.requests import SignedInRequest
from accounts.roles import role_required
from accounts.rules.roles import Power
from accounts.views.my_data import send_copy
from common.pages.posting import act_on_post
from common.pages.requests import post_data
from common.pages.tabs import tab_links

from .forms import LetterDecisionForm, LetterForm

PAGE_SIZE = 20
WAITING, DECIDED = "waiting", "decided"
TABS = {WAITING: gettext_lazy("To sign"), DECIDED: gettext_lazy("Decided")}


@dataclass(frozen=True, slots=True)
class LetterRow:
    letter: LetterRequest
    reader: User
    now: datetime

    @property
    def refusal(self) -> PrivacyError | None:
        return why_not_decide(self.letter, self.reader)

    @property
    def can_take_copy(self) -> bool:
        return may_take(self.letter, self.reader, self.now)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Power.LETTERS)
def staff_letter(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    person = get_object_or_404(User, uuid=uuid)
    form = LetterForm(post_data(request))
    result = act_on_post(
        request,
        lambda: prepare_letter(person=person, by=request.user, now=timezone.now(), **form.cleaned_data),
        form,
    )
    if result.is_done:
        messages.success(request, _("It now waits for an owner to sign it."))
        return redirect("staff_person", person.uuid)
    if result.error:
        form.add_error("act", result.error.as_form_error())
    context = {"form": form, "person": person, "nav": "staff"}
    return render(request, "staff/letter.html", context, status=result.status)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Power.RUN)
@never_cache
def staff_letters(request: SignedInRequest) -> HttpResponse:
    if request.method == "POST":
        decide_letter(request)
        return redirect("staff_letters")
    tab = request.GET.get("state", WAITING)
    if tab not in TABS:
        raise Http404
    now = timezone.now()
    letters = LetterRequest.objects.select_related("person", "prepared_by", "decided_by", "export")
    waiting = letters.open().order_by("prepared_at", "pk")
    listed = waiting if tab == WAITING else letters.exclude(decided_at=None).order_by("-decided_at", "-pk")
    shown = Paginator(listed, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": shown,
        "rows": [LetterRow(letter, request.user, now) for letter in shown],
        "tab": tab,
        "tabs": tab_links(TABS, tab, counts={WAITING: waiting.count()}),
        "nav": "staff",
    }
    return render(request, "staff/letters.html", context)


def decide_letter(request: SignedInRequest) -> None:
    form = LetterDecisionForm(request.POST)
    if not form.is_valid():
        raise Http404
    letter = get_object_or_404(LetterRequest, uuid=form.cleaned_data["letter"])
    act = sign_letter if form.cleaned_data["outcome"] == LetterOutcome.SIGNED else decline_letter
    try:
        decided = act(letter=letter, by=request.user, now=timezone.now())
    except PrivacyError as refused:
        messages.error(request, refused.message, extra_tags=refused.code)
    else:
        messages.success(request, _("%(outcome)s.") % {"outcome": decided.get_outcome_display()})


@require_safe
@role_required(Power.RUN)
@never_cache
def staff_letter_copy(request: SignedInRequest, uuid: UUID) -> HttpResponseBase:
    """The copy, for who signed, to hand it on as its person asked. They see that it was taken."""
    letter = get_object_or_404(LetterRequest.objects.select_related("export"), uuid=uuid)
    now = timezone.now()
    if letter.export is None or not may_take(letter, request.user, now):
        raise Http404
    answer = send_copy(letter.export)
    Trace.objects.note_look(by=request.user, about=[letter.person], looked_at=TracedAct.COPY_TAKEN, now=now)
    return answer


def may_take(letter: LetterRequest, reader: User, now: datetime) -> bool:
    return letter.decided_by == reader and letter.export is not None and letter.export.can_be_downloaded(now)
