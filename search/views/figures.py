"""A manager's page of the figures of a programme, also as CSV, and by mail."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedInRequest
from common.pages.posting import act_on_post
from common.pages.requests import parse_number, post_data
from common.pages.tabs import tab_links
from common.sheets.csv_files import csv_response
from common.sheets.workbooks import CAN_WRITE, xlsx_response
from notifications.models import Group
from notifications.preferences import preference_of
from programmes.access import for_managers
from programmes.models import Programme
from programmes.views.managing import ManagerHead
from search.figures.charts import draw_bars, draw_weeks
from search.figures.choosing import answer_mail, choose_mails, list_chosen, read_token
from search.figures.periods import WEEKS, Period
from search.figures.report import read_report, sheet_of
from search.forms import FigureMailForm
from search.models import FigureMail

# Some hundred numbers: too few to need a worker.
FILES = {"csv": csv_response, **({"xlsx": xlsx_response} if CAN_WRITE else {})}
ANSWERS = {"keep": True, "end": False}


@require_http_methods(["GET", "HEAD", "POST"])
@for_managers
def programme_figures(request: SignedInRequest, programme: Programme) -> HttpResponse:
    """`?period=` is a number from 1; without it the latest is shown. A POST chooses mails."""
    now, wanted = timezone.now(), request.GET.get("period", "")
    number = parse_number(wanted, digits=4)
    report = read_report(programme, number, now=now) if number is not None or not wanted else None
    if report is None:
        raise Http404
    write_file = FILES.get(request.GET.get("as", ""))
    if write_file and report.period:
        return write_file(sheet_of(report), name=f"{programme.slug}-figures-{report.period.number}")
    mails = list_chosen(request.user, programme)
    form = FigureMailForm(post_data(request), initial={"rhythms": [mail.rhythm for mail in mails]})
    result = act_on_post(
        request,
        lambda: choose_mails(programme=programme, rhythms=form.cleaned_data["rhythms"], by=request.user, now=now),
        form,
    )
    if result.is_done:
        messages.success(request, _("Saved."))
        return redirect("programme_figures", programme.slug)
    current = str(report.period.number) if report.period else ""
    context = {
        "head": ManagerHead.read(programme, now),
        "report": report,
        "periods": tab_links({str(one.number): label_of(one) for one in report.periods}, current, href="?period="),
        "weeks": WEEKS,
        "bars": draw_bars(report.rows_of("funnel")),
        "charts": draw_weeks(report.rows_of("week")),
        "csv_url": f"?period={current}&as=csv",
        "xlsx_url": f"?period={current}&as=xlsx" if "xlsx" in FILES else "",
        "form": form,
        "is_unanswered": any(mail.next_at is None for mail in mails),
        "are_mails_off": bool(mails) and preference_of(request.user).has_off(Group.FIGURES),
        "tab": "figures",
        "nav": "programmes",
    }
    return render(request, "programmes/figures.html", context, status=result.status)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def figure_mail(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a mail leads here, to keep it or end it. A GET only asks, since mail scanners follow links."""
    number = read_token(token)
    if number is None:
        raise Http404
    answer = request.POST.get("answer")
    if answer in ANSWERS:
        is_kept = answer_mail(number=number, is_wanted=ANSWERS[answer], now=timezone.now())
        # Of a mail that had stopped before, the page itself says so.
        if is_kept or not ANSWERS[answer]:
            messages.success(request, _("You’ll go on getting it.") if is_kept else _("You won’t get it any more."))
        return redirect("figure_mail", token)
    context = {"mail": FigureMail.objects.running().filter(pk=number).first()}
    return render(request, "programmes/figure_mail.html", context, status=422 if request.method == "POST" else 200)


def label_of(period: Period) -> str:
    if period.first_week == period.last_week:
        return _("Week %d") % period.first_week
    return _("Weeks %(first)d to %(last)d") % {"first": period.first_week, "last": period.last_week}
