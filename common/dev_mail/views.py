"""The pages of mail in development. Public, so that people who can't sign in yet can read their code."""

from collections.abc import Callable
from functools import wraps

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from .mailbox import Mail, MailNotFoundError, find_attachment, list_names, read_mail

PER_PAGE = 25
# A mail may use its own styles, and its links may be followed; everything else is forbidden.
MAIL_POLICY = {
    **dict.fromkeys(settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]),
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": ["data:"],
    "frame-ancestors": [SELF],
    "base-uri": [NONE],
    "form-action": [NONE],
    "sandbox": ["allow-top-navigation-by-user-activation"],
}
View = Callable[..., HttpResponseBase]


def in_development(view: View) -> View:
    """Makes the page not found in production, even if its address is mounted, and lets visitors in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not settings.DEV_MAIL:
            raise Http404
        return view(request, *args, **kwargs)

    return login_not_required(require_GET(guarded))


@in_development
def mail_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(list_names(settings.DEV_MAIL_DIR), PER_PAGE).get_page(request.GET.get("page"))
    mails = [_read_or_404(name) for name in page]
    return render(request, "dev_mail/list.html", {"mails": mails, "page_obj": page})


@in_development
def mail_detail(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "dev_mail/message.html", {"mail": _read_or_404(name)})


@in_development
@xframe_options_sameorigin
@csp_replace(MAIL_POLICY)  # type: ignore[arg-type]  # its type knows no arguments of a view
def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    html = _read_or_404(name).html.replace("<head>", '<head><base target="_top">', 1)  # links leave the frame
    return HttpResponse(html)


@in_development
def mail_part(request: HttpRequest, name: str, number: int) -> HttpResponse:
    try:
        found = find_attachment(_read_or_404(name), number)
    except MailNotFoundError as error:
        raise Http404 from error
    response = HttpResponse(found.content, content_type=found.content_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, found.filename) or "attachment"
    return response


def _read_or_404(name: str) -> Mail:
    try:
        return read_mail(settings.DEV_MAIL_DIR, name)
    except MailNotFoundError as error:
        raise Http404 from error
