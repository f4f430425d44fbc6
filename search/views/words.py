"""A manager's page of what a programme says to its people: announcements, reminders, and what these bring."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedInRequest
from common.pages.posting import PostResult, act_on_post, show_beside_field
from common.pages.requests import post_data
from common.pages.seen import seen_by, still_seen
from programmes.access import for_managers
from programmes.forms import AnnouncementForm
from programmes.models import Announcement, Programme
from programmes.views.managing import ManagerHead
from programmes.words.announcing import announce, announcements_mark, count_readers, why_not_announce, why_not_send
from programmes.words.reminding import reminders_mark, switch_reminders
from search.reminders.effect import SHOWN_FROM, read_effect

LATEST = 20
# What the second button sends: the mark of the words that the page has shown
FORESEEN = "foreseen"
SWITCH = {"on": True, "off": False}


@require_http_methods(["GET", "HEAD", "POST"])
@for_managers
def programme_words(request: SignedInRequest, programme: Programme) -> HttpResponse:
    """Words are sent only after the page has shown them as members read them, and how many get them."""
    now, readers = timezone.now(), count_readers(programme, request.user)
    form = AnnouncementForm(post_data(request), readers=readers)
    words = form.read_words() if form.is_bound and form.is_valid() else None
    is_foreseen = words is not None and request.POST.get(FORESEEN) == words.mark
    error = why_not_send(programme, words, request.user, now) if words and not is_foreseen else None
    result: PostResult[Announcement] = PostResult()
    if words is None or is_foreseen or error:
        result = act_on_post(
            request,
            lambda: announce(
                programme=programme, given=form.read_words(), by=request.user, now=now, seen=seen_by(request)
            ),
            form,
            error=error,
        )
    if result.is_done:
        messages.success(request, _("On its way. Everyone you’ve chosen finds it in their notifications."))
        return redirect("programme_words", programme.slug)
    show_beside_field(form, result.error)
    preview = None
    if words and not form.errors and (result.error is None or result.error.keeps_form):
        preview = {"words": words, "readers": readers[words.audience]}
    return show_words(request, programme, result, form=form, preview=preview)


@require_POST
@for_managers
def programme_reminders(request: SignedInRequest, programme: Programme) -> HttpResponse:
    wanted = request.POST.get("reminders", "")
    if wanted not in SWITCH:
        raise Http404
    result = act_on_post(
        request,
        lambda: switch_reminders(programme=programme, is_on=SWITCH[wanted], by=request.user, seen=seen_by(request)),
    )
    if not result.is_done:
        return show_words(request, programme, result)
    messages.success(request, _("Reminders are on.") if SWITCH[wanted] else _("Reminders are off."))
    return redirect("programme_words", programme.slug)


def show_words(
    request: SignedInRequest,
    programme: Programme,
    result: PostResult[Announcement] | PostResult[bool],
    *,
    form: AnnouncementForm | None = None,
    preview: dict[str, object] | None = None,
) -> HttpResponse:
    """`preview`: the words that were just written, as members read them."""
    now = timezone.now()
    programme.refresh_from_db()
    sent = Announcement.objects.filter(programme=programme).select_related("by").order_by("-at", "-pk")
    context = {
        "head": ManagerHead.read(programme, now),
        "form": form or AnnouncementForm(readers=count_readers(programme, request.user)),
        "closed": why_not_announce(programme, request.user, now),
        "preview": preview,
        "error": result.error,
        "seen": still_seen(request, announcements_mark(programme), told=form is None or result.is_refused),
        "reminders_seen": reminders_mark(programme),
        "sent": sent[:LATEST],
        "effect": read_effect(programme, now),
        "shown_from": SHOWN_FROM,
        "tab": "words",
        "nav": "programmes",
    }
    return render(request, "programmes/words.html", context, status=result.status)
