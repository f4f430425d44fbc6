"""How a programme looks: a manager's page of it, and the files that pages take their look from."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import SignedInRequest
from common.mail.rendering import absolute_url
from common.pages.posting import act_on_post, show_beside_field
from common.pages.requests import post_data
from common.pages.seen import seen_by, still_seen
from programmes.access import for_managers
from programmes.colours import COLOUR
from programmes.forms import LookForm
from programmes.looks import change_look, look_mark, look_of, shown_look, style_key, style_of
from programmes.models import Directory, Look, Programme, Stage

from .managing import ManagerHead

# Another look has another address.
FILE_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "Content-Disposition": "inline"}


@require_http_methods(["GET", "HEAD", "POST"])
@for_managers
def programme_look(request: SignedInRequest, programme: Programme) -> HttpResponse:
    look = look_of(programme)
    form = LookForm.about(look, post_data(request), request.FILES or None)
    result = act_on_post(
        request,
        lambda: change_look(programme=programme, given=form.read_look(), by=request.user, seen=seen_by(request)),
        form,
    )
    if result.is_done:
        messages.success(request, _("Saved.") if result.made else _("Nothing has changed."))
        return redirect("programme_look", programme.slug)
    show_beside_field(form, result.error)
    head, box_url = ManagerHead.read(programme, timezone.now()), absolute_url("programme_box", programme.slug)
    context = {
        "head": head,
        "has_box": head.stage != Stage.DRAFT and programme.directory == Directory.PUBLIC,
        "box_path": reverse("programme_box", args=[programme.slug]),
        "box_url": box_url,
        "snippet": render_to_string("programmes/snippet.html", {"url": box_url, "name": programme.name}).strip(),
        "form": form,
        "is_logo_lost": form.is_bound and bool(request.FILES) and not form.has_error("logo"),
        "error": result.error,
        "look": shown_look(programme),
        "seen": still_seen(request, look_mark(look), told=result.is_refused),
        "tab": "look",
        "nav": "programmes",
    }
    return render(request, "programmes/look.html", context, status=result.status)


@login_not_required
@require_safe
def look_style(request: HttpRequest, colour: str, key: str) -> HttpResponse:
    """Made of its address alone, so it tells nothing of any programme."""
    if not COLOUR.fullmatch(f"#{colour}") or key != style_key(f"#{colour}"):
        raise Http404
    return HttpResponse(style_of(f"#{colour}"), content_type="text/css", headers=FILE_HEADERS)


@login_not_required
@require_safe
def look_logo(request: HttpRequest, key: str) -> HttpResponse:
    """Only who has seen the logo knows its address, which is a hash of it."""
    logo = Look.objects.filter(logo_key=key).exclude(logo_key="").values_list("logo", flat=True).first()
    if logo is None:
        raise Http404
    return HttpResponse(bytes(logo), content_type="image/webp", headers=FILE_HEADERS)
