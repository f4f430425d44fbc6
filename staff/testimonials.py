"""Testimonials, which staff read before they are shown; and what people wanted the team to know."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.requests import SignedInRequest
from accounts.roles import role_required
from accounts.rules.roles import Power
from common.pages.rows import load_in_order
from common.pages.tabs import tab_links
from sessions_app.afterwards.testimonials import decline_testimonial, publish_testimonial
from sessions_app.errors import SessionError
from sessions_app.models import Feedback
from sessions_app.models.feedback import FeedbackQuerySet

from .forms import SHOW, WordsForm

PAGE_SIZE = 20
WAITING, SHOWN, NOT_SHOWN, TEAM = "waiting", "shown", "not-shown", "team"
Chosen = Callable[[FeedbackQuerySet, datetime, User], FeedbackQuerySet]
TABS: Mapping[str, tuple[str | Promise, Chosen]] = {
    WAITING: (
        gettext_lazy("Waiting"),
        lambda all_, now, reader: all_.offered_words(now).undecided().order_by("created_at", "pk"),
    ),
    SHOWN: (
        gettext_lazy("Shown"),
        lambda all_, now, reader: all_.filter(published_at__isnull=False).order_by("-published_at", "-pk"),
    ),
    NOT_SHOWN: (
        gettext_lazy("Not shown"),
        lambda all_, now, reader: (
            all_.offered_words(now).filter(declined_at__isnull=False).order_by("-declined_at", "-pk")
        ),
    ),
    TEAM: (
        gettext_lazy("For the team"),
        lambda all_, now, reader: all_.told_team(reader).order_by("-created_at", "-pk"),
    ),
}


@dataclass(frozen=True, slots=True)
class TestimonialRow:
    """Words on the page of one tab; `reason` is what was typed when their decision was refused.

    `is_own`: about a session or an answer of the reader's, so someone else decides.
    """

    feedback: Feedback
    tab: str
    reason: str | None
    is_own: bool

    @property
    def is_for_team(self) -> bool:
        return self.tab == TEAM

    @property
    def is_shown(self) -> bool:
        return bool(self.feedback.published_at)

    @property
    def can_show(self) -> bool:
        return self.tab != SHOWN

    @property
    def can_decline(self) -> bool:
        return self.tab != NOT_SHOWN


def rows_of_page(shown: Iterable[Feedback], tab: str, sent: WordsForm, *, reader: User) -> list[TestimonialRow]:
    chosen, reason = sent["feedback"].value(), sent["reason"].value() or ""
    return [
        TestimonialRow(
            one,
            tab,
            reason if str(one.pk) == chosen else None,
            one.is_about(reader),
        )
        for one in shown
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Power.REVIEW)
def staff_words(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    tab = request.GET.get("state", WAITING)
    if tab not in TABS:
        raise Http404
    form = WordsForm(request.POST if request.method == "POST" else None)
    error = None
    if form.is_bound and form.is_valid():
        error = decide_testimonial(request, form, now=now)
        if error is None:
            return redirect(f"{reverse('staff_words')}?state={tab}")
    chosen = TABS[tab][1](Feedback.objects.all(), now, request.user)
    people = ("booking__mentor", "booking__mentee", "written__mentor", "author", "published_by", "declined_by")
    questions = ("booking__engagement__brief", "written__engagement__brief")
    labels = {key: label for key, (label, _chosen) in TABS.items()}
    waiting = TABS[WAITING][1](Feedback.objects.all(), now, request.user).count()
    page = Paginator(chosen.values_list("pk", flat=True), PAGE_SIZE).get_page(request.GET.get("page"))
    shown = load_in_order(Feedback.objects.select_related(*people, *questions), page)
    context = {
        "page": page,
        "rows": rows_of_page(shown, tab, form, reader=request.user),
        "error": error,
        "tab": tab,
        "tab_label": TABS[tab][0],
        "tabs": tab_links(labels, tab, counts={WAITING: waiting}),
        "has_errors": bool(form.errors),
        "nav": "words",
    }
    status = error.status if error else 422 if form.errors else 200
    return render(request, "staff/words.html", context, status=status)


def decide_testimonial(request: SignedInRequest, form: WordsForm, *, now: datetime) -> SessionError | None:
    """Returns what stood against the decision, if anything did."""
    feedback, seen = get_object_or_404(Feedback, pk=form.cleaned_data["feedback"]), form.cleaned_data["seen"]
    try:
        if form.cleaned_data["decision"] == SHOW:
            publish_testimonial(feedback=feedback, by=request.user, now=now, seen=seen)
            messages.success(request, _("The quote is on the mentor’s page."))
        else:
            reason = form.cleaned_data["reason"]
            decline_testimonial(feedback=feedback, by=request.user, now=now, reason=reason, seen=seen)
            messages.success(request, _("The quote isn’t shown."))
    except SessionError as refused:
        return refused
    return None
