"""A person's list of threads, and the page of one thread."""

import json
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from common.pages.parts import vary_by_part, wants_part
from common.pages.requests import parse_number
from live.pages import let_page_hear
from sessions_app.access import get_engagement, get_newest_message
from sessions_app.conversation.messages import mark_read, send_message
from sessions_app.conversation.reading import ThreadList, is_chat, newest_of, news_of, thread_of
from sessions_app.errors import SessionError
from sessions_app.forms.threads import MOST_ID, MessageForm, ReadForm
from sessions_app.models import Booking, Engagement, WrittenState
from sessions_app.pages.session_afterwards import read_after_answer
from trust.signals.helping import show_help

PAGE_SIZE = 20


@require_safe
def message_list(request: SignedInRequest) -> HttpResponse:
    threads: Any = ThreadList(request.user)
    page: Page[Engagement] = Paginator(threads, PAGE_SIZE).get_page(request.GET.get("page"))
    newest = {message.engagement_id: message for message in newest_of(page.object_list)}
    rows = [(row, row.other_person(request.user), newest.get(row.pk)) for row in page]
    return render(request, "sessions_app/conversation/list.html", {"page": page, "rows": rows, "nav": "messages"})


@require_http_methods(["GET", "HEAD", "POST"])
def show_thread(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """POST sends a message. GET shows the thread; with `after`, htmx gets only the messages after that one."""
    after = read_number(request, "after") if request.method != "POST" and wants_part(request) else None
    # Open pages ask every few seconds, nearly always for nothing: 204 makes htmx leave the page as it is.
    if after is not None and get_newest_message(uuid, reader=request.user) <= after:
        return vary_by_part(HttpResponse(status=204))
    engagement = get_engagement(uuid, reader=request.user)
    if request.method == "POST":
        return post_message(request, engagement)
    if after is not None:
        return render_news(request, engagement, after=after)
    return thread_page(request, engagement)


def render_news(request: SignedInRequest, engagement: Engagement, *, after: int) -> HttpResponse:
    found = news_of(engagement, request.user, after=after, now=timezone.now())
    return vary_by_part(render(request, "sessions_app/conversation/_messages.html", {"thread": found}))


def post_message(request: SignedInRequest, engagement: Engagement) -> HttpResponse:
    form = MessageForm(request.POST, name=engagement.other_person(request.user).first_name)
    if not form.is_valid():
        return render_refused(request, engagement, form)
    data = form.cleaned_data
    try:
        message = send_message(
            engagement=engagement,
            body=data["body"],
            by=request.user,
            now=timezone.now(),
            key=data["key"],
            seen=data["seen"] or 0,
            answers=data["answers"],
        )
    except SessionError as refusal:
        return render_refused(request, engagement, form, error=refusal)
    if wants_part(request) and not data["answers"]:
        return render_sent(request, engagement, needs_help=message.needs_help)
    if message.needs_help:
        show_help(request)
    if data["answers"]:
        words = _("Your answer is with %(name)s.")
        messages.success(request, words % {"name": engagement.other_person(request.user).first_name})
    if wants_part(request):
        # An answer can change the rest of the page too, so the whole of it is loaded.
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return redirect(return_address(request, engagement))


def render_sent(request: SignedInRequest, engagement: Engagement, *, needs_help: bool) -> HttpResponse:
    """An empty form, with the event that makes the page load new messages, the one just sent included."""
    happened = json.dumps({"look": {}, "sent": {"key": uuid4().hex}})
    if "again" not in request.POST and not needs_help:
        return HttpResponse(status=204, headers={"HX-Trigger": happened})
    response = render_composer(request, engagement, None, status=200, needs_help=needs_help)
    response["HX-Trigger"] = json.dumps({"look": {}})
    return response


def render_refused(
    request: SignedInRequest, engagement: Engagement, form: MessageForm, *, error: SessionError | None = None
) -> HttpResponse:
    status = 409 if error else 422
    if wants_part(request):
        return render_composer(request, engagement, form, error=error, status=status)
    return thread_page(request, engagement, form=form, error=error, status=status)


def render_composer(
    request: SignedInRequest,
    engagement: Engagement,
    form: MessageForm | None,
    *,
    error: SessionError | None = None,
    status: int,
    needs_help: bool = False,
) -> HttpResponse:
    context = {
        "thread": thread_of(engagement, request.user, now=timezone.now()),
        "form": form,
        "error": error,
        "focus": True,
        "from_session": request.POST.get("from", ""),
        "needs_help": needs_help,
    }
    return render(request, "sessions_app/conversation/_composer.html", context, status=status)


def thread_page(
    request: SignedInRequest,
    engagement: Engagement,
    *,
    form: MessageForm | None = None,
    error: SessionError | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    let_page_hear(request, engagement.stream)
    booking = engagement.bookings.visible_to(request.user).order_by("-during").first()
    live = booking is not None and is_chat(booking, now)
    thread = thread_of(engagement, request.user, now=now, before=read_number(request, "before"), is_live=live)
    written = thread.written
    profile = engagement.mentor.mentor_profile
    can_talk = profile.is_seen_by(request.user) and profile.offers.bookable().exists()
    context: dict[str, Any] = {
        "thread": thread,
        "booking": booking,
        "can_talk": can_talk,
        "form": form,
        "error": error,
        "nav": "messages",
    }
    if written and written.state == WrittenState.ANSWERED:
        can_call = can_talk and booking is None
        context["after"] = read_after_answer(written, reader=request.user, can_call=can_call, now=now)
    return vary_by_part(render(request, "sessions_app/conversation/thread.html", context, status=status))


@require_POST
def thread_read(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    engagement = get_engagement(uuid, reader=request.user)
    form = ReadForm(request.POST)
    if form.is_valid():
        mark_read(engagement=engagement, person=request.user, until=form.cleaned_data["until"])
    if wants_part(request):
        return HttpResponse()
    return redirect("thread", uuid)


def return_address(request: SignedInRequest, engagement: Engagement) -> str:
    """The session's page if the form was there, else the thread's."""
    wanted = request.POST.get("from", "")
    for booking in Booking.objects.visible_to(request.user).filter(engagement=engagement):
        if str(booking.uuid) == wanted:
            return f"{reverse('session', args=[booking.uuid])}#messages"
    return f"{reverse('thread', args=[engagement.uuid])}#messages"


def read_number(request: HttpRequest, name: str) -> int | None:
    """The id that the address names, or None."""
    value = parse_number(request.GET.get(name, ""), digits=19)
    return value if value is not None and value <= MOST_ID else None
