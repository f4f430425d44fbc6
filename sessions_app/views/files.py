"""The files of an engagement: its two people list, add and download them, and an owner removes theirs."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.requests import SignedInRequest
from common.pages.posting import act_on_post
from common.pages.requests import post_data
from common.pages.stored import stored_file
from sessions_app.access import get_booking, get_engagement, get_readable_file, get_shared_file
from sessions_app.conversation.downloads import download_file
from sessions_app.conversation.files import add_file, remove_file, why_not_add
from sessions_app.conversation.uploads import why_not_upload
from sessions_app.errors import SessionError
from sessions_app.forms.files import FileForm
from sessions_app.models import Booking, Engagement, SharedFile


@require_http_methods(["GET", "HEAD", "POST"])
def session_files(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    booking = get_booking(uuid, reader=request.user)
    return files_page(request, booking.engagement, booking=booking)


@require_http_methods(["GET", "HEAD", "POST"])
def thread_files(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The files page of a question in writing, which has no session."""
    return files_page(request, get_engagement(uuid, reader=request.user))


def files_page(request: SignedInRequest, engagement: Engagement, *, booking: Booking | None = None) -> HttpResponse:
    now, other = timezone.now(), engagement.other_person(request.user)
    too_many = why_not_upload(request, request.user, now=now) if request.method == "POST" else None
    form = FileForm() if too_many else FileForm(post_data(request), request.FILES or None)

    result = act_on_post(
        request,
        lambda: add_file(engagement=engagement, upload=form.cleaned_data["file"], by=request.user, now=now),
        form,
        error=too_many,
    )
    if file := result.made:
        messages.success(request, shared_words(file, other))
        return redirect(request.path)
    context = {
        "booking": booking,
        "engagement": engagement,
        "other": other,
        "files": engagement.files.visible_to(request.user, now=now).select_related("owner"),
        "form": form,
        "refusal": result.error or why_not_add(engagement, by=request.user),
        "refused": result.is_refused,
        "nav": "sessions" if booking else "messages",
    }
    return render(request, "sessions_app/session/files.html", context, status=result.status)


def shared_words(file: SharedFile, other: User) -> str:
    names = {"name": other.first_name, "file": file.name}
    if file.is_open_to_others:
        return _("%(name)s can see %(file)s now.") % names
    return _("We’re checking %(file)s for viruses. Then %(name)s can open it.") % names


@require_safe
def shared_file(request: SignedInRequest, uuid: UUID) -> HttpResponseBase:
    return download_file(get_readable_file(uuid, reader=request.user, now=timezone.now()))


@require_safe
def shared_file_small(request: SignedInRequest, uuid: UUID) -> HttpResponseBase:
    """The preview picture. We made it, so it may be shown on a page."""
    found = get_readable_file(uuid, reader=request.user, now=timezone.now())
    if not found.preview.name:
        raise Http404
    response = stored_file(found.preview.name, content_type="image/webp")
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def shared_file_remove(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    found = get_shared_file(uuid, reader=request.user, now=timezone.now())
    booking = found.engagement.bookings.visible_to(request.user).order_by("-during").first()
    try:
        remove_file(file=found, by=request.user)
    except SessionError as error:
        messages.error(request, error.message, extra_tags=error.code)
    else:
        messages.success(request, _("%(file)s has been removed.") % {"file": found.name})
    if booking is None:
        return redirect("thread_files", found.engagement.uuid)
    return redirect("session_files", booking.uuid)
